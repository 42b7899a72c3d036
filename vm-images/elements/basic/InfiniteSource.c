/* InfiniteSource: makes copies of one packet as fast as they are taken. */
#include <flowstream/element.h>

#include "net/source.h"
#include "net/values.h"

enum {
    LENGTH_MAX = 65535,
    BLOCK = 64, /* that a packet's room is a multiple of */
    BUFFER_WAIT_NS = 1000000, /* until a puller is woken after it found the packet pool empty */
};


struct source {
    struct fs_element base;
    struct fs_task task; /* when connected to a push input */
    struct fs_signal nonempty; /* when connected to a pull input */
    struct fs_timer buffers;
    struct fs_pool *pool;
    uint8_t *data; /* DATA, over and over to the end */
    uint32_t most; /* bytes of `data`, and of a packet at most; a multiple of BLOCK */
    uint32_t data_length;
    int64_t length; /* of the packets; below 0: data_length */
    int64_t limit;  /* packets in all; below 0: no limit */
    uint64_t count;
    uint32_t burst;
    uint32_t a_run;  /* packets of a run at most: burst, or 0 when not active */
    uint32_t size;   /* of the packets, by `length` and `data_length` */
    unsigned signals; /* that wake the task */
    const char *end_handler, *end_value; /* END_CALL; NULL: none */
    bool active, timestamp, stop;
    bool ended; /* the end was told to END_CALL or STOP */
};

enum { DATA, LIMIT, BURST, ACTIVE, TIMESTAMP, LENGTH, STOP, END_CALL };

/* How many of `want` packets may still be made of an active source. */
static inline uint32_t allowance_active(const struct source *s, uint32_t want)
{
    uint64_t limit = (uint64_t)s->limit; /* more than is ever made, below 0 */
    uint64_t left = limit > s->count ? limit - s->count : 0;
    return left < want ? (uint32_t)left : want;
}
static uint32_t allowance(const struct source *s, uint32_t want) { return s->active ? allowance_active(s, want) : 0; }
static bool at_limit(const struct source *s) { return s->limit >= 0 && s->count >= (uint64_t)s->limit; }

/* After any change of what it is told. */
static void take_in(struct source *s)
{
    s->a_run = s->active ? s->burst : 0;
    s->size = s->length < 0 ? s->data_length : (uint32_t)s->length;
}

/* Whole blocks, and one at least: the packet has room for them. */
static inline void copy_data(const uint8_t *data, struct fs_packet *p)
{
    uint8_t *to = p->data;
    const uint32_t length = p->length;
    __builtin_memcpy(to, data, BLOCK);
    for (uint32_t done = BLOCK; done < length; done += BLOCK) {
        __builtin_memcpy(to + done, data + done, BLOCK);
    }
}

/* Adds n packets; false when the pool had fewer. */
static inline bool fill(struct source *s, struct fs_batch *batch, uint32_t n)
{
    struct fs_packet **made = batch->packets + batch->count;
    uint32_t got = fs_packet_new_batch(s->pool, FS_HEADROOM, s->size, batch, n);
    const uint8_t *data = s->data;
    for (uint32_t i = 0; i < got; i++) {
        copy_data(data, made[i]);
    }
    if (s->timestamp && got != 0) {
        uint64_t now = fs_now(&s->base);
        for (uint32_t i = 0; i < got; i++) {
            made[i]->timestamp = now;
        }
    }
    s->count += got;
    return got == n;
}

static void tell_end(struct source *s)
{
    if (s->ended) {
        return;
    }
    s->ended = true;
    if (s->stop) {
        fs_stop(&s->base);
    }
    if (s->end_handler != NULL) {
        char line[200];
        struct fs_text error = {.at = line, .capacity = sizeof line};
        if (fs_handler_write(&s->base, s->end_handler, s->end_value, __builtin_strlen(s->end_value), &error) != 0) {
            fs_log(&s->base, line, error.length);
        }
    }
}

static __attribute__((noinline)) void push_many(struct source *s, uint32_t left)
{
    struct fs_batch batch;
    bool filled;
    do {
        uint32_t n = left < (uint32_t)FS_BATCH_MAX ? left : (uint32_t)FS_BATCH_MAX;
        batch.count = 0;
        filled = fill(s, &batch, n);
        left -= batch.count;
        fs_output_push(&s->base, 0, &batch);
    } while (filled && left != 0);
}

