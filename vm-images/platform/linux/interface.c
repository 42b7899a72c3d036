/* interface.c: devices that are network interfaces: TAP (the other side of the kernel's) and packet sockets (its own).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine.h"

enum { ROOM = FS_FRAME_MAX, TAG = 4, ETHER_ADDRESSES = 12 };

struct interface {
    struct fs_linux_device common;
    char name[IFNAMSIZ];
};

static struct interface *mine(struct fs_device *d) { return (struct interface *)(void *)d; }

void fs_batch_shift(struct fs_batch *batch, unsigned n)
{
    batch->count -= n;
    memmove(batch->packets, batch->packets + n, batch->count * sizeof(batch->packets[0]));
}

/* ---- what both kinds do alike ---- */

/* Takes frames one by one with `take`, which answers the length, or less than 0 when none waits. */
static unsigned receive_by(struct fs_device *base, struct fs_batch *batch, unsigned max,
                           ssize_t (*take)(struct interface *i, uint8_t *at, size_t size))
{
    struct interface *i = mine(base);
    unsigned got = 0;
    while (got < max) {
        struct fs_packet *p = fs_packet_new(base->pool, FS_HEADROOM, ROOM);
        uint8_t nowhere[ROOM];
        ssize_t length = take(i, p != NULL ? p->data : nowhere, ROOM);
        if (length < 0) {
            if (p != NULL) {
                fs_packet_free(p);
            }
            break;
        }
        if (p == NULL || length > (ssize_t)base->frame_limit) {
            base->counters.no_buffer++;
            if (p != NULL) {
                fs_packet_free(p);
            }
            continue;
        }
        p->length = (uint32_t)length;
        p->device = base->index;
        fs_set_mac_header(p, p->data);
        base->counters.received++;
        base->counters.received_bytes += (uint64_t)length;
        fs_batch_add(batch, p);
        got++;
    }
    return got;
}

static bool arm(struct fs_device *base)
{
    struct interface *i = mine(base);
    struct pollfd fd = {.fd = i->common.fd, .events = POLLIN};
    i->common.armed = poll(&fd, 1, 0) == 0;
    return i->common.armed;
}

static void want_room(struct fs_device *base) { mine(base)->common.room_wanted = true; }

static unsigned transmit(struct fs_device *base, struct fs_batch *batch)
{
    struct interface *i = mine(base);
    unsigned n = 0;
    for (; n < batch->count; n++) {
        struct fs_packet *p = batch->packets[n];
        ssize_t wrote = write(i->common.fd, p->data, p->length);
        if (wrote < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
            base->counters.ring_full++;
            break;
        }
        if (wrote < 0) { /* the interface is down or gone: waiting would not help */
            base->counters.ring_full++;
        } else {
            base->counters.sent++;
            base->counters.sent_bytes += p->length;
        }
        fs_packet_free(p);
    }
    fs_batch_shift(batch, n);
    return n;
}

static bool close_interface(struct fs_linux_device *d)
{
    close(d->fd);
    free(d);
    return true;
}

static int ask(const char *name, unsigned long request, struct ifreq *answer)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    *answer = (struct ifreq){0};
    snprintf(answer->ifr_name, IFNAMSIZ, "%s", name);
    int failed = fd < 0 ? -1 : ioctl(fd, request, answer);
    if (fd >= 0) {
        close(fd);
    }
    return failed;
}

static struct fs_linux_device *make(const char *name, int fd, const struct fs_device_operations *operations)
{
    struct interface *i = calloc(1, sizeof(*i));
    struct ifreq mtu;
    snprintf(i->name, sizeof(i->name), "%s", name);
    unsigned limit = ask(name, SIOCGIFMTU, &mtu) == 0 ? (unsigned)mtu.ifr_mtu + ETH_HLEN + TAG : 1518;
    i->common = (struct fs_linux_device){.fd = fd, .close = close_interface};
    i->common.base = (struct fs_device){.operations = operations, .name = i->name,
                                        .frame_limit = limit < ROOM ? limit : ROOM};
    return &i->common;
}

static struct fs_linux_device *fail(int fd, const char *name, const char *what, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s: %s: %s", name, what, strerror(errno));
    if (fd >= 0) {
        close(fd);
    }
    return NULL;
}

static bool name_fits(const char *name, char *why, size_t why_size)
{
    if (name[0] == '\0' || strlen(name) >= IFNAMSIZ) {
        snprintf(why, why_size, "'%s' is not an interface name of 1 to %d characters", name, IFNAMSIZ - 1);
        return false;
    }
    return true;
}

