/* look.h: what a packet is, as far as IP and TCP or UDP say: where its addresses, its ports and its data are. Nothing is
 * trusted: all that is pointed at lies within the frame. */
#ifndef NET_LOOK_H
#define NET_LOOK_H

#include <flowstream/element.h>

#include "net/ip.h"
#include "net/ip6.h"
#include "net/transport.h"

struct fs_look {
    const uint8_t *ip;       /* the IP header; NULL: the packet is not IP */
    const uint8_t *upper;    /* behind the IP headers */
    const uint8_t *at, *end; /* the data of a TCP segment or UDP datagram; of others all behind the IP headers */
    uint8_t version;         /* 4, 6 */
    uint8_t protocol;        /* of the first fragment, in later ones too */
    bool fragment, later_fragment;
    bool ports;              /* `upper` begins with two ports */
    bool tcp, udp;           /* `upper` is a whole header of that */
};

/* Looks at the IP header that is marked, or behind the Ethernet header and its VLAN tags. */
void fs_look_at(struct fs_look *l, const struct fs_packet *p);

/* `tcp 10.0.0.1:80 > 10.0.0.2:99`; without ports where there are none. */
void fs_text_look(struct fs_text *t, const struct fs_look *l);

/* The two ends in order, so that both directions of a connection give the same: each the address and port, of IPv6 hashed.
 * Answers which end sends: 0 the lower, 1 the higher. */
struct fs_flow_seed;
unsigned fs_look_ends(const struct fs_look *l, const struct fs_flow_seed *seed, uint64_t ends[2]);

#endif