/* What push_many() does, of a vector of one, where that costs as much as all else. */
static inline void push_one(struct source *s)
{
    struct fs_packet *p = fs_packet_new(s->pool, FS_HEADROOM, s->size);
    if (FS_USUALLY(p != NULL)) {
        copy_data(s->data, p);
        if (s->timestamp) {
            p->timestamp = fs_now(&s->base);
        }
        s->count++;
        fs_output_push_one(&s->base, 0, p);
    }
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct source *s = (struct source *)e;
    if (FS_HARDLY(s->signals != 0 && t->ready == 0)) {
        return false; /* room downstream schedules it again */
    }
    uint32_t left = allowance_active(s, s->a_run);
    if (FS_USUALLY(left == 1)) {
        push_one(s);
    } else if (left != 0) {
        push_many(s, left);
    } else {
        if (s->active) { /* else a handler schedules it again */
            tell_end(s);
        }
        return false;
    }
    fs_task_schedule(&s->task);
    return true;
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct source *s = (struct source *)e;
    (void)port;
    if (!fill(s, batch, allowance(s, max))) {
        fs_signal_sleep(&s->nonempty);
        fs_timer_after(&s->buffers, BUFFER_WAIT_NS);
    } else if (!s->active || at_limit(s)) {
        fs_signal_sleep(&s->nonempty);
        if (s->active) {
            tell_end(s);
        }
    }
}

static void buffers_again(struct fs_element *e, struct fs_timer *t)
{
    struct source *s = (struct source *)e;
    (void)t;
    if (allowance(s, 1) != 0) {
        fs_signal_wake(&s->nonempty);
    }
}

static bool set_data(struct source *s, const void *bytes, size_t length)
{
    if (length > s->most) {
        return false;
    }
    __builtin_memcpy(s->data, bytes, length);
    for (size_t i = length; i < s->most; i++) {
        s->data[i] = length > 0 ? s->data[i - length] : 0;
    }
    s->data_length = (uint32_t)length;
    take_in(s);
    return true;
}

/* Parts `HANDLER [VALUE]`. */
static int set_end_call(struct source *s, const char *text, struct fs_text *error)
{
    size_t length = __builtin_strlen(text), n = 0;
    char *copy = fs_alloc(&s->base, length + 1);
    if (copy == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    __builtin_memcpy(copy, text, length);
    while (n < length && copy[n] != ' ') {
        n++;
    }
    s->end_handler = copy;
    s->end_value = copy + n;
    while (n < length && copy[n] == ' ') {
        copy[n++] = '\0';
        s->end_value = copy + n;
    }
    return 0;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct source *s = (struct source *)e;
    struct fs_bytes data = fs_args_bytes(e->args, DATA);
    const char *end_call = fs_args_text(e->args, END_CALL, "");
    if (!fs_args_given(e->args, DATA)) {
        data = (struct fs_bytes){(const uint8_t *)fs_source_text, FS_SOURCE_TEXT};
    }
    s->pool = fs_pool(e);
    s->most = (uint32_t)(fs_packet_room(s->pool) - FS_HEADROOM) & ~(uint32_t)(BLOCK - 1);
    s->data = fs_alloc(e, s->most);
    if (s->data == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    if (!set_data(s, data.at, data.length)) {
        fs_text_format(error, "DATA: expected at most %u bytes", s->most);
        return -1;
    }
    s->limit = fs_args_integer(e->args, LIMIT, -1);
    s->burst = (uint32_t)fs_args_integer(e->args, BURST, 1);
    s->active = fs_args_boolean(e->args, ACTIVE, true);
    s->timestamp = fs_args_boolean(e->args, TIMESTAMP, true);
    s->length = fs_args_integer(e->args, LENGTH, -1);
    s->stop = fs_args_boolean(e->args, STOP, false);
    if (s->length > (int64_t)s->most) {
        fs_text_format(error, "LENGTH: expected at most %u", s->most);
        return -1;
    }
    if (s->stop && *end_call != '\0') {
        fs_text_string(error, "END_CALL and STOP are mutually exclusive");
        return -1;
    }
    take_in(s);
    if (!e->outputs[0].push) {
        fs_signal_offer(e, &s->nonempty, FS_SIGNAL_NONEMPTY, s->active);
    }
    return *end_call == '\0' ? 0 : set_end_call(s, end_call, error);
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct source *s = (struct source *)e;
    (void)error;
    fs_timer_init(e, &s->buffers, buffers_again);
    if (e->outputs[0].push) {
        fs_task_init(e, &s->task, run);
        s->signals = fs_signal_listen(e, 0, FS_SIGNAL_ROOM, &s->task);
        fs_task_schedule(&s->task);
    }
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct source *)e)->count = ((struct source *)old)->count;
}

