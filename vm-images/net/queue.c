#include "net/queue.h"

#include "net/handlers.h"

enum { CAPACITY };

void fs_queue_refuse(struct fs_queue *q, struct fs_packet *p)
{
    q->drops++;
    fs_reject(&q->base, 1, p, FS_DROP_QUEUE_FULL);
}

void fs_queue_grown(struct fs_queue *q)
{
    uint32_t held = fs_queue_length(q);
    if (held > q->highwater) {
        q->highwater = held;
    }
    if (held >= q->capacity) {
        fs_signal_sleep(&q->room);
    }
    if (held != 0) {
        fs_signal_wake(&q->nonempty);
    }
}

/* More than it has room for. */
static __attribute__((noinline)) void overflow(struct fs_queue *q, struct fs_batch *batch)
{
    uint32_t held = fs_queue_length(q), room = q->capacity > held ? q->capacity - held : 0;
    for (uint32_t i = 0; i < room; i++) {
        q->ring[q->tail++ & q->mask] = batch->packets[i];
    }
    for (uint32_t i = room; i < batch->count; i++) {
        fs_queue_refuse(q, batch->packets[i]);
    }
    batch->count = 0;
    fs_queue_grown(q);
}

static inline void put(struct fs_queue *q, const struct fs_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        q->ring[q->tail++ & q->mask] = batch->packets[i];
    }
}

void fs_queue_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_queue *q = (struct fs_queue *)e;
    const uint32_t count = batch->count, held = fs_queue_length(q) + count;
    (void)port;
    if (FS_HARDLY(held > q->capacity)) {
        overflow(q, batch);
        return;
    }
    if (FS_USUALLY(count == 1)) {
        q->ring[q->tail++ & q->mask] = batch->packets[0];
    } else if (count != 0) {
        put(q, batch);
    } else {
        return;
    }
    batch->count = 0;
    if (FS_HARDLY(held > q->highwater || held == q->capacity)) {
        fs_queue_grown(q);
    } else {
        fs_signal_wake(&q->nonempty);
    }
}

static inline void take(struct fs_queue *q, struct fs_batch *batch, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct fs_packet *p = q->ring[q->head++ & q->mask];
        fs_packet_prefetch(p); /* it may have waited for long */
        fs_batch_add(batch, p);
    }
}

/* There is room again. */
static __attribute__((noinline)) void shrunk(struct fs_queue *q)
{
    if (fs_queue_length(q) == 0) {
        fs_signal_sleep(&q->nonempty);
    }
    fs_signal_wake(&q->room);
}

void fs_queue_pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct fs_queue *q = (struct fs_queue *)e;
    const uint32_t held = fs_queue_length(q), n = held < max ? held : max;
    (void)port;
    if (FS_USUALLY(n == 1)) {
        fs_batch_add(batch, q->ring[q->head++ & q->mask]);
    } else {
        take(q, batch, n);
    }
    if (FS_HARDLY(!q->room.active) && n != 0 && held - n < q->capacity) {
        shrunk(q);
    } else if (n == held) {
        fs_signal_sleep(&q->nonempty);
    }
}

void fs_queue_yank(struct fs_queue *q, bool (*wanted)(const struct fs_packet *p, const void *context), const void *context,
                   struct fs_batch *batch, unsigned max)
{
    uint32_t kept = q->head;
    for (uint32_t i = q->head; i != q->tail; i++) {
        struct fs_packet *p = q->ring[i & q->mask];
        if (max > 0 && !fs_batch_full(batch) && wanted(p, context)) {
            fs_batch_add(batch, p);
            max--;
        } else {
            q->ring[kept++ & q->mask] = p;
        }
    }
    bool had_room = fs_queue_length(q) < q->capacity;
    q->tail = kept;
    if (fs_queue_length(q) == 0) {
        fs_signal_sleep(&q->nonempty);
    }
    if (!had_room && fs_queue_length(q) < q->capacity) {
        fs_signal_wake(&q->room);
    }
}

uint32_t fs_queue_stored(const struct fs_element *e) { return fs_queue_length((const struct fs_queue *)e); }

/* A ring with at least `capacity` places, holding what the old one held. */
static bool make_ring(struct fs_queue *q, uint32_t capacity)
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

