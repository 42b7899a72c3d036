#include "net/translate.h"

#include "net/checksum.h"
#include "net/icmp_translate.h"
#include "net/ip_options.h"
#include "net/marked.h"
#include "net/marked6.h"
#include "net/rewrite.h"
#include "net/transport.h"

static const enum fs_drop_reason fine = FS_DROP_REASON_COUNT;

enum {
    FRAGMENT_SIZE = 8,
    NEW_MAX = FS_IP6_SIZE + FRAGMENT_SIZE,
    ICMP_SIZE = 8,
    MAY_FRAGMENT = 1260, /* IPv4 packets up to here may be fragmented: RFC 7915 5.1 */
};

/* ---- addresses ---- */

FS_ONCE static int set_prefix(struct fs_ip_prefix *p, struct fs_bytes given, const char *name, struct fs_text *error)
{
    __builtin_memcpy(p->at, given.at, 16);
    p->bits = given.at[16];
    if (p->bits != 96 && (p->bits < 32 || p->bits > 64 || p->bits % 8 != 0)) {
        fs_text_format(error, "%s: expected a length of 32, 40, 48, 56, 64 or 96 (RFC 6052)", name);
        return -1;
    }
    __builtin_memset(p->at + p->bits / 8, 0, 16 - p->bits / 8u);
    return 0;
}

FS_ONCE int fs_translator_init(struct fs_translator *t, struct fs_bytes prefix, struct fs_bytes hosts, struct fs_text *error)
{
    t->converted.bits = 96;
    t->mapped = prefix.length == 0;
    if (prefix.length != 0 && set_prefix(&t->converted, prefix, "PREFIX", error) != 0) {
        return -1;
    }
    t->hosts = t->converted;
    return hosts.length == 0 ? 0 : set_prefix(&t->hosts, hosts, "HOSTS", error);
}

/* RFC 6052 2.2: the address follows the prefix, but for bits 64 to 71, which are 0. */
static void embed(const struct fs_ip_prefix *p, const uint8_t ip[4], uint8_t ip6[16])
{
    unsigned at = p->bits / 8;
    __builtin_memcpy(ip6, p->at, 16);
    for (unsigned i = 0; i < 4; i++, at++) {
        at += at == 8 && p->bits != 96;
        ip6[at] = ip[i];
    }
}

static bool extract(const struct fs_ip_prefix *p, const uint8_t ip6[16], uint8_t ip[4])
{
    unsigned at = p->bits / 8;
    if (__builtin_memcmp(ip6, p->at, at) != 0) {
        return false;
    }
    for (unsigned i = 0; i < 4; i++, at++) {
        at += at == 8 && p->bits != 96;
        ip[i] = ip6[at];
    }
    return true;
}

/* Of either side: where it stands does not matter. */
static bool address_of(const struct fs_translator *t, const uint8_t ip6[16], uint8_t ip[4])
{
    static const struct fs_ip_prefix mapped = {{[10] = 0xff, [11] = 0xff}, 96};
    return extract(&t->converted, ip6, ip) || extract(&t->hosts, ip6, ip) || (t->mapped && extract(&mapped, ip6, ip));
}

/* Neither "this host", loopback, a group nor reserved: RFC 7915 4.1, 5.1. */
static bool unicast(const uint8_t ip[4]) { return ip[0] != 0 && ip[0] != 127 && ip[0] < 0xe0; }

/* ---- one packet's header ---- */

struct half {
    uint8_t made[NEW_MAX]; /* the new header; its length is set at last */
    unsigned size;
    uint8_t *upper, *end;  /* what is behind the old one, as far as it is there */
    uint32_t length;       /* the same, as the old header says */
    uint8_t protocol;      /* of the new header */
    bool first, fragment;  /* there is an upper header; it is not all */
    uint64_t before, after; /* sums over the addresses */
    const uint8_t *destination; /* of the new header */
};

