/* IPOutputCombo: the last steps of a router's output path in one. */
#include "net/ip_options.h"
#include "net/marked.h"

struct combo {
    struct fs_element base;
    struct fs_router_addresses own;
    uint32_t mtu;
    uint8_t color;
};

enum { COLOR, IPADDR, MTU };
enum { GOOD, SAME_INTERFACE, BAD_OPTIONS, EXPIRED, TOO_LONG };

/* The output by which the packet, which is writable, leaves. */
static uint32_t route(struct combo *c, struct fs_packet *p, struct fs_ip *h)
{
    unsigned end = fs_ip_header_length(h);
    if (__builtin_expect(end > FS_IP_SIZE, 0) && fs_ip_options_concern_routers((const uint8_t *)h, end)) {
        int wrong = fs_ip_options_process(&c->base, &c->own, (uint8_t *)h, end);
        fs_ip_set_checksum(h);
        if (wrong >= 0) {
            fs_set_anno_u8(p, FS_ANNO_ICMP_PARAMPROB, (uint8_t)wrong);
            return BAD_OPTIONS;
        }
    }
    if (fs_anno_u8(p, FS_ANNO_FIX_IP_SRC) != 0) {
        fs_set_anno_u8(p, FS_ANNO_FIX_IP_SRC, 0);
        __builtin_memcpy(h->source, c->own.address, 4);
        fs_ip_set_checksum(h);
    }
    if (h->ttl <= 1) {
        return EXPIRED;
    }
    fs_ip_set8(h, &h->ttl, (uint8_t)(h->ttl - 1));
    return p->length > c->mtu ? TOO_LONG : GOOD;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct combo *c = (struct combo *)e;
    uint32_t outputs[FS_BATCH_MAX], kept = 0;
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->packet_type == FS_TYPE_BROADCAST || p->packet_type == FS_TYPE_MULTICAST) {
            fs_drop(e, p, FS_DROP_BAD_ADDRESS);
            continue;
        }
        if (fs_marked_ip(p) == NULL) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        if (fs_anno_u8(p, FS_ANNO_PAINT) == c->color) {
            struct fs_packet *copy = fs_packet_clone(p);
            if (copy != NULL) {
                fs_output_push_one(e, SAME_INTERFACE, copy);
            }
        }
        p = fs_writable(e, p);
        if (p != NULL) {
            batch->packets[kept] = p;
            outputs[kept++] = route(c, p, (struct fs_ip *)fs_network_header(p));
        }
    }
    batch->count = kept;
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_UNCONNECTED);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct combo *c = (struct combo *)e;
    (void)error;
    c->color = (uint8_t)fs_args_integer(e->args, COLOR, 0);
    __builtin_memcpy(c->own.address, fs_args_bytes(e->args, IPADDR).at, 4);
    c->mtu = (uint32_t)fs_args_integer(e->args, MTU, 0);
    return 0;
}

static const struct fs_arg args[] = {
    [COLOR] = {"COLOR", "integer", FS_POSITIONAL, 0, 255, NULL, "The paint of packets that came by this interface."},
    [IPADDR] = {"IPADDR", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The interface's address."},
    [MTU] = {"MTU", "integer", FS_POSITIONAL, 0, 65535, NULL, "The longest packet for output 0, in bytes."},
};

FS_ELEMENT(IPOutputCombo) = {
    .name = "IPOutputCombo",
    .ports = "1/5",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip annotation.PAINT; writes ip.options ip.src ip.ttl ip.checksum annotation.ICMP_PARAMPROB "
               "annotation.FIX_IP_SRC; copies drops",
    .summary = "a router's output path in one element",
    .doc = "`DropBroadcasts -> PaintTee(COLOR) -> IPGWOptions(IPADDR) -> FixIPSrc(IPADDR) -> DecIPTTL ->\n"
           "CheckLength(MTU)`. Outputs: 0 good; 1 a copy of what leaves by the interface it came by, for a redirect;\n"
           "2 bad options; 3 expired; 4 longer than MTU, for IPFragmenter. Broadcasts are dropped as `bad-address`.\n",
    .size = sizeof(struct combo),
    .configure = configure,
    .push = push,
};
