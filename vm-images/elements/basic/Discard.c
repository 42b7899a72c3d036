/* Discard: where packets end on purpose. */
#include <flowstream/element.h>

#include "net/values.h"

struct discard {
    struct fs_element base;
    struct fs_task task; /* pulls, when connected to a pull output */
    uint64_t count;
    uint32_t burst;
    unsigned signals; /* that wake the task */
    bool active;
};

enum { ACTIVE, BURST };

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct discard *d = (struct discard *)e;
    (void)port;
    d->count += batch->count;
    fs_drop_batch(e, batch, FS_DROP_DISCARDED);
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct discard *d = (struct discard *)e;
    struct fs_batch batch;
    uint32_t pulled = 0;
    if (!d->active) {
        return false;
    }
    do {
        uint32_t want = d->burst - pulled;
        batch.count = 0;
        fs_input_pull(e, 0, &batch, want < (uint32_t)FS_BATCH_MAX ? want : (uint32_t)FS_BATCH_MAX);
        if (batch.count == 0) {
            break;
        }
        pulled += batch.count;
        push(e, 0, &batch);
    } while (pulled < d->burst);
    if (pulled != 0 || d->signals == 0) {
        fs_task_schedule(t);
    }
    return pulled != 0;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct discard *d = (struct discard *)e;
    (void)error;
    d->active = fs_args_boolean(e->args, ACTIVE, true);
    d->burst = (uint32_t)fs_args_integer(e->args, BURST, 1);
    return 0;
}

FS_ONCE static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct discard *d = (struct discard *)e;
    (void)error;
    if (!e->inputs[0].push) {
        fs_task_init(e, &d->task, run);
        d->signals = fs_signal_listen(e, 0, FS_SIGNAL_NONEMPTY, &d->task);
        if (d->signals == 0 || d->task.ready > 0) {
            fs_task_schedule(&d->task);
        }
    }
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct discard *)e)->count = ((struct discard *)old)->count;
}

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct discard *)e)->count);
}
static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, ((struct discard *)e)->active);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct discard *d = (struct discard *)e;
    if (fs_write_boolean("active", value, length, &d->active, error) != 0) {
        return -1;
    }
    if (d->active && !e->inputs[0].push) {
        fs_task_schedule(&d->task);
    }
    return 0;
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    ((struct discard *)e)->count = 0;
    return 0;
}

static const struct fs_arg args[] = {
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true",
                "Whether packets are pulled; pushed ones always are taken."},
    [BURST] = {"BURST", "integer", FS_KEYWORD, 1, UINT32_MAX, "1", "Packets to pull each time it is scheduled."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets discarded."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument."},
    {"reset_counts", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Sets the count to zero."},
};

FS_ELEMENT(Discard) = {
    .name = "Discard",
    .ports = "1/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops",
    .summary = "drops all packets",
    .doc = "Each packet is counted as a drop with reason `discarded`. Behind a pull output it pulls whenever\n"
           "packets are there.\n\n"
           "    classifier[1] -> other :: Discard;\n",
    .size = sizeof(struct discard),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .push = push,
};
