/* ICMPError: makes packets into ICMP messages about them (RFC 792, RFC 1812 section 4.3.2). */
#include "net/icmp_names.h"
#include "net/ip_options.h"
#include "net/marked.h"
#include "net/values.h"

enum { ICMP_TTL = 200, NEEDFRAG = 4 };

struct icmp_error {
    struct fs_element base;
    uint8_t source[4], type, code;
    struct fs_bytes bad; /* 4 bytes each */
    uint32_t mtu, path_mtu;
    bool fix_source;
    uint16_t id;
};

enum { SRC, TYPE, CODE, BADADDRS, MTU, PMTU, SET_FIX_ANNO };

static bool is_bad(const struct icmp_error *c, const uint8_t address[4])
{
    for (size_t i = 0; i < c->bad.length; i += 4) {
        if (__builtin_memcmp(c->bad.at + i, address, 4) == 0) {
            return true;
        }
    }
    return false;
}
static bool unicast(const struct icmp_error *c, const uint8_t address[4])
{
    return fs_get32(address) != 0xffffffff && !fs_ip_multicast(address) && !is_bad(c, address);
}

/* The source route of a packet, when it has one that has been used (RFC 791); NULL else. */
static const uint8_t *source_route(const uint8_t *header, unsigned end)
{
    struct fs_ip_option o = {FS_IP_SIZE, 0};
    while (fs_next_ip_option(header, end, &o) > 0) {
        const uint8_t *option = header + o.at;
        if ((option[0] == FS_IPOPT_LOOSE_ROUTE || option[0] == FS_IPOPT_STRICT_ROUTE) && o.length >= 3 && option[2] >= 4
            && option[2] % 4 == 0 && option[2] <= o.length + 1) {
            return option;
        }
    }
    return NULL;
}

/* Why there must be no message about the packet (RFC 1812 4.3.2.7); FS_DROP_REASON_COUNT when there may. */
static enum fs_drop_reason silence(const struct icmp_error *c, const struct fs_packet *p, struct fs_ip *h)
{
    if (fs_ip_later_fragment(h)) {
        return FS_DROP_DISCARDED;
    }
    if (h->protocol == FS_PROTOCOL_ICMP) {
        struct fs_carried icmp = fs_ip_carried(p, h);
        if (icmp.length < 4 || fs_icmp_is_error(icmp.at[0])) {
            return FS_DROP_BAD_PROTOCOL;
        }
    }
    if (!unicast(c, h->destination) || p->packet_type == FS_TYPE_BROADCAST || p->packet_type == FS_TYPE_MULTICAST) {
        return FS_DROP_BAD_ADDRESS;
    }
    if (!unicast(c, h->source) || h->source[0] == 0 || h->source[0] == 127 || h->source[0] >= 0xf0) {
        return FS_DROP_BAD_SOURCE;
    }
    return FS_DROP_REASON_COUNT;
}

/* Writes the part of the source route that has been used backwards (RFC 1812 4.3.2.6); answers the option's length. */
static unsigned reverse(const uint8_t *option, uint8_t *to)
{
    unsigned length = option[2] - 1u, at = 3;
    to[0] = option[0];
    to[1] = (uint8_t)length;
    to[2] = 4;
    for (unsigned from = length; from >= 7; from -= 4, at += 4) {
        __builtin_memcpy(to + at, option + from - 4, 4);
    }
    return length;
}

/* What the message says beside the packet. */
static void tell(const struct icmp_error *c, struct fs_packet *p, struct fs_icmp *icmp)
{
    icmp->type = c->type;
    icmp->code = c->code;
    if (c->type == FS_ICMP_PARAMETER_PROBLEM && c->code == 0) {
        icmp->rest[0] = fs_anno_u8(p, FS_ANNO_ICMP_PARAMPROB);
    } else if (c->type == FS_ICMP_REDIRECT) {
        __builtin_memcpy(icmp->rest, fs_annotation_at(p, FS_ANNO_DST_IP, 4), 4);
    } else if (c->type == FS_ICMP_UNREACHABLE && c->code == NEEDFRAG) {
        fs_put16(icmp->rest + 2, (uint16_t)c->path_mtu); /* RFC 1191 */
    }
}

