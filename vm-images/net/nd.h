/* nd.h: neighbour solicitations and advertisements (RFC 4861) in Ethernet frames without a VLAN tag. */
#ifndef NET_ND_H
#define NET_ND_H

#include <flowstream/packet.h>

#include "net/ether.h"
#include "net/ip6.h"

enum {
    FS_ND_SIZE = 24,
    FS_ND_OPTION_SIZE = 8, /* of a link-layer address over Ethernet (RFC 2464) */
    FS_ND_FRAME = FS_ETHER_SIZE + FS_IP6_SIZE + FS_ND_SIZE + FS_ND_OPTION_SIZE,

    FS_ND_SOURCE_LINK = 1,
    FS_ND_TARGET_LINK = 2,

    FS_ND_ROUTER = 0x80, /* flags of advertisements */
    FS_ND_SOLICITED = 0x40,
    FS_ND_OVERRIDE = 0x20,
};

struct fs_nd {
    uint8_t type, code, checksum[2], flags, reserved[3], target[16];
};
_Static_assert(sizeof(struct fs_nd) == FS_ND_SIZE, "no padding");

struct fs_nd_message {
    const struct fs_ether *ether;
    const struct fs_ip6 *ip6;
    const struct fs_nd *nd;
    const uint8_t *link; /* the Ethernet address of its option; NULL when there is none */
};

/* Whether the frame is a solicitation (or an advertisement: `type`) that is to be heeded: RFC 4861 7.1.1, 7.1.2. */
bool fs_nd_read(const struct fs_packet *p, uint8_t type, struct fs_nd_message *m);

/* Makes the FS_ND_FRAME bytes from `frame` on such a message with a link-layer option, which is the frame's source. */
void fs_nd_write(uint8_t *frame, uint8_t type, uint8_t flags, const uint8_t target[16], const uint8_t mac[6],
                 const uint8_t source[16], const uint8_t to_mac[6], const uint8_t to[16]);

/* The group that an address's owner listens to (RFC 4291 2.7.1), and the Ethernet address of a group (RFC 2464 7). */
void fs_nd_solicited_node(uint8_t group[16], const uint8_t address[16]);
void fs_nd_group_mac(uint8_t mac[6], const uint8_t group[16]);

#endif
