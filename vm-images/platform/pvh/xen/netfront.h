/* netfront.h: a network device over Xen's split driver. (xen/include/public/io/netif.h, io/ring.h.)
 *
 * What is sent is read by the backend where it lies in the pool, which is granted to it for reading; a frame across the
 * border of two pages takes two slots. What is received lies in pages of the device's own, since a backend writes from a
 * page's first byte on, and is copied into packets. All grants are made at set-up. No offloads are offered.
 */
#ifndef PVH_XEN_NETFRONT_H
#define PVH_XEN_NETFRONT_H

#include <engine/platform.h>
#include <engine/pool.h>

#include "abi.h"

enum { NETFRONT_BACKEND_BYTES = 80 };

struct netfront {
    struct fs_device device; /* first: the engine hands it back */
    volatile struct xen_transmit_ring *transmit;
    volatile struct xen_receive_ring *receive;
    uint32_t port;
    uint32_t transmit_producer, transmit_consumer, receive_producer, receive_consumer;
    uint32_t pool_grant;      /* reference of the pool's first page, which lies at pool_start */
    uintptr_t pool_start;
    uint8_t *pages;           /* to receive into: page_count of them */
    uint32_t page_count, page_grant;
    bool armed, wants_room;   /* the receiving task sleeps; one that sends waits for room */
    bool spoiled;             /* what comes next belongs to a frame that was passed over */
    uint16_t domain;          /* the backend's */
    uint32_t free_count;
    uint16_t free[XEN_NET_SLOTS];      /* ids of transmit slots */
    uint16_t partner[XEN_NET_SLOTS];   /* the other slot of the same frame that is under way */
    struct fs_packet *sent[XEN_NET_SLOTS];
    char name[8]; /* "eth0" */
    char handle[8], backend[NETFRONT_BACKEND_BYTES]; /* below device/vif; the backend's path */
};

/* Set-up, for a zeroed `n`: finds what xenstore says of device/vif/HANDLE. False when it is no device. */
bool netfront_find(struct netfront *n, const char *handle, uint8_t index);
/* Set-up: rings, and `page_count` pages to receive into, at most XEN_NET_SLOTS. */
void netfront_open(struct netfront *n, uint32_t page_count);
/* Set-up: offers the device to its backend, which may send from then on. The pool lies in pages from pool_start on, which
 * the backend has been granted. */
void netfront_start(struct netfront *n, struct fs_pool *pool, uintptr_t pool_start, uint32_t pool_grant);
/* Set-up: waits until the backend has taken it, and the link is up. */
void netfront_await(struct netfront *n);

/* For vif.c: all pages are the backend's to fill. */
void netfront_post(struct netfront *n);
extern const struct fs_device_operations netfront_operations;

/* As those of virtio/net.h. */
bool netfront_poll(struct netfront *n);
void netfront_tidy(struct netfront *n);
bool netfront_scrub(struct netfront *n);
bool netfront_sleep(struct netfront *n);
/* Frames that wait. */
uint32_t netfront_frames(const struct netfront *n);

#endif
