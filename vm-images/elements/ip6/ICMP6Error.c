/* ICMP6Error: makes packets into ICMPv6 messages about them (RFC 4443). */
#include "net/marked6.h"
#include "net/values.h"

enum { HOP_LIMIT = 255, REDIRECT_SIZE = 8 + 32 };

struct icmp6_error {
    struct fs_element base;
    uint8_t source[16], type, code;
    uint32_t path_mtu;
};

enum { SRC, TYPE, CODE, PMTU };

static bool is_error(uint8_t type) { return type < 128; } /* RFC 4443 2.1 */

/* Why there must be no message about the packet (RFC 4443 2.4 e); FS_DROP_REASON_COUNT when there may. */
static enum fs_drop_reason silence(const struct icmp6_error *c, const struct fs_packet *p, const struct fs_ip6 *h)
{
    static const uint8_t nobody[16], loopback[16] = {[15] = 1};
    struct fs_ip6_upper upper;
    const uint8_t *at = (const uint8_t *)h, *end = fs_ip6_end(p, h);
    fs_ip6_walk(at, end, &upper);
    if (upper.protocol == FS_PROTOCOL_ICMP6 && !upper.later_fragment
        && (end - at <= upper.offset || is_error(at[upper.offset]) || at[upper.offset] == FS_ICMP6_REDIRECT)) {
        return FS_DROP_BAD_PROTOCOL;
    }
    bool group = fs_ip6_multicast(h->destination) || p->packet_type == FS_TYPE_BROADCAST
        || p->packet_type == FS_TYPE_MULTICAST;
    bool for_groups = c->type == FS_ICMP6_PACKET_TOO_BIG || (c->type == FS_ICMP6_PARAMETER_PROBLEM && c->code == 2);
    if (group && !for_groups) {
        return FS_DROP_BAD_ADDRESS;
    }
    if (fs_ip6_multicast(h->source) || __builtin_memcmp(h->source, nobody, 16) == 0
        || __builtin_memcmp(h->source, loopback, 16) == 0) {
        return FS_DROP_BAD_SOURCE;
    }
    return FS_DROP_REASON_COUNT;
}

