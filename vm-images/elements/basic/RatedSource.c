/* RatedSource: makes copies of one packet at a rate. */
#include "net/source.h"
#include "net/values.h"

static const uint64_t second = 1000000000;

struct rated_source {
    struct fs_element base;
    struct fs_task task; /* when connected to a push input */
    struct fs_timer timer;
    struct fs_signal nonempty; /* when connected to a pull input */
    struct fs_source source;
    uint64_t rate, burst;   /* packets a second, and at most at once */
    uint64_t credit, seen;  /* packets / second-th parts; when it was counted */
    uint64_t count;
    int64_t limit; /* below 0: none */
    bool active, stop;
};

enum { DATA, RATE, LIMIT, ACTIVE, LENGTH, STOP, BANDWIDTH, DATASIZE };

static struct rated_source *mine(struct fs_element *e) { return (struct rated_source *)e; }

static uint64_t burst_of(uint64_t rate) { return rate < 200 ? 2 : rate / 100; }

static void refill(struct rated_source *s)
{
    uint64_t now = fs_steady(&s->base), passed = now - s->seen, most = s->burst * second;
    s->seen = now;
    s->credit = s->rate == 0 || passed < most / s->rate ? s->credit + passed * s->rate : most;
    s->credit = s->credit < most ? s->credit : most;
}

static bool at_limit(const struct rated_source *s) { return s->limit >= 0 && s->count >= (uint64_t)s->limit; }

/* Adds what may be made now, at most `max`. */
static unsigned make(struct rated_source *s, struct fs_batch *batch, unsigned max)
{
    unsigned made = 0;
    refill(s);
    while (made < max && s->credit >= second && !at_limit(s)) {
        struct fs_packet *p = fs_source_packet(&s->base, &s->source);
        s->credit -= second;
        if (p == NULL) {
            break;
        }
        s->count++;
        made++;
        fs_batch_add(batch, p);
    }
    return made;
}

/* Waits until one more may be made. */
static void wait(struct rated_source *s)
{
    if (s->rate > 0 && s->credit < second) {
        fs_timer_after(&s->timer, (second - s->credit + s->rate - 1) / s->rate);
    }
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct rated_source *s = mine(e);
    struct fs_batch batch = {.count = 0};
    if (!s->active) {
        return false;
    }
    if (at_limit(s)) {
        if (s->stop) {
            fs_stop(e);
        }
        return false;
    }
    bool any = make(s, &batch, FS_BATCH_MAX) > 0;
    fs_output_push(e, 0, &batch);
    if (any) {
        fs_task_schedule(t);
    } else {
        wait(s);
    }
    return any;
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct rated_source *s = mine(e);
    (void)port;
    if (s->active && make(s, batch, max) == 0) {
        fs_signal_sleep(&s->nonempty);
        if (!at_limit(s)) {
            wait(s);
        } else if (s->stop) {
            s->stop = false;
            fs_stop(e);
        }
    }
}

static void go_on(struct rated_source *s)
{
    if (!s->active) {
        return;
    }
    if (s->base.outputs[0].push) {
        fs_task_schedule(&s->task);
    } else {
        fs_signal_wake(&s->nonempty);
    }
}

