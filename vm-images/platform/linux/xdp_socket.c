/* xdp_socket.c: an interface by an AF_XDP socket (Documentation/networking/af_xdp.rst): the driver hands frames over before
 * the host's stack sees them, and takes those to be sent past its queues.
 *
 * Frames lie in chunks of memory that the kernel shares (the UMEM). Four rings say whose a chunk is: `fill` gives the
 * kernel empty ones, `received` has frames, `send` has frames of ours, `sent` gives their chunks back. Where the driver can,
 * its device reads and writes the chunks itself (zero copy); else the kernel copies.
 *
 * One receive queue: where an interface has more, its frames would come by sockets that are not here.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "interface.h"
#include "offload.h"
#include "xdp_program.h"

#ifndef AF_XDP
#define AF_XDP 44
#endif
#ifndef SOL_XDP
#define SOL_XDP 283
#endif
enum {
    CHUNK = 2048,          /* bytes: 256 that the kernel keeps in front of a frame, and FS_INTERFACE_ROOM for it */
    MOST_CHUNKS = 1024,    /* each way */
    LEAST_CHUNKS = 128,    /* below that a burst is lost while the process waits for a processor */
    REFRESH = 1024,        /* receptions between two questions for what the kernel dropped */
    SEND_BUFFER = 8 << 20, /* bytes of frames that the kernel has copied and not passed on: all of the ring's */
    BUDGET_OPTION = 9,     /* XDP_MAX_TX_SKB_BUDGET (Linux 6.17): frames that one call sends */
};

struct ring {
    uint32_t *producer, *consumer, *flags;
    void *entries; /* struct xdp_desc or uint64_t */
    uint32_t mask, at; /* at: our own end */
    void *mapped;
    size_t bytes;
};

struct xdp {
    struct fs_interface interface;
    struct fs_xdp_program program;
    int membership; /* a packet socket that has the interface receive all frames */
    uint8_t *umem;
    uint32_t chunks; /* each way: the first are for reception */
    struct ring fill, received, send, sent;
    uint32_t *empty, empty_count; /* chunks of ours for frames to be sent */
    uint32_t since_refresh;
    bool from_memory; /* whoever sends to this interface does so without a wire in between */
    struct xdp_statistics seen;
};

static struct xdp *mine(struct fs_device *d) { return (struct xdp *)(void *)d; }

static uint32_t theirs(const uint32_t *end) { return __atomic_load_n(end, __ATOMIC_ACQUIRE); }
static void publish(uint32_t *end, uint32_t value) { __atomic_store_n(end, value, __ATOMIC_RELEASE); }
static bool wants_waking(const struct ring *r) { return (theirs(r->flags) & XDP_RING_NEED_WAKEUP) != 0; }
static struct xdp_desc *frame_at(const struct ring *r, uint32_t i) { return (struct xdp_desc *)r->entries + (i & r->mask); }
static uint64_t *chunk_at(const struct ring *r, uint32_t i) { return (uint64_t *)r->entries + (i & r->mask); }

/* ---- receiving ---- */

static uint64_t more_than(uint64_t now, uint64_t before) { return now > before ? now - before : 0; }

static void refresh(struct fs_linux_device *d)
{
    struct xdp *x = mine(&d->base);
    struct xdp_statistics now;
    socklen_t size = sizeof(now);
    if (getsockopt(d->fd, SOL_XDP, XDP_STATISTICS, &now, &size) != 0) {
        return;
    }
    const uint64_t dropped = more_than(now.rx_dropped, x->seen.rx_dropped);
    const uint64_t no_chunk = more_than(now.rx_fill_ring_empty_descs, x->seen.rx_fill_ring_empty_descs);
    const uint64_t full = more_than(now.rx_ring_full, x->seen.rx_ring_full);
    /* What was dropped although there was a chunk did not fit into it. */
    fs_interface_lost(&x->interface, FS_LOSS_RING_FULL, full + (no_chunk < dropped ? no_chunk : dropped));
    fs_interface_lost(&x->interface, FS_LOSS_TOO_LONG, more_than(dropped, no_chunk));
    x->seen = now;
}

/* The frame becomes the packet's, or is lost when there is none; nothing of it stays in its chunk. */
static bool take(struct xdp *x, struct fs_batch *batch, const struct xdp_desc *d, struct fs_packet *p)
{
    uint8_t *frame = x->umem + d->addr;
    if (p != NULL) {
        memcpy(p->data, frame, d->len);
        if (x->from_memory) {
            fs_offload_guess(p->data, d->len);
        }
    }
    memset(frame, 0, d->len);
    return fs_interface_take(&x->interface, batch, p, d->len, false);
}

