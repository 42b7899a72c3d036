/* VXLANEncap: carries Ethernet frames over UDP (RFC 7348). */
#include "net/gre.h"
#include "net/udp_encap.h"

enum { PORT_MIN = 49152, PORTS = 16384 }; /* RFC 7348 section 5: the dynamic range */

struct encap {
    struct fs_element base;
    struct fs_encap front;
    struct fs_vxlan header;
    uint16_t source_port, destination_port; /* source port 0: by the frame */
    bool checksum;
};

enum { VNI, SRC, DST, SPORT, DPORT, CHECKSUM, TTL, DF };

/* A port that is the same for all packets of an inner flow, so that routers may spread flows over several ways. Where
 * the frame is IP without options, that is by its addresses, protocol and ports; else by its Ethernet header. */
static uint16_t port_of(const struct fs_packet *p)
{
    uint64_t a = 0, b = 0;
    if (p->length >= 42 && fs_get16(p->data + 12) == 0x0800 && p->data[14] == 0x45) {
        bool ports = (fs_get16(p->data + 20) & (FS_IP_MORE_FRAGMENTS | FS_IP_FRAGMENT_OFFSET)) == 0
            && (p->data[23] == FS_PROTOCOL_TCP || p->data[23] == FS_PROTOCOL_UDP);
        a = fs_get64(p->data + 26);
        b = (uint64_t)p->data[23] << 32 | (ports ? fs_get32(p->data + 34) : 0);
    } else if (p->length >= 62 && fs_get16(p->data + 12) == 0x86dd) {
        bool ports = p->data[20] == FS_PROTOCOL_TCP || p->data[20] == FS_PROTOCOL_UDP;
        a = fs_get64(p->data + 22) ^ fs_get64(p->data + 38);
        b = fs_get64(p->data + 30) ^ fs_get64(p->data + 46) ^ (ports ? fs_get32(p->data + 54) : 0);
    } else if (p->length >= 14) {
        a = fs_get64(p->data);
        b = fs_get32(p->data + 8);
    }
    a = (a ^ b * 0xd6e8feb86659fd93u) * 0x9e3779b97f4a7c15u;
    return (uint16_t)(PORT_MIN + (a >> 50) % PORTS);
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct encap *c = (struct encap *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint16_t port = c->source_port != 0 ? c->source_port : port_of(p);
        p = fs_udp_encap_put(e, &c->front, p, port, c->destination_port, c->checksum, &c->header, FS_VXLAN_SIZE);
        if (p != NULL) {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct encap *c = (struct encap *)e;
    (void)error;
    fs_encap_init(&c->front, FS_PROTOCOL_UDP, fs_args_bytes(e->args, SRC).at, fs_args_bytes(e->args, DST).at);
    c->front.header.ttl = (uint8_t)fs_args_integer(e->args, TTL, 64);
    fs_put16(c->front.header.fragment, fs_args_boolean(e->args, DF, false) ? FS_IP_DONT_FRAGMENT : 0);
    c->header.flags = FS_VXLAN_ID_VALID;
    fs_put32(c->header.id, (uint32_t)fs_args_integer(e->args, VNI, 0) << 8);
    c->source_port = (uint16_t)fs_args_integer(e->args, SPORT, 0);
    c->destination_port = (uint16_t)fs_args_integer(e->args, DPORT, FS_VXLAN_PORT);
    c->checksum = fs_args_boolean(e->args, CHECKSUM, false);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct encap *)e)->front.id = ((struct encap *)old)->front.id;
}

static const struct fs_arg args[] = {
    [VNI] = {"VNI", "integer", FS_POSITIONAL, 0, 0xffffff, NULL, "The network identifier."},
    [SRC] = {"SRC", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The address of this end."},
    [DST] = {"DST", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The address of the other end."},
    [SPORT] = {"SPORT", "integer", FS_KEYWORD, 0, 65535, "0", "The source port; 0: one of 49152 to 65535 by inner flow."},
    [DPORT] = {"DPORT", "integer", FS_KEYWORD, 0, 65535, "4789", "The destination port."},
    [CHECKSUM] = {"CHECKSUM", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to set the UDP checksum; else it is 0."},
    [TTL] = {"TTL", "integer", FS_KEYWORD, 0, 255, "64", "The outer time to live."},
    [DF] = {"DF", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to set Don't Fragment on outer packets."},
};

FS_ELEMENT(VXLANEncap) = {
    .name = "VXLANEncap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads any; writes ip udp length annotation.DST_IP; drops",
    .summary = "carries Ethernet frames in VXLAN",
    .doc = "Puts IP, UDP and VXLAN headers (RFC 7348) in front of each frame, 36 bytes. Packets without so much\n"
           "headroom are dropped as `no-room`.\n\n"
           "    FromDevice(inside) -> VXLANEncap(42, 192.0.2.1, 198.51.100.1) -> EtherEncap(...) -> ToDevice(outside);\n",
    .size = sizeof(struct encap),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
