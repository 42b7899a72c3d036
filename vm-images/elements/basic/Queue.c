/* Queue: holds packets between a pusher and a puller, first in, first out. */
#include <flowstream/element.h>

#include "net/values.h"

enum { QUEUE_CAPACITY_MAX = 1 << 20 };

struct queue {
    struct fs_element base;
    struct fs_packet **ring; /* `mask` + 1 places, a power of two; at least `capacity` */
    uint32_t mask;
    uint32_t head, tail; /* count up for ever; the place is the number & mask */
    uint32_t capacity;
    uint32_t highwater;
    uint64_t drops;
    struct fs_signal nonempty, room;
};

enum { CAPACITY };

static uint32_t length(const struct queue *q) { return q->tail - q->head; }

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct queue *q = (struct queue *)e;
    uint32_t held = length(q), room = q->capacity > held ? q->capacity - held : 0;
    uint32_t taken = batch->count < room ? batch->count : room;
    (void)port;
    for (uint32_t i = 0; i < taken; i++) {
        q->ring[q->tail++ & q->mask] = batch->packets[i];
    }
    for (uint32_t i = taken; i < batch->count; i++) {
        q->drops++;
        fs_drop(e, batch->packets[i], FS_DROP_QUEUE_FULL);
    }
    batch->count = 0;
    held += taken;
    if (held > q->highwater) {
        q->highwater = held;
    }
    if (held >= q->capacity) {
        fs_signal_sleep(&q->room);
    }
    if (taken != 0) {
        fs_signal_wake(&q->nonempty);
    }
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct queue *q = (struct queue *)e;
    uint32_t held = length(q), n = held < max ? held : max;
    (void)port;
    for (uint32_t i = 0; i < n; i++) {
        fs_batch_add(batch, q->ring[q->head++ & q->mask]);
    }
    if (n == held) {
        fs_signal_sleep(&q->nonempty);
    }
    if (n != 0 && length(q) < q->capacity) {
        fs_signal_wake(&q->room);
    }
}

/* A ring with at least `capacity` places, holding what the old one held. */
static bool make_ring(struct queue *q, uint32_t capacity)
{
    uint32_t places = 2;
    while (places < capacity) {
        places *= 2;
    }
    struct fs_packet **ring = fs_alloc(&q->base, places * sizeof(struct fs_packet *));
    if (ring == NULL) {
        return false;
    }
    for (uint32_t i = q->head; i != q->tail; i++) {
        ring[i & (places - 1)] = q->ring[i & q->mask];
    }
    q->ring = ring;
    q->mask = places - 1;
    return true;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct queue *q = (struct queue *)e;
    q->capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, 1000);
    if (!make_ring(q, q->capacity)) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    fs_signal_offer(e, &q->nonempty, FS_SIGNAL_NONEMPTY, false);
    fs_signal_offer(e, &q->room, FS_SIGNAL_ROOM, q->capacity != 0);
    return 0;
}

/* Drops what is held from place `from` (0: the oldest) on. */
static void empty(struct queue *q, uint32_t from, enum fs_drop_reason reason)
{
    for (uint32_t i = q->head + from; i != q->tail; i++) {
        fs_drop(&q->base, q->ring[i & q->mask], reason);
    }
    q->tail = q->head + from;
}

static void cleanup(struct fs_element *e)
{
    struct queue *q = (struct queue *)e;
    empty(q, 0, FS_DROP_SHUTDOWN);
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    const struct queue *o = (const struct queue *)old;
    struct fs_batch batch;
    do {
        batch.count = 0;
        pull(old, 0, &batch, FS_BATCH_MAX);
        push(e, 0, &batch); /* what a smaller capacity cannot hold is counted as queue-full */
    } while (length(o) != 0);
}

static void read_length(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, length((struct queue *)e));
}
static void read_highwater(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct queue *)e)->highwater);
}
static void read_capacity(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct queue *)e)->capacity);
}
static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct queue *)e)->drops);
}
/* Packets beyond a smaller capacity are dropped, the newest first, as Click does. */
static int write_capacity(struct fs_element *e, const char *value, size_t value_length, struct fs_text *error)
{
    struct queue *q = (struct queue *)e;
    int64_t capacity;
    if (fs_write_integer("capacity", value, value_length, 0, QUEUE_CAPACITY_MAX, &capacity, error) != 0) {
        return -1;
    }
    if (capacity > (int64_t)q->mask + 1 && !make_ring(q, (uint32_t)capacity)) {
        fs_text_string(error, "capacity: out of memory");
        return -1;
    }
    q->capacity = (uint32_t)capacity;
    if (length(q) > q->capacity) {
        q->drops += length(q) - q->capacity;
        empty(q, q->capacity, FS_DROP_QUEUE_FULL);
    }
    if (length(q) < q->capacity) {
        fs_signal_wake(&q->room);
    } else {
        fs_signal_sleep(&q->room);
    }
    return 0;
}
static int write_reset_counts(struct fs_element *e, const char *value, size_t value_length, struct fs_text *error)
{
    struct queue *q = (struct queue *)e;
    (void)value, (void)value_length, (void)error;
    q->drops = 0;
    q->highwater = 0;
    return 0;
}
static int write_reset(struct fs_element *e, const char *value, size_t value_length, struct fs_text *error)
{
    struct queue *q = (struct queue *)e;
    (void)value, (void)value_length, (void)error;
    empty(q, 0, FS_DROP_DISCARDED);
    fs_signal_sleep(&q->nonempty);
    if (q->capacity != 0) {
        fs_signal_wake(&q->room);
    }
    return 0;
}

static const struct fs_arg args[] = {
    [CAPACITY] = {"CAPACITY", "integer", FS_OPTIONAL, 0, QUEUE_CAPACITY_MAX, "1000", "Packets that it can hold."},
};
static const struct fs_handler handlers[] = {
    {"length", read_length, NULL, 0, NULL, "Packets held now."},
    {"highwater_length", read_highwater, NULL, 0, NULL, "Most packets held at once since the start or reset_counts."},
    {"capacity", read_capacity, write_capacity, 0, NULL, "The CAPACITY argument."},
    {"drops", read_drops, NULL, 0, NULL, "Packets that found it full, since the start or reset_counts."},
    {"reset_counts", NULL, write_reset_counts, FS_HANDLER_BUTTON, NULL, "Sets drops and highwater_length to zero."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Drops all packets held, as `discarded`."},
};

FS_ELEMENT(Queue) = {
    .name = "Queue",
    .ports = "1/1",
    .processing = "h/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops; delays",
    .summary = "holds packets in a first-in, first-out queue",
    .doc = "Packets that find it full are dropped as `queue-full`. It tells pullers when it is not empty and\n"
           "pushers when there is room again, so neither side polls. A configuration that replaces this one takes\n"
           "over the packets held.\n\n"
           "    FromDevice(0) -> Queue(200) -> ToDevice(1);\n",
    .size = sizeof(struct queue),
    .configure = configure,
    .cleanup = cleanup,
    .take_state = take_state,
    .push = push,
    .pull = pull,
};
