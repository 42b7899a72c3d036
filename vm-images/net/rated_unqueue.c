#include "net/rated_unqueue.h"

#include "net/handlers.h"

/* Reading the clock costs more than moving a packet. A task that runs again and again does so microseconds apart, and
 * what the bucket would gain in a few of them can as well be added at once. */
enum { RUNS_A_CLOCK = 16 };

static uint32_t allowance(struct fs_rated_unqueue *u)
{
    if (u->runs_left != 0) {
        uint32_t allowed = fs_rated_available(&u->rated, FS_BATCH_MAX);
        if (allowed != 0) {
            u->runs_left--;
            return allowed;
        }
    }
    u->runs_left = RUNS_A_CLOCK;
    return fs_rated_allowance(&u->rated, FS_BATCH_MAX, fs_steady(&u->rated.base));
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct fs_rated_unqueue *u = (struct fs_rated_unqueue *)e;
    u->runs++;
    if (!u->active) {
        return false;
    }
    uint32_t allowed = allowance(u);
    if (allowed == 0) {
        uint64_t wait = fs_rated_wait(&u->rated);
        u->empty_runs++;
        if (wait != UINT64_MAX) {
            fs_timer_after(&u->timer, wait);
        }
        return false;
    }
    struct fs_batch batch;
    batch.count = 0;
    fs_input_pull(e, 0, &batch, allowed);
    if (batch.count == 0) {
        u->failed_pulls++;
        u->runs_left = 0; /* it may sleep now */
        if (u->polls) {
            fs_task_schedule(t);
        }
        return false;
    }
    fs_rated_charge(&u->rated, batch.packets, batch.count);
    u->pushes++;
    u->packets += batch.count;
    fs_output_push(e, 0, &batch);
    fs_task_schedule(t);
    return true;
}

static void due(struct fs_element *e, struct fs_timer *t)
{
    (void)t;
    fs_task_schedule(&((struct fs_rated_unqueue *)e)->task);
}
static void changed(struct fs_rated *r) { fs_task_schedule(&((struct fs_rated_unqueue *)r)->task); }

int fs_rated_unqueue_configure(struct fs_element *e, bool bytes, struct fs_text *error)
{
    struct fs_rated_unqueue *u = (struct fs_rated_unqueue *)e;
    u->active = true;
    u->rated.changed = changed;
    return fs_rated_configure(&u->rated, bytes, true, 20000000, error);
}

int fs_rated_unqueue_initialize(struct fs_element *e, struct fs_text *error)
{
    struct fs_rated_unqueue *u = (struct fs_rated_unqueue *)e;
    (void)error;
    fs_task_init(e, &u->task, run);
    fs_timer_init(e, &u->timer, due);
    u->polls = fs_signal_listen(e, 0, FS_SIGNAL_NONEMPTY, &u->task) == 0;
    fs_task_schedule(&u->task);
    return 0;
}

FS_READ_FLAG(read_active, struct fs_rated_unqueue, active)
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_rated_unqueue *u = (struct fs_rated_unqueue *)e;
    if (fs_write_boolean("active", value, length, &u->active, error) != 0) {
        return -1;
    }
    u->runs_left = 0;
    fs_task_schedule(&u->task);
    return 0;
}
FS_READ(read_calls, struct fs_rated_unqueue,
        fs_text_format(value, "%llu calls to run_task()\n%llu empty runs\n%llu pushes\n%llu failed pulls\n%llu packets\n",
                       (unsigned long long)self->runs, (unsigned long long)self->empty_runs,
                       (unsigned long long)self->pushes, (unsigned long long)self->failed_pulls,
                       (unsigned long long)self->packets))

const struct fs_handler fs_rated_unqueue_handlers[FS_RATED_UNQUEUE_HANDLERS] = {
    FS_RATED_HANDLER,
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "Whether it pulls at all."},
    {"calls", read_calls, NULL, 0, NULL, "How often it ran, and with how much success, in words."},
};
