/* encap.h: a new IPv4 header in front of a packet. */
#ifndef NET_ENCAP_H
#define NET_ENCAP_H

#include "net/marked.h"

struct fs_encap {
    struct fs_ip header; /* length, id and checksum are set for each packet */
    uint16_t id;
};

static inline void fs_encap_init(struct fs_encap *c, uint8_t protocol, const uint8_t source[4],
                                 const uint8_t destination[4])
{
    c->header.version_length = 0x45;
    c->header.ttl = 250; /* Click's */
    c->header.protocol = protocol;
    __builtin_memcpy(c->header.source, source, 4);
    __builtin_memcpy(c->header.destination, destination, 4);
}

/* Prepends the header and `more` bytes behind it, whose content is not set; marks the header and sets the destination
 * annotation. Answers the packet, or NULL when it was dropped for want of buffers or headroom. */
static inline struct fs_packet *fs_encap_put(struct fs_element *e, struct fs_encap *c, struct fs_packet *p, size_t more)
{
    p = fs_writable(e, p);
    if (p == NULL) {
        return NULL;
    }
    if (p->length > 0xffff - FS_IP_SIZE - more || !fs_packet_prepend(p, FS_IP_SIZE + more)) {
        fs_drop(e, p, FS_DROP_NO_ROOM);
        return NULL;
    }
    struct fs_ip *h = (struct fs_ip *)p->data;
    *h = c->header;
    fs_put16(h->length, (uint16_t)p->length);
    fs_put16(h->id, c->id++);
    fs_ip_set_checksum(h);
    fs_set_network_header(p, p->data, FS_IP_SIZE);
    fs_set_anno_address(p, FS_ANNO_DST_IP, h->destination);
    return p;
}

#endif
