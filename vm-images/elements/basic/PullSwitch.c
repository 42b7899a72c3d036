/* PullSwitch: pulls packets from one input, which a handler can change. */
#include "net/gate.h"
#include "net/handlers.h"

struct pull_switch {
    struct fs_element base;
    struct fs_gate gate;
    struct fs_task *watches; /* of each input: what its signals say */
    bool *polls;
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
    s->watches = fs_alloc(e, e->input_count * sizeof *s->watches);
    s->polls = fs_alloc(e, e->input_count * sizeof *s->polls);
    if (s->watches == NULL || s->polls == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    int status = set(s, fs_args_integer(e->args, INPUT, 0), error);
    if (status == 0 && s->input < 0) {
        fs_gate_wait(&s->gate, UINT64_MAX);
    }
    return status;
}

static bool nothing(struct fs_element *e, struct fs_task *t)
{
    (void)e, (void)t;
    return false;
}
static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct pull_switch *s = (struct pull_switch *)e;
    (void)error;
    fs_gate_initialize(e, &s->gate);
    for (uint32_t i = 0; i < e->input_count; i++) {
        fs_task_init(e, &s->watches[i], nothing);
        s->polls[i] = fs_signal_listen(e, i, FS_SIGNAL_NONEMPTY, &s->watches[i]) == 0;
    }
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
    if (s->input < 0 || (!s->polls[s->input] && s->watches[s->input].ready == 0)) {
        fs_gate_wait(&s->gate, UINT64_MAX); /* until that input has something */
    } else {
        fs_gate_open(&s->gate);
    }
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
