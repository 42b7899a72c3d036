/* ip.h: IPv4 (RFC 791) and ICMP (RFC 792). Sizes are bytes. */
#ifndef NET_IP_H
#define NET_IP_H

#include "net/bytes.h"

enum {
    FS_IP_SIZE = 20, /* without options */
    FS_ICMP_SIZE = 8,

    FS_PROTOCOL_ICMP = 1,
    FS_PROTOCOL_IPIP = 4,
    FS_PROTOCOL_TCP = 6,
    FS_PROTOCOL_UDP = 17,
    FS_PROTOCOL_DCCP = 33,
    FS_PROTOCOL_IP6 = 41,
    FS_PROTOCOL_GRE = 47,
    FS_PROTOCOL_SCTP = 132,
    FS_PROTOCOL_UDPLITE = 136,
    FS_PROTOCOL_NONE = 256, /* no protocol number: there is no upper-layer header to be seen */

    FS_IP_MORE_FRAGMENTS = 0x2000,
    FS_IP_FRAGMENT_OFFSET = 0x1fff, /* of fs_ip.fragment, in units of 8 bytes */

    FS_IP_DONT_FRAGMENT = 0x4000,

    FS_ICMP_ECHO_REPLY = 0,
    FS_ICMP_UNREACHABLE = 3,
    FS_ICMP_SOURCE_QUENCH = 4,
    FS_ICMP_REDIRECT = 5,
    FS_ICMP_ECHO = 8,
    FS_ICMP_TIME_EXCEEDED = 11,
    FS_ICMP_PARAMETER_PROBLEM = 12,
    FS_ICMP_TIMESTAMP = 13,
    FS_ICMP_TIMESTAMP_REPLY = 14,
    FS_ICMP_INFORMATION = 15,
    FS_ICMP_INFORMATION_REPLY = 16,
};

struct fs_ip {
    uint8_t version_length; /* version << 4 | header length in 32-bit words */
    uint8_t tos;
    uint8_t length[2], id[2], fragment[2];
    uint8_t ttl, protocol;
    uint8_t checksum[2], source[4], destination[4];
};
struct fs_icmp {
    uint8_t type, code, checksum[2], rest[4];
};
_Static_assert(sizeof(struct fs_ip) == FS_IP_SIZE, "no padding");
_Static_assert(sizeof(struct fs_icmp) == FS_ICMP_SIZE, "no padding");

static inline unsigned fs_ip_version(const void *header) { return *(const uint8_t *)header >> 4; }
static inline unsigned fs_ip_header_length(const struct fs_ip *h) { return (h->version_length & 15u) * 4u; }
static inline bool fs_icmp_is_error(uint8_t type) /* RFC 1122 3.2.2 */
{
    return type == FS_ICMP_UNREACHABLE || type == FS_ICMP_SOURCE_QUENCH || type == FS_ICMP_REDIRECT
        || type == FS_ICMP_TIME_EXCEEDED || type == FS_ICMP_PARAMETER_PROBLEM;
}
static inline bool fs_ip_later_fragment(const struct fs_ip *h)
{
    return (fs_get16(h->fragment) & FS_IP_FRAGMENT_OFFSET) != 0;
}
static inline bool fs_ip_fragment(const struct fs_ip *h)
{
    return (fs_get16(h->fragment) & (FS_IP_MORE_FRAGMENTS | FS_IP_FRAGMENT_OFFSET)) != 0;
}

/* The IPv4 header in front of the cursor, stepped over with its options, when version, header length and total length
 * agree with each other and with the bytes that are there; the cursor then ends where the packet does. Else NULL and
 * the cursor as before. The checksum is not looked at. */
static inline const struct fs_ip *fs_take_ip(struct fs_cursor *c)
{
    const struct fs_ip *h = (const struct fs_ip *)c->at;
    if (fs_left(c) < FS_IP_SIZE || fs_ip_version(h) != 4) {
        return NULL;
    }
    unsigned header = fs_ip_header_length(h), length = fs_get16(h->length);
    if (header < FS_IP_SIZE || header > length || length > fs_left(c)) {
        return NULL;
    }
    c->end = c->at + length;
    c->at += header;
    return h;
}

#endif
