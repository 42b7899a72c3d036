/* Unqueue: pulls packets whenever there are some and pushes them on. */
#include <flowstream/element.h>

#include "net/values.h"

struct unqueue {
    struct fs_element base;
    struct fs_task task;
    uint64_t count;
    int64_t limit; /* packets in all; negative: no limit */
    uint32_t burst;
    unsigned signals; /* that wake the task */
    bool active;
};

enum { BURST, ACTIVE, LIMIT };

/* How many more packets this run may move. */
static uint32_t allowance(const struct unqueue *u)
{
    if (!u->active) {
        return 0;
    }
    if (u->limit < 0) {
        return u->burst;
    }
    uint64_t left = (uint64_t)u->limit > u->count ? (uint64_t)u->limit - u->count : 0;
    return left < u->burst ? (uint32_t)left : u->burst;
}

static inline void again(struct unqueue *u)
{
    if (allowance(u) != 0) {
        fs_task_schedule(&u->task);
    }
}

/* There was nothing to pull. */
static __attribute__((noinline)) bool ran_dry(struct unqueue *u)
{
    if (u->signals == 0) {
        again(u);
    }
    return false;
}

static __attribute__((noinline)) bool move_many(struct unqueue *u, uint32_t left)
{
    struct fs_batch batch;
    bool pulled = false;
    while (left != 0) {
        batch.count = 0;
        fs_input_pull(&u->base, 0, &batch, left < (uint32_t)FS_BATCH_MAX ? left : (uint32_t)FS_BATCH_MAX);
        if (batch.count == 0) {
            break;
        }
        pulled = true;
        left -= batch.count;
        u->count += batch.count;
        fs_output_push(&u->base, 0, &batch);
        if (!u->active) { /* a handler, called by what was pushed */
            return true;
        }
    }
    if (!pulled) {
        return ran_dry(u);
    }
    again(u);
    return true;
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct unqueue *u = (struct unqueue *)e;
    uint32_t left = allowance(u);
    (void)t;
    if (FS_HARDLY(left != 1)) {
        return move_many(u, left);
    }
    struct fs_batch batch;
    batch.count = 0;
    fs_input_pull(e, 0, &batch, 1);
    if (FS_HARDLY(batch.count == 0)) {
        return ran_dry(u);
    }
    u->count++;
    fs_output_push(e, 0, &batch);
    again(u);
    return true;
}

/* BURST below 0 is Click's "until nothing comes back". */
static uint32_t burst_of(int64_t n) { return n < 0 ? INT32_MAX : (uint32_t)n; }

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct unqueue *u = (struct unqueue *)e;
    (void)error;
    u->burst = burst_of(fs_args_integer(e->args, BURST, 1));
    u->active = fs_args_boolean(e->args, ACTIVE, true);
    u->limit = fs_args_integer(e->args, LIMIT, -1);
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct unqueue *u = (struct unqueue *)e;
    (void)error;
    fs_task_init(e, &u->task, run);
    u->signals = fs_signal_listen(e, 0, FS_SIGNAL_NONEMPTY, &u->task);
    fs_task_schedule(&u->task);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct unqueue *)e)->count = ((struct unqueue *)old)->count;
}

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct unqueue *)e)->count);
}
static void read_burst(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct unqueue *)e)->burst);
}
static void read_limit(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_i64(value, ((struct unqueue *)e)->limit);
}
static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, ((struct unqueue *)e)->active);
}

static int changed(struct unqueue *u)
{
    if (allowance(u) != 0) {
        fs_task_schedule(&u->task);
    }
    return 0;
}
static int write_burst(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct unqueue *u = (struct unqueue *)e;
    int64_t burst;
    if (fs_write_integer("burst", value, length, INT32_MIN, INT32_MAX, &burst, error) != 0) {
        return -1;
    }
    u->burst = burst_of(burst);
    return changed(u);
}
static int write_limit(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct unqueue *u = (struct unqueue *)e;
    return fs_write_integer("limit", value, length, INT64_MIN, INT64_MAX, &u->limit, error) != 0 ? -1 : changed(u);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct unqueue *u = (struct unqueue *)e;
    return fs_write_boolean("active", value, length, &u->active, error) != 0 ? -1 : changed(u);
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct unqueue *u = (struct unqueue *)e;
    (void)value, (void)length, (void)error;
    u->count = 0;
    return changed(u);
}

static const struct fs_arg args[] = {
    [BURST] = {"BURST", "integer", FS_OPTIONAL, INT32_MIN, INT32_MAX, "1",
               "Packets to pull each time it is scheduled; below 0: until nothing comes back."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true", "Whether it pulls at all."},
    [LIMIT] = {"LIMIT", "integer", FS_KEYWORD, INT64_MIN, INT64_MAX, "-1",
               "Packets to pull in all; below 0: no limit."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets that have passed since the start or reset."},
    {"burst", read_burst, write_burst, 0, NULL, "The BURST argument."},
    {"limit", read_limit, write_limit, 0, NULL, "The LIMIT argument."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Sets the count to zero; LIMIT more packets may pass."},
    {"reset_counts", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "The same as reset."},
};

FS_ELEMENT(Unqueue) = {
    .name = "Unqueue",
    .ports = "1/1",
    .processing = "l/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "",
    .summary = "pulls packets and pushes them on",
    .doc = "Sleeps while the queues upstream say that they are empty.\n\n"
           "    ... -> Queue(1000) -> Unqueue(BURST 32) -> Print(after) -> Discard;\n",
    .size = sizeof(struct unqueue),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
};