static enum fs_drop_reason head_6_to_4(struct fs_translator *t, uint8_t *ip6, uint8_t *end, struct half *h)
{
    const struct fs_ip6 *from = (const struct fs_ip6 *)ip6;
    struct fs_ip *to = (struct fs_ip *)h->made;
    struct fs_ip6_upper upper;
    if (end - ip6 < FS_IP6_SIZE || fs_ip_version(ip6) != 6) {
        return FS_DROP_BAD_LENGTH;
    }
    uint32_t length = FS_IP6_SIZE + (uint32_t)fs_get16(from->payload_length);
    h->end = length < (size_t)(end - ip6) ? ip6 + length : end;
    fs_ip6_walk(ip6, h->end, &upper);
    if (upper.protocol == FS_PROTOCOL_NONE) {
        return FS_DROP_MALFORMED;
    }
    if (upper.protocol == FS_PROTOCOL_ICMP || upper.protocol == FS_IP6_HOP_BY_HOP) {
        return FS_DROP_BAD_PROTOCOL;
    }
    *to = (struct fs_ip){.version_length = 0x45, .tos = fs_ip6_class(ip6), .ttl = from->hop_limit};
    /* Extension headers are left out; but what they say must not be more than that. */
    uint8_t next = from->next_header;
    bool fragmented = false;
    for (const uint8_t *at = ip6 + FS_IP6_SIZE; at < ip6 + upper.offset;) {
        if (fragmented && upper.fragment) { /* leaving it out would move what is behind it */
            return FS_DROP_BAD_PROTOCOL;
        }
        if (next == FS_IP6_AUTHENTICATION || (next == FS_IP6_ROUTING && at[3] != 0)) { /* segments left: 5.1 */
            return FS_DROP_BAD_PROTOCOL;
        }
        if (next == FS_IP6_FRAGMENT) {
            uint16_t field = fs_get16(at + 2);
            fragmented = true;
            fs_put16(to->fragment, (uint16_t)(field >> 3 | ((field & 1) != 0 ? FS_IP_MORE_FRAGMENTS : 0)));
            __builtin_memcpy(to->id, at + 6, 2);
        }
        bool fixed = next == FS_IP6_FRAGMENT;
        next = at[0];
        at += fixed ? 8u : 8u + 8u * at[1];
    }
    h->upper = ip6 + upper.offset;
    h->length = length > upper.offset ? length - upper.offset : 0;
    if (FS_IP_SIZE + h->length > 0xffff) {
        return FS_DROP_MALFORMED;
    }
    h->first = !upper.later_fragment;
    h->fragment = upper.fragment;
    h->size = FS_IP_SIZE;
    h->protocol = upper.protocol == FS_PROTOCOL_ICMP6 ? FS_PROTOCOL_ICMP : (uint8_t)upper.protocol;
    if (!fragmented) {
        fs_put16(to->id, t->id);
        fs_put16(to->fragment, FS_IP_SIZE + h->length > MAY_FRAGMENT ? FS_IP_DONT_FRAGMENT : 0);
    }
    to->protocol = h->protocol;
    if (!address_of(t, from->source, to->source) || !address_of(t, from->destination, to->destination)
        || !unicast(to->source) || !unicast(to->destination)) {
        return FS_DROP_BAD_ADDRESS;
    }
    h->before = fs_sum_bytes(0, from->source, 32);
    h->after = fs_sum_bytes(0, to->source, 8);
    h->destination = to->destination;
    return fine;
}

/* Whether there is a source route that has not been used up. */
FS_ONCE static bool routed(const uint8_t *ip, unsigned header)
{
    struct fs_ip_option o = {FS_IP_SIZE, 0};
    while (fs_next_ip_option(ip, header, &o) > 0) {
        const uint8_t *option = ip + o.at;
        if ((option[0] == FS_IPOPT_LOOSE_ROUTE || option[0] == FS_IPOPT_STRICT_ROUTE) && o.length >= 3
            && option[2] <= o.length) {
            return true;
        }
    }
    return false;
}

/* Protocol numbers that mean an extension header, or ICMP, in IPv6 alone. */
static bool ip6_alone(uint8_t protocol)
{
    return protocol == FS_IP6_HOP_BY_HOP || protocol == FS_IP6_ROUTING || protocol == FS_IP6_FRAGMENT
        || protocol == FS_IP6_AUTHENTICATION || protocol == FS_PROTOCOL_ICMP6 || protocol == FS_IP6_DESTINATION;
}

