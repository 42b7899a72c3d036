/* program_network.c: the devices of a program: the host's taps, and the interfaces within (rtnetlink(7), netdevice(7)). */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "program.h"

enum { FRAME = 65536, AT_ONCE = 64, MESSAGE = 256 };

static bool failed(const char *name, const char *what, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s: %s: %s", name, what, strerror(errno));
    return false;
}

static int open_tap(const char *name, bool blocking)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | (blocking ? 0 : O_NONBLOCK));
    if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) != 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    if (fd >= 0) {
        ioctl(fd, TUNSETOFFLOAD, 0); /* whole frames with finished checksums */
    }
    return fd;
}

bool fs_program_open_taps(struct fs_program *p, char *why, size_t why_size)
{
    for (unsigned i = 0; i < p->device_count; i++) {
        p->devices[i].outer = open_tap(p->devices[i].tap, !p->packet);
        if (p->devices[i].outer < 0) {
            return failed(p->devices[i].tap, "cannot attach to the TAP interface", why, why_size);
        }
    }
    return true;
}

/* ---- interfaces within ---- */

static bool set_up(int socket, const char *name, const uint8_t *mac, char *why, size_t why_size)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
    if (mac != NULL) {
        request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
        memcpy(request.ifr_hwaddr.sa_data, mac, 6);
        if (ioctl(socket, SIOCSIFHWADDR, &request) != 0) {
            return failed(name, "cannot set its Ethernet address", why, why_size);
        }
    }
    memset(&request.ifr_ifru, 0, sizeof(request.ifr_ifru));
    if (ioctl(socket, SIOCGIFFLAGS, &request) != 0) {
        return failed(name, "cannot read its flags", why, why_size);
    }
    request.ifr_flags |= IFF_UP;
    return ioctl(socket, SIOCSIFFLAGS, &request) == 0 || failed(name, "cannot be set up", why, why_size);
}

struct message {
    struct nlmsghdr header;
    uint8_t room[MESSAGE];
};

static void *begin(struct message *m, unsigned type, size_t body)
{
    *m = (struct message){.header = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(body), .nlmsg_type = (uint16_t)type,
                                     .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE}};
    return NLMSG_DATA(&m->header);
}

static void add(struct message *m, unsigned type, const void *data, size_t length)
{
    struct rtattr *a = (struct rtattr *)(void *)((uint8_t *)m + NLMSG_ALIGN(m->header.nlmsg_len));
    a->rta_type = (uint16_t)type;
    a->rta_len = (uint16_t)RTA_LENGTH(length);
    memcpy(RTA_DATA(a), data, length);
    m->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(m->header.nlmsg_len) + RTA_SPACE(length));
}

/* Sends it and waits for the kernel's answer; errno says what is wrong. */
static bool ask(int netlink, struct message *m)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        uint8_t rest[MESSAGE];
    } answer;
    if (send(netlink, m, m->header.nlmsg_len, 0) < 0 || recv(netlink, &answer, sizeof(answer), 0) < 0) {
        return false;
    }
    errno = answer.header.nlmsg_type == NLMSG_ERROR ? -answer.error.error : EPROTO;
    return errno == 0;
}

static bool configure(int netlink, const struct fs_program_address *a, char *why, size_t why_size)
{
    struct message m;
    char text[INET6_ADDRSTRLEN] = "";
    size_t size = a->family == AF_INET ? 4 : 16;
    inet_ntop(a->family, a->bytes, text, sizeof(text));
    if (a->device == NULL) {
        struct rtmsg *route = begin(&m, RTM_NEWROUTE, sizeof(*route));
        *route = (struct rtmsg){.rtm_family = (uint8_t)a->family, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT,
                                .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST};
        add(&m, RTA_GATEWAY, a->bytes, size);
        return ask(netlink, &m) || failed(text, "cannot be a gateway", why, why_size);
    }
    struct ifaddrmsg *address = begin(&m, RTM_NEWADDR, sizeof(*address));
    *address = (struct ifaddrmsg){.ifa_family = (uint8_t)a->family, .ifa_prefixlen = (uint8_t)a->length,
                                  .ifa_flags = a->family == AF_INET6 ? IFA_F_NODAD : 0,
                                  .ifa_index = if_nametoindex(a->device)};
    add(&m, IFA_LOCAL, a->bytes, size);
    add(&m, IFA_ADDRESS, a->bytes, size);
    return ask(netlink, &m) || failed(text, "cannot be an address of its device", why, why_size);
}

/* A device without addresses is to say nothing by itself: IPv6 would, as soon as it is up. */
static void silence(const struct fs_program *p)
{
    for (unsigned i = 0; i < p->address_count; i++) {
        if (p->addresses[i].family == AF_INET6) {
            return;
        }
    }
    int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) { /* else the kernel has no IPv6 */
        ssize_t unused = write(fd, "1", 1);
        (void)unused;
        close(fd);
    }
}

bool fs_program_enter_network(struct fs_program *p, char *why, size_t why_size)
{
    if (unshare(CLONE_NEWNET) != 0) {
        return failed("network", "cannot have a namespace of its own", why, why_size);
    }
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    bool good = (udp >= 0 && netlink >= 0) || failed("network", "cannot open a socket", why, why_size);
    good = good && set_up(udp, "lo", NULL, why, why_size);
    silence(p);
    for (unsigned i = 0; good && p->packet && i < p->device_count; i++) {
        struct fs_program_device *d = &p->devices[i];
        d->inner = open_tap(d->name, false);
        good = (d->inner >= 0 || failed(d->name, "cannot be made", why, why_size))
               && set_up(udp, d->name, d->mac, why, why_size);
    }
    for (unsigned i = 0; good && i < p->address_count; i++) {
        good = configure(netlink, &p->addresses[i], why, why_size);
    }
    close(udp);
    close(netlink);
    return good;
}

bool fs_program_carry(int from, int to)
{
    static uint8_t frame[FRAME];
    for (unsigned i = 0; i < AT_ONCE; i++) {
        ssize_t n = read(from, frame, sizeof(frame));
        if (n <= 0) {
            return n < 0 && (errno == EAGAIN || errno == EINTR || errno == EIO);
        }
        ssize_t unused = write(to, frame, (size_t)n);
        (void)unused; /* the other side is full, or down: as on any wire */
    }
    return true;
}