int fs_queue_configure(struct fs_element *e, unsigned signals, struct fs_text *error)
{
    struct fs_queue *q = (struct fs_queue *)e;
    q->capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, FS_QUEUE_CAPACITY);
    if (!make_ring(q, q->capacity)) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    if ((signals & FS_QUEUE_TELLS_NONEMPTY) != 0) {
        fs_signal_offer(e, &q->nonempty, FS_SIGNAL_NONEMPTY, false);
    }
    if ((signals & FS_QUEUE_TELLS_ROOM) != 0) {
        fs_signal_offer(e, &q->room, FS_SIGNAL_ROOM, q->capacity != 0);
    }
    return 0;
}

/* Drops what is held from place `from` (0: the oldest) on. */
static void empty(struct fs_queue *q, uint32_t from, enum fs_drop_reason reason)
{
    for (uint32_t i = q->head + from; i != q->tail; i++) {
        fs_drop(&q->base, q->ring[i & q->mask], reason);
    }
    q->tail = q->head + from;
}

void fs_queue_cleanup(struct fs_element *e) { empty((struct fs_queue *)e, 0, FS_DROP_SHUTDOWN); }

void fs_queue_take_state(struct fs_element *e, struct fs_element *old)
{
    const struct fs_queue *o = (const struct fs_queue *)old;
    struct fs_batch batch;
    do {
        batch.count = 0;
        fs_queue_pull(old, 0, &batch, FS_BATCH_MAX);
        fs_queue_push(e, 0, &batch); /* what a smaller capacity cannot hold is counted as queue-full */
    } while (fs_queue_length(o) != 0);
}

FS_READ(read_length, struct fs_queue, fs_text_u64(value, fs_queue_length(self)))
FS_READ_NUMBER(read_highwater, struct fs_queue, highwater)
FS_READ_NUMBER(read_capacity, struct fs_queue, capacity)
FS_READ_NUMBER(read_drops, struct fs_queue, drops)
/* As it would be written now. */
FS_READ(read_config, struct fs_queue, {
    if (!self->written) {
        fs_text_string(value, fs_args_config(e->args));
    } else {
        fs_text_format(value, "CAPACITY %u", self->capacity);
    }
})
/* Packets beyond a smaller capacity are dropped, the newest first, as Click does. */
static int write_capacity(struct fs_element *e, const char *value, size_t value_length, struct fs_text *error)
{
    struct fs_queue *q = (struct fs_queue *)e;
    int64_t capacity;
    if (fs_write_integer("capacity", value, value_length, 0, FS_QUEUE_CAPACITY_MAX, &capacity, error) != 0) {
        return -1;
    }
    if (capacity > (int64_t)q->mask + 1 && !make_ring(q, (uint32_t)capacity)) {
        fs_text_string(error, "capacity: out of memory");
        return -1;
    }
    q->capacity = (uint32_t)capacity;
    q->written = true;
    if (fs_queue_length(q) > q->capacity) {
        q->drops += fs_queue_length(q) - q->capacity;
        empty(q, q->capacity, FS_DROP_QUEUE_FULL);
    }
    if (fs_queue_length(q) < q->capacity) {
        fs_signal_wake(&q->room);
    } else {
        fs_signal_sleep(&q->room);
    }
    return 0;
}
FS_BUTTON(write_reset_counts, struct fs_queue, {
    self->drops = 0;
    self->highwater = 0;
})
FS_BUTTON(write_reset, struct fs_queue, {
    empty(self, 0, FS_DROP_DISCARDED);
    fs_signal_sleep(&self->nonempty);
    if (self->capacity != 0) {
        fs_signal_wake(&self->room);
    }
})

const struct fs_arg fs_queue_args[FS_QUEUE_ARGS] = {
    [CAPACITY] = {"CAPACITY", "integer", FS_OPTIONAL, 0, FS_QUEUE_CAPACITY_MAX, "1000", "Packets that it can hold."},
};
const struct fs_handler fs_queue_handlers[FS_QUEUE_HANDLERS] = {
    {"length", read_length, NULL, 0, NULL, "Packets held now."},
    {"highwater_length", read_highwater, NULL, 0, NULL, "Most packets held at once since the start or reset_counts."},
    {"capacity", read_capacity, write_capacity, 0, NULL, "The CAPACITY argument."},
    {"config", read_config, NULL, FS_HANDLER_CALM, NULL, "The arguments, with the capacity that was written last."},
    {"drops", read_drops, NULL, 0, NULL, "Packets that found it full, since the start or reset_counts."},
    {"reset_counts", NULL, write_reset_counts, FS_HANDLER_BUTTON, NULL, "Sets drops and highwater_length to zero."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Drops all packets held, as `discarded`."},
};
