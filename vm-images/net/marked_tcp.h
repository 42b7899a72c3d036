/* marked_tcp.h: the TCP header of a packet whose IPv4 or IPv6 header is marked. */
#ifndef NET_MARKED_TCP_H
#define NET_MARKED_TCP_H

#include "net/ip6.h"
#include "net/marked.h"
#include "net/transport.h"

/* The header, with its options wholly within the packet; NULL when the packet is no TCP segment, or a later fragment of
 * one. `data` is how many bytes follow it. */
static inline struct fs_tcp *fs_marked_tcp(const struct fs_packet *p, size_t *data)
{
    uint8_t *at = fs_network_header(p);
    size_t left = at == NULL ? 0 : fs_bytes_from(p, at);
    struct fs_cursor c = {0};
    if (left >= FS_IP_SIZE && fs_ip_version(at) == 4) {
        struct fs_ip *h = fs_marked_ip(p);
        if (h == NULL || h->protocol != FS_PROTOCOL_TCP || fs_ip_later_fragment(h)) {
            return NULL;
        }
        struct fs_carried carried = fs_ip_carried(p, h);
        c = (struct fs_cursor){carried.at, carried.at + carried.length};
    } else if (left >= FS_IP6_SIZE && fs_ip_version(at) == 6) {
        size_t payload = fs_get16(((struct fs_ip6 *)at)->payload_length);
        const uint8_t *end = at + FS_IP6_SIZE + (payload < left - FS_IP6_SIZE ? payload : left - FS_IP6_SIZE);
        struct fs_ip6_upper upper;
        fs_ip6_walk(at, end, &upper);
        if (upper.protocol != FS_PROTOCOL_TCP || upper.later_fragment) {
            return NULL;
        }
        c = (struct fs_cursor){at + upper.offset, end};
    } else {
        return NULL;
    }
    uint8_t *tcp = at + (c.at - at); /* not const */
    if (fs_take_tcp(&c) == NULL) {
        return NULL;
    }
    *data = fs_left(&c);
    return (struct fs_tcp *)tcp;
}

enum {
    FS_TCPOPT_END = 0,
    FS_TCPOPT_NOP = 1,
    FS_TCPOPT_MSS = 2,
    FS_TCPOPT_WINDOW_SCALE = 3,
    FS_TCPOPT_SACK_PERMITTED = 4,
    FS_TCPOPT_SACK = 5,
    FS_TCPOPT_TIMESTAMP = 8,
    FS_TCPOPT_MPTCP = 30,
    FS_TCPOPT_FAST_OPEN = 34,
};

/* Steps from option to option, as fs_next_ip_option() does: begin with {FS_TCP_SIZE, 0}. */
struct fs_tcp_option {
    unsigned at, length;
};
static inline int fs_next_tcp_option(const uint8_t *header, unsigned end, struct fs_tcp_option *o)
{
    o->at += o->length;
    while (o->at < end && header[o->at] == FS_TCPOPT_NOP) {
        o->at++;
    }
    if (o->at >= end || header[o->at] == FS_TCPOPT_END) {
        return 0;
    }
    o->length = o->at + 1 < end ? header[o->at + 1] : 0;
    return o->length < 2 || o->at + o->length > end ? -1 : 1;
}

/* Changes bytes of the header and the checksum with them; `at` may be odd (RFC 1624; RFC 1071 section 2(B)). */
static inline void fs_tcp_set8(struct fs_tcp *h, uint8_t *at, uint8_t value)
{
    bool odd = ((size_t)(at - (uint8_t *)h) & 1) != 0;
    uint16_t before = (uint16_t)(odd ? *at : *at << 8), after = (uint16_t)(odd ? value : value << 8);
    if (before != after) {
        *at = value;
        fs_put16(h->checksum, fs_checksum_update16(fs_get16(h->checksum), before, after));
    }
}

#endif
