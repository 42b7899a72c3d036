/* net.c: see net.h. */
#include "net.h"

#include <engine/pool.h>
#include <string.h>

enum {
    QUEUE_RECEIVE = 0,
    QUEUE_TRANSMIT = 1,
    QUEUE_SIZE = 256,
    CONFIG_MAC = 0,
    CONFIG_MTU = 10,
    ETHERNET_BYTES = 14,
    VLAN_BYTES = 4,
    ETHERNET_MTU = 1500,
    POSTED_FIRST = 32, /* doubled when half of them are used up at once: memory that is not touched costs nothing */
    REFILL_AT = 16,
    RECLAIM_AT = 64,
};
#define NET_F_MTU (UINT64_C(1) << 3)
#define NET_F_MAC (UINT64_C(1) << 5)

/* 5.1.6: with VERSION_1 the header always has num_buffers. All zero: a plain frame. */
struct net_header {
    uint8_t flags, gso_type;
    uint16_t header_length, gso_size, checksum_start, checksum_offset, buffer_count;
};
static const struct net_header plain;

static struct net *net_of(struct fs_device *d)
{
    return (struct net *)(void *)d;
}

/* ---- receiving ---- */

/* Posts up to `most` buffers; a pool that is empty is counted and tried again at the next call. */
static void post(struct net *n, unsigned most)
{
    struct fs_batch batch;
    while (n->posted < most && n->receive.free_count > 0) {
        unsigned room = most - n->posted;
        room = room < n->receive.free_count ? room : n->receive.free_count;
        room = room < (unsigned)FS_BATCH_MAX ? room : (unsigned)FS_BATCH_MAX;
        batch.count = 0;
        unsigned got = fs_pool_take(n->device.pool, &batch, room);
        for (unsigned i = 0; i < got; i++) {
            struct fs_packet *p = batch.packets[i];
            uint8_t *at = p->data - sizeof plain;
            struct queue_part part = {at, (uint32_t)(p->limit - at)};
            queue_add(&n->receive, &part, 1, true, p);
        }
        n->posted = (uint16_t)(n->posted + got);
        if (got < room) {
            break;
        }
    }
    queue_publish(&n->receive);
}

static unsigned receive(struct fs_device *d, struct fs_batch *batch, unsigned max)
{
    struct net *n = net_of(d);
    unsigned done = queue_done(&n->receive), got = 0;
    unsigned room = FS_BATCH_MAX - batch->count;
    max = max < room ? max : room;
    for (; done > 0 && got < max; done--) {
        uint32_t length;
        struct fs_packet *p = queue_take(&n->receive, &length);
        if (p == NULL) {
            continue; /* not one of ours: a device gone mad */
        }
        n->posted--;
        if (length < sizeof plain || length > sizeof plain + (size_t)(p->limit - p->data)) {
            fs_packet_free(p);
            continue;
        }
        p->length = length - (uint32_t)sizeof plain;
        p->device = d->index;
        fs_set_mac_header(p, p->data);
        d->counters.received_bytes += p->length;
        fs_batch_add(batch, p);
        got++;
    }
    d->counters.received += got;
    if (n->posted < n->posted_now / 2) {
        n->posted_now = n->posted_now > n->posted_most / 2 ? n->posted_most : (uint16_t)(2 * n->posted_now);
    }
    if (n->posted + (unsigned)REFILL_AT <= n->posted_now) {
        unsigned before = n->posted;
        post(n, n->posted_now);
        if (n->posted == before) {
            d->counters.no_buffer += got; /* as many frames will find no buffer */
        }
    }
    return got;
}

static bool arm(struct fs_device *d)
{
    struct net *n = net_of(d);
    n->armed = queue_arm(&n->receive, 1);
    return n->armed;
}

/* ---- sending ---- */

static void reclaim(struct net *n)
{
    for (unsigned done = queue_done(&n->transmit); done > 0; done--) {
        uint32_t length;
        struct fs_packet *p = queue_take(&n->transmit, &length);
        if (p != NULL) {
            fs_packet_free(p);
        }
    }
}

static bool add(struct net *n, struct fs_packet *p)
{
    struct queue_part parts[2] = {{&plain, sizeof plain}, {p->data, p->length}};
    if (!fs_packet_shared(p) && fs_headroom(p) >= sizeof plain) {
        parts[0].at = memcpy(p->data - sizeof plain, &plain, sizeof plain);
        parts[0].length = (uint32_t)sizeof plain + p->length;
        if (n->transmit.free_count < 1) {
            return false;
        }
        queue_add(&n->transmit, parts, 1, false, p);
        return true;
    }
    if (n->transmit.free_count < 2) {
        return false;
    }
    queue_add(&n->transmit, parts, 2, false, p);
    return true;
}

