#include "net/timed.h"

enum { INTERVAL, BURST };

static bool run(struct fs_element *e, struct fs_task *task)
{
    struct fs_timed *t = (struct fs_timed *)e;
    uint32_t left = t->burst;
    (void)task;
    if (fs_timer_set(&t->timer)) {
        return false; /* packets came, and their time has not */
    }
    while (left != 0) {
        struct fs_batch batch;
        batch.count = 0;
        fs_input_pull(e, 0, &batch, left < (uint32_t)FS_BATCH_MAX ? left : (uint32_t)FS_BATCH_MAX);
        if (batch.count == 0) {
            break;
        }
        left -= batch.count;
        fs_output_push(e, 0, &batch);
    }
    bool worked = left != t->burst;
    if (worked || t->polls) {
        fs_timer_after(&t->timer, t->interval);
    }
    return worked;
}

static void due(struct fs_element *e, struct fs_timer *timer)
{
    (void)timer;
    fs_task_schedule(&((struct fs_timed *)e)->task);
}

int fs_timed_configure(struct fs_element *e, uint32_t burst, struct fs_text *error)
{
    struct fs_timed *t = (struct fs_timed *)e;
    t->interval = (uint64_t)fs_args_integer(e->args, INTERVAL, 0);
    t->burst = (uint32_t)fs_args_integer(e->args, BURST, burst);
    if (t->interval == 0) {
        fs_text_string(error, "INTERVAL: expected more than 0");
        return -1;
    }
    return 0;
}

int fs_timed_initialize(struct fs_element *e, struct fs_text *error)
{
    struct fs_timed *t = (struct fs_timed *)e;
    (void)error;
    fs_task_init(e, &t->task, run);
    fs_timer_init(e, &t->timer, due);
    t->polls = fs_signal_listen(e, 0, FS_SIGNAL_NONEMPTY, &t->task) == 0;
    fs_task_schedule(&t->task);
    return 0;
}