static void read_data(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct source *s = (struct source *)e;
    (void)parameters;
    fs_text_bytes(value, s->data, s->data_length);
}
static void read_limit(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_i64(value, ((struct source *)e)->limit);
}
static void read_burst(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct source *)e)->burst);
}
static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, ((struct source *)e)->active);
}
static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct source *)e)->count);
}
static void read_length(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_i64(value, ((struct source *)e)->length);
}

static int changed(struct source *s)
{
    take_in(s);
    if (allowance(s, 1) != 0) {
        s->ended = false;
        if (s->base.outputs[0].push) {
            fs_task_schedule(&s->task);
        } else {
            fs_signal_wake(&s->nonempty);
        }
    }
    return 0;
}
static int write_data(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (!set_data((struct source *)e, value, length)) {
        fs_text_format(error, "data: expected at most %u bytes", ((struct source *)e)->most);
        return -1;
    }
    return 0;
}
static int write_limit(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct source *s = (struct source *)e;
    return fs_write_integer("limit", value, length, INT64_MIN, INT64_MAX, &s->limit, error) != 0 ? -1 : changed(s);
}
static int write_burst(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct source *s = (struct source *)e;
    int64_t burst;
    if (fs_write_integer("burst", value, length, 1, INT32_MAX, &burst, error) != 0) {
        return -1;
    }
    s->burst = (uint32_t)burst;
    return changed(s);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct source *s = (struct source *)e;
    return fs_write_boolean("active", value, length, &s->active, error) != 0 ? -1 : changed(s);
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct source *s = (struct source *)e;
    (void)value, (void)length, (void)error;
    s->count = 0;
    return changed(s);
}
static int write_length(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct source *s = (struct source *)e;
    int answer = fs_write_integer("length", value, length, -1, s->most, &s->length, error);
    take_in(s);
    return answer;
}

static const struct fs_arg args[] = {
    [DATA] = {"DATA", "data", FS_OPTIONAL, 0, 0, "69 bytes of text", "The packet's bytes."},
    [LIMIT] = {"LIMIT", "integer", FS_OPTIONAL, INT64_MIN, INT64_MAX, "-1",
               "Packets to make in all; below 0: no limit."},
    [BURST] = {"BURST", "integer", FS_OPTIONAL, 1, INT32_MAX, "1", "Packets to push each time it is scheduled."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_OPTIONAL, 0, 0, "true", "Whether it makes packets."},
    [TIMESTAMP] = {"TIMESTAMP", "boolean", FS_KEYWORD, 0, 0, "true", "Whether packets carry the time they were made."},
    [LENGTH] = {"LENGTH", "integer", FS_KEYWORD, -1, LENGTH_MAX, "-1",
                "Bytes of a packet: DATA cut off, or repeated; below 0: as long as DATA."},
    [STOP] = {"STOP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to stop the driver after LIMIT packets."},
    [END_CALL] = {"END_CALL", "string", FS_KEYWORD, 0, 0, "",
                  "`HANDLER [VALUE]` to write after LIMIT packets; not with STOP."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets made since the start or reset."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Sets the count to zero; LIMIT more packets are made."},
    {"data", read_data, write_data, FS_HANDLER_RAW | FS_HANDLER_CALM, NULL, "The DATA argument."},
    {"length", read_length, write_length, FS_HANDLER_CALM, NULL, "The LENGTH argument."},
    {"limit", read_limit, write_limit, FS_HANDLER_CALM, NULL, "The LIMIT argument."},
    {"burst", read_burst, write_burst, FS_HANDLER_CALM, NULL, "The BURST argument."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument."},
};

FS_ELEMENT(InfiniteSource) = {
    .name = "InfiniteSource",
    .ports = "0/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "originates",
    .summary = "makes packets whenever it is scheduled",
    .doc = "Waits while all queues downstream are full, and when the packet pool is empty. Each packet has bytes\n"
           "of its own.\n\n"
           "    InfiniteSource(DATA \\<ffffffffffff 020000000001 0800>, LIMIT 100, STOP true) -> ToDevice(0);\n",
    .size = sizeof(struct source),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .pull = pull,
};
