/* keyed.h: one number that stands for whom a packet is from, to, or of which flow it is: a keyed hash of 64 bits. */
#ifndef NET_KEYED_H
#define NET_KEYED_H

#include "net/ether.h"
#include "net/flow_index.h"
#include "net/ip.h"
#include "net/ip6.h"

enum fs_key { FS_KEY_SOURCE, FS_KEY_DESTINATION, FS_KEY_PAIR, FS_KEY_FLOW };

struct fs_keyed {
    struct fs_flow_seed seed;
    enum fs_key key;
    uint32_t mask4;    /* bits of an IPv4 address that count */
    uint64_t mask6[2]; /* of an IPv6 address */
};

/* A number other than 0; 0 when the packet is not IP. It looks at the header that is marked, or behind the Ethernet
 * header and its VLAN tags. In a flow's key ports count where there are some: later fragments have none. */
uint64_t fs_key_of(const struct fs_keyed *k, const struct fs_packet *p);
/* From the IP header that is so found to the end of the frame; nothing when there is none. */
struct fs_cursor fs_ip_cursor(const struct fs_packet *p);
/* "source", "destination", "pair" or "flow"; false when it is none of them. */
bool fs_key_parse(const char *word, enum fs_key *key);
void fs_key_prefixes(struct fs_keyed *k, uint32_t bits4, uint32_t bits6);

#endif