static unsigned receive(struct fs_device *base, struct fs_batch *batch, unsigned max)
{
    struct xdp *x = mine(base);
    const uint32_t waiting = theirs(x->received.producer) - x->received.at, n = waiting < max ? waiting : max;
    struct fs_batch taken = {.count = 0};
    unsigned got = 0;
    if (n == 0) {
        return 0;
    }
    const unsigned packets = fs_pool_take(base->pool, &taken, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct xdp_desc *d = frame_at(&x->received, x->received.at + i);
        if (i + 1 < n) {
            __builtin_prefetch(x->umem + frame_at(&x->received, x->received.at + i + 1)->addr);
        }
        got += take(x, batch, d, i < packets ? taken.packets[i] : NULL);
        *chunk_at(&x->fill, x->fill.at + i) = d->addr & ~(uint64_t)(CHUNK - 1);
    }
    publish(x->received.consumer, x->received.at += n);
    publish(x->fill.producer, x->fill.at += n);
    if (wants_waking(&x->fill)) {
        recvfrom(x->interface.common.fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
    }
    if (++x->since_refresh >= REFRESH) {
        x->since_refresh = 0;
        refresh(&x->interface.common);
    }
    return got;
}

static bool arm(struct fs_device *base)
{
    struct xdp *x = mine(base);
    x->interface.common.armed = theirs(x->received.producer) == x->received.at;
    return x->interface.common.armed;
}

/* ---- sending ---- */

/* Chunks whose frames have been sent are ours again. */
static void reap(struct xdp *x)
{
    const uint32_t n = theirs(x->sent.producer) - x->sent.at;
    for (uint32_t i = 0; i < n; i++) {
        x->empty[x->empty_count++] = (uint32_t)(*chunk_at(&x->sent, x->sent.at + i) / CHUNK);
    }
    publish(x->sent.consumer, x->sent.at += n);
}

/* Has the kernel send. One call sends some of what is there, and says EAGAIN when more is left; what is left when it can
 * send no more goes with the next call, or with the loop's next look at the socket. */
static void kick(struct xdp *x)
{
    uint32_t before = x->send.at - MOST_CHUNKS - 1, done;
    while (wants_waking(&x->send) && (done = theirs(x->send.consumer)) != x->send.at && done != before) {
        before = done;
        if (sendto(x->interface.common.fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 && errno != EAGAIN && errno != EBUSY
            && errno != ENOBUFS) {
            x->interface.common.losses[FS_LOSS_UNSENT]++; /* the interface is down or gone */
            break;
        }
    }
}

static unsigned transmit(struct fs_device *base, struct fs_batch *batch)
{
    struct xdp *x = mine(base);
    if (x->empty_count < batch->count) {
        reap(x);
    }
    const uint32_t n = batch->count < x->empty_count ? batch->count : x->empty_count;
    for (uint32_t i = 0; i < n; i++) {
        struct fs_packet *p = batch->packets[i];
        const uint32_t chunk = x->empty[--x->empty_count];
        memcpy(x->umem + (size_t)chunk * CHUNK, p->data, p->length);
        *frame_at(&x->send, x->send.at + i) = (struct xdp_desc){.addr = (uint64_t)chunk * CHUNK, .len = p->length};
        base->counters.sent_bytes += p->length;
    }
    base->counters.sent += n;
    base->counters.ring_full += n < batch->count;
    publish(x->send.producer, x->send.at += n);
    kick(x);
    struct fs_batch given = {.count = n};
    memcpy(given.packets, batch->packets, n * sizeof(given.packets[0]));
    fs_packet_free_batch(&given);
    fs_batch_shift(batch, n);
    return n;
}

static const struct fs_device_operations operations = {receive, transmit, arm, fs_interface_want_room};

static bool scrub(struct fs_linux_device *d)
{
    struct xdp *x = mine(&d->base);
    reap(x);
    for (uint32_t i = 0; i < x->empty_count; i++) {
        memset(x->umem + (size_t)x->empty[i] * CHUNK, 0, CHUNK);
    }
    return x->empty_count == x->chunks;
}

/* ---- making one ---- */

static void unmap(struct ring *r)
{
    if (r->mapped != NULL) {
        munmap(r->mapped, r->bytes);
    }
}

/* What is there of it, with the program first: the interface is as before. */
static bool close_xdp(struct fs_linux_device *d)
{
    struct xdp *x = mine(&d->base);
    fs_xdp_detach(&x->program);
    unmap(&x->fill), unmap(&x->received), unmap(&x->send), unmap(&x->sent);
    if (x->membership >= 0) {
        close(x->membership);
    }
    if (d->fd >= 0) {
        close(d->fd);
    }
    if (x->umem != NULL) {
        munmap(x->umem, (size_t)2 * MOST_CHUNKS * CHUNK);
    }
    free(x->empty);
    free(x);
    return true;
}

static bool set(const struct xdp *x, int option, const void *value, size_t size)
{
    return setsockopt(x->interface.common.fd, SOL_XDP, option, value, (socklen_t)size) == 0;
}

/* Locked memory is bounded for those without CAP_IPC_LOCK, 8 MiB by default: what does not fit is halved until it does. */
static bool register_memory(struct xdp *x)
{
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit most;
    if (setrlimit(RLIMIT_MEMLOCK, &unlimited) != 0 && getrlimit(RLIMIT_MEMLOCK, &most) == 0) {
        most.rlim_cur = most.rlim_max;
        setrlimit(RLIMIT_MEMLOCK, &most);
    }
    x->umem = mmap(NULL, (size_t)2 * MOST_CHUNKS * CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (x->umem == MAP_FAILED) {
        x->umem = NULL;
        return false;
    }
    bool good;
    x->chunks = MOST_CHUNKS;
    do {
        const struct xdp_umem_reg memory = {.addr = (uintptr_t)x->umem, .len = (uint64_t)2 * x->chunks * CHUNK,
                                            .chunk_size = CHUNK};
        good = set(x, XDP_UMEM_REG, &memory, sizeof(memory));
    } while (!good && errno == ENOBUFS && (x->chunks /= 2) >= LEAST_CHUNKS);
    return good;
}

static bool map_ring(const struct xdp *x, struct ring *r, int option, uint64_t offset, const struct xdp_ring_offset *place,
                     size_t entry)
{
    const int size = (int)x->chunks;
    if (!set(x, option, &size, sizeof(size))) {
        return false;
    }
    r->bytes = place->desc + x->chunks * entry;
    void *at = mmap(NULL, r->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, x->interface.common.fd, (off_t)offset);
    if (at == MAP_FAILED) {
        return false;
    }
    uint8_t *bytes = r->mapped = at;
    r->producer = (uint32_t *)(void *)(bytes + place->producer);
    r->consumer = (uint32_t *)(void *)(bytes + place->consumer);
    r->flags = (uint32_t *)(void *)(bytes + place->flags);
    r->entries = bytes + place->desc;
    r->mask = x->chunks - 1;
    return true;
}

static bool map_rings(struct xdp *x)
{
    struct xdp_mmap_offsets places;
    socklen_t length = sizeof(places);
    _Static_assert((MOST_CHUNKS & (MOST_CHUNKS - 1)) == 0, "rings have sizes that are powers of two");
    if (getsockopt(x->interface.common.fd, SOL_XDP, XDP_MMAP_OFFSETS, &places, &length) != 0 || length != sizeof(places)) {
        return false;
    }
    return map_ring(x, &x->fill, XDP_UMEM_FILL_RING, XDP_UMEM_PGOFF_FILL_RING, &places.fr, sizeof(uint64_t))
           && map_ring(x, &x->sent, XDP_UMEM_COMPLETION_RING, XDP_UMEM_PGOFF_COMPLETION_RING, &places.cr, sizeof(uint64_t))
           && map_ring(x, &x->received, XDP_RX_RING, XDP_PGOFF_RX_RING, &places.rx, sizeof(struct xdp_desc))
           && map_ring(x, &x->send, XDP_TX_RING, XDP_PGOFF_TX_RING, &places.tx, sizeof(struct xdp_desc));
}

/* Half of the chunks are the kernel's, for what comes; the others are ours. */
static bool share_chunks(struct xdp *x)
{
    x->empty = calloc(x->chunks, sizeof(x->empty[0]));
    if (x->empty == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < x->chunks; i++) {
        *chunk_at(&x->fill, i) = (uint64_t)i * CHUNK;
        x->empty[x->empty_count++] = 2 * x->chunks - 1 - i;
    }
    publish(x->fill.producer, x->fill.at = x->chunks);
    return true;
}

struct binding {
    int fd;
    struct sockaddr_xdp address;
};

static int try_to_bind(void *binding)
{
    const struct binding *b = binding;
    return bind(b->fd, (const struct sockaddr *)&b->address, sizeof(b->address));
}

static bool bind_socket(struct xdp *x, int index)
{
    struct binding b = {.fd = x->interface.common.fd};
    b.address = (struct sockaddr_xdp){.sxdp_family = AF_XDP, .sxdp_flags = XDP_USE_NEED_WAKEUP,
                                      .sxdp_ifindex = (uint32_t)index};
    const int buffer = SEND_BUFFER, budget = FS_BATCH_MAX;
    struct xdp_options how = {0};
    socklen_t size = sizeof(how);
    setsockopt(b.fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer)); /* with the usual one it sends less at once */
    set(x, BUDGET_OPTION, &budget, sizeof(budget));                      /* an older kernel sends 32 */
    if (fs_xdp_patiently(try_to_bind, &b) != 0) {
        return false;
    }
    const bool zero_copy =
        getsockopt(b.fd, SOL_XDP, XDP_OPTIONS, &how, &size) == 0 && (how.flags & XDP_OPTIONS_ZEROCOPY) != 0;
    x->interface.common.io = zero_copy ? "xdp-zero-copy" : "xdp";
    return true;
}

static bool hear_all(struct xdp *x, int index)
{
    x->membership = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* of no protocol: it hears nothing itself */
    return x->membership >= 0 && fs_interface_all_frames(x->membership, index);
}

/* ---- what would go wrong without a word ---- */

static bool ask(const char *name, void *question)
{
    struct ifreq request = {.ifr_data = question};
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool good = fd >= 0 && ioctl(fd, SIOCETHTOOL, &request) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return good;
}

struct traits {
    bool veth, from_memory;
};

static bool examine(const char *name, struct traits *t, char *why, size_t why_size)
{
    struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
    struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
    struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};
    if (!ask(name, &driver)) {
        driver.driver[0] = '\0';
    }
    t->veth = strcmp(driver.driver, "veth") == 0;
    t->from_memory = t->veth || strcmp(driver.driver, "tun") == 0 || strcmp(driver.driver, "virtio_net") == 0;
    const uint32_t queues = ask(name, &channels) ? channels.rx_count + channels.combined_count : 1;
    if (queues > 1) {
        snprintf(why, why_size, "%s: it has %u receive queues, and AF_XDP is for one here: ethtool -L %s combined 1", name,
                 queues, name);
        return false;
    }
    if (!t->veth && ask(name, &flags) && flags.data & ETH_FLAG_RXVLAN) {
        snprintf(why, why_size, "%s: VLAN tags would be lost: ethtool -K %s rxvlan off", name, name);
        return false;
    }
    return true;
}

struct fs_linux_device *fs_xdp_open(const char *name, char *why, size_t why_size)
{
    int index;
    uint8_t mac[6];
    char failed[200];
    struct traits traits;
    if (!fs_interface_find(name, &index, mac, why, why_size) || !examine(name, &traits, why, why_size)) {
        return NULL;
    }
    struct xdp *x = fs_interface_make(sizeof(*x), name, -1, &operations);
    struct fs_linux_device *d = &x->interface.common;
    x->membership = -1;
    x->from_memory = traits.from_memory;
    d->close = close_xdp;
    if (!fs_xdp_attach(&x->program, index, traits.veth, failed, sizeof(failed))) {
        snprintf(why, why_size, "%s: %s", name, failed);
        close_xdp(d);
        return NULL;
    }
    const char *what = (d->fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0)) < 0 ? "cannot open an AF_XDP socket"
                       : !register_memory(x)                                      ? "AF_XDP takes no memory"
                       : !map_rings(x) || !share_chunks(x)                        ? "cannot map the rings of AF_XDP"
                       : !bind_socket(x, index) ? "cannot bind an AF_XDP socket"
                       : !hear_all(x, index)    ? "cannot listen to the interface"
                       : !fs_xdp_admit(&x->program, d->fd) ? "cannot put an AF_XDP socket into the program's map"
                                                           : NULL;
    if (what != NULL) {
        fs_interface_fail(name, what, why, why_size);
        close_xdp(d);
        return NULL;
    }
    d->mapped = (size_t)2 * MOST_CHUNKS * CHUNK + x->fill.bytes + x->received.bytes + x->send.bytes + x->sent.bytes;
    d->refresh = refresh;
    d->scrub = scrub;
    memcpy(d->base.mac, mac, sizeof(mac));
    return d;
}
