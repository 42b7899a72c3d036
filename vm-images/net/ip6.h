/* ip6.h: IPv6 (RFC 8200), its extension headers, ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861). Sizes: bytes. */
#ifndef NET_IP6_H
#define NET_IP6_H

#include "net/bytes.h"
#include "net/ip.h"

enum {
    FS_IP6_SIZE = 40,
    FS_IP6_EXTENSIONS_MAX = 16, /* extension headers that fs_ip6_walk() follows */

    FS_IP6_HOP_BY_HOP = 0,
    FS_IP6_ROUTING = 43,
    FS_IP6_FRAGMENT = 44,
    FS_IP6_ESP = 50,
    FS_IP6_AUTHENTICATION = 51,
    FS_PROTOCOL_ICMP6 = 58,
    FS_IP6_NO_NEXT = 59,
    FS_IP6_DESTINATION = 60,

    FS_IP6_MTU_MIN = 1280, /* every link takes so much: section 5 */

    FS_ICMP6_UNREACHABLE = 1,
    FS_ICMP6_PACKET_TOO_BIG = 2,
    FS_ICMP6_TIME_EXCEEDED = 3,
    FS_ICMP6_PARAMETER_PROBLEM = 4,
    FS_ICMP6_ECHO = 128,
    FS_ICMP6_ECHO_REPLY = 129,
    FS_ICMP6_ROUTER_SOLICITATION = 133,
    FS_ICMP6_ROUTER_ADVERTISEMENT = 134,
    FS_ICMP6_NEIGHBOUR_SOLICITATION = 135,
    FS_ICMP6_NEIGHBOUR_ADVERTISEMENT = 136,
    FS_ICMP6_REDIRECT = 137,
};

struct fs_ip6 {
    uint8_t version_class_label[4];
    uint8_t payload_length[2]; /* bytes behind this header; jumbograms (RFC 2675) do not fit into frames */
    uint8_t next_header, hop_limit;
    uint8_t source[16], destination[16];
};
struct fs_icmp6 {
    uint8_t type, code, checksum[2], rest[4];
};
_Static_assert(sizeof(struct fs_ip6) == FS_IP6_SIZE, "no padding");
_Static_assert(sizeof(struct fs_icmp6) == 8, "no padding");

/* What lies behind the IPv6 header. */
struct fs_ip6_upper {
    uint16_t protocol;   /* of the upper layer; FS_PROTOCOL_NONE when the chain does not end within the packet */
    uint16_t offset;     /* of the upper layer, from the IPv6 header; where the walk stopped if there is none */
    bool fragment;       /* there is a fragment header with M set or an offset */
    bool later_fragment; /* its offset is not 0: at `offset` is the middle of something */
};

/* Follows the extension headers (RFC 8200 section 4) of the packet that starts at `ip6` and ends at `end`; at least
 * FS_IP6_SIZE bytes are there. ESP and "no next header" end the chain as protocols of their own. A hop-by-hop header
 * anywhere but first, and more than FS_IP6_EXTENSIONS_MAX headers, leave the protocol unknown. */
static inline void fs_ip6_walk(const uint8_t *ip6, const uint8_t *end, struct fs_ip6_upper *upper)
{
    struct fs_cursor c = {ip6 + FS_IP6_SIZE, end};
    uint8_t next = ((const struct fs_ip6 *)ip6)->next_header;
    upper->fragment = upper->later_fragment = false;
    upper->protocol = FS_PROTOCOL_NONE;
    for (unsigned i = 0;; i++) {
        size_t size;
        upper->offset = (uint16_t)(c.at - ip6);
        switch (next) {
        case FS_IP6_HOP_BY_HOP:
            if (i != 0) {
                return;
            }
            /* fall through */
        case FS_IP6_ROUTING:
        case FS_IP6_DESTINATION:
            size = fs_left(&c) < 8 ? 8 : 8u + 8u * c.at[1];
            break;
        case FS_IP6_AUTHENTICATION: /* RFC 4302 2.2: counted in words of 4, minus 2 */
            size = fs_left(&c) < 8 ? 8 : 8u + 4u * c.at[1];
            break;
        case FS_IP6_FRAGMENT:
            size = 8;
            break;
        default:
            upper->protocol = next;
            return;
        }
        const uint8_t *header = (const uint8_t *)fs_take(&c, size);
        if (header == NULL || i == FS_IP6_EXTENSIONS_MAX) {
            return;
        }
        if (next == FS_IP6_FRAGMENT) {
            uint16_t field = fs_get16(header + 2); /* 13 bits offset, 2 reserved, M */
            upper->fragment = upper->fragment || (field & 0xfff9) != 0;
            if ((field & 0xfff8) != 0) {
                upper->later_fragment = true;
                upper->offset = (uint16_t)(c.at - ip6);
                next = header[0];
                /* An extension header that was fragmented too is not here to be followed. */
                if (next != FS_IP6_HOP_BY_HOP && next != FS_IP6_ROUTING && next != FS_IP6_DESTINATION
                    && next != FS_IP6_AUTHENTICATION && next != FS_IP6_FRAGMENT) {
                    upper->protocol = next;
                }
                return;
            }
        }
        next = header[0];
    }
}

#endif
