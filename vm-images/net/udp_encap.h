/* udp_encap.h: new IPv4 and UDP headers in front of a packet. */
#ifndef NET_UDP_ENCAP_H
#define NET_UDP_ENCAP_H

#include "net/encap.h"
#include "net/transport.h"

/* Prepends both headers and `more` bytes behind them, which the caller has written to `behind`. */
static inline struct fs_packet *fs_udp_encap_put(struct fs_element *e, struct fs_encap *c, struct fs_packet *p,
                                                 uint16_t source_port, uint16_t destination_port, bool checksum,
                                                 const void *behind, size_t more)
{
    p = fs_encap_put(e, c, p, FS_UDP_SIZE + more);
    if (p == NULL) {
        return NULL;
    }
    struct fs_ip *h = (struct fs_ip *)p->data;
    struct fs_udp *udp = (struct fs_udp *)(h + 1);
    uint16_t length = (uint16_t)(p->length - FS_IP_SIZE);
    fs_put16(udp->source_port, source_port);
    fs_put16(udp->destination_port, destination_port);
    fs_put16(udp->length, length);
    fs_put16(udp->checksum, 0);
    if (more != 0) {
        __builtin_memcpy(udp + 1, behind, more);
    }
    if (checksum) {
        uint64_t sum = fs_sum_pseudo4(0, h->source, h->destination, FS_PROTOCOL_UDP, length);
        uint16_t folded = fs_sum_fold(fs_sum_bytes(sum, udp, length));
        fs_put16(udp->checksum, folded != 0 ? folded : 0xffff);
    }
    return p;
}

/* ---- UDPIPEncap and DynamicUDPIPEncap ---- */
struct fs_udp_encap {
    struct fs_element base;
    struct fs_encap front;
    uint16_t source_port, destination_port;
    bool checksum;
    uint32_t interval, count; /* packets until the ports go up; interval 0: never */
};

enum { FS_UDP_ENCAP_ARGS = 6, FS_UDP_ENCAP_HANDLERS = 4 };
extern const struct fs_arg fs_udp_encap_args[FS_UDP_ENCAP_ARGS]; /* INTERVAL is the last */
extern const struct fs_handler fs_udp_encap_handlers[FS_UDP_ENCAP_HANDLERS];
int fs_udp_encap_configure(struct fs_element *e, struct fs_text *error);
void fs_udp_encap_take_state(struct fs_element *e, struct fs_element *old);
void fs_udp_encap_act(struct fs_element *e, struct fs_batch *batch);

#endif
