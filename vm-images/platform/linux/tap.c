/* tap.c: TAP interfaces: the other side of the kernel's (Linux Documentation/networking/tuntap.rst). */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "interface.h"

static ssize_t take(struct fs_interface *i, uint8_t *at, size_t size, bool *unfinished)
{
    (void)unfinished; /* the kernel was told to finish checksums */
    return read(i->common.fd, at, size);
}

static unsigned receive(struct fs_device *d, struct fs_batch *batch, unsigned max)
{
    return fs_interface_receive_by(d, batch, max, take);
}

static const struct fs_device_operations operations = {receive, fs_interface_transmit, fs_interface_arm,
                                                       fs_interface_want_room};

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

static struct fs_linux_device *fail(int fd, const char *name, const char *what, char *why, size_t why_size)
{
    fs_interface_fail(name, what, why, why_size);
    if (fd >= 0) {
        close(fd);
    }
    return NULL;
}

struct fs_linux_device *fs_tap_open(const char *name, char *why, size_t why_size)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    if (!fs_interface_name(name, why, why_size)) {
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
    struct fs_interface *i = fs_interface_make(sizeof(*i), name, fd, &operations);
    i->common.io = "tap";
    address_of_name(name, i->common.base.mac);
    return &i->common;
}
