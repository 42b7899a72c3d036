/* Switch: sends all packets to one output, which a handler can change. */
#include <flowstream/element.h>

#include "net/values.h"

struct switch_ {
    struct fs_element base;
    int64_t output; /* -1: none */
};

enum { OUTPUT };

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct switch_ *s = (struct switch_ *)e;
    (void)port;
    if (s->output < 0) {
        fs_drop_batch(e, batch, FS_DROP_DISCARDED);
    } else {
        fs_output_push(e, (unsigned)s->output, batch);
    }
}

static int set(struct switch_ *s, int64_t output, struct fs_text *error)
{
    if (output >= (int64_t)s->base.output_count) {
        fs_text_format(error, "OUTPUT %lld does not exist, there are %u", (long long)output, s->base.output_count);
        return -1;
    }
    s->output = output < 0 ? -1 : output;
    return 0;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    return set((struct switch_ *)e, fs_args_integer(e->args, OUTPUT, 0), error);
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    int64_t output = ((struct switch_ *)old)->output;
    if (!fs_args_given(e->args, OUTPUT) && output < (int64_t)e->output_count) {
        ((struct switch_ *)e)->output = output;
    }
}

static void read_switch(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_i64(value, ((struct switch_ *)e)->output);
}
static int write_switch(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t output;
    if (fs_write_integer("switch", value, length, INT32_MIN, INT32_MAX, &output, error) != 0) {
        return -1;
    }
    return set((struct switch_ *)e, output, error);
}

static const struct fs_arg args[] = {
    [OUTPUT] = {"OUTPUT", "integer", FS_OPTIONAL, INT32_MIN, INT32_MAX, "0", "The output; below 0: drop."},
};
static const struct fs_handler handlers[] = {
    {"switch", read_switch, write_switch, 0, NULL, "The OUTPUT argument, -1 for none."},
};

FS_ELEMENT(Switch) = {
    .name = "Switch",
    .ports = "1/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops",
    .summary = "sends packets to the output that is switched on",
    .doc = "With -1 packets are dropped as `discarded`.\n\n"
           "    s :: Switch(0);  s[0] -> ToDevice(1);  s[1] -> ToDevice(2);   // write s.switch 1\n",
    .size = sizeof(struct switch_),
    .configure = configure,
    .take_state = take_state,
    .push = push,
};
