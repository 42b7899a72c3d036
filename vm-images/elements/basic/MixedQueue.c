/* MixedQueue: a queue whose second input goes before all others. */
#include "net/queue.h"

enum { FIRST_IN_FIRST_OUT, LAST_IN_FIRST_OUT };

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_queue_configure(e, FS_QUEUE_TELLS_NONEMPTY, error);
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_queue *q = (struct fs_queue *)e;
    if (port == FIRST_IN_FIRST_OUT) {
        fs_queue_push(e, port, batch);
        return;
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        if (q->capacity == 0) {
            fs_queue_refuse(q, batch->packets[i]);
            continue;
        }
        if (fs_queue_length(q) >= q->capacity) {
            fs_queue_refuse(q, q->ring[--q->tail & q->mask]);
        }
        q->ring[--q->head & q->mask] = batch->packets[i];
    }
    batch->count = 0;
    fs_queue_grown(q);
}

FS_ELEMENT(MixedQueue) = {
    .name = "MixedQueue",
    .ports = "2/1-2",
    .processing = "h/lh",
    FS_QUEUE_CLASS,
    .summary = "a queue whose second input goes before all others",
    .doc = "Packets of input 0 are put at the end, and have no place when it is full; packets of input 1 are put at the\n"
           "front, and the one at the end gives way. What has no place leaves by output 1; where that is not connected it\n"
           "is dropped as `queue-full`.\n\n"
           "    c[0] -> [0]q :: MixedQueue -> ToDevice(0);  c[1] -> [1]q;\n",
    .configure = configure,
    .push = push,
};
