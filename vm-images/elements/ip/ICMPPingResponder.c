/* ICMPPingResponder: turns ICMP echo requests into their replies. */
#include <flowstream/element.h>

#include "net/checksum.h"
#include "net/ip.h"

/* Why a packet is no echo request that can be answered; FS_DROP_REASON_COUNT when it is one. */
static enum fs_drop_reason refuse(const struct fs_packet *p)
{
    const uint8_t *network = fs_network_header(p), *transport = fs_transport_header(p);
    if (network == NULL || fs_bytes_from(p, network) < FS_IP_SIZE || fs_bytes_from(p, transport) < FS_ICMP_SIZE) {
        return FS_DROP_BAD_LENGTH;
    }
    const struct fs_ip *h = (const struct fs_ip *)network;
    if (h->protocol != FS_PROTOCOL_ICMP || fs_ip_later_fragment(h)
        || ((const struct fs_icmp *)transport)->type != FS_ICMP_ECHO) {
        return FS_DROP_BAD_PROTOCOL;
    }
    return FS_DROP_REASON_COUNT;
}

/* RFC 1122 3.2.2.6: addresses swapped, the data as it came; checksums by RFC 1624. */
static void answer(struct fs_packet *p)
{
    struct fs_ip *h = (struct fs_ip *)fs_network_header(p);
    struct fs_icmp *icmp = (struct fs_icmp *)fs_transport_header(p);
    uint8_t source[4];
    uint32_t destination;
    __builtin_memcpy(source, h->source, 4);
    __builtin_memcpy(h->source, h->destination, 4);
    __builtin_memcpy(h->destination, source, 4);

    uint16_t checksum = fs_get16(h->checksum);
    checksum = fs_checksum_update16(checksum, fs_get16(h->fragment), 0);
    fs_put16(h->fragment, 0);
    uint16_t before = fs_get16(&h->ttl);
    h->ttl = 255;
    fs_put16(h->checksum, fs_checksum_update16(checksum, before, fs_get16(&h->ttl)));

    before = fs_get16(&icmp->type);
    icmp->type = FS_ICMP_ECHO_REPLY;
    icmp->code = 0;
    fs_put16(icmp->checksum, fs_checksum_update16(fs_get16(icmp->checksum), before, fs_get16(&icmp->type)));
    fs_checksum_settle(icmp->checksum, icmp, fs_bytes_from(p, (const uint8_t *)icmp));

    __builtin_memcpy(&destination, h->destination, 4);
    fs_set_anno_u32(p, FS_ANNO_DST_IP, destination);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 0);
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        enum fs_drop_reason reason = refuse(p);
        if (reason != FS_DROP_REASON_COUNT) {
            fs_reject(e, 1, p, reason);
            continue;
        }
        p = fs_writable(e, p);
        if (p == NULL) {
            continue;
        }
        answer(p);
        p->timestamp = fs_now(e);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

FS_ELEMENT(ICMPPingResponder) = {
    .name = "ICMPPingResponder",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .effects = "reads icmp; writes ip.src ip.dst ip.ttl ip.id ip.checksum icmp annotation.DST_IP annotation.PAINT; "
               "drops",
    .summary = "answers ICMP echo requests",
    .doc = "Input packets have their IP header marked. The reply is the request with its addresses swapped, TTL\n"
           "255, fragment flags cleared, paint 0 and the time of now. Other packets leave by output 1; where it is\n"
           "not connected they are dropped as `bad-protocol` or `bad-length`.\n\n"
           "    ... -> CheckIPHeader(14) -> ICMPPingResponder -> EtherMirror -> ToDevice(0);\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
