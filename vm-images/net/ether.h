/* ether.h: Ethernet II (IEEE 802.3), VLAN tags (IEEE 802.1Q, 802.1ad) and ARP (RFC 826). Sizes are bytes. */
#ifndef NET_ETHER_H
#define NET_ETHER_H

#include "net/bytes.h"

enum {
    FS_ETHER_SIZE = 14,
    FS_VLAN_SIZE = 4,
    FS_ARP_SIZE = 28, /* for IPv4 over Ethernet */
    FS_VLAN_DEPTH = 4, /* tags that fs_take_ether() walks */

    FS_ETHER_TYPE_MIN = 0x600, /* below: a length, IEEE 802.2 follows */
    FS_ETHER_IP = 0x0800,
    FS_ETHER_ARP = 0x0806,
    FS_ETHER_VLAN = 0x8100,
    FS_ETHER_IP6 = 0x86dd,
    FS_ETHER_QINQ = 0x88a8,
    FS_ETHER_QINQ_OLD = 0x9100,

    FS_ARP_REQUEST = 1,
    FS_ARP_REPLY = 2,
};

struct fs_ether {
    uint8_t destination[6], source[6], type[2];
};
struct fs_arp {
    uint8_t hardware[2], protocol[2], hardware_length, protocol_length, operation[2];
    uint8_t sender_mac[6], sender_ip[4], target_mac[6], target_ip[4];
};
_Static_assert(sizeof(struct fs_ether) == FS_ETHER_SIZE, "no padding");
_Static_assert(sizeof(struct fs_arp) == FS_ARP_SIZE, "no padding");

/* The Ethernet address of an IPv4 group, in host order: its low 23 bits (RFC 1112 section 6.4). */
static inline void fs_ether_group(uint8_t to[6], uint32_t group)
{
    fs_put16(to, 0x0100);
    fs_put32(to + 2, 0x5e000000 | (group & 0x7fffff));
}

static inline bool fs_ether_is_tag(uint16_t type)
{
    return type == FS_ETHER_VLAN || type == FS_ETHER_QINQ || type == FS_ETHER_QINQ_OLD;
}

/* Steps over the Ethernet header and at most FS_VLAN_DEPTH tags. Answers the EtherType behind them (a tag's own where
 * the tags go on; a length where IEEE 802.2 follows), or -1 when the frame ends within a header. */
static inline int fs_take_ether(struct fs_cursor *c)
{
    const struct fs_ether *h = (const struct fs_ether *)fs_take(c, FS_ETHER_SIZE);
    if (h == NULL) {
        return -1;
    }
    uint16_t type = fs_get16(h->type);
    for (unsigned tags = 0; fs_ether_is_tag(type) && tags < FS_VLAN_DEPTH; tags++) {
        const uint8_t *tag = (const uint8_t *)fs_take(c, FS_VLAN_SIZE); /* tag control information, EtherType */
        if (tag == NULL) {
            return -1;
        }
        type = fs_get16(tag + 2);
    }
    return type;
}

/* The ARP packet in front of the cursor when it is one for IPv4 over Ethernet, stepped over; else NULL. */
static inline const struct fs_arp *fs_take_arp(struct fs_cursor *c)
{
    const struct fs_arp *a = (const struct fs_arp *)c->at;
    if (fs_left(c) < FS_ARP_SIZE || fs_get16(a->hardware) != 1 || fs_get16(a->protocol) != FS_ETHER_IP
        || a->hardware_length != 6 || a->protocol_length != 4) {
        return NULL;
    }
    c->at += FS_ARP_SIZE;
    return a;
}

#endif
