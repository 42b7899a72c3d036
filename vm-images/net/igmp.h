/* igmp.h: who is a member of which IPv4 groups, as hosts tell it and as they are asked: IGMP (RFC 1112, 2236, 3376) heard by
 * a switch (RFC 4541). The part of MulticastSwitch that is not done for each packet.
 */
#ifndef NET_IGMP_H
#define NET_IGMP_H

#include <flowstream/element.h>

#include "net/bytes.h"
#include "net/copies.h"
#include "net/groups.h"

enum { FS_PROTOCOL_IGMP = 2 };

struct fs_igmp {
    struct fs_element base;
    struct fs_groups groups;
    uint32_t ports;
    uint64_t all, routers, fixed_routers; /* ports */
    uint32_t router_until[FS_GROUPS_PORTS];
    uint8_t mac[6];
    bool asks, fast_leave, flood;
    uint32_t querier; /* the address we ask from */
    uint64_t interval, response, last_interval;
    uint32_t robustness, version, startup;
    uint32_t other, other_until; /* whom we leave the asking to; 0: nobody */
    struct fs_timer ask, expire;
    uint64_t queries, reports, leaves, refused, lost;
};

/* Whether members of the group are noted: 224.0.0.0/24 is for everybody. */
static inline bool fs_igmp_noted(uint32_t group) { return group >> 28 == 0xe && group >> 8 != 0xe00000; }

/* From initialize(). */
void fs_igmp_start(struct fs_igmp *s);
/* Members stay, those of ports that are no more but for them. */
void fs_igmp_adopt(struct fs_igmp *s, const struct fs_igmp *old);
/* Pushes the batch to each of the ports, at least one, and empties it. */
static inline void fs_igmp_send(struct fs_igmp *s, uint64_t ports, struct fs_batch *batch)
{
    for (; (ports & (ports - 1)) != 0; ports &= ports - 1) {
        s->lost += fs_push_copies(&s->base, (unsigned)__builtin_ctzll(ports), batch);
    }
    fs_output_push(&s->base, (unsigned)__builtin_ctzll(ports), batch);
}
/* A message that came by that port, with its IP header in front of the cursor. Answers the ports that it goes to; none:
 * it was dropped. */
uint64_t fs_igmp_take(struct fs_igmp *s, struct fs_packet *p, struct fs_cursor *c, unsigned port, uint64_t now);

#endif
