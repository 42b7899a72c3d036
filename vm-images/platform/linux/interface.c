#include "interface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "offload.h"

enum { USUAL_MTU = 1500 };

void fs_batch_shift(struct fs_batch *batch, unsigned n)
{
    batch->count -= n;
    memmove(batch->packets, batch->packets + n, batch->count * sizeof(batch->packets[0]));
}

/* ---- making one ---- */

bool fs_interface_name(const char *name, char *why, size_t why_size)
{
    if (name[0] == '\0' || strlen(name) >= IFNAMSIZ) {
        snprintf(why, why_size, "'%s' is not an interface name of 1 to %d characters", name, IFNAMSIZ - 1);
        return false;
    }
    return true;
}

void fs_interface_fail(const char *name, const char *what, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s: %s: %s", name, what, strerror(errno));
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

bool fs_interface_find(const char *name, int *index, uint8_t mac[6], char *why, size_t why_size)
{
    struct ifreq address;
    if (!fs_interface_name(name, why, why_size)) {
        return false;
    }
    *index = (int)if_nametoindex(name);
    if (*index == 0 || ask(name, SIOCGIFHWADDR, &address) != 0) {
        fs_interface_fail(name, "no such interface", why, why_size);
        return false;
    }
    memcpy(mac, address.ifr_hwaddr.sa_data, 6);
    return true;
}

void *fs_interface_make(size_t size, const char *name, int fd, const struct fs_device_operations *operations)
{
    struct fs_interface *i = calloc(1, size);
    struct ifreq mtu;
    if (i == NULL) {
        fs_panic("no memory for a device");
    }
    snprintf(i->name, sizeof(i->name), "%s", name);
    unsigned limit = (unsigned)(ask(name, SIOCGIFMTU, &mtu) == 0 ? mtu.ifr_mtu : USUAL_MTU) + ETH_HLEN + FS_VLAN_TAG;
    i->common = (struct fs_linux_device){.fd = fd, .close = fs_interface_close};
    i->common.base = (struct fs_device){.operations = operations, .name = i->name,
                                        .frame_limit = limit < FS_INTERFACE_ROOM ? limit : FS_INTERFACE_ROOM};
    return i;
}

bool fs_interface_all_frames(int packet_socket, int index)
{
    struct packet_mreq promiscuous = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
    return setsockopt(packet_socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof(promiscuous)) == 0;
}

/* ---- frames ---- */

size_t fs_interface_put_tag(uint8_t *frame, size_t length, uint16_t type, uint16_t tci)
{
    enum { ADDRESSES = 2 * ETH_ALEN };
    const uint16_t tag[2] = {htons(type), htons(tci)};
    if (length < ADDRESSES) {
        return length;
    }
    memmove(frame + ADDRESSES + FS_VLAN_TAG, frame + ADDRESSES, length - ADDRESSES);
    memcpy(frame + ADDRESSES, tag, FS_VLAN_TAG);
    return length + FS_VLAN_TAG;
}

bool fs_interface_take(struct fs_interface *i, struct fs_batch *batch, struct fs_packet *p, size_t length, bool unfinished)
{
    struct fs_device *base = &i->common.base;
    const enum fs_loss loss = p == NULL                                              ? FS_LOSS_POOL_EMPTY
                              : length > base->frame_limit                           ? FS_LOSS_TOO_LONG
                              : unfinished && !fs_offload_finish(p->data, length) ? FS_LOSS_UNFINISHED
                                                                                  : FS_LOSSES;
    if (loss != FS_LOSSES) {
        fs_interface_lost(i, loss, 1);
        if (p != NULL) {
            fs_packet_free(p);
        }
        return false;
    }
    p->length = (uint32_t)length;
    p->device = base->index;
    fs_set_mac_header(p, p->data);
    base->counters.received++;
    base->counters.received_bytes += length;
    fs_batch_add(batch, p);
    return true;
}

unsigned fs_interface_receive_by(struct fs_device *base, struct fs_batch *batch, unsigned max,
                                 ssize_t (*take)(struct fs_interface *i, uint8_t *at, size_t size, bool *unfinished))
{
    struct fs_interface *i = fs_interface_of(base);
    unsigned got = 0;
    while (got < max) {
        struct fs_packet *p = fs_packet_new(base->pool, FS_HEADROOM, FS_INTERFACE_ROOM);
        uint8_t nowhere[FS_INTERFACE_ROOM];
        bool unfinished = false;
        ssize_t length = take(i, p != NULL ? p->data : nowhere, FS_INTERFACE_ROOM, &unfinished);
        if (length < 0) {
            if (p != NULL) {
                fs_packet_free(p);
            }
            break;
        }
        got += fs_interface_take(i, batch, p, (size_t)length, unfinished);
    }
    return got;
}

bool fs_interface_arm(struct fs_device *base)
{
    struct fs_interface *i = fs_interface_of(base);
    struct pollfd fd = {.fd = i->common.fd, .events = POLLIN};
    i->common.armed = poll(&fd, 1, 0) == 0;
    return i->common.armed;
}

void fs_interface_want_room(struct fs_device *base) { fs_interface_of(base)->common.room_wanted = true; }

unsigned fs_interface_transmit(struct fs_device *base, struct fs_batch *batch)
{
    struct fs_interface *i = fs_interface_of(base);
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
            i->common.losses[FS_LOSS_UNSENT]++;
        } else {
            base->counters.sent++;
            base->counters.sent_bytes += p->length;
        }
        fs_packet_free(p);
    }
    fs_batch_shift(batch, n);
    return n;
}

bool fs_interface_close(struct fs_linux_device *d)
{
    close(d->fd);
    free(d);
    return true;
}
