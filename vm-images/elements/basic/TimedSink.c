/* TimedSink: pulls a packet at each interval and ends it. */
#include <flowstream/element.h>

struct timed_sink {
    struct fs_element base;
    struct fs_timer timer;
    uint64_t interval;
};

static struct timed_sink *mine(struct fs_element *e) { return (struct timed_sink *)e; }

static void fire(struct fs_element *e, struct fs_timer *t)
{
    struct fs_batch batch = {.count = 0};
    fs_input_pull(e, 0, &batch, 1);
    fs_drop_batch(e, &batch, FS_DROP_DISCARDED);
    fs_timer_after(t, mine(e)->interval);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    mine(e)->interval = (uint64_t)fs_args_integer(e->args, 0, 500000000);
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_timer_init(e, &mine(e)->timer, fire);
    fs_timer_after(&mine(e)->timer, mine(e)->interval);
    return 0;
}

static const struct fs_arg args[] = {
    {"INTERVAL", "duration", FS_OPTIONAL, 1, INT64_MAX, "500ms", "The time between pulls, and before the first."},
};

FS_ELEMENT(TimedSink) = {
    .name = "TimedSink",
    .ports = "1/0",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "drops",
    .summary = "pulls and ends a packet at each interval",
    .doc = "    ... -> Queue -> TimedSink(0.1s)\n",
    .size = sizeof(struct timed_sink),
    .configure = configure,
    .initialize = initialize,
};
