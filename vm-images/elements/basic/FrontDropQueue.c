/* FrontDropQueue: a queue that drops its oldest packet when it is full. */
#include "net/queue.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_queue_configure(e, FS_QUEUE_TELLS_NONEMPTY, error);
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_queue *q = (struct fs_queue *)e;
    uint32_t held = fs_queue_length(q), more = batch->count;
    uint32_t old = held + more > q->capacity ? held + more - q->capacity : 0; /* how many have to go */
    uint32_t held_old = old < held ? old : held, fresh_old = old - held_old;
    (void)port;
    for (uint32_t i = 0; i < held_old; i++) {
        fs_queue_refuse(q, q->ring[q->head++ & q->mask]);
    }
    for (uint32_t i = 0; i < fresh_old; i++) {
        fs_queue_refuse(q, batch->packets[i]);
    }
    for (uint32_t i = fresh_old; i < more; i++) {
        q->ring[q->tail++ & q->mask] = batch->packets[i];
    }
    batch->count = 0;
    fs_queue_grown(q);
}

FS_ELEMENT(FrontDropQueue) = {
    .name = "FrontDropQueue",
    .ports = "1/1-2",
    .processing = "h/lh",
    FS_QUEUE_CLASS,
    .summary = "a queue that drops its oldest packet when it is full",
    .doc = "So the newest packets are there, and who waits for lost ones learns it sooner. What gives way leaves by output\n"
           "1; where it is not connected it is dropped as `queue-full`.\n\n"
           "    FromDevice(0) -> FrontDropQueue(100) -> ToDevice(1);\n",
    .configure = configure,
    .push = push,
};
