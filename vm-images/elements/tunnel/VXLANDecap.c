/* VXLANDecap: brings Ethernet frames out of VXLAN (RFC 7348). */
#include "net/gre.h"
#include "net/marked.h"
#include "net/transport.h"

struct decap {
    struct fs_element base;
    uint32_t id;
    uint16_t port;
};

enum { VNI, DPORT };

/* Takes the headers off; answers why not, or FS_DROP_REASON_COUNT. */
static enum fs_drop_reason strip(const struct decap *d, struct fs_packet *p)
{
    struct fs_ip *h = fs_marked_ip(p);
    if (h == NULL) {
        return FS_DROP_BAD_LENGTH;
    }
    struct fs_carried c = fs_ip_carried(p, h);
    struct fs_cursor cursor = {c.at, c.at + c.length};
    if (h->protocol != FS_PROTOCOL_UDP || fs_ip_fragment(h)) {
        return FS_DROP_BAD_PROTOCOL;
    }
    const struct fs_udp *udp = fs_take_udp(&cursor);
    const struct fs_vxlan *vxlan = udp == NULL ? NULL : (const struct fs_vxlan *)fs_take(&cursor, FS_VXLAN_SIZE);
    if (vxlan == NULL) {
        return FS_DROP_BAD_LENGTH;
    }
    if (fs_get16(udp->destination_port) != d->port || (vxlan->flags & FS_VXLAN_ID_VALID) == 0) {
        return FS_DROP_BAD_PROTOCOL;
    }
    if (fs_get32(vxlan->id) >> 8 != d->id) {
        return FS_DROP_NO_MATCH;
    }
    if (fs_get16(udp->checksum) != 0) {
        uint16_t length = fs_get16(udp->length);
        uint64_t sum = fs_sum_pseudo4(0, h->source, h->destination, FS_PROTOCOL_UDP, length);
        if (fs_sum_fold(fs_sum_bytes(sum, udp, length)) != 0) {
            return FS_DROP_BAD_CHECKSUM;
        }
    }
    p->length = (uint32_t)(cursor.end - p->data);
    fs_packet_strip(p, (size_t)(cursor.at - p->data));
    p->network_offset = p->transport_offset = FS_OFFSET_NONE;
    fs_set_mac_header(p, p->data);
    return FS_DROP_REASON_COUNT;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        enum fs_drop_reason reason = strip((struct decap *)e, p);
        if (reason == FS_DROP_REASON_COUNT) {
            batch->packets[kept++] = p;
        } else {
            fs_reject(e, 1, p, reason);
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct decap *d = (struct decap *)e;
    (void)error;
    d->id = (uint32_t)fs_args_integer(e->args, VNI, 0);
    d->port = (uint16_t)fs_args_integer(e->args, DPORT, FS_VXLAN_PORT);
    return 0;
}

static const struct fs_arg args[] = {
    [VNI] = {"VNI", "integer", FS_POSITIONAL, 0, 0xffffff, NULL, "The network identifier that there must be."},
    [DPORT] = {"DPORT", "integer", FS_KEYWORD, 0, 65535, "4789", "The destination port that there must be."},
};

FS_ELEMENT(VXLANDecap) = {
    .name = "VXLANDecap",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip udp payload; writes length; drops",
    .summary = "brings Ethernet frames out of VXLAN",
    .doc = "Packets have their outer IP header marked; what leaves begins with the inner Ethernet header and has no\n"
           "marks. A UDP checksum that is not 0 must be right. Others than expected leave unchanged by output 1; where\n"
           "it is not connected they are dropped as `bad-length`, `bad-protocol`, `no-match` (the identifier) or\n"
           "`bad-checksum`. Put an IPReassembler before, where the outside fragments.\n\n"
           "    ... -> CheckIPHeader(14) -> VXLANDecap(42) -> ToDevice(inside);\n",
    .size = sizeof(struct decap),
    .configure = configure,
    .act = act,
};