static unsigned transmit(struct fs_device *d, struct fs_batch *batch)
{
    struct net *n = net_of(d);
    if (queue_done(&n->transmit) >= (unsigned)RECLAIM_AT || n->transmit.free_count < 2 * batch->count) {
        reclaim(n);
    }
    unsigned sent = 0;
    while (sent < batch->count && add(n, batch->packets[sent])) {
        d->counters.sent_bytes += batch->packets[sent]->length;
        sent++;
    }
    queue_publish(&n->transmit);
    d->counters.sent += sent;
    if (sent < batch->count) {
        d->counters.ring_full++;
        memmove(batch->packets, batch->packets + sent, (batch->count - sent) * sizeof batch->packets[0]);
    }
    batch->count -= sent;
    return sent;
}

static bool has_room(const struct net *n)
{
    return n->transmit.free_count >= n->transmit.size / 4;
}

static void want_room(struct fs_device *d)
{
    struct net *n = net_of(d);
    reclaim(n);
    n->wants_room = !has_room(n);
    if (!n->wants_room) {
        fs_device_room(d);
    }
}

/* ---- the machine's loop ---- */

bool net_poll(struct net *n)
{
    bool any = false;
    if (n->armed && queue_done(&n->receive) > 0) {
        n->armed = false;
        fs_device_arrived(&n->device);
        any = true;
    }
    if (n->wants_room) {
        reclaim(n);
        if (has_room(n)) {
            n->wants_room = false;
            fs_device_room(&n->device);
            any = true;
        }
    }
    return any;
}

void net_tidy(struct net *n)
{
    reclaim(n);
    post(n, n->posted_now);
}

/* A frame that comes meanwhile is spoiled: nobody has a claim to it. */
__attribute__((cold)) bool net_scrub(struct net *n)
{
    uint32_t length;
    reclaim(n);
    while (queue_done(&n->receive) > 0) {
        struct fs_packet *p = queue_take(&n->receive, &length);
        if (p != NULL) {
            n->posted--;
            fs_packet_free(p);
        }
    }
    for (unsigned i = 0; i < n->receive.size; i++) {
        struct fs_packet *p = n->receive.cookies[i];
        if (p != NULL) {
            memset(p->head, 0, (size_t)(p->limit - p->head));
        }
    }
    n->device.counters = (struct fs_device_counters){0};
    return n->transmit.free_count == n->transmit.size;
}

bool net_sleep(struct net *n)
{
    uint16_t outstanding = (uint16_t)(n->transmit.size - n->transmit.free_count);
    /* What was sent is given back at the next wake-up, whatever causes it. Only who waits for room, or a receiver
     * without buffers, needs an interrupt for that. */
    if (outstanding == 0 || (!n->wants_room && n->posted > 0)) {
        return true;
    }
    return queue_arm(&n->transmit, (uint16_t)((outstanding + 3) / 4));
}

/* ---- setting up ---- */

static const struct fs_device_operations operations = {receive, transmit, arm, want_room};

bool net_open(struct net *n, pci_function f, uint8_t index)
{
    n->device.operations = &operations;
    n->device.index = index;
    if (!virtio_find(&n->virtio, f) || n->virtio.registers[CAPABILITY_DEVICE] == NULL
        || !virtio_negotiate(&n->virtio, VIRTIO_F_EVENT_IDX | NET_F_MAC | NET_F_MTU)) {
        return false;
    }
    volatile uint8_t *config = n->virtio.registers[CAPABILITY_DEVICE];
    for (unsigned i = 0; i < sizeof n->device.mac && (n->virtio.features & NET_F_MAC) != 0; i++) {
        n->device.mac[i] = config[CONFIG_MAC + i];
    }
    uint32_t mtu = ETHERNET_MTU;
    if ((n->virtio.features & NET_F_MTU) != 0) {
        mtu = *(volatile uint16_t *)(volatile void *)(config + CONFIG_MTU);
    }
    n->device.frame_limit = mtu + ETHERNET_BYTES + VLAN_BYTES;
    const uint32_t eth = 'e' | 't' << 8 | 'h' << 16 | '0' << 24;
    memcpy(n->name, &(uint32_t){eth + ((uint32_t)(index % 10) << 24)}, 4);
    n->device.name = n->name;
    return virtio_queue(&n->virtio, &n->receive, QUEUE_RECEIVE, QUEUE_SIZE, true)
        && virtio_queue(&n->virtio, &n->transmit, QUEUE_TRANSMIT, QUEUE_SIZE, true);
}

void net_start(struct net *n, struct fs_pool *pool, uint16_t posted_most)
{
    n->device.pool = pool;
    n->posted_most = posted_most < n->receive.size ? posted_most : n->receive.size;
    n->posted_now = n->posted_most < POSTED_FIRST ? n->posted_most : POSTED_FIRST;
    virtio_run(&n->virtio);
}