/* `back`: it went the other way, and is quoted by an error. */
static enum fs_drop_reason head_4_to_6(const struct fs_translator *t, bool back, uint8_t *ip, uint8_t *end, struct half *h)
{
    const struct fs_ip *from = (const struct fs_ip *)ip;
    struct fs_ip6 *to = (struct fs_ip6 *)h->made;
    if (end - ip < FS_IP_SIZE || fs_ip_version(ip) != 4) {
        return FS_DROP_BAD_LENGTH;
    }
    unsigned header = fs_ip_header_length(from), length = fs_get16(from->length);
    uint16_t fragment = fs_get16(from->fragment);
    if (header < FS_IP_SIZE || header > end - ip || header > length) {
        return FS_DROP_BAD_HEADER_LENGTH;
    }
    if (routed(ip, header) || ip6_alone(from->protocol)) {
        return FS_DROP_BAD_PROTOCOL;
    }
    if (!unicast(from->source) || !unicast(from->destination)) {
        return FS_DROP_BAD_ADDRESS;
    }
    h->upper = ip + header;
    h->end = length < (size_t)(end - ip) ? ip + length : end;
    h->length = length - header;
    h->first = (fragment & FS_IP_FRAGMENT_OFFSET) == 0;
    h->fragment = fs_ip_fragment(from);
    h->protocol = from->protocol == FS_PROTOCOL_ICMP ? FS_PROTOCOL_ICMP6 : from->protocol;
    *to = (struct fs_ip6){.next_header = h->protocol, .hop_limit = from->ttl};
    fs_ip6_set_class(to->version_class_label, from->tos);
    embed(back ? &t->hosts : &t->converted, from->source, to->source);
    embed(back ? &t->converted : &t->hosts, from->destination, to->destination);
    h->size = FS_IP6_SIZE;
    /* 4: fragments stay fragments, and what may be fragmented and is too long will be one. */
    if (h->fragment || ((fragment & FS_IP_DONT_FRAGMENT) == 0 && FS_IP6_SIZE + h->length > t->mtu)) {
        uint8_t *more = h->made + FS_IP6_SIZE;
        __builtin_memset(more, 0, FRAGMENT_SIZE);
        more[0] = h->protocol;
        fs_put16(more + 2, (uint16_t)(fragment << 3 | ((fragment & FS_IP_MORE_FRAGMENTS) != 0)));
        __builtin_memcpy(more + 6, from->id, 2);
        to->next_header = FS_IP6_FRAGMENT;
        h->size += FRAGMENT_SIZE;
    }
    h->before = fs_sum_bytes(0, from->source, 8);
    h->after = fs_sum_bytes(0, to->source, 32);
    h->destination = to->destination;
    return fine;
}

static void set_length(struct half *h, uint32_t upper)
{
    if (fs_ip_version(h->made) == 6) {
        fs_put16(((struct fs_ip6 *)h->made)->payload_length, (uint16_t)(h->size - FS_IP6_SIZE + upper));
    } else {
        fs_put16(((struct fs_ip *)h->made)->length, (uint16_t)(FS_IP_SIZE + upper));
        fs_ip_set_checksum((struct fs_ip *)h->made);
    }
}

/* ---- what is behind it ---- */

/* Where the protocol's checksum is, when it covers a pseudo header. */
static uint8_t *checksum_of(const struct half *h)
{
    unsigned at = fs_transport_checksum(h->protocol);
    return at != 0 && h->first && h->end - h->upper >= (ptrdiff_t)at + 2 ? h->upper + at : NULL;
}

/* Of the packet itself, or of one that an ICMP error quotes, whose data may be cut off. IPv6 knows no UDP without a
 * checksum: that of a whole datagram is made here (RFC 7915 4.5). */
static void fix_transport(struct half *h)
{
    uint8_t *at = checksum_of(h);
    bool udp = h->protocol == FS_PROTOCOL_UDP;
    if (at == NULL) {
        return;
    }
    uint16_t sum = fs_get16(at);
    if (!udp || sum != 0) {
        sum = fs_checksum_replace(sum, h->before, h->after);
    } else if (fs_ip_version(h->made) == 6 && (uint32_t)(h->end - h->upper) == h->length) {
        uint64_t pseudo = fs_sum_number(fs_sum_number(h->after, FS_PROTOCOL_UDP), (uint16_t)h->length);
        sum = fs_sum_fold(fs_sum_bytes(pseudo, h->upper, h->length));
    } else {
        return;
    }
    fs_put16(at, sum == 0 && udp ? 0xffff : sum);
}

/* Of a fragment no checksum can be made. */
static bool without_checksum(const struct half *h)
{
    const uint8_t *at = h->protocol == FS_PROTOCOL_UDP && h->fragment ? checksum_of(h) : NULL;
    return at != NULL && fs_get16(at) == 0;
}

