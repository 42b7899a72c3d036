/* flow_key.h: what makes packets one flow: protocol, addresses, ports, over IPv4 and IPv6. */
#ifndef NET_FLOW_KEY_H
#define NET_FLOW_KEY_H

#include <flowstream/element.h>

/* IPv4 addresses are in the first four bytes, the rest is zero. Ports are 0 for protocols that have none, and in later
 * fragments. No padding. */
struct fs_flow_key {
    uint8_t source[16], destination[16];
    uint8_t source_port[2], destination_port[2];
    uint8_t protocol;
    uint8_t version; /* 4, 6; 0: not IP */
    uint8_t more[2]; /* zero; the user's, for what else tells flows apart */
};
_Static_assert(sizeof(struct fs_flow_key) == 40, "hashed and compared as bytes");

/* What else a packet says of its flow. */
struct fs_flow_facts {
    uint32_t bytes; /* of the IP packet */
    uint16_t icmp;  /* type << 8 | code of ICMP and ICMPv6 */
    uint8_t tcp_flags, tos;
};

/* Looks at the header that is marked, or else behind the Ethernet header and its VLAN tags. */
void fs_flow_key_of(const struct fs_packet *p, struct fs_flow_key *k, struct fs_flow_facts *facts);

#endif
