/* marked.h: the IPv4 header that upstream has marked in a packet. Marks are not trusted: each header is bounded here
 * before a byte of it is read. */
#ifndef NET_MARKED_H
#define NET_MARKED_H

#include <flowstream/element.h>

#include "net/checksum.h"
#include "net/ip.h"

/* The marked header with its options, wholly within the frame; NULL when there is none. Total length and checksum are
 * not looked at. */
static inline struct fs_ip *fs_marked_ip(const struct fs_packet *p)
{
    if (p->network_offset == FS_OFFSET_NONE) {
        return NULL;
    }
    uint8_t *at = p->head + p->network_offset;
    size_t left = fs_bytes_from(p, at);
    if (left < FS_IP_SIZE || *at < 0x45 || *at > 0x4f || (*at & 15u) * 4u > left) {
        return NULL;
    }
    return (struct fs_ip *)at;
}

/* What an IPv4 packet carries: bytes behind the header, up to the total length or the end of the frame. */
struct fs_carried {
    uint8_t *at;
    size_t length; /* bytes that are there */
    bool whole;    /* the frame has as many bytes as the total length says */
};
static inline struct fs_carried fs_ip_carried(const struct fs_packet *p, struct fs_ip *h)
{
    size_t header = fs_ip_header_length(h), total = fs_get16(h->length), left = fs_bytes_from(p, (uint8_t *)h);
    size_t length = total < left ? total : left;
    return (struct fs_carried){(uint8_t *)h + header, length > header ? length - header : 0,
                               total >= header && total <= left};
}

static inline bool fs_ip_multicast(const uint8_t address[4]) { return (address[0] & 0xf0) == 0xe0; }

/* Changes a byte of the header and its checksum with it (RFC 1624). `at` lies within the header. */
static inline void fs_ip_set8(struct fs_ip *h, uint8_t *at, uint8_t value)
{
    bool odd = ((size_t)(at - (uint8_t *)h) & 1) != 0;
    uint16_t before = (uint16_t)(odd ? *at : *at << 8), after = (uint16_t)(odd ? value : value << 8);
    if (before != after) { /* else the checksum could turn from 0 to 0xffff */
        *at = value;
        fs_put16(h->checksum, fs_checksum_update16(fs_get16(h->checksum), before, after));
    }
}
static inline void fs_ip_set_checksum(struct fs_ip *h)
{
    fs_put16(h->checksum, 0);
    fs_put16(h->checksum, fs_checksum_ip((const uint8_t *)h, h->version_length & 15u));
}

static inline void fs_set_anno_address(struct fs_packet *p, uint16_t name, const uint8_t address[4])
{
    __builtin_memcpy(fs_annotation_at(p, name, 4), address, 4);
}

/* Calls `change` for each packet of the batch that has a marked IPv4 header, with bytes of its own; keeps those for which
 * it answers true, the others it has consumed. Packets without the header are dropped as bad-length. */
static inline __attribute__((always_inline)) void fs_each_marked_ip(
    struct fs_element *e, struct fs_batch *batch,
    bool (*change)(struct fs_element *e, struct fs_packet *p, struct fs_ip *h))
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        struct fs_ip *h = fs_marked_ip(p);
        if (__builtin_expect(h == NULL, 0)) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
        } else if (change(e, p, h)) {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

#endif
