/* queue.c: see queue.h. */
#include "queue.h"

enum { USED_NO_NOTIFY = 1, AVAILABLE_NO_INTERRUPT = 1 };

/* The device runs at the same time: what was stored before is seen before what is loaded after. (2.6.13.3.1 and
 * 2.6.7.2: between the index that we write and the event index that we read.) */
static void full_barrier(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static size_t align(size_t n, size_t to)
{
    return (n + to - 1) & ~(to - 1);
}

static size_t available_at(uint16_t size)
{
    return sizeof(struct queue_descriptor) * size;
}
static size_t used_at(uint16_t size)
{
    return align(available_at(size) + sizeof(struct queue_available) + sizeof(uint16_t) * (size + 1u), 4);
}
static size_t cookies_at(uint16_t size)
{
    return align(used_at(size) + sizeof(struct queue_used) + sizeof(struct queue_used_element) * size + 2, 8);
}

size_t queue_bytes(uint16_t size)
{
    return align(cookies_at(size) + sizeof(void *) * size, 16);
}

__attribute__((cold)) void queue_init(struct queue *q, void *memory, uint16_t index, uint16_t size, bool events)
{
    uint8_t *at = memory;
    q->descriptors = (struct queue_descriptor *)(void *)at;
    q->available = (volatile struct queue_available *)(void *)(at + available_at(size));
    q->used = (volatile struct queue_used *)(void *)(at + used_at(size));
    q->used_event = &q->available->ring[size];
    q->available_event = (volatile uint16_t *)(void *)(at + used_at(size) + sizeof(struct queue_used)
                                                       + sizeof(struct queue_used_element) * size);
    q->cookies = (void **)(void *)(at + cookies_at(size));
    q->notify = NULL;
    q->index = index;
    q->size = size;
    q->free = 0;
    q->free_count = size;
    q->available_index = q->published_index = q->used_index = 0;
    q->events = events;
    for (uint16_t i = 0; i < size; i++) {
        q->descriptors[i].next = (uint16_t)(i + 1);
    }
    if (!events) {
        q->available->flags = AVAILABLE_NO_INTERRUPT;
    }
}

void queue_add(struct queue *q, const struct queue_part *parts, unsigned count, bool device_writes, void *cookie)
{
    uint16_t first = q->free, i = first;
    struct queue_descriptor *d = NULL;
    for (unsigned n = 0; n < count; n++) {
        d = &q->descriptors[i];
        d->address = (uintptr_t)parts[n].at;
        d->length = parts[n].length;
        d->flags = (uint16_t)((device_writes ? QUEUE_DESCRIPTOR_WRITE : 0) | (n + 1 < count ? QUEUE_DESCRIPTOR_NEXT : 0));
        i = d->next;
    }
    q->free = i;
    q->free_count = (uint16_t)(q->free_count - count);
    q->cookies[first] = cookie;
    q->available->ring[q->available_index & (q->size - 1)] = first;
    q->available_index++;
}

void queue_publish(struct queue *q)
{
    uint16_t from = q->published_index, to = q->available_index;
    if (from == to) {
        return;
    }
    __atomic_thread_fence(__ATOMIC_RELEASE);
    q->available->index = to;
    q->published_index = to;
    full_barrier();
    bool wanted = q->events ? (uint16_t)(to - *q->available_event - 1) < (uint16_t)(to - from)
                            : (q->used->flags & USED_NO_NOTIFY) == 0;
    if (wanted) {
        *q->notify = q->index;
    }
}

void *queue_take(struct queue *q, uint32_t *length)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    const volatile struct queue_used_element *e = &q->used->ring[q->used_index & (q->size - 1)];
    uint32_t id = e->id;
    *length = e->length;
    q->used_index++;
    if (id >= q->size || q->cookies[id] == NULL) {
        return NULL;
    }
    void *cookie = q->cookies[id];
    q->cookies[id] = NULL;
    uint16_t last = (uint16_t)id, count = 1;
    while ((q->descriptors[last].flags & QUEUE_DESCRIPTOR_NEXT) != 0) {
        last = q->descriptors[last].next;
        count++;
    }
    q->descriptors[last].next = q->free;
    q->free = (uint16_t)id;
    q->free_count = (uint16_t)(q->free_count + count);
    return cookie;
}

bool queue_arm(struct queue *q, uint16_t count)
{
    if (q->events) {
        *q->used_event = (uint16_t)(q->used_index + count - 1);
    } else {
        q->available->flags = 0;
    }
    full_barrier();
    return queue_done(q) < count;
}