/* The packet becomes the message; false when it was dropped. */
static bool make(struct icmp_error *c, struct fs_packet *p, struct fs_ip *h)
{
    struct fs_element *e = &c->base;
    struct fs_ip head = {.version_length = 0x45, .ttl = ICMP_TTL, .protocol = FS_PROTOCOL_ICMP};
    uint8_t option[40] = {0};
    struct fs_icmp icmp = {0};
    unsigned front = FS_IP_SIZE;
    const uint8_t *route = source_route((const uint8_t *)h, fs_ip_header_length(h));
    if (route != NULL) {
        unsigned at = (unsigned)(route - (const uint8_t *)h), pointer = fs_anno_u8(p, FS_ANNO_ICMP_PARAMPROB);
        if (c->type == FS_ICMP_REDIRECT) { /* RFC 1812 5.2.7.2 */
            fs_drop(e, p, FS_DROP_DISCARDED);
            return false;
        }
        bool at_fault = c->type == FS_ICMP_PARAMETER_PROBLEM && c->code == 0 && pointer >= at && pointer < at + route[1];
        if (!at_fault) {
            front += (reverse(route, option) + 3) & ~3u;
        }
    }
    tell(c, p, &icmp);
    __builtin_memcpy(head.source, c->source, 4);
    __builtin_memcpy(head.destination, h->source, 4);
    head.version_length = (uint8_t)(0x40 | front / 4);

    fs_packet_strip(p, (size_t)((uint8_t *)h - p->data));
    unsigned most = c->mtu > front + FS_ICMP_SIZE ? c->mtu - front - FS_ICMP_SIZE : 0;
    p->length = p->length < most ? p->length : most;
    if (!fs_packet_prepend(p, front + FS_ICMP_SIZE)) {
        fs_drop(e, p, FS_DROP_NO_ROOM);
        return false;
    }
    fs_put16(head.length, (uint16_t)p->length);
    fs_put16(head.id, c->id++);
    struct fs_ip *to = (struct fs_ip *)p->data;
    *to = head;
    __builtin_memcpy(to + 1, option, front - FS_IP_SIZE);
    fs_ip_set_checksum(to);
    struct fs_icmp *message = (struct fs_icmp *)(p->data + front);
    *message = icmp;
    fs_put16(message->checksum, fs_checksum(message, p->length - front));

    /* As a new packet. */
    __builtin_memset(p->annotations, 0, sizeof p->annotations);
    fs_set_network_header(p, p->data, front);
    p->mac_offset = FS_OFFSET_NONE;
    p->packet_type = FS_TYPE_HOST;
    p->timestamp = fs_now(e);
    fs_set_anno_address(p, FS_ANNO_DST_IP, to->destination);
    fs_set_anno_u8(p, FS_ANNO_FIX_IP_SRC, c->fix_source);
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct icmp_error *c = (struct icmp_error *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        struct fs_ip *h = fs_marked_ip(p);
        enum fs_drop_reason reason = h == NULL ? FS_DROP_BAD_LENGTH : silence(c, p, h);
        if (reason != FS_DROP_REASON_COUNT) {
            fs_drop(e, p, reason);
            continue;
        }
        p = fs_writable(e, p);
        if (p != NULL && make(c, p, (struct fs_ip *)fs_network_header(p))) {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct icmp_error *c = (struct icmp_error *)e;
    __builtin_memcpy(c->source, fs_args_bytes(e->args, SRC).at, 4);
    const char *type = fs_args_text(e->args, TYPE, ""), *code = fs_args_text(e->args, CODE, "0");
    if (!fs_parse_icmp_type(fs_span(type), &c->type) || !fs_parse_icmp_code(fs_span(code), c->type, &c->code)) {
        fs_text_format(error, "ICMP type and code: expected 0 to 255 or names, found '%s', '%s'", type, code);
        return -1;
    }
    if (!fs_icmp_is_error(c->type)) {
        fs_text_format(error, "ICMP type %u is not an error type", (unsigned)c->type);
        return -1;
    }
    c->bad = fs_args_bytes(e->args, BADADDRS);
    c->bad.length &= ~(size_t)3;
    c->mtu = (uint32_t)fs_args_integer(e->args, MTU, 576);
    c->path_mtu = (uint32_t)fs_args_integer(e->args, PMTU, 0);
    c->fix_source = fs_args_boolean(e->args, SET_FIX_ANNO, true);
    c->id = 1;
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct icmp_error *)e)->id = ((struct icmp_error *)old)->id;
}

static const struct fs_arg args[] = {
    [SRC] = {"SRC", "ip-address", FS_POSITIONAL, 0, 0, NULL, "Whom the message is from."},
    [TYPE] = {"TYPE", "word", FS_POSITIONAL, 0, 0, NULL,
              "`unreachable` (3), `sourcequench` (4), `redirect` (5), `timeexceeded` (11) or `parameterproblem` (12)."},
    [CODE] = {"CODE", "word", FS_OPTIONAL, 0, 0, "0",
              "A number or a name of the type: `net`, `host`, `protocol`, `port`, `needfrag`, `srcroutefail`,\n"
              "`netunknown`, `hostunknown`, `isolated`, `netprohib`, `hostprohib`, `nettos`, `hosttos`,\n"
              "`filterprohib`, `hostprecedence`, `precedencecutoff`; `transit`, `reassembly`; `erroratptr`,\n"
              "`missingopt`, `length`."},
    [BADADDRS] = {"BADADDRS", "ip-addresses", FS_OPTIONAL, 0, 0, "",
                  "Addresses such as subnets' broadcasts: packets from or to them cause no message."},
    [MTU] = {"MTU", "integer", FS_KEYWORD, FS_IP_SIZE + FS_ICMP_SIZE, 65535, "576", "The longest message, in bytes."},
    [PMTU] = {"PMTU", "integer", FS_KEYWORD, 0, 65535, "0", "The next link's MTU, for `needfrag` (RFC 1191)."},
    [SET_FIX_ANNO] = {"SET_FIX_ANNO", "boolean", FS_KEYWORD, 0, 0, "true",
                      "Whether FixIPSrc shall put the address of the outgoing interface in place of SRC."},
};

FS_ELEMENT(ICMPError) = {
    .name = "ICMPError",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/y",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip; writes ip icmp payload length annotation.DST_IP annotation.FIX_IP_SRC; originates drops",
    .summary = "makes ICMP error messages",
    .doc = "The message carries the packet that it is about as far as MTU allows, goes to its source, and has\n"
           "destination and FIX_IP_SRC annotations set; what stood in front of the IP header is gone. Send it to\n"
           "the routing look-up. With `parameterproblem` and code 0 the pointer is IPGWOptions' annotation; with\n"
           "`redirect` the gateway is the destination annotation. A source route goes back reversed.\n\n"
           "There is no message about ICMP errors, later fragments, broadcasts and multicasts, and packets from\n"
           "addresses that are nobody's (RFC 1812 4.3.2.7); those are dropped as `bad-protocol`, `discarded`,\n"
           "`bad-address` and `bad-source`. A RatedSplitter behind bounds the rate.\n\n"
           "    ttl[1] -> ICMPError(192.0.2.1, timeexceeded) -> r :: RatedSplitter(10) -> ...\n",
    .size = sizeof(struct icmp_error),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