/* The packet becomes the message; false when it was dropped. */
static bool make(struct icmp6_error *c, struct fs_packet *p, const struct fs_ip6 *h)
{
    uint8_t message[REDIRECT_SIZE] = {c->type, c->code};
    uint32_t size = 8;
    struct fs_ip6 head = {.version_class_label = {0x60}, .next_header = FS_PROTOCOL_ICMP6, .hop_limit = HOP_LIMIT};
    __builtin_memcpy(head.source, c->source, 16);
    __builtin_memcpy(head.destination, h->source, 16);
    if (c->type == FS_ICMP6_PACKET_TOO_BIG) {
        fs_put32(message + 4, c->path_mtu);
    } else if (c->type == FS_ICMP6_PARAMETER_PROBLEM) {
        message[7] = fs_anno_u8(p, FS_ANNO_ICMP_PARAMPROB);
    } else if (c->type == FS_ICMP6_REDIRECT) { /* RFC 4861 4.5 */
        __builtin_memcpy(message + 8, fs_annotation_at(p, FS_ANNO_DST_IP6, 16), 16);
        __builtin_memcpy(message + 24, h->destination, 16);
        size = REDIRECT_SIZE;
    }
    fs_packet_strip(p, (size_t)((const uint8_t *)h - p->data));
    uint32_t most = FS_IP6_MTU_MIN - FS_IP6_SIZE - size;
    uint32_t options = c->type == FS_ICMP6_REDIRECT ? 8 : 0; /* the packet is within an option there */
    p->length = p->length < most - options ? p->length : most - options;
    if (options != 0) {
        uint32_t padding = -p->length & 7;
        uint8_t *end = p->data + p->length;
        if (!fs_packet_append(p, padding)) {
            fs_drop(&c->base, p, FS_DROP_NO_ROOM);
            return false;
        }
        __builtin_memset(end, 0, padding);
    }
    if (!fs_packet_prepend(p, FS_IP6_SIZE + size + options)) {
        fs_drop(&c->base, p, FS_DROP_NO_ROOM);
        return false;
    }
    uint8_t *at = p->data + FS_IP6_SIZE;
    uint32_t length = p->length - FS_IP6_SIZE;
    fs_put16(head.payload_length, (uint16_t)length);
    *(struct fs_ip6 *)p->data = head;
    __builtin_memcpy(at, message, size);
    if (options != 0) {
        uint8_t *option = at + size;
        __builtin_memset(option, 0, options);
        option[0] = 4; /* redirected header */
        option[1] = (uint8_t)((length - size) / 8);
    }
    uint64_t sum = fs_sum_pseudo6(0, head.source, head.destination, FS_PROTOCOL_ICMP6, length);
    fs_put16(at + 2, fs_sum_fold(fs_sum_bytes(sum, at, length)));

    /* As a new packet. */
    __builtin_memset(p->annotations, 0, sizeof p->annotations);
    fs_set_network_header(p, p->data, FS_IP6_SIZE);
    p->mac_offset = FS_OFFSET_NONE;
    p->packet_type = FS_TYPE_HOST;
    fs_set_anno_address6(p, head.destination);
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct icmp6_error *c = (struct icmp6_error *)e;
    uint32_t kept = 0, count = batch->count;
    uint64_t now = count != 0 ? fs_now(e) : 0;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        const struct fs_ip6 *h = fs_marked_ip6(p);
        enum fs_drop_reason reason = h == NULL ? FS_DROP_BAD_LENGTH : silence(c, p, h);
        if (reason != FS_DROP_REASON_COUNT) {
            fs_drop(e, p, reason);
            continue;
        }
        p = fs_writable(e, p);
        if (p != NULL && make(c, p, (const struct fs_ip6 *)fs_network_header(p))) {
            p->timestamp = now;
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct icmp6_error *c = (struct icmp6_error *)e;
    __builtin_memcpy(c->source, fs_args_bytes(e->args, SRC).at, 16);
    c->type = (uint8_t)fs_args_integer(e->args, TYPE, 0);
    c->code = (uint8_t)fs_args_integer(e->args, CODE, 0);
    c->path_mtu = (uint32_t)fs_args_integer(e->args, PMTU, FS_IP6_MTU_MIN);
    if ((c->type < FS_ICMP6_UNREACHABLE || c->type > FS_ICMP6_PARAMETER_PROBLEM) && c->type != FS_ICMP6_REDIRECT) {
        fs_text_format(error, "ICMP6 type %u is not an error or redirect type", (unsigned)c->type);
        return -1;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [SRC] = {"SRC", "ip6-address", FS_POSITIONAL, 0, 0, NULL, "Whom the message is from."},
    [TYPE] = {"TYPE", "integer", FS_POSITIONAL, 0, 255, NULL,
              "1 unreachable, 2 packet too big, 3 time exceeded, 4 parameter problem, 137 redirect."},
    [CODE] = {"CODE", "integer", FS_POSITIONAL, 0, 255, NULL, "What the type says more exactly (RFC 4443)."},
    [PMTU] = {"PMTU", "integer", FS_KEYWORD, FS_IP6_MTU_MIN, 65535, "1280", "Ours: the next link's MTU, for type 2."},
};

FS_ELEMENT(ICMP6Error) = {
    .name = "ICMP6Error",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/y",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip6 annotation.ICMP_PARAMPROB annotation.DST_IP6; writes ip6 icmp6 payload length annotation.DST_IP6; "
               "originates drops",
    .summary = "makes ICMPv6 error messages",
    .doc = "The message carries the packet that it is about as far as 1,280 bytes allow, goes to its source, and has\n"
           "the destination annotation set; what stood in front of the IPv6 header is gone. Send it to the routing\n"
           "look-up. With type 4 the pointer is the ICMP_PARAMPROB annotation; with 137 the better hop is the\n"
           "destination annotation.\n\n"
           "There is no message about ICMPv6 errors and redirects, about what went to groups (but for types that a\n"
           "group is told), and from addresses that are nobody's (RFC 4443 2.4); those are dropped as `bad-protocol`,\n"
           "`bad-address` and `bad-source`. A RatedSplitter behind bounds the rate.\n\n"
           "    hops[1] -> ICMP6Error(2001:db8::1, 3, 0) -> r :: RatedSplitter(10) -> ...\n",
    .size = sizeof(struct icmp6_error),
    .configure = configure,
    .act = act,
};
