/* held_fragments.h: later fragments wait for what the first one of their datagram says, and packets between the same hosts
 * wait behind them, so that they keep their order.
 *
 * What a first fragment says is its aggregate and paint annotation. Waiting has an end in the time of packets, and, so that
 * nothing stays when no packets come, on the clock. Places are few; when they are used up, those who have waited longest go.
 */
#ifndef NET_HELD_FRAGMENTS_H
#define NET_HELD_FRAGMENTS_H

#include <flowstream/element.h>

struct fs_fragment {
    uint64_t hosts; /* who its packets are between */
    uint16_t id;    /* of the datagram, among those of its protocol and direction */
    uint8_t tcp, direction;
    bool fragment, later;
};

struct fs_held {
    struct fs_timer timer;
    uint32_t count; /* packets that wait */
    uint32_t timeout; /* seconds */
    uint32_t pair_count;
    uint16_t spare; /* a place that is free */
    struct fs_held_place *places;
    struct fs_held_pair *pairs;
    struct fs_held_known *known;
    uint64_t seed;
};

/* 0, or -1 when there is no memory. */
int fs_held_init(struct fs_held *h, struct fs_element *e, uint32_t timeout);
/* Adds the packet to `out`, and others that waited for it, or holds it. A full batch is pushed by output 0, what has waited
 * too long is rejected by output 1. A packet that is no later fragment has its annotations. `now` is in seconds. */
void fs_held_take(struct fs_held *h, struct fs_element *e, const struct fs_fragment *g, struct fs_packet *p, uint32_t now,
                  struct fs_batch *out);
/* Lets go of what has waited too long, or of all. */
void fs_held_flush(struct fs_held *h, struct fs_element *e, uint32_t now, bool all, struct fs_batch *out);
/* Drops all, as the router ends. */
void fs_held_drop(struct fs_held *h, struct fs_element *e);

#endif
