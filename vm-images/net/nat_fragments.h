/* nat_fragments.h: what becomes of later fragments, which have no ports: what became of their datagram's first one
 * (RFC 4787, REQ-14). One that comes before its first waits for it. Nothing is put together, so a datagram may be as long as
 * IP allows, and its fragments leave as they are cut. Memory is fixed: of datagrams the one seen longest ago gives way, and
 * so does of packets the one that has waited longest.
 */
#ifndef NET_NAT_FRAGMENTS_H
#define NET_NAT_FRAGMENTS_H

#include <flowstream/element.h>

enum { FS_NAT_DATAGRAMS_MAX = 65536 };

/* Addresses as they lie in a packet. */
struct fs_nat_datagram {
    uint32_t source, destination; /* as its fragments come */
    uint16_t id, input;
    uint8_t protocol;
};
struct fs_nat_turned {
    uint32_t source, destination; /* as they leave */
    uint16_t output;
    uint8_t annotation; /* of the rewriter's REPLY_ANNO */
};

struct fs_nat_fragments {
    struct fs_timer timer;
    struct fs_nat_known *known;
    struct fs_nat_waiting *waiting; /* by age */
    uint32_t sets, count, room;     /* of what is known; packets that wait, and how many may */
    uint64_t seed;
    bool news; /* what is waited for may be known now */
};

/* 0, or -1 when there is no memory. */
int fs_nat_fragments_init(struct fs_nat_fragments *f, struct fs_element *e, uint32_t datagrams);
/* All times are milliseconds, as fs_rewriter_now() has them. */
void fs_nat_fragments_know(struct fs_nat_fragments *f, const struct fs_nat_datagram *d, const struct fs_nat_turned *t,
                           uint32_t now);
/* NULL when the first fragment has not come, or too long ago: then others may have taken up its number. */
const struct fs_nat_turned *fs_nat_fragments_find(const struct fs_nat_fragments *f, const struct fs_nat_datagram *d,
                                                  uint32_t now);
/* The packet waits for its first fragment, and is dropped as `state` when that does not come. */
void fs_nat_fragments_hold(struct fs_nat_fragments *f, struct fs_element *e, const struct fs_nat_datagram *d,
                           struct fs_packet *p, uint32_t now);
/* A packet that need not wait any longer, and what it becomes; NULL when there is none. */
struct fs_packet *fs_nat_fragments_next(struct fs_nat_fragments *f, uint32_t now, const struct fs_nat_turned **t);
/* What is known goes over from a configuration that ended; packets that wait there do not. */
void fs_nat_fragments_take(struct fs_nat_fragments *f, const struct fs_nat_fragments *old);
/* Drops what waits, as the router ends. */
void fs_nat_fragments_drop(struct fs_nat_fragments *f, struct fs_element *e);

#endif
