/* netfront.c: see netfront.h. */
#include "netfront.h"

#include <string.h>

#include "xen.h"

enum {
    ALONE = 0xffff,
    RECLAIM_AT = 64,
    ROOM_LEAST = XEN_NET_SLOTS / 4,
};

static struct netfront *netfront_of(struct fs_device *d)
{
    return (struct netfront *)(void *)d;
}

/* io/ring.h: shows the other side what was added, and tells whether it wants to hear of it. */
static bool push(volatile uint32_t *shared, const volatile uint32_t *event, uint32_t producer)
{
    uint32_t before = *shared;
    __atomic_store_n(shared, producer, __ATOMIC_SEQ_CST);
    return producer != before && producer - *event < producer - before;
}

/* Responses that there are; 0 when the other side claims what cannot be. */
static uint32_t ready(const volatile struct xen_ring_head *head, uint32_t consumer)
{
    uint32_t n = __atomic_load_n(&head->response_producer, __ATOMIC_ACQUIRE) - consumer;
    return n <= XEN_NET_SLOTS ? n : 0;
}

/* Asks for an event when `count` more responses are there. False when they are already. */
static bool arm_ring(volatile struct xen_ring_head *head, uint32_t consumer, uint32_t count)
{
    __atomic_store_n(&head->response_event, consumer + count, __ATOMIC_SEQ_CST);
    return ready(head, consumer) < count;
}

/* ---- receiving ---- */

static void post(struct netfront *n, uint16_t page)
{
    volatile union xen_receive_slot *slot = &n->receive->slots[n->receive_producer++ % XEN_NET_SLOTS];
    slot->request.id = page;
    slot->request.grant = n->page_grant + page;
}

static void publish_posted(struct netfront *n)
{
    if (push(&n->receive->head.request_producer, &n->receive->head.request_event, n->receive_producer)) {
        xen_send(n->port);
    }
}

/* Whether the response is a frame that fits into the packet, which then has it. */
static bool copy_frame(struct netfront *n, const union xen_receive_slot *slot, struct fs_packet *p)
{
    uint32_t offset = slot->response.offset, length = (uint32_t)slot->response.status;
    bool whole = !n->spoiled && (slot->response.flags & (XEN_NET_MORE_DATA | XEN_NET_EXTRA_INFO)) == 0;
    n->spoiled = (slot->response.flags & XEN_NET_MORE_DATA) != 0;
    if (!whole || slot->response.status <= 0 || offset + length > XEN_PAGE || length > (size_t)(p->limit - p->data)) {
        return false;
    }
    memcpy(p->data, n->pages + (size_t)slot->response.id * XEN_PAGE + offset, length);
    p->length = length;
    p->device = n->device.index;
    fs_set_mac_header(p, p->data);
    return true;
}

static unsigned receive(struct fs_device *d, struct fs_batch *batch, unsigned max)
{
    struct netfront *n = netfront_of(d);
    uint32_t waiting = ready(&n->receive->head, n->receive_consumer);
    unsigned room = FS_BATCH_MAX - batch->count, before = batch->count;
    max = max < room ? max : room;
    waiting = waiting < max ? waiting : max;
    unsigned packets = fs_pool_take(d->pool, batch, waiting);
    unsigned end = batch->count, lost = 0;
    batch->count = before;
    for (; waiting > 0; waiting--) {
        /* Read once: the other side may write it at any time. */
        const union xen_receive_slot slot = n->receive->slots[n->receive_consumer++ % XEN_NET_SLOTS];
        if (slot.response.id >= n->page_count) {
            continue; /* not one of ours: a backend gone mad */
        }
        if (packets > 0 && copy_frame(n, &slot, batch->packets[batch->count])) {
            d->counters.received_bytes += batch->packets[batch->count++]->length;
            packets--;
        } else {
            lost++;
        }
        post(n, slot.response.id);
    }
    for (unsigned i = batch->count; i < end; i++) {
        fs_packet_free(batch->packets[i]);
    }
    publish_posted(n);
    d->counters.no_buffer += lost;
    d->counters.received += batch->count - before;
    return batch->count - before;
}

static bool arm(struct fs_device *d)
{
    struct netfront *n = netfront_of(d);
    n->armed = arm_ring(&n->receive->head, n->receive_consumer, 1);
    return n->armed;
}

/* ---- sending ---- */

static void reclaim(struct netfront *n)
{
    for (uint32_t done = ready(&n->transmit->head, n->transmit_consumer); done > 0; done--) {
        uint16_t id = n->transmit->slots[n->transmit_consumer++ % XEN_NET_SLOTS].response.id;
        if (id >= XEN_NET_SLOTS || n->sent[id] == NULL) {
            continue; /* not one of ours */
        }
        uint16_t partner = n->partner[id];
        if (partner != ALONE) {
            n->partner[partner] = ALONE; /* the frame is the backend's until both are back */
        } else {
            fs_packet_free(n->sent[id]);
        }
        n->sent[id] = NULL;
        n->free[n->free_count++] = id;
    }
}

