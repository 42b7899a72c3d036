#include "net/ecn.h"

#include "net/checksum.h"
#include "net/ether.h"
#include "net/ip.h"
#include "net/ip6.h"

enum { CAPABLE = 3 /* ECT(0) is 2, ECT(1) is 1 */, CONGESTION = 3 };

/* Where an IP header is that is whole enough to be looked at; FS_OFFSET_NONE when there is none. From `data`. */
static uint32_t ip_offset(const struct fs_packet *p)
{
    if (p->network_offset != FS_OFFSET_NONE) {
        const uint8_t *at = p->head + p->network_offset;
        return fs_bytes_from(p, at) >= FS_IP_SIZE ? (uint32_t)(at - p->data) : (uint32_t)FS_OFFSET_NONE;
    }
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    int type = fs_take_ether(&c);
    bool ip = (type == FS_ETHER_IP || type == FS_ETHER_IP6) && fs_left(&c) >= FS_IP_SIZE;
    return ip ? (uint32_t)(c.at - p->data) : (uint32_t)FS_OFFSET_NONE;
}

enum fs_ecn fs_ecn_mark(struct fs_element *e, struct fs_packet **p)
{
    uint32_t at = ip_offset(*p);
    if (at == FS_OFFSET_NONE) {
        return FS_ECN_NOT_CAPABLE;
    }
    const uint8_t *header = (*p)->data + at;
    unsigned version = fs_ip_version(header);
    unsigned ecn = version == 4 ? header[1] & 3u : version == 6 ? header[1] >> 4 & 3u : 0;
    if ((ecn & CAPABLE) == 0) {
        return FS_ECN_NOT_CAPABLE;
    }
    if (ecn == CONGESTION) {
        return FS_ECN_MARKED;
    }
    *p = fs_writable(e, *p);
    if (*p == NULL) {
        return FS_ECN_LOST;
    }
    uint8_t *writable = (*p)->data + at;
    if (version == 6) {
        writable[1] |= CONGESTION << 4;
        return FS_ECN_MARKED;
    }
    struct fs_ip *ip = (struct fs_ip *)writable;
    uint16_t before = fs_get16(writable), after = before | CONGESTION;
    fs_put16(writable, after);
    fs_put16(ip->checksum, fs_checksum_update16(fs_get16(ip->checksum), before, after));
    return FS_ECN_MARKED;
}