/* ICMPv6's checksum covers a pseudo header, ICMP's does not. */
static uint64_t icmp_pseudo(uint64_t addresses, uint32_t length)
{
    return fs_sum_number(fs_sum_number(addresses, FS_PROTOCOL_ICMP6), (uint16_t)length);
}

/* Changes a ping's type. */
static void fix_ping(struct half *h, const uint8_t made[ICMP_SIZE])
{
    uint8_t *icmp = h->upper;
    uint64_t before = fs_sum_bytes(0, icmp, 2), after = fs_sum_bytes(0, made, 2);
    if (h->protocol == FS_PROTOCOL_ICMP6) {
        after += icmp_pseudo(h->after, h->length);
    } else {
        before += icmp_pseudo(h->before, h->length);
    }
    __builtin_memcpy(icmp, made, 2);
    fs_put16(icmp + 2, fs_checksum_replace(fs_get16(icmp + 2), before, after));
}

static bool is_icmp(const struct half *h)
{
    return h->protocol == FS_PROTOCOL_ICMP || h->protocol == FS_PROTOCOL_ICMP6;
}

struct way {
    struct fs_translator *t;
    bool to6;
};
static enum fs_drop_reason head(const struct way *w, bool back, uint8_t *at, uint8_t *end, struct half *h)
{
    return w->to6 ? head_4_to_6(w->t, back, at, end, h) : head_6_to_4(w->t, at, end, h);
}
static bool icmp_head(const struct way *w, const uint8_t *icmp, uint16_t quoted, uint8_t made[ICMP_SIZE])
{
    return w->to6 ? fs_icmp_4_to_6(icmp, quoted, made) : fs_icmp_6_to_4(icmp, made);
}
static bool ping(const uint8_t made[ICMP_SIZE])
{
    return made[0] == FS_ICMP6_ECHO || made[0] == FS_ICMP6_ECHO_REPLY || made[0] == FS_ICMP_ECHO
        || made[0] == FS_ICMP_ECHO_REPLY;
}

/* The packet that an error quotes: its own header, and its ping's. 4.3: an error about an error goes no further. */
static enum fs_drop_reason quoted_head(const struct way *w, uint8_t *at, uint8_t *end, struct half *h, uint8_t made[ICMP_SIZE])
{
    enum fs_drop_reason wrong = head(w, true, at, end, h);
    if (wrong != fine) {
        return wrong;
    }
    if (is_icmp(h)) {
        bool there = h->first && !h->fragment && h->end - h->upper >= ICMP_SIZE;
        if (!there || !icmp_head(w, h->upper, 0, made) || !ping(made)) {
            return FS_DROP_BAD_PROTOCOL;
        }
    }
    return fine;
}

/* Bytes of an error's quotation; without its extensions (RFC 4884), whose place is told by a byte of the message. */
static size_t quotation(const struct way *w, const uint8_t *icmp, size_t left)
{
    size_t said = w->to6 ? 4u * icmp[5] : 8u * icmp[4];
    bool extended = w->to6 ? icmp[0] == FS_ICMP_UNREACHABLE || icmp[0] == FS_ICMP_TIME_EXCEEDED
                                 || icmp[0] == FS_ICMP_PARAMETER_PROBLEM
                           : icmp[0] == FS_ICMP6_UNREACHABLE || icmp[0] == FS_ICMP6_TIME_EXCEEDED;
    return extended && said != 0 && said < left ? said : left;
}

/* Puts the header in front of `at`, where the packet then begins. */
static void begin(struct fs_packet *p, const struct half *h, uint8_t *at, const uint8_t *end)
{
    uint8_t *start = at - h->size;
    __builtin_memcpy(start, h->made, h->size);
    p->length = (uint32_t)(end - start);
    p->data = start;
    p->mac_offset = FS_OFFSET_NONE;
    fs_set_network_header(p, start, h->size);
    if (fs_ip_version(h->made) == 6) {
        fs_set_anno_address6(p, h->destination);
    } else {
        fs_set_anno_address(p, FS_ANNO_DST_IP, h->destination);
    }
}

