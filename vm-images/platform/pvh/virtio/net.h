/* net.h: a network device over virtio. (Virtual I/O Device specification 1.1, 5.1.)
 *
 * A frame lies in one pool object with the virtio header in the headroom right before it, so that each buffer is one
 * descriptor; shared bytes are sent with a header of their own in a second descriptor. No offloads and no mergeable
 * buffers are agreed on. Interrupts are on only while the receiving task sleeps.
 */
#ifndef PVH_VIRTIO_NET_H
#define PVH_VIRTIO_NET_H

#include <engine/platform.h>

#include "device.h"

struct net {
    struct fs_device device; /* first: the engine hands it back */
    struct virtio_device virtio;
    struct queue receive, transmit;
    uint16_t posted, posted_now, posted_most; /* receive buffers: with the device, wanted there, and at most */
    bool armed;                   /* the receiving task sleeps */
    bool wants_room;
    char name[8]; /* "eth0" */
};

/* Step 1 to 7 for a zeroed `n`; receive buffers come later. False when the device cannot be driven. */
bool net_open(struct net *n, pci_function f, uint8_t index);
/* Step 8. The first net_tidy() posts receive buffers; till then frames wait with the host. posted_most: how many this
 * device may hold. */
void net_start(struct net *n, struct fs_pool *pool, uint16_t posted_most);

/* In each round: schedules tasks whose frames or room have come. True when there were any. */
bool net_poll(struct net *n);
/* When idle: gives back what was sent and posts receive buffers up to posted_most. */
void net_tidy(struct net *n);
/* Gives back what was sent and what waits, zeroes the buffers that are with the device, and the figures. False when frames
 * are still to be sent. */
bool net_scrub(struct net *n);
/* Last thing before sleeping: true when sleeping is right, an interrupt being sure to come with the next event. */
bool net_sleep(struct net *n);

#endif
