/* packet_socket.c: an interface by a packet socket, a system call for each frame (packet(7)). */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "interface.h"

/* The kernel takes a VLAN tag out of the frame and tells it beside, and whether the sender left the checksum to a NIC. */
static ssize_t mend(struct msghdr *m, uint8_t *at, ssize_t length, size_t size, bool *unfinished)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
        struct tpacket_auxdata extra;
        if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) {
            continue;
        }
        memcpy(&extra, CMSG_DATA(c), sizeof(extra));
        *unfinished = (extra.tp_status & TP_STATUS_CSUMNOTREADY) != 0;
        if (extra.tp_status & TP_STATUS_VLAN_VALID && (size_t)length + FS_VLAN_TAG <= size) {
            uint16_t type = extra.tp_status & TP_STATUS_VLAN_TPID_VALID ? extra.tp_vlan_tpid : ETH_P_8021Q;
            length = (ssize_t)fs_interface_put_tag(at, (size_t)length, type, extra.tp_vlan_tci);
        }
    }
    return length;
}

static ssize_t take(struct fs_interface *i, uint8_t *at, size_t size, bool *unfinished)
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
            return length < 0 || (size_t)length > size ? length : mend(&m, at, length, size, unfinished);
        }
    }
}

static unsigned receive(struct fs_device *d, struct fs_batch *batch, unsigned max)
{
    return fs_interface_receive_by(d, batch, max, take);
}

static const struct fs_device_operations operations = {receive, fs_interface_transmit, fs_interface_arm,
                                                       fs_interface_want_room};

struct fs_linux_device *fs_packet_open(const char *name, char *why, size_t why_size)
{
    int index;
    uint8_t mac[6];
    if (!fs_interface_find(name, &index, mac, why, why_size)) {
        return NULL;
    }
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        fs_interface_fail(name, "cannot open a packet socket", why, why_size);
        return NULL;
    }
    const int one = 1;
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index};
    if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) != 0 || !fs_interface_all_frames(fd, index)
        || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        fs_interface_fail(name, "cannot listen to the interface", why, why_size);
        close(fd);
        return NULL;
    }
    struct fs_interface *i = fs_interface_make(sizeof(*i), name, fd, &operations);
    i->common.io = "packet";
    memcpy(i->common.base.mac, mac, 6);
    return &i->common;
}
