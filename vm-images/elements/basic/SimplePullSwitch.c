/* SimplePullSwitch: pulls packets from one input, without telling pullers when there are any. */
#include <flowstream/element.h>

#include "net/handlers.h"

struct simple_switch {
    struct fs_element base;
    int64_t input; /* -1: none */
};

enum { INPUT };

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    int64_t input = ((struct simple_switch *)e)->input;
    (void)port;
    if (input >= 0) {
        fs_input_pull(e, (unsigned)input, batch, max);
    }
}

static int set(struct simple_switch *s, int64_t input, struct fs_text *error)
{
    if (input >= (int64_t)s->base.input_count) {
        fs_text_format(error, "INPUT %lld does not exist, there are %u", (long long)input, s->base.input_count);
        return -1;
    }
    s->input = input < 0 ? -1 : input;
    return 0;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    return set((struct simple_switch *)e, fs_args_integer(e->args, INPUT, 0), error);
}

FS_READ_SIGNED(read_switch, struct simple_switch, input)
static int write_switch(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t input;
    int status = fs_write_integer("switch", value, length, INT32_MIN, INT32_MAX, &input, error);
    return status != 0 ? status : set((struct simple_switch *)e, input, error);
}

static const struct fs_arg args[] = {
    [INPUT] = {"INPUT", "integer", FS_OPTIONAL, INT32_MIN, INT32_MAX, "0", "The input; below 0: none."},
};
static const struct fs_handler handlers[] = {
    {"switch", read_switch, write_switch, 0, NULL, "The INPUT argument, -1 for none."},
};

FS_ELEMENT(SimplePullSwitch) = {
    .name = "SimplePullSwitch",
    .ports = "1-/1",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "",
    .summary = "gives packets from the input that is switched on, as PullSwitch without signals",
    .doc = "Pullers are told of packets at any input, also of one that is switched off; they pull in vain then. PullSwitch\n"
           "has a signal of its own.\n",
    .size = sizeof(struct simple_switch),
    .configure = configure,
    .pull = pull,
};
