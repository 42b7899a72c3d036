/* queue.h: a split virtqueue, driver's side. (Virtual I/O Device specification 1.1, 2.6.) */
#ifndef PVH_VIRTIO_QUEUE_H
#define PVH_VIRTIO_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUEUE_DESCRIPTOR_NEXT = 1, QUEUE_DESCRIPTOR_WRITE = 2 };

struct queue_descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};
struct queue_available {
    uint16_t flags, index, ring[];
};
struct queue_used_element {
    uint32_t id, length;
};
struct queue_used {
    uint16_t flags, index;
    struct queue_used_element ring[];
};

struct queue {
    struct queue_descriptor *descriptors;
    volatile struct queue_available *available;
    volatile struct queue_used *used;
    void **cookies; /* by first descriptor: what the driver gave */
    volatile uint16_t *notify;
    volatile uint16_t *used_event, *available_event; /* behind the rings */
    uint16_t index;    /* among the device's queues */
    uint16_t size;     /* a power of 2 */
    uint16_t free, free_count;
    uint16_t available_index; /* published with queue_publish() */
    uint16_t published_index, used_index;
    bool events; /* VIRTIO_F_EVENT_IDX was agreed on */
};

/* Bytes of memory for the three parts and the cookies, aligned to 16. */
size_t queue_bytes(uint16_t size);
/* `memory` is zeroed. */
void queue_init(struct queue *q, void *memory, uint16_t index, uint16_t size, bool events);

struct queue_part {
    const void *at;
    uint32_t length;
};
/* Adds one buffer of `count` parts, for the device to write or to read. The caller has checked free_count. */
void queue_add(struct queue *q, const struct queue_part *parts, unsigned count, bool device_writes, void *cookie);
/* Shows the device what was added, and notifies it if it wants that. */
void queue_publish(struct queue *q);

/* Buffers that the device is done with and queue_take() has not taken yet. */
static inline uint16_t queue_done(const struct queue *q)
{
    return (uint16_t)(q->used->index - q->used_index);
}
/* The next of them; only while queue_done() is not 0. NULL when the device names a descriptor that is not its. */
void *queue_take(struct queue *q, uint32_t *length);
/* Asks for an interrupt at the next buffer done (count 1), or when `count` more are. False when that is so already. */
bool queue_arm(struct queue *q, uint16_t count);

#endif