static void fire(struct fs_element *e, struct fs_timer *t)
{
    (void)t;
    go_on(mine(e));
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct rated_source *s = mine(e);
    const struct fs_args *a = e->args;
    uint64_t bandwidth = (uint64_t)fs_args_integer(a, BANDWIDTH, 0);
    (void)error;
    fs_source_configure(&s->source, a, DATA, fs_args_given(a, LENGTH) ? LENGTH : DATASIZE);
    s->rate = (uint64_t)fs_args_integer(a, RATE, 10);
    uint32_t length = fs_source_length(&s->source);
    if (bandwidth > 0 && length > 0) {
        s->rate = bandwidth / length;
    }
    s->burst = burst_of(s->rate);
    s->limit = fs_args_integer(a, LIMIT, -1);
    s->active = fs_args_boolean(a, ACTIVE, true);
    s->stop = fs_args_boolean(a, STOP, false);
    if (!e->outputs[0].push) {
        fs_signal_offer(e, &s->nonempty, FS_SIGNAL_NONEMPTY, s->active);
    }
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct rated_source *s = mine(e);
    (void)error;
    fs_task_init(e, &s->task, run);
    fs_timer_init(e, &s->timer, fire);
    s->seen = fs_steady(e);
    s->credit = second;
    if (e->outputs[0].push) {
        fs_task_schedule(&s->task);
    }
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old) { mine(e)->count = mine(old)->count; }

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, mine(e)->count);
}
static void read_rate(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, mine(e)->rate);
}
static void read_limit(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_i64(value, mine(e)->limit < 0 ? -1 : mine(e)->limit);
}
static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, mine(e)->active);
}
static void read_data(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_bytes(value, mine(e)->source.data, mine(e)->source.data_length);
}
static void read_length(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_i64(value, mine(e)->source.length);
}
static int write_rate(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t rate;
    if (fs_write_integer("rate", value, length, 0, UINT32_MAX, &rate, error) != 0) {
        return -1;
    }
    refill(mine(e));
    mine(e)->rate = (uint64_t)rate;
    mine(e)->burst = burst_of(mine(e)->rate);
    go_on(mine(e));
    return 0;
}
static int write_limit(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (fs_write_integer("limit", value, length, INT32_MIN, INT64_MAX, &mine(e)->limit, error) != 0) {
        return -1;
    }
    go_on(mine(e));
    return 0;
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (fs_write_boolean("active", value, length, &mine(e)->active, error) != 0) {
        return -1;
    }
    refill(mine(e));
    mine(e)->credit = second;
    go_on(mine(e));
    return 0;
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    refill(mine(e));
    mine(e)->count = 0;
    mine(e)->credit = second;
    go_on(mine(e));
    return 0;
}
static int write_length(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_integer("length", value, length, -1, 65535, &mine(e)->source.length, error);
}

static const struct fs_arg args[] = {
    [DATA] = {"DATA", "data", FS_OPTIONAL, 0, 0, "69 bytes of text", "The packet's bytes."},
    [RATE] = {"RATE", "integer", FS_OPTIONAL, 0, UINT32_MAX, "10", "Packets a second."},
    [LIMIT] = {"LIMIT", "integer", FS_OPTIONAL, INT32_MIN, INT64_MAX, "-1", "Packets in all; below 0: no limit."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_OPTIONAL, 0, 0, "true", "Whether it makes packets."},
    [LENGTH] = {"LENGTH", "integer", FS_KEYWORD, -1, 65535, "-1", "Bytes of a packet: DATA cut off, or repeated."},
    [STOP] = {"STOP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to stop the driver after LIMIT packets."},
    [BANDWIDTH] = {"BANDWIDTH", "bandwidth", FS_KEYWORD, 0, INT64_MAX, "0", "Bytes a second, in place of RATE."},
    [DATASIZE] = {"DATASIZE", "integer", FS_KEYWORD, -1, 65535, "-1", "The older name of LENGTH."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets made since the start or reset."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Sets the count to zero; LIMIT more packets are made."},
    {"rate", read_rate, write_rate, 0, NULL, "Packets a second."},
    {"limit", read_limit, write_limit, FS_HANDLER_CALM, NULL, "The LIMIT argument."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument."},
    {"data", read_data, NULL, FS_HANDLER_RAW | FS_HANDLER_CALM, NULL, "The DATA argument."},
    {"length", read_length, write_length, FS_HANDLER_CALM, NULL, "The LENGTH argument."},
};

FS_ELEMENT(RatedSource) = {
    .name = "RatedSource",
    .ports = "0/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "originates",
    .summary = "makes copies of one packet at a rate",
    .doc = "A token bucket of two packets, or of a hundredth of RATE; the first packet comes at once.\n\n"
           "    RatedSource(RATE 100, LIMIT 1000, STOP true) -> ...\n",
    .size = sizeof(struct rated_source),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .pull = pull,
};