/* ---- TAP (Linux Documentation/networking/tuntap.rst) ---- */

static ssize_t take_tap(struct interface *i, uint8_t *at, size_t size) { return read(i->common.fd, at, size); }

static unsigned receive_tap(struct fs_device *d, struct fs_batch *batch, unsigned max)
{
    return receive_by(d, batch, max, take_tap);
}

static const struct fs_device_operations tap_operations = {receive_tap, transmit, arm, want_room};

/* The interface's own address is the kernel's side; this side gets one made of the name: FNV-1a. */
static void address_of_name(const char *name, uint8_t mac[6])
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name != '\0'; name++) {
        hash = (hash ^ (uint8_t)*name) * 0x100000001b3u;
    }
    mac[0] = 2;
    for (unsigned i = 1; i < 6; i++) {
        mac[i] = (uint8_t)(hash >> 8 * i);
    }
}

struct fs_linux_device *fs_tap_open(const char *name, char *why, size_t why_size)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    if (!name_fits(name, why, why_size)) {
        return NULL;
    }
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return fail(fd, name, "/dev/net/tun", why, why_size);
    }
    snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
    if (ioctl(fd, TUNSETIFF, &request) != 0) {
        return fail(fd, name, "cannot attach to the TAP interface", why, why_size);
    }
    ioctl(fd, TUNSETOFFLOAD, 0); /* an earlier holder may have asked for unfinished checksums; at first none is on */
    struct fs_linux_device *d = make(name, fd, &tap_operations);
    address_of_name(name, d->base.mac);
    return d;
}

/* ---- packet sockets (packet(7)) ---- */

/* The kernel takes a VLAN tag out of the frame and tells it beside; it is put back where it was. */
static ssize_t put_tag_back(struct msghdr *m, uint8_t *at, ssize_t length, size_t size)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
        struct tpacket_auxdata extra;
        if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) {
            continue;
        }
        memcpy(&extra, CMSG_DATA(c), sizeof(extra));
        if (!(extra.tp_status & TP_STATUS_VLAN_VALID) || length < ETHER_ADDRESSES || (size_t)length + TAG > size) {
            continue;
        }
        uint16_t type = extra.tp_status & TP_STATUS_VLAN_TPID_VALID ? extra.tp_vlan_tpid : ETH_P_8021Q;
        uint16_t tag[2] = {htons(type), htons(extra.tp_vlan_tci)};
        memmove(at + ETHER_ADDRESSES + TAG, at + ETHER_ADDRESSES, (size_t)(length - ETHER_ADDRESSES));
        memcpy(at + ETHER_ADDRESSES, tag, TAG);
        length += TAG;
    }
    return length;
}

static ssize_t take_packet(struct interface *i, uint8_t *at, size_t size)
{
    for (;;) {
        struct sockaddr_ll from;
        struct iovec part = {at, size};
        char extra[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
        struct msghdr m = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &part, .msg_iovlen = 1,
                           .msg_control = extra, .msg_controllen = sizeof(extra)};
        ssize_t length = recvmsg(i->common.fd, &m, MSG_TRUNC);
        if (length < 0 && errno == EINTR) {
            continue;
        }
        if (length < 0 || from.sll_pkttype != PACKET_OUTGOING) {
            return length < 0 || (size_t)length > size ? length : put_tag_back(&m, at, length, size);
        }
    }
}

static unsigned receive_packet(struct fs_device *d, struct fs_batch *batch, unsigned max)
{
    return receive_by(d, batch, max, take_packet);
}

static const struct fs_device_operations packet_operations = {receive_packet, transmit, arm, want_room};

struct fs_linux_device *fs_packet_open(const char *name, char *why, size_t why_size)
{
    struct ifreq mac;
    if (!name_fits(name, why, why_size)) {
        return NULL;
    }
    int index = (int)if_nametoindex(name);
    if (index == 0 || ask(name, SIOCGIFHWADDR, &mac) != 0) {
        return fail(-1, name, "no such interface", why, why_size);
    }
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return fail(fd, name, "cannot open a packet socket", why, why_size);
    }
    const int one = 1;
    struct packet_mreq promiscuous = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index};
    if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) != 0
        || setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof(promiscuous)) != 0
        || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        return fail(fd, name, "cannot listen to the interface", why, why_size);
    }
    struct fs_linux_device *d = make(name, fd, &packet_operations);
    memcpy(d->base.mac, mac.ifr_hwaddr.sa_data, 6);
    return d;
}
