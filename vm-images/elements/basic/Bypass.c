/* Bypass: sends packets on, or a way round, as a handler says. */
#include "net/gate.h"
#include "net/values.h"

struct bypass {
    struct fs_element base;
    struct fs_gate gate;
    bool active;
};

enum { ACTIVE, INLINE };

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    bool around = ((struct bypass *)e)->active && port == 0 && e->output_count > 1;
    fs_output_push(e, around, batch);
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct bypass *b = (struct bypass *)e;
    uint32_t before = batch->count;
    fs_input_pull(e, b->active && port == 0 && e->input_count > 1, batch, max);
    if (batch->count == before && port == 0) {
        fs_gate_empty(&b->gate);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct bypass *b = (struct bypass *)e;
    (void)error;
    b->active = fs_args_boolean(e->args, ACTIVE, false);
    fs_gate_configure(e, &b->gate);
    return 0;
}
static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_gate_initialize(e, &((struct bypass *)e)->gate);
    return 0;
}

static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, ((struct bypass *)e)->active);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct bypass *b = (struct bypass *)e;
    int status = fs_write_boolean("active", value, length, &b->active, error);
    fs_gate_open(&b->gate);
    return status;
}

static const struct fs_arg args[] = {
    [ACTIVE] = {"ACTIVE", "boolean", FS_OPTIONAL, 0, 0, "false", "Whether packets go the way round."},
    [INLINE] = {"INLINE", "boolean", FS_KEYWORD, 0, 0, "true", "Here the element is always a step of the way."},
};
static const struct fs_handler handlers[] = {
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX | FS_HANDLER_CALM, NULL, "The ACTIVE argument."},
};

FS_ELEMENT(Bypass) = {
    .name = "Bypass",
    .ports = "1-2/1-2",
    .processing = "a/a",
    .flow = "xy/[xy]x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "",
    .summary = "sends packets on, or a way round",
    .doc = "Pushed packets leave by output 0, or by output 1 while ACTIVE; pulls go to input 0, or to input 1. What comes by\n"
           "the other input goes on by output 0, what is pulled from the other output comes from input 0: there the way\n"
           "round ends or begins.\n\n"
           "    ... -> b :: Bypass -> ...;  b[1] -> Print(debug) -> [1]b;   // write b.active true\n",
    .size = sizeof(struct bypass),
    .configure = configure,
    .initialize = initialize,
    .push = push,
    .pull = pull,
};
