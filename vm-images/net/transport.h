/* transport.h: UDP (RFC 768) and TCP (RFC 9293). Sizes are bytes. */
#ifndef NET_TRANSPORT_H
#define NET_TRANSPORT_H

#include "net/bytes.h"
#include "net/ip.h"

enum {
    FS_UDP_SIZE = 8,
    FS_TCP_SIZE = 20, /* without options */

    FS_TCP_FIN = 1,
    FS_TCP_SYN = 2,
    FS_TCP_RST = 4,
    FS_TCP_PSH = 8,
    FS_TCP_ACK = 16,
    FS_TCP_URG = 32,
    FS_TCP_ECE = 64,
    FS_TCP_CWR = 128,
};

struct fs_udp {
    uint8_t source_port[2], destination_port[2], length[2], checksum[2];
};
struct fs_tcp {
    uint8_t source_port[2], destination_port[2], sequence[4], acknowledgement[4];
    uint8_t offset; /* header length in 32-bit words << 4 */
    uint8_t flags;
    uint8_t window[2], checksum[2], urgent[2];
};
_Static_assert(sizeof(struct fs_udp) == FS_UDP_SIZE, "no padding");
_Static_assert(sizeof(struct fs_tcp) == FS_TCP_SIZE, "no padding");

/* The UDP header in front of the cursor, stepped over; the cursor then ends where the datagram does. NULL when it is
 * cut off or its length field is impossible (0, "to the end", is for IPv6 jumbograms alone and not taken here). */
static inline const struct fs_udp *fs_take_udp(struct fs_cursor *c)
{
    const struct fs_udp *h = (const struct fs_udp *)c->at;
    if (fs_left(c) < FS_UDP_SIZE) {
        return NULL;
    }
    size_t length = fs_get16(h->length);
    if (length < FS_UDP_SIZE || length > fs_left(c)) {
        return NULL;
    }
    c->end = c->at + length;
    c->at += FS_UDP_SIZE;
    return h;
}

static inline unsigned fs_tcp_header_length(const struct fs_tcp *h) { return (h->offset >> 4) * 4u; }
/* The TCP header in front of the cursor, stepped over with its options; NULL when it is cut off or its data offset is
 * impossible. */
static inline const struct fs_tcp *fs_take_tcp(struct fs_cursor *c)
{
    const struct fs_tcp *h = (const struct fs_tcp *)c->at;
    if (fs_left(c) < FS_TCP_SIZE || fs_tcp_header_length(h) < FS_TCP_SIZE || fs_tcp_header_length(h) > fs_left(c)) {
        return NULL;
    }
    c->at += fs_tcp_header_length(h);
    return h;
}

/* Where a protocol's header has a checksum that covers the addresses; 0 when nowhere. ICMPv6 is not among them. */
static inline unsigned fs_transport_checksum(uint8_t protocol)
{
    switch (protocol) {
    case FS_PROTOCOL_TCP:
        return 16;
    case FS_PROTOCOL_UDP:
    case FS_PROTOCOL_DCCP:
    case FS_PROTOCOL_UDPLITE:
        return 6;
    default:
        return 0;
    }
}

#endif
