/* packet_ring.c: an interface by a packet socket whose frames lie in memory that the kernel shares
 * (Documentation/networking/packet_mmap.rst, TPACKET_V2: frames one by one, so that none waits for others).
 *
 * Two rings of slots, one behind the other: received frames, then those to be sent. A slot's status says whose it is. The
 * host's own stack sees the frames too, as with any packet socket.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "interface.h"

enum {
    SLOT = 2048, /* bytes: the kernel's header (tpacket2_hdr, sockaddr_ll), then a frame */
    SLOTS = 1024, /* each way */
    BLOCK = 1 << 16, /* bytes that the kernel asks for at once */
    BYTES = SLOT * SLOTS,
    SEND_AT = TPACKET2_HDRLEN - sizeof(struct sockaddr_ll), /* where a frame to be sent begins */
    REFRESH = 1024, /* receptions between two questions for what the kernel dropped */
};
_Static_assert(TPACKET2_HDRLEN + 64 + FS_INTERFACE_ROOM <= SLOT, "a frame fits behind the kernel's header");

struct ring {
    struct fs_interface interface;
    uint8_t *receive, *send;
    uint32_t next_received, next_sent, since_refresh;
};

static struct tpacket2_hdr *slot(uint8_t *ring, uint32_t number)
{
    return (struct tpacket2_hdr *)(void *)(ring + (size_t)number * SLOT);
}
static uint32_t status(const struct tpacket2_hdr *h) { return __atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE); }
static void set_status(struct tpacket2_hdr *h, uint32_t s) { __atomic_store_n(&h->tp_status, s, __ATOMIC_RELEASE); }
static uint32_t after(uint32_t number) { return (number + 1) % SLOTS; }

static void refresh(struct fs_linux_device *d)
{
    struct tpacket_stats lost; /* since it was asked last */
    socklen_t size = sizeof(lost);
    if (getsockopt(d->fd, SOL_PACKET, PACKET_STATISTICS, &lost, &size) == 0) {
        fs_interface_lost(fs_interface_of(&d->base), FS_LOSS_RING_FULL, lost.tp_drops);
    }
}

/* The frame in a slot becomes a packet, and the slot is empty again: nothing of a frame stays in it. */
static bool take(struct ring *r, struct fs_batch *batch, struct tpacket2_hdr *h, uint32_t s)
{
    struct fs_packet *p = fs_packet_new(r->interface.common.base.pool, FS_HEADROOM, FS_INTERFACE_ROOM);
    uint8_t *frame = (uint8_t *)h + h->tp_mac;
    size_t length = h->tp_len;
    const bool whole = h->tp_snaplen == length && length + FS_VLAN_TAG <= FS_INTERFACE_ROOM;
    if (p != NULL && whole) {
        memcpy(p->data, frame, length);
        if (s & TP_STATUS_VLAN_VALID) {
            uint16_t type = s & TP_STATUS_VLAN_TPID_VALID ? h->tp_vlan_tpid : ETH_P_8021Q;
            length = fs_interface_put_tag(p->data, length, type, h->tp_vlan_tci);
        }
    }
    memset(frame, 0, h->tp_snaplen);
    return fs_interface_take(&r->interface, batch, p, whole ? length : SIZE_MAX, (s & TP_STATUS_CSUMNOTREADY) != 0);
}

static unsigned receive(struct fs_device *base, struct fs_batch *batch, unsigned max)
{
    struct ring *r = (struct ring *)(void *)base;
    unsigned got = 0;
    while (got < max) {
        struct tpacket2_hdr *h = slot(r->receive, r->next_received);
        const uint32_t s = status(h);
        if (!(s & TP_STATUS_USER)) {
            break;
        }
        got += take(r, batch, h, s);
        set_status(h, TP_STATUS_KERNEL);
        r->next_received = after(r->next_received);
    }
    if (++r->since_refresh >= REFRESH) {
        r->since_refresh = 0;
        refresh(&r->interface.common);
    }
    return got;
}

