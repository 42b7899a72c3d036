/* marked6.h: the IPv6 header that upstream has marked in a packet. Marks are not trusted. */
#ifndef NET_MARKED6_H
#define NET_MARKED6_H

#include <flowstream/element.h>

#include "net/address6.h"
#include "net/checksum.h"
#include "net/ip6.h"

/* The marked header, wholly within the frame; NULL when there is none. The payload length is not looked at. */
static inline struct fs_ip6 *fs_marked_ip6(const struct fs_packet *p)
{
    if (p->network_offset == FS_OFFSET_NONE) {
        return NULL;
    }
    uint8_t *at = p->head + p->network_offset;
    return fs_bytes_from(p, at) >= FS_IP6_SIZE && fs_ip_version(at) == 6 ? (struct fs_ip6 *)at : NULL;
}

/* One past the packet's last byte: by its payload length, or where the frame ends before. */
static inline const uint8_t *fs_ip6_end(const struct fs_packet *p, const struct fs_ip6 *h)
{
    size_t left = fs_bytes_from(p, (const uint8_t *)h), length = FS_IP6_SIZE + (size_t)fs_get16(h->payload_length);
    return (const uint8_t *)h + (length < left ? length : left);
}

/* Marks the header at `at`, where at least FS_IP6_SIZE bytes are, and what is behind its extension headers. */
static inline void fs_mark_ip6(struct fs_packet *p, const uint8_t *at)
{
    struct fs_ip6_upper upper;
    fs_ip6_walk(at, fs_ip6_end(p, (const struct fs_ip6 *)at), &upper);
    fs_set_network_header(p, at, upper.offset);
}

static inline bool fs_ip6_multicast(const uint8_t address[16]) { return address[0] == 0xff; }

static inline void fs_set_anno_address6(struct fs_packet *p, const uint8_t address[16])
{
    __builtin_memcpy(fs_annotation_at(p, FS_ANNO_DST_IP6, 16), address, 16);
}

#endif
