/* auto.c: the fastest way to an interface that this host offers, and why it is not a faster one. */
#include <stdio.h>

#include "machine.h"

struct fs_linux_device *fs_auto_open(const char *name, char *why, size_t why_size)
{
    char no_xdp[FS_DEVICE_WHY / 2 - 16], no_ring[FS_DEVICE_WHY / 2 - 16];
    struct fs_linux_device *d = fs_xdp_open(name, no_xdp, sizeof(no_xdp));
    if (d != NULL) {
        return d;
    }
    d = fs_ring_open(name, no_ring, sizeof(no_ring));
    if (d != NULL) {
        snprintf(d->why, sizeof(d->why), "no AF_XDP: %s", no_xdp);
        return d;
    }
    d = fs_packet_open(name, why, why_size);
    if (d != NULL) {
        snprintf(d->why, sizeof(d->why), "no AF_XDP: %s; no rings: %s", no_xdp, no_ring);
    }
    return d;
}
