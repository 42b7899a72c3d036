/* rewrite.h: changes of IP headers that keep all checksums right (RFC 1624). */
#ifndef NET_REWRITE_H
#define NET_REWRITE_H

#include "net/marked.h"
#include "net/transport.h"

/* Sets an address of the header, `field`, with the checksums that cover it: the header's own and, unless the packet is a
 * later fragment, that of TCP or UDP (RFC 768: a UDP checksum of 0 is none, and stays). */
static inline void fs_ip_set_address(struct fs_packet *p, struct fs_ip *h, uint8_t field[4], const uint8_t address[4])
{
    uint32_t before = fs_get32(field), after = fs_get32(address);
    if (before == after) {
        return;
    }
    __builtin_memcpy(field, address, 4);
    fs_put16(h->checksum, fs_checksum_update32(fs_get16(h->checksum), before, after));
    if (fs_marked_ip(p) == NULL || fs_ip_later_fragment(h)) {
        return;
    }
    struct fs_carried c = fs_ip_carried(p, h);
    if (h->protocol == FS_PROTOCOL_TCP && c.length >= FS_TCP_SIZE) {
        uint8_t *at = ((struct fs_tcp *)c.at)->checksum;
        fs_put16(at, fs_checksum_update32(fs_get16(at), before, after));
    } else if (h->protocol == FS_PROTOCOL_UDP && c.length >= FS_UDP_SIZE) {
        uint8_t *at = ((struct fs_udp *)c.at)->checksum;
        if (fs_get16(at) != 0) {
            uint16_t sum = fs_checksum_update32(fs_get16(at), before, after);
            fs_put16(at, sum != 0 ? sum : 0xffff);
        }
    }
}

/* ---- the byte that IPv4 calls type of service, and IPv6 traffic class: RFC 2474 and RFC 3168 ---- */
static inline uint8_t fs_ip6_class(const uint8_t *header) { return (uint8_t)(header[0] << 4 | header[1] >> 4); }
static inline void fs_ip6_set_class(uint8_t *header, uint8_t value)
{
    header[0] = (uint8_t)(0x60 | value >> 4);
    header[1] = (uint8_t)(value << 4 | (header[1] & 15));
}

/* The version of the marked header when it is whole: 4, 6, or 0. */
static inline unsigned fs_marked_version(const struct fs_packet *p)
{
    const uint8_t *at = fs_network_header(p);
    size_t left = at == NULL ? 0 : fs_bytes_from(p, at);
    if (left >= 40 && fs_ip_version(at) == 6) {
        return 6;
    }
    return fs_marked_ip(p) != NULL ? 4 : 0;
}
static inline uint8_t fs_marked_class(const struct fs_packet *p, unsigned version)
{
    const uint8_t *at = fs_network_header(p);
    return version == 6 ? fs_ip6_class(at) : ((const struct fs_ip *)at)->tos;
}
static inline void fs_marked_set_class(struct fs_packet *p, unsigned version, uint8_t value)
{
    uint8_t *at = fs_network_header(p);
    if (version == 6) {
        fs_ip6_set_class(at, value);
    } else {
        fs_ip_set8((struct fs_ip *)at, &((struct fs_ip *)at)->tos, value);
    }
}

#endif
