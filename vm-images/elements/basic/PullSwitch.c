/* PullSwitch: pulls packets from one input, which a handler can change. */
#include "net/gate.h"
#include "net/handlers.h"

struct pull_switch {
    struct fs_element base;
    struct fs_gate gate;
    int64_t input; /* -1: none */
};

enum { INPUT };

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct pull_switch *s = (struct pull_switch *)e;
    uint32_t before = batch->count;
    (void)port;
    if (s->input < 0) {
        fs_gate_wait(&s->gate, UINT64_MAX);
        return;
    }
    fs_input_pull(e, (unsigned)s->input, batch, max);
    if (batch->count == before) {
        fs_gate_empty(&s->gate);
    }
}

static int set(struct pull_switch *s, int64_t input, struct fs_text *error)
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
    struct pull_switch *s = (struct pull_switch *)e;
    fs_gate_configure(e, &s->gate);
    return set(s, fs_args_integer(e->args, INPUT, 0), error);
}
static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_gate_initialize(e, &((struct pull_switch *)e)->gate);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    int64_t input = ((struct pull_switch *)old)->input;
    if (!fs_args_given(e->args, INPUT) && input < (int64_t)e->input_count) {
        ((struct pull_switch *)e)->input = input;
    }
}

FS_READ_SIGNED(read_switch, struct pull_switch, input)
static int write_switch(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct pull_switch *s = (struct pull_switch *)e;
    int64_t input;
    if (fs_write_integer("switch", value, length, INT32_MIN, INT32_MAX, &input, error) != 0
        || set(s, input, error) != 0) {
        return -1;
    }
    fs_gate_open(&s->gate);
    return 0;
}

static const struct fs_arg args[] = {
    [INPUT] = {"INPUT", "integer", FS_OPTIONAL, INT32_MIN, INT32_MAX, "0", "The input; below 0: none."},
};
static const struct fs_handler handlers[] = {
    {"switch", read_switch, write_switch, 0, NULL, "The INPUT argument, -1 for none."},
};

FS_ELEMENT(PullSwitch) = {
    .name = "PullSwitch",
    .ports = "1-/1",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "",
    .summary = "gives packets from the input that is switched on",
    .doc = "With -1 it gives none.\n\n"
           "    q0 :: Queue -> [0]s :: PullSwitch(0) -> ToDevice(0);  q1 :: Queue -> [1]s;   // write s.switch 1\n",
    .size = sizeof(struct pull_switch),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .pull = pull,
};
