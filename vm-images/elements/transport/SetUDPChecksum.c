/* SetUDPChecksum: makes the UDP checksum anew. */
#include "net/marked.h"
#include "net/transport.h"

static bool change(struct fs_element *e, struct fs_packet *p, struct fs_ip *h)
{
    if (fs_ip_fragment(h)) {
        return true;
    }
    struct fs_carried c = fs_ip_carried(p, h);
    struct fs_udp *udp = (struct fs_udp *)c.at;
    size_t length = c.whole && c.length >= FS_UDP_SIZE ? fs_get16(udp->length) : 0;
    if (h->protocol != FS_PROTOCOL_UDP || length < FS_UDP_SIZE || length > c.length) {
        fs_drop(e, p, h->protocol != FS_PROTOCOL_UDP ? FS_DROP_BAD_PROTOCOL : FS_DROP_BAD_LENGTH);
        return false;
    }
    fs_put16(udp->checksum, 0);
    uint64_t sum = fs_sum_pseudo4(0, h->source, h->destination, FS_PROTOCOL_UDP, (uint16_t)length);
    uint16_t checksum = fs_sum_fold(fs_sum_bytes(sum, udp, length));
    fs_put16(udp->checksum, checksum != 0 ? checksum : 0xffff); /* RFC 768: 0 would mean that there is none */
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch) { fs_each_marked_ip(e, batch, change); }

FS_ELEMENT(SetUDPChecksum) = {
    .name = "SetUDPChecksum",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "reads ip udp payload; writes udp; drops",
    .summary = "sets the UDP checksum",
    .doc = "The IP header must be marked. Fragments pass unchanged: their checksum covers bytes that are not there.\n"
           "Others are dropped as `bad-protocol` or `bad-length`.\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