static void add_slot(struct netfront *n, struct fs_packet *p, uintptr_t at, uint16_t size, uint16_t flags, uint16_t id,
                     uint16_t partner)
{
    volatile union xen_transmit_slot *slot = &n->transmit->slots[n->transmit_producer++ % XEN_NET_SLOTS];
    slot->request.grant = n->pool_grant + (uint32_t)((at - n->pool_start) / XEN_PAGE);
    slot->request.offset = at % XEN_PAGE;
    slot->request.flags = flags;
    slot->request.id = id;
    slot->request.size = size;
    n->sent[id] = p;
    n->partner[id] = partner;
}

static bool add(struct netfront *n, struct fs_packet *p)
{
    uintptr_t at = (uintptr_t)p->data;
    uint32_t left_in_page = XEN_PAGE - at % XEN_PAGE;
    bool two = p->length > left_in_page;
    if (n->free_count < 1u + two) {
        return false;
    }
    uint16_t first = n->free[--n->free_count];
    if (!two) {
        add_slot(n, p, at, (uint16_t)p->length, 0, first, ALONE);
        return true;
    }
    /* netif.h: the first slot tells the whole frame's size, the others their own. */
    uint16_t second = n->free[--n->free_count];
    add_slot(n, p, at, (uint16_t)p->length, XEN_NET_MORE_DATA, first, second);
    add_slot(n, p, at + left_in_page, (uint16_t)(p->length - left_in_page), 0, second, first);
    return true;
}

static unsigned transmit(struct fs_device *d, struct fs_batch *batch)
{
    struct netfront *n = netfront_of(d);
    if (ready(&n->transmit->head, n->transmit_consumer) >= RECLAIM_AT || n->free_count < 2 * batch->count) {
        reclaim(n);
    }
    unsigned sent = 0;
    while (sent < batch->count && add(n, batch->packets[sent])) {
        d->counters.sent_bytes += batch->packets[sent]->length;
        sent++;
    }
    if (push(&n->transmit->head.request_producer, &n->transmit->head.request_event, n->transmit_producer)) {
        xen_send(n->port);
    }
    d->counters.sent += sent;
    if (sent < batch->count) {
        d->counters.ring_full++;
        memmove(batch->packets, batch->packets + sent, (batch->count - sent) * sizeof batch->packets[0]);
    }
    batch->count -= sent;
    return sent;
}

static void want_room(struct fs_device *d)
{
    struct netfront *n = netfront_of(d);
    reclaim(n);
    n->wants_room = n->free_count < ROOM_LEAST;
    if (!n->wants_room) {
        fs_device_room(d);
    }
}

/* ---- the machine's loop ---- */

uint32_t netfront_frames(const struct netfront *n)
{
    return ready(&n->receive->head, n->receive_consumer);
}

bool netfront_poll(struct netfront *n)
{
    bool any = false;
    if (n->armed && netfront_frames(n) > 0) {
        n->armed = false;
        fs_device_arrived(&n->device);
        any = true;
    }
    if (n->wants_room) {
        reclaim(n);
        if (n->free_count >= ROOM_LEAST) {
            n->wants_room = false;
            fs_device_room(&n->device);
            any = true;
        }
    }
    return any;
}

void netfront_tidy(struct netfront *n)
{
    reclaim(n);
}

/* A frame that comes meanwhile is spoiled: nobody has a claim to it. */
__attribute__((cold)) bool netfront_scrub(struct netfront *n)
{
    reclaim(n);
    for (uint32_t waiting = netfront_frames(n); waiting > 0; waiting--) {
        uint16_t id = n->receive->slots[n->receive_consumer++ % XEN_NET_SLOTS].response.id;
        if (id < n->page_count) {
            post(n, id);
        }
    }
    publish_posted(n);
    memset(n->pages, 0, (size_t)n->page_count * XEN_PAGE);
    n->device.counters = (struct fs_device_counters){0};
    return n->free_count == XEN_NET_SLOTS;
}

bool netfront_sleep(struct netfront *n)
{
    uint32_t outstanding = XEN_NET_SLOTS - n->free_count;
    if (outstanding == 0 || !n->wants_room) {
        return true; /* what was sent is given back at the next wake-up, whatever causes it */
    }
    return arm_ring(&n->transmit->head, n->transmit_consumer, (outstanding + 3) / 4);
}

void netfront_post(struct netfront *n)
{
    for (uint32_t i = 0; i < n->page_count; i++) {
        post(n, (uint16_t)i);
    }
    publish_posted(n);
}

const struct fs_device_operations netfront_operations = {receive, transmit, arm, want_room};