static bool arm(struct fs_device *base)
{
    struct ring *r = (struct ring *)(void *)base;
    int error; /* that the interface went down, perhaps: the socket would be ready for ever until it is asked */
    socklen_t size = sizeof(error);
    getsockopt(r->interface.common.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    r->interface.common.armed = !(status(slot(r->receive, r->next_received)) & TP_STATUS_USER);
    return r->interface.common.armed;
}

static unsigned transmit(struct fs_device *base, struct fs_batch *batch)
{
    struct ring *r = (struct ring *)(void *)base;
    unsigned n = 0;
    for (; n < batch->count; n++) {
        struct fs_packet *p = batch->packets[n];
        struct tpacket2_hdr *h = slot(r->send, r->next_sent);
        const uint32_t s = status(h);
        if (s & (TP_STATUS_SEND_REQUEST | TP_STATUS_SENDING)) {
            base->counters.ring_full++;
            break;
        }
        memcpy((uint8_t *)h + SEND_AT, p->data, p->length);
        h->tp_len = p->length;
        set_status(h, TP_STATUS_SEND_REQUEST);
        r->next_sent = after(r->next_sent);
        base->counters.sent++;
        base->counters.sent_bytes += p->length;
        fs_packet_free(p);
    }
    if (n > 0 && sendto(r->interface.common.fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 && errno != EAGAIN) {
        r->interface.common.losses[FS_LOSS_UNSENT]++; /* of the kernel's making: the interface is down, no memory */
    }
    fs_batch_shift(batch, n);
    return n;
}

static const struct fs_device_operations operations = {receive, transmit, arm, fs_interface_want_room};

static bool scrub(struct fs_linux_device *d)
{
    struct ring *r = (struct ring *)(void *)d;
    bool all = true;
    for (uint32_t i = 0; i < SLOTS; i++) {
        struct tpacket2_hdr *h = slot(r->send, i);
        const bool mine = (status(h) & (TP_STATUS_SEND_REQUEST | TP_STATUS_SENDING)) == 0;
        if (mine) {
            memset((uint8_t *)h + SEND_AT, 0, SLOT - SEND_AT);
        }
        all &= mine;
    }
    return all;
}

static bool close_ring(struct fs_linux_device *d)
{
    munmap(((struct ring *)(void *)d)->receive, 2 * BYTES);
    return fs_interface_close(d);
}

static bool set(int fd, int option, const void *value, size_t size)
{
    return setsockopt(fd, SOL_PACKET, option, value, (socklen_t)size) == 0;
}

/* The socket with its rings mapped; -1, and errno. It hears nothing before it is bound. */
static int open_rings(uint8_t **rings)
{
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int version = TPACKET_V2, one = 1;
    const struct tpacket_req request = {.tp_block_size = BLOCK, .tp_block_nr = BYTES / BLOCK, .tp_frame_size = SLOT,
                                        .tp_frame_nr = SLOTS};
    if (fd < 0) {
        return -1;
    }
    *rings = MAP_FAILED;
    if (set(fd, PACKET_VERSION, &version, sizeof(version)) && set(fd, PACKET_IGNORE_OUTGOING, &one, sizeof(one))
        && set(fd, PACKET_QDISC_BYPASS, &one, sizeof(one)) && set(fd, PACKET_RX_RING, &request, sizeof(request))
        && set(fd, PACKET_TX_RING, &request, sizeof(request))) {
        *rings = mmap(NULL, 2 * BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    }
    if (*rings == MAP_FAILED) {
        const int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

struct fs_linux_device *fs_ring_open(const char *name, char *why, size_t why_size)
{
    int index;
    uint8_t mac[6], *rings;
    if (!fs_interface_find(name, &index, mac, why, why_size)) {
        return NULL;
    }
    int fd = open_rings(&rings);
    if (fd < 0) {
        fs_interface_fail(name, "cannot open a packet socket with rings", why, why_size);
        return NULL;
    }
    const struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index};
    if (!fs_interface_all_frames(fd, index) || bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        fs_interface_fail(name, "cannot listen to the interface", why, why_size);
        munmap(rings, 2 * BYTES);
        close(fd);
        return NULL;
    }
    struct ring *r = fs_interface_make(sizeof(*r), name, fd, &operations);
    r->receive = rings;
    r->send = rings + BYTES;
    struct fs_linux_device *d = &r->interface.common;
    d->io = "ring";
    d->mapped = 2 * BYTES;
    d->close = close_ring;
    d->refresh = refresh;
    d->scrub = scrub;
    memcpy(d->base.mac, mac, sizeof(mac));
    return d;
}