static __attribute__((cold)) enum fs_drop_reason translate_error(const struct way *w, struct fs_packet *p, struct half *h, uint8_t made[ICMP_SIZE])
{
    struct half inner = {.size = 0};
    uint8_t inner_made[ICMP_SIZE];
    uint8_t *icmp = h->upper, *quoted = icmp + ICMP_SIZE;
    uint64_t pseudo = w->to6 ? 0 : icmp_pseudo(h->before, h->length);
    if (fs_sum_fold(fs_sum_bytes(pseudo, icmp, h->length)) != 0) {
        return FS_DROP_BAD_CHECKSUM;
    }
    enum fs_drop_reason wrong =
        quoted_head(w, quoted, quoted + quotation(w, icmp, (size_t)(h->end - quoted)), &inner, inner_made);
    if (wrong != fine) {
        return wrong;
    }
    if (w->to6) { /* it is cut, not fragmented */
        ((struct fs_ip6 *)h->made)->next_header = h->protocol;
        h->size = FS_IP6_SIZE;
    }
    uint8_t *start = inner.upper - inner.size - ICMP_SIZE - h->size;
    if (start < p->head) {
        return FS_DROP_NO_ROOM;
    }
    if (is_icmp(&inner)) {
        fix_ping(&inner, inner_made);
    } else {
        fix_transport(&inner);
    }
    set_length(&inner, inner.length);
    uint8_t *message = start + h->size;
    uint32_t length = (uint32_t)(inner.end - message);
    if (w->to6 && length > FS_IP6_MTU_MIN - h->size) { /* RFC 4443 2.4 c */
        length = FS_IP6_MTU_MIN - h->size;
    }
    __builtin_memcpy(message + ICMP_SIZE, inner.made, inner.size);
    __builtin_memcpy(message, made, ICMP_SIZE);
    fs_put16(message + 2, 0);
    fs_put16(message + 2, fs_sum_fold(fs_sum_bytes(w->to6 ? icmp_pseudo(h->after, length) : 0, message, length)));
    set_length(h, length);
    begin(p, h, message, message + length);
    return fine;
}

static enum fs_drop_reason translate_icmp(const struct way *w, struct fs_packet *p, struct half *h)
{
    uint8_t made[ICMP_SIZE];
    uint8_t *icmp = h->upper;
    if (h->fragment) { /* 1.2: its checksum would need all of them */
        return FS_DROP_BAD_PROTOCOL;
    }
    if (h->length < ICMP_SIZE) {
        return FS_DROP_BAD_LENGTH;
    }
    uint16_t quoted = h->length >= ICMP_SIZE + 4 ? fs_get16(icmp + ICMP_SIZE + 2) : 0;
    if (!icmp_head(w, icmp, quoted, made)) {
        return FS_DROP_BAD_PROTOCOL;
    }
    if (!ping(made)) {
        return translate_error(w, p, h, made);
    }
    if (icmp - h->size < p->head) {
        return FS_DROP_NO_ROOM;
    }
    fix_ping(h, made);
    set_length(h, h->length);
    begin(p, h, icmp, h->end);
    return fine;
}

static enum fs_drop_reason translate(const struct way *w, struct fs_packet *p)
{
    struct half h = {.size = 0};
    uint8_t *at = fs_network_header(p);
    enum fs_drop_reason wrong = head(w, false, at, p->data + p->length, &h);
    if (wrong != fine) {
        return wrong;
    }
    if (h.end < h.upper || (uint32_t)(h.end - h.upper) != h.length) {
        return FS_DROP_BAD_LENGTH;
    }
    if (is_icmp(&h)) {
        return translate_icmp(w, p, &h);
    }
    if (w->to6 && without_checksum(&h)) {
        return FS_DROP_BAD_CHECKSUM;
    }
    if (h.upper - h.size < p->head) {
        return FS_DROP_NO_ROOM;
    }
    fix_transport(&h);
    set_length(&h, h.length);
    begin(p, &h, h.upper, h.end);
    return fine;
}

enum fs_drop_reason fs_translate_6_to_4(struct fs_translator *t, struct fs_packet *p)
{
    if (fs_marked_ip6(p) == NULL) {
        return FS_DROP_BAD_LENGTH;
    }
    enum fs_drop_reason wrong = translate(&(struct way){t, false}, p);
    t->id += wrong == fine;
    return wrong;
}

enum fs_drop_reason fs_translate_4_to_6(struct fs_translator *t, struct fs_packet *p)
{
    return fs_marked_ip(p) == NULL ? FS_DROP_BAD_LENGTH : translate(&(struct way){t, true}, p);
}
