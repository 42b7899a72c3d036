/* DelayUnqueue: pulls packets and pushes them on some time after their timestamps. */
#include "net/delay.h"
#include "net/quantity.h"

struct unqueue {
    struct fs_delay delay;
    struct fs_task task;
    struct fs_timer timer;
    bool polls;
};

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct unqueue *u = (struct unqueue *)e;
    struct fs_batch batch;
    if (fs_delay_empty(&u->delay)) {
        fs_input_pull(e, 0, &u->delay.held, FS_BATCH_MAX);
        if (fs_delay_empty(&u->delay)) {
            if (u->polls) {
                fs_task_schedule(t);
            }
            return false;
        }
    }
    batch.count = 0;
    uint64_t wait = fs_delay_take(&u->delay, &batch, FS_BATCH_MAX);
    bool worked = batch.count != 0;
    if (wait != 0) {
        fs_timer_after(&u->timer, wait);
    } else {
        fs_task_schedule(t);
    }
    fs_output_push(e, 0, &batch);
    return worked;
}

static void due(struct fs_element *e, struct fs_timer *t)
{
    (void)t;
    fs_task_schedule(&((struct unqueue *)e)->task);
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct unqueue *u = (struct unqueue *)e;
    (void)error;
    fs_task_init(e, &u->task, run);
    fs_timer_init(e, &u->timer, due);
    u->polls = fs_signal_listen(e, 0, FS_SIGNAL_NONEMPTY, &u->task) == 0;
    fs_task_schedule(&u->task);
    return 0;
}

static int write_delay(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct unqueue *u = (struct unqueue *)e;
    if (fs_write_duration("delay", value, length, &u->delay.delay, error) != 0) {
        return -1;
    }
    fs_task_schedule(&u->task);
    return 0;
}

static const struct fs_arg args[] = {
    {"DELAY", "duration", FS_POSITIONAL, 0, 0, NULL, "How long after its timestamp a packet may go."},
};
static const struct fs_handler handlers[] = {
    {"delay", fs_delay_read, write_delay, 0, NULL, "The DELAY argument."},
};

FS_ELEMENT(DelayUnqueue) = {
    .name = "DelayUnqueue",
    .ports = "1/1",
    .processing = "l/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "delays; drops",
    .summary = "pulls packets and pushes them on some time after their timestamps",
    .doc = "DelayShaper with a push output.\n\n"
           "    FromDevice(0) -> Queue(1000) -> DelayUnqueue(20ms) -> ToDevice(1);\n",
    .size = sizeof(struct unqueue),
    .configure = fs_delay_configure,
    .initialize = initialize,
    .cleanup = fs_delay_cleanup,
    .take_state = fs_delay_take_state,
};
