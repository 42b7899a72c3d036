/* TimedSource: makes a copy of one packet at each interval. */
#include "net/source.h"
#include "net/values.h"

struct timed_source {
    struct fs_element base;
    struct fs_timer timer;
    struct fs_source source;
    uint64_t interval, count;
    uint64_t next; /* when the timer is due */
    int64_t limit; /* below 0: none */
    bool active, stop;
};

enum { INTERVAL, DATA, LIMIT, ACTIVE, STOP, LENGTH };

static struct timed_source *mine(struct fs_element *e) { return (struct timed_source *)e; }

/* From the time that was due, not from when the timer came to run: a source that runs late does not become slower. One
 * that was kept from running for long begins anew. */
static void wait(struct timed_source *s, bool anew)
{
    const uint64_t late = 1000000000;
    uint64_t now = fs_steady(&s->base);
    s->next = anew || s->next + late < now ? now : s->next;
    s->next += s->interval;
    fs_timer_at(&s->timer, s->next);
}

static void fire(struct fs_element *e, struct fs_timer *t)
{
    (void)t;
    struct timed_source *s = mine(e);
    if (!s->active) {
        return;
    }
    if (s->limit >= 0 && s->count >= (uint64_t)s->limit) {
        if (s->stop) {
            fs_stop(e);
        }
        return;
    }
    struct fs_packet *p = fs_source_packet(e, &s->source);
    if (p != NULL) {
        s->count++;
        fs_output_push_one(e, 0, p);
    }
    wait(s, false);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct timed_source *s = mine(e);
    (void)error;
    s->interval = (uint64_t)fs_args_integer(e->args, INTERVAL, 500000000);
    fs_source_configure(&s->source, e->args, DATA, LENGTH);
    s->limit = fs_args_integer(e->args, LIMIT, -1);
    s->active = fs_args_boolean(e->args, ACTIVE, true);
    s->stop = fs_args_boolean(e->args, STOP, false);
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_timer_init(e, &mine(e)->timer, fire);
    if (mine(e)->active) {
        wait(mine(e), true);
    }
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old) { mine(e)->count = mine(old)->count; }

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, mine(e)->count);
}
static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, mine(e)->active);
}
static void read_limit(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_i64(value, mine(e)->limit < 0 ? -1 : mine(e)->limit);
}
static void read_interval(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_time(value, mine(e)->interval);
}
static void read_data(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_bytes(value, mine(e)->source.data, mine(e)->source.data_length);
}
static int go_on(struct timed_source *s)
{
    if (s->active && !fs_timer_set(&s->timer)) {
        fs_timer_after(&s->timer, s->interval);
    }
    return 0;
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_boolean("active", value, length, &mine(e)->active, error) != 0 ? -1 : go_on(mine(e));
}
static int write_limit(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_integer("limit", value, length, INT32_MIN, INT64_MAX, &mine(e)->limit, error) != 0 ? -1 : go_on(mine(e));
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    mine(e)->count = 0;
    return go_on(mine(e));
}

static const struct fs_arg args[] = {
    [INTERVAL] = {"INTERVAL", "duration", FS_OPTIONAL, 1, INT64_MAX, "500ms", "The time between packets, and before the first."},
    [DATA] = {"DATA", "data", FS_OPTIONAL, 0, 0, "69 bytes of text", "The packet's bytes."},
    [LIMIT] = {"LIMIT", "integer", FS_KEYWORD, INT32_MIN, INT64_MAX, "-1", "Packets in all; below 0: no limit."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true", "Whether it makes packets."},
    [STOP] = {"STOP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to stop the driver after LIMIT packets."},
    [LENGTH] = {"LENGTH", "integer", FS_KEYWORD, -1, 65535, "-1", "Bytes of a packet: DATA cut off, or repeated."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets made since the start or reset."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Sets the count to zero."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument."},
    {"limit", read_limit, write_limit, FS_HANDLER_CALM, NULL, "The LIMIT argument."},
    {"interval", read_interval, NULL, FS_HANDLER_CALM, NULL, "The INTERVAL argument, seconds."},
    {"data", read_data, NULL, FS_HANDLER_RAW | FS_HANDLER_CALM, NULL, "The DATA argument."},
};

FS_ELEMENT(TimedSource) = {
    .name = "TimedSource",
    .ports = "0/1",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "originates",
    .summary = "makes a packet at each interval",
    .doc = "    TimedSource(0.2s, \\<00 01>) -> ...\n",
    .size = sizeof(struct timed_source),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
};
