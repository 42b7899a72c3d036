/* ipsum_set.c: a packet out of the fields of a line. Headers are made as fields need them. */
#include "net/checksum.h"
#include "net/decimal.h"
#include "net/ether.h"
#include "net/icmp_names.h"
#include "net/ipsum.h"
#include "net/transport.h"
#include "net/values.h"

enum { TTL = 100, ICMP_HEADER = 8, DCCP_HEADER = 12, PROTOCOL_DCCP = 33, LATER_FRAGMENT = 100 };

static struct fs_ip *ip_of(const struct fs_ipsum_maker *m) { return (struct fs_ip *)(void *)fs_network_header(m->packet); }
static uint8_t *transport_of(const struct fs_ipsum_maker *m) { return fs_transport_header(m->packet); }
static size_t network_length(const struct fs_ipsum_maker *m) { return fs_bytes_from(m->packet, fs_network_header(m->packet)); }
static size_t transport_length(const struct fs_ipsum_maker *m)
{
    return fs_bytes_from(m->packet, fs_transport_header(m->packet));
}

/* Zeros behind the packet; false, and there is no packet any more, when it has no room for them. */
static bool put(struct fs_ipsum_maker *m, size_t n)
{
    uint8_t *at = m->packet->data + m->packet->length;
    if (!fs_packet_append(m->packet, n)) {
        fs_packet_free(m->packet);
        m->packet = NULL;
        return false;
    }
    __builtin_memset(at, 0, n);
    return true;
}

/* An IPv4 header is there, and its protocol can be this one (0: any). */
static bool make_ip(struct fs_ipsum_maker *m, uint8_t protocol)
{
    struct fs_packet *p = m->packet;
    if (m->no_ip) {
        return false;
    }
    if (p->network_offset == FS_OFFSET_NONE) {
        if (p->length < FS_ETHER_SIZE && p->mac_offset != FS_OFFSET_NONE) {
            return false;
        }
        fs_set_network_header(p, p->data + p->length, FS_IP_SIZE);
        if (!put(m, FS_IP_SIZE)) {
            return false;
        }
        struct fs_ip *h = ip_of(m);
        h->version_length = 0x45;
        h->protocol = m->protocol;
        h->ttl = TTL;
        if (m->flow != NULL) {
            __builtin_memcpy(h->source, m->flow->source, 4);
            __builtin_memcpy(h->destination, m->flow->destination, 4);
        }
    }
    return protocol == 0 || ip_of(m)->protocol == 0 || ip_of(m)->protocol == protocol;
}

static unsigned header_of(uint8_t protocol)
{
    return protocol == FS_PROTOCOL_TCP                                        ? FS_TCP_SIZE
         : protocol == FS_PROTOCOL_UDP || protocol == FS_PROTOCOL_UDPLITE ? FS_UDP_SIZE
         : protocol == PROTOCOL_DCCP                                          ? DCCP_HEADER
         : protocol == FS_PROTOCOL_ICMP                                       ? ICMP_HEADER
                                                                              : 0;
}

/* The transport header that the IP header asks for is there, as far as the wanted length lets it. */
static bool make_transport(struct fs_ipsum_maker *m)
{
    size_t need = header_of(ip_of(m)->protocol), before = (size_t)(transport_of(m) - m->packet->data);
    if (fs_ip_later_fragment(ip_of(m)) || need == 0) {
        return true;
    }
    if (m->wanted > 0 && m->wanted < before + need) {
        need = m->wanted > before ? m->wanted - before : 0;
    }
    if (transport_length(m) >= need) {
        return true;
    }
    bool fresh = transport_length(m) == 0;
    if (!put(m, need - transport_length(m))) {
        return false;
    }
    if (ip_of(m)->protocol == FS_PROTOCOL_TCP && need >= 13 && transport_of(m)[12] == 0) {
        transport_of(m)[12] = 5 << 4;
    }
    if (fresh && m->flow != NULL && ip_of(m)->protocol != FS_PROTOCOL_ICMP && need >= 4) {
        fs_put16(transport_of(m), m->flow->source_port);
        fs_put16(transport_of(m) + 2, m->flow->destination_port);
    }
    return true;
}

static bool make(struct fs_ipsum_maker *m, uint8_t protocol, size_t need)
{
    return make_ip(m, protocol) && make_transport(m) && !fs_ip_later_fragment(ip_of(m))
        && (ip_of(m)->protocol == protocol || protocol == 0) && transport_length(m) >= need;
}

/* ---- options and lengths ---- */

static void set_ip_header_length(struct fs_ipsum_maker *m, size_t length)
{
    struct fs_packet *p = m->packet;
    if (length < FS_IP_SIZE || length > 60 || (network_length(m) < length && !put(m, length - network_length(m)))) {
        return;
    }
    if (length > fs_ip_header_length(ip_of(m))) {
        ip_of(m)->version_length = (uint8_t)(0x40 | length / 4);
        fs_set_network_header(p, fs_network_header(p), (unsigned)length);
    }
}

static void set_ip_options(struct fs_ipsum_maker *m, const uint8_t *options, size_t n)
{
    m->ip_options = true;
    if (n > 0) {
        set_ip_header_length(m, (FS_IP_SIZE + n + 3) & ~(size_t)3);
    }
    if (n > 0 && m->packet != NULL && network_length(m) >= FS_IP_SIZE + n) {
        __builtin_memcpy((uint8_t *)ip_of(m) + FS_IP_SIZE, options, n);
    }
}

static void set_tcp_header_length(struct fs_ipsum_maker *m, size_t length)
{
    if (length > 60 || (transport_length(m) < length && !put(m, length - transport_length(m)))) {
        return;
    }
    if (length > (size_t)(transport_of(m)[12] >> 4) * 4) {
        transport_of(m)[12] = (uint8_t)(length / 4 << 4 | (transport_of(m)[12] & 15));
    }
}

static void set_tcp_options(struct fs_ipsum_maker *m, const uint8_t *options, size_t n)
{
    m->tcp_options = true;
    if (n > 0) {
        set_tcp_header_length(m, (FS_TCP_SIZE + n + 3) & ~(size_t)3);
    }
    if (n > 0 && m->packet != NULL && transport_length(m) >= FS_TCP_SIZE + n) {
        __builtin_memcpy(transport_of(m) + FS_TCP_SIZE, options, n);
    }
}

/* Moves what is behind `at` back by n bytes, and makes them zeros (ends of options). */
static bool widen(struct fs_ipsum_maker *m, size_t at, size_t n)
{
    size_t behind = m->packet->length - at;
    if (!put(m, n)) {
        return false;
    }
    uint8_t *from = m->packet->data + at;
    __builtin_memmove(from + n, from, behind);
    __builtin_memset(from, 0, n);
    return true;
}

/* A payload of n bytes that begins at `offset`: when the packet was said to be longer, options fill the gap. */
static void account_payload(struct fs_ipsum_maker *m, size_t *offset, size_t n)
{
    struct fs_packet *p = m->packet;
    if (p->network_offset == FS_OFFSET_NONE || m->no_ip || (fs_get16(ip_of(m)->length) == 0 && m->wanted == 0)) {
        m->wanted = (uint32_t)(*offset + n);
        return;
    }
    size_t network = (size_t)(fs_network_header(p) - p->data);
    size_t whole = fs_get16(ip_of(m)->length) != 0 ? fs_get16(ip_of(m)->length) + network : m->wanted;
    size_t gap = whole > *offset + n ? whole - *offset - n : 0;
    if (gap >= 4 && !m->tcp_options && !fs_ip_later_fragment(ip_of(m)) && ip_of(m)->protocol == FS_PROTOCOL_TCP && transport_length(m) >= FS_TCP_SIZE
        && transport_of(m)[12] >> 4 == 5) {
        size_t more = gap & ~(size_t)3;
        more = more > 40 ? 40 : more;
        if (!widen(m, (size_t)(transport_of(m) - p->data) + FS_TCP_SIZE, more)) {
            return;
        }
        transport_of(m)[12] = (uint8_t)((FS_TCP_SIZE + more) / 4 << 4);
        gap -= more;
        *offset += more;
    }
    if (gap >= 4 && !m->ip_options && fs_ip_header_length(ip_of(m)) == FS_IP_SIZE) {
        size_t more = gap & ~(size_t)3;
        more = more > 40 ? 40 : more;
        if (!widen(m, network + FS_IP_SIZE, more)) {
            return;
        }
        ip_of(m)->version_length = (uint8_t)(0x40 | (FS_IP_SIZE + more) / 4);
        fs_set_network_header(p, fs_network_header(p), (unsigned)(FS_IP_SIZE + more));
        *offset += more;
    }
}

static void set_payload(struct fs_ipsum_maker *m, const uint8_t *bytes, size_t n)
{
    struct fs_packet *p = m->packet;
    size_t offset = p->length;
    if (make_ip(m, 0)) {
        make_transport(m);
    }
    if (m->packet == NULL) {
        return;
    }
    if (p->network_offset != FS_OFFSET_NONE && !m->no_ip) {
        uint8_t protocol = ip_of(m)->protocol;
        bool first = !fs_ip_later_fragment(ip_of(m));
        size_t header = !first ? 0
                      : protocol == FS_PROTOCOL_TCP && transport_length(m) >= 13 ? (size_t)(transport_of(m)[12] >> 4) * 4
                      : protocol == FS_PROTOCOL_UDP || protocol == FS_PROTOCOL_UDPLITE ? FS_UDP_SIZE
                                                                                       : 0;
        offset = (size_t)(transport_of(m) - p->data) + (transport_length(m) >= header ? header : transport_length(m));
    }
    account_payload(m, &offset, n);
    if (bytes != NULL && m->packet != NULL) {
        size_t there = p->length - offset;
        if (there >= n || put(m, n - there)) {
            __builtin_memcpy(p->data + offset, bytes, n);
        }
    }
}

/* ---- fields ---- */

/* What a text says. */
struct said {
    uint64_t number;
    const uint8_t *at;
    size_t length;
    uint8_t bytes[40];
};

static void set_link(struct fs_ipsum_maker *m, enum fs_ipsum_field field, const struct said *v)
{
    struct fs_packet *p = m->packet;
    if (p->mac_offset == FS_OFFSET_NONE) {
        if (p->length > 0 ? !fs_packet_prepend(p, FS_ETHER_SIZE) : !put(m, FS_ETHER_SIZE)) {
            return;
        }
        fs_set_mac_header(p, p->data);
        __builtin_memset(p->data, 0, FS_ETHER_SIZE);
        fs_put16(p->data + 12, 0x0800);
    }
    uint8_t *mac = fs_mac_header(p);
    if (field == FS_IPSUM_ETH_TYPE) {
        fs_put16(mac + 12, (uint16_t)v->number);
        m->no_ip |= v->number != 0x0800;
    } else {
        __builtin_memcpy(mac + (field == FS_IPSUM_ETH_SRC ? 6 : 0), v->at, 6);
    }
}

static bool set_annotation(struct fs_ipsum_maker *m, enum fs_ipsum_field field, const struct said *v)
{
    struct fs_packet *p = m->packet;
    switch (field) {
    case FS_IPSUM_TIMESTAMP: case FS_IPSUM_NTIMESTAMP:
        p->timestamp = v->number;
        return true;
    case FS_IPSUM_FIRST_TIMESTAMP: case FS_IPSUM_FIRST_NTIMESTAMP:
        fs_set_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP, v->number);
        return true;
    case FS_IPSUM_TS_SEC:
        p->timestamp = v->number * 1000000000 + p->timestamp % 1000000000;
        return true;
    case FS_IPSUM_TS_USEC:
        p->timestamp = p->timestamp / 1000000000 * 1000000000 + v->number % 1000000 * 1000;
        return true;
    case FS_IPSUM_TS_USEC1:
        p->timestamp = v->number * 1000;
        return true;
    case FS_IPSUM_COUNT:
        fs_set_anno_u32(p, FS_ANNO_EXTRA_PACKETS, v->number > 0 ? (uint32_t)v->number - 1 : 0);
        return true;
    case FS_IPSUM_LINK: case FS_IPSUM_PAINT: case FS_IPSUM_DIRECTION:
        fs_set_anno_u8(p, FS_ANNO_PAINT, (uint8_t)v->number);
        return true;
    case FS_IPSUM_AGGREGATE:
        fs_set_anno_u32(p, FS_ANNO_AGGREGATE, (uint32_t)v->number);
        return true;
    case FS_IPSUM_WIRE_LEN:
        m->wanted = (uint32_t)v->number;
        return true;
    case FS_IPSUM_ETH_SRC: case FS_IPSUM_ETH_DST: case FS_IPSUM_ETH_TYPE:
        set_link(m, field, v);
        return true;
    default:
        return false;
    }
}

static bool set_ip(struct fs_ipsum_maker *m, enum fs_ipsum_field field, const struct said *v)
{
    if (field < FS_IPSUM_IP_FRAG || field > FS_IPSUM_IP_SUM) {
        return false;
    }
    if (!make_ip(m, 0)) {
        return true;
    }
    struct fs_ip *h = ip_of(m);
    switch (field) {
    case FS_IPSUM_IP_SRC:
        __builtin_memcpy(h->source, v->at, 4);
        break;
    case FS_IPSUM_IP_DST:
        __builtin_memcpy(h->destination, v->at, 4);
        break;
    case FS_IPSUM_IP_TOS:
        h->tos = (uint8_t)v->number;
        break;
    case FS_IPSUM_IP_DSCP:
        h->tos = (uint8_t)((h->tos & 3) | v->number << 2);
        break;
    case FS_IPSUM_IP_ECN:
        h->tos = (uint8_t)((h->tos & 0xfc) | (v->number & 3));
        break;
    case FS_IPSUM_IP_TTL:
        h->ttl = (uint8_t)v->number;
        break;
    case FS_IPSUM_IP_FRAG: case FS_IPSUM_IP_FRAGOFF:
        fs_put16(h->fragment, (uint16_t)v->number);
        break;
    case FS_IPSUM_IP_ID:
        fs_put16(h->id, (uint16_t)v->number);
        break;
    case FS_IPSUM_IP_SUM:
        fs_put16(h->checksum, (uint16_t)v->number);
        break;
    case FS_IPSUM_IP_PROTO:
        h->protocol = (uint8_t)v->number;
        break;
    case FS_IPSUM_IP_OPT:
        set_ip_options(m, v->at, v->length);
        break;
    case FS_IPSUM_IP_HL:
        set_ip_header_length(m, (v->number + 3) & ~(uint64_t)3);
        break;
    default: /* IP_LEN */
        m->wanted = (uint32_t)(fs_network_header(m->packet) - m->packet->data) + (uint32_t)v->number;
    }
    return true;
}

/* Numbers of the transport header: whose, where, how long. */
static const struct {
    uint8_t protocol, at, bytes;
} places[FS_IPSUM_FIELD_COUNT] = {
    [FS_IPSUM_TCP_SEQ] = {FS_PROTOCOL_TCP, 4, 4},     [FS_IPSUM_TCP_ACK] = {FS_PROTOCOL_TCP, 8, 4},
    [FS_IPSUM_TCP_WINDOW] = {FS_PROTOCOL_TCP, 14, 2}, [FS_IPSUM_TCP_URP] = {FS_PROTOCOL_TCP, 18, 2},
    [FS_IPSUM_TCP_FLAGS] = {FS_PROTOCOL_TCP, 13, 1},  [FS_IPSUM_UDP_LEN] = {FS_PROTOCOL_UDP, 4, 2},
    [FS_IPSUM_ICMP_TYPE] = {FS_PROTOCOL_ICMP, 0, 1},  [FS_IPSUM_ICMP_CODE] = {FS_PROTOCOL_ICMP, 1, 1},
    [FS_IPSUM_ICMP_TYPE_NAME] = {FS_PROTOCOL_ICMP, 0, 1}, [FS_IPSUM_ICMP_CODE_NAME] = {FS_PROTOCOL_ICMP, 1, 1},
    [FS_IPSUM_ICMP_FLOWID] = {FS_PROTOCOL_ICMP, 4, 2}, [FS_IPSUM_ICMP_SEQ] = {FS_PROTOCOL_ICMP, 6, 2},
    [FS_IPSUM_ICMP_NEXTMTU] = {FS_PROTOCOL_ICMP, 6, 2}, [FS_IPSUM_TCP_OFF] = {FS_PROTOCOL_TCP, 12, 1},
    [FS_IPSUM_TCP_OPT] = {FS_PROTOCOL_TCP, 12, 1}, [FS_IPSUM_TCP_NTOPT] = {FS_PROTOCOL_TCP, 12, 1},
    [FS_IPSUM_TCP_SACK] = {FS_PROTOCOL_TCP, 12, 1},
};

static bool icmp_takes(const struct fs_ipsum_maker *m, enum fs_ipsum_field field)
{
    static const uint32_t sequenced = 1u << 8 | 1u << 0 | 1u << 13 | 1u << 14 | 1u << 15 | 1u << 16;
    const uint8_t *h = transport_of(m);
    if (field == FS_IPSUM_ICMP_NEXTMTU) {
        return (!m->icmp_type || h[0] == 3) && (!m->icmp_code || h[1] == 4);
    }
    return (field != FS_IPSUM_ICMP_FLOWID && field != FS_IPSUM_ICMP_SEQ) || !m->icmp_type
        || (h[0] < 32 && sequenced >> h[0] & 1);
}

static void set_transport(struct fs_ipsum_maker *m, enum fs_ipsum_field field, const struct said *v)
{
    if (field == FS_IPSUM_SPORT || field == FS_IPSUM_DPORT) {
        unsigned at = field == FS_IPSUM_SPORT ? 0 : 2;
        if (make(m, 0, at + 2) && ip_of(m)->protocol != FS_PROTOCOL_ICMP) {
            fs_put16(transport_of(m) + at, (uint16_t)v->number);
        }
        return;
    }
    unsigned at = places[field].at, bytes = places[field].bytes;
    if (bytes == 0 || !make(m, places[field].protocol, at + bytes) || !icmp_takes(m, field)) {
        return;
    }
    uint8_t *h = transport_of(m);
    switch (field) {
    case FS_IPSUM_TCP_OPT: case FS_IPSUM_TCP_NTOPT: case FS_IPSUM_TCP_SACK:
        set_tcp_options(m, v->at, v->length);
        return;
    case FS_IPSUM_TCP_OFF:
        set_tcp_header_length(m, (v->number + 3) & ~(uint64_t)3);
        if (m->packet != NULL) {
            transport_of(m)[12] = (uint8_t)((v->number + 3) / 4 << 4 | (transport_of(m)[12] & 15));
        }
        return;
    case FS_IPSUM_TCP_FLAGS:
        h[12] = (uint8_t)((h[12] & 0xf0) | (v->number >> 8 & 15));
        break;
    case FS_IPSUM_ICMP_TYPE: case FS_IPSUM_ICMP_TYPE_NAME:
        m->icmp_type = true;
        break;
    case FS_IPSUM_ICMP_CODE: case FS_IPSUM_ICMP_CODE_NAME:
        m->icmp_code = true;
        break;
    default:
        break;
    }
    for (unsigned i = 0; i < bytes; i++) {
        h[at + i] = (uint8_t)(v->number >> (8 * (bytes - 1 - i)));
    }
}

static void set(struct fs_ipsum_maker *m, enum fs_ipsum_field field, const struct said *v)
{
    if (field == FS_IPSUM_PAYLOAD) {
        if (v->length > 0) {
            set_payload(m, v->at, v->length);
        }
    } else if (field == FS_IPSUM_PAYLOAD_LEN) {
        set_payload(m, NULL, v->number);
    } else if (!set_annotation(m, field, v) && !set_ip(m, field, v)) {
        set_transport(m, field, v);
    }
}

/* ---- from texts ---- */

int fs_ipsum_protocol(struct fs_span text)
{
    static const struct {
        const char *name;
        uint8_t number;
    } names[] = {{"T", 6}, {"U", 17}, {"I", 1}, {"tcp", 6}, {"udp", 17}, {"icmp", 1}, {"ipip", 4}, {"igmp", 2},
                 {"gre", 47}, {"sctp", 132}, {"dccp", 33}, {"udplite", 136}};
    int64_t n;
    for (size_t i = 0; i < FS_COUNT(names); i++) {
        if (fs_span_is(text, names[i].name)) {
            return names[i].number;
        }
    }
    return fs_integer_parse(text, &n) && n >= 0 && n < 256 ? (int)n : -1;
}

static bool fragment_of(struct fs_span s, unsigned minor, uint64_t *v)
{
    static const struct {
        char letter;
        uint16_t value;
    } letters[] = {{'.', 0}, {'!', FS_IP_DONT_FRAGMENT}, {'F', FS_IP_MORE_FRAGMENTS}, {'f', LATER_FRAGMENT}};
    for (size_t i = 0; s.length == 1 && i < FS_COUNT(letters); i++) {
        if (*s.at == letters[i].letter) {
            *v = letters[i].value;
            return true;
        }
    }
    size_t n = s.length;
    uint64_t marks = 0;
    int64_t offset;
    while (n > 0 && (s.at[n - 1] == '+' || s.at[n - 1] == '!')) {
        marks |= s.at[--n] == '+' ? FS_IP_MORE_FRAGMENTS : FS_IP_DONT_FRAGMENT;
    }
    if (!fs_integer_parse((struct fs_span){s.at, n}, &offset) || offset < 0 || offset > 65535) {
        return false;
    }
    *v = ((uint64_t)offset >> (minor > 0 ? 3 : 0) & FS_IP_FRAGMENT_OFFSET) | marks;
    return true;
}

static bool flags_of(struct fs_span s, uint64_t *v)
{
    static const char letters[] = "FSRPAUECN", old[] = "FSRPAUXY";
    int64_t n;
    *v = 0;
    if (s.length == 1 && *s.at == '.') {
        return true;
    }
    if (s.length > 0 && *s.at >= '0' && *s.at <= '9') {
        bool good = fs_integer_parse(s, &n) && n < 0x1000;
        *v = (uint64_t)n;
        return good;
    }
    for (size_t i = 0; i < s.length; i++) {
        unsigned k = 0;
        while (k < 9 && letters[k] != s.at[i] && !(k < 8 && old[k] == s.at[i])) {
            k++;
        }
        if (k == 9) {
            return false;
        }
        *v |= 1u << k;
    }
    return s.length > 0;
}

static bool ecn_of(struct fs_span s, uint64_t *v)
{
    static const char *const names[][2] = {{"no", "0"}, {"ect1", "ECT(1)"}, {"ect2", "ECT(0)"}, {"ce", "CE"}};
    for (unsigned i = 0; i < 4; i++) {
        if (fs_span_is(s, names[i][0]) || fs_span_is(s, names[i][1]) || (s.length == 1 && *s.at == (char)('0' + i))) {
            *v = i;
            return true;
        }
    }
    return false;
}

static bool type_of(struct fs_span s, uint64_t *v)
{
    *v = 0;
    for (size_t i = 0; i < s.length; i++) {
        char lower = (char)(s.at[i] | 0x20);
        unsigned d = s.at[i] >= '0' && s.at[i] <= '9' ? (unsigned)(s.at[i] - '0') : lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : 16;
        if (d > 15 || i > 3) {
            return false;
        }
        *v = *v * 16 + d;
    }
    return s.length > 0;
}

static bool number_of(struct fs_span s, unsigned bytes, uint64_t *v)
{
    int64_t n;
    if (!fs_integer_parse(s, &n) || n < 0 || (bytes < 8 && (uint64_t)n >> (8 * bytes) != 0)) {
        return false;
    }
    *v = (uint64_t)n;
    return true;
}

static bool options_of(enum fs_ipsum_field field, struct fs_span s, struct said *v)
{
    int n = 0;
    if (!(s.length == 0 || (s.length == 1 && *s.at == '.'))) {
        n = field == FS_IPSUM_IP_OPT    ? fs_parse_ip_options(s, v->bytes)
          : field == FS_IPSUM_TCP_SACK  ? fs_parse_tcp_options(s, FS_OPTIONS_SACK, v->bytes)
          : field == FS_IPSUM_TCP_NTOPT ? fs_parse_tcp_options(s, FS_OPTIONS_ALL & ~FS_OPTIONS_TIMESTAMP, v->bytes)
                                        : fs_parse_tcp_options(s, FS_OPTIONS_ALL, v->bytes);
    }
    v->at = v->bytes;
    v->length = n > 0 ? (size_t)n : 0;
    return n >= 0;
}

static bool time_of(struct fs_span s, uint64_t *v)
{
    return fs_time_parse(s, v);
}

static bool parse(struct fs_ipsum_maker *m, enum fs_ipsum_field field, struct fs_span s, struct fs_text *scratch,
                  struct said *v)
{
    uint8_t byte;
    switch (field) {
    case FS_IPSUM_TIMESTAMP: case FS_IPSUM_NTIMESTAMP: case FS_IPSUM_FIRST_TIMESTAMP: case FS_IPSUM_FIRST_NTIMESTAMP:
        return time_of(s, &v->number);
    case FS_IPSUM_LINK: case FS_IPSUM_PAINT: case FS_IPSUM_DIRECTION:
        v->number = s.length == 1 && *s.at == '<';
        return (s.length == 1 && (*s.at == '>' || *s.at == '<')) || number_of(s, 1, &v->number);
    case FS_IPSUM_ETH_SRC: case FS_IPSUM_ETH_DST:
        v->at = v->bytes;
        return fs_parse_mac(s.at, s.length, v->bytes);
    case FS_IPSUM_ETH_TYPE:
        return type_of(s, &v->number);
    case FS_IPSUM_IP_SRC: case FS_IPSUM_IP_DST:
        v->at = v->bytes;
        return fs_parse_ip(s.at, s.length, v->bytes);
    case FS_IPSUM_IP_FRAG: case FS_IPSUM_IP_FRAGOFF:
        return fragment_of(s, m->minor, &v->number);
    case FS_IPSUM_IP_PROTO: {
        int protocol = fs_ipsum_protocol(s);
        v->number = (uint64_t)protocol;
        return protocol >= 0;
    }
    case FS_IPSUM_IP_ECN:
        return ecn_of(s, &v->number);
    case FS_IPSUM_TCP_FLAGS:
        return flags_of(s, &v->number);
    case FS_IPSUM_IP_OPT: case FS_IPSUM_TCP_OPT: case FS_IPSUM_TCP_NTOPT: case FS_IPSUM_TCP_SACK:
        return options_of(field, s, v);
    case FS_IPSUM_ICMP_TYPE: case FS_IPSUM_ICMP_TYPE_NAME:
        v->number = fs_parse_icmp_type(s, &byte) ? byte : 0;
        return fs_parse_icmp_type(s, &byte);
    case FS_IPSUM_ICMP_CODE: case FS_IPSUM_ICMP_CODE_NAME: {
        uint8_t type = m->icmp_type ? transport_of(m)[0] : 0xfe; /* a type without names */
        v->number = fs_parse_icmp_code(s, type, &byte) ? byte : 0;
        return fs_parse_icmp_code(s, type, &byte);
    }
    case FS_IPSUM_PAYLOAD:
        scratch->length = scratch->missing = 0;
        fs_text_unquoted(scratch, s);
        v->at = (const uint8_t *)scratch->at;
        v->length = scratch->length;
        return scratch->missing == 0;
    default:
        return number_of(s, fs_ipsum_bytes(field), &v->number);
    }
}

bool fs_ipsum_set_text(struct fs_ipsum_maker *m, enum fs_ipsum_field field, struct fs_span text, struct fs_text *scratch)
{
    struct said v = {0};
    if (!parse(m, field, text, scratch, &v)) {
        return false;
    }
    set(m, field, &v);
    return true;
}

bool fs_ipsum_set_binary(struct fs_ipsum_maker *m, enum fs_ipsum_field field, const uint8_t *at, size_t length)
{
    struct said v = {.at = at};
    if (fs_ipsum_bytes(field) == FS_IPSUM_COUNTED) {
        v = (struct said){.at = at + 1, .length = at[0] <= 40 ? at[0] : 40};
    } else if (field == FS_IPSUM_TIMESTAMP || field == FS_IPSUM_FIRST_TIMESTAMP) {
        v.number = (uint64_t)fs_get32(at) * 1000000000 + (uint64_t)fs_get32(at + 4) * 1000;
    } else if (field == FS_IPSUM_NTIMESTAMP || field == FS_IPSUM_FIRST_NTIMESTAMP) {
        v.number = (uint64_t)fs_get32(at + 4) * 1000000000 + fs_get32(at);
    } else {
        for (size_t i = 0; i < length; i++) {
            v.number = v.number << 8 | at[i];
        }
    }
    set(m, field, &v);
    return true;
}

/* ---- the end ---- */

static void set_checksums(struct fs_ipsum_maker *m)
{
    struct fs_ip *h = ip_of(m);
    uint8_t *at = transport_of(m);
    size_t n = transport_length(m);
    static const struct {
        uint8_t protocol, place, least;
    } sums[] = {{FS_PROTOCOL_TCP, 16, FS_TCP_SIZE}, {FS_PROTOCOL_UDP, 6, FS_UDP_SIZE}, {FS_PROTOCOL_ICMP, 2, ICMP_HEADER}};
    fs_put16(h->checksum, 0);
    fs_put16(h->checksum, fs_sum_fold(fs_sum_bytes(0, h, fs_ip_header_length(h))));
    for (size_t i = 0; i < FS_COUNT(sums) && !fs_ip_fragment(h); i++) {
        if (h->protocol == sums[i].protocol && n >= sums[i].least) {
            uint64_t sum = h->protocol == FS_PROTOCOL_ICMP
                             ? 0
                             : fs_sum_pseudo4(0, h->source, h->destination, h->protocol, (uint16_t)n);
            fs_put16(at + sums[i].place, 0);
            fs_put16(at + sums[i].place, fs_sum_fold(fs_sum_bytes(sum, at, n)));
        }
    }
}

static void finish_ip(struct fs_ipsum_maker *m, bool checksum)
{
    struct fs_packet *p = m->packet;
    struct fs_ip *h = ip_of(m);
    size_t network = (size_t)(fs_network_header(p) - p->data), length = fs_get16(h->length);
    if (length == 0) {
        length = m->wanted >= network ? m->wanted - network : m->wanted;
        length = length > 0xffff ? 0xffff : length == 0 ? network_length(m) : length;
        fs_put16(h->length, (uint16_t)length);
    }
    if (h->protocol == FS_PROTOCOL_UDP && !fs_ip_later_fragment(h) && transport_length(m) >= 6
        && fs_get16(transport_of(m) + 4) == 0) {
        fs_put16(transport_of(m) + 4, (uint16_t)(length - fs_ip_header_length(h)));
    }
    __builtin_memcpy(fs_annotation_at(p, FS_ANNO_DST_IP, 4), h->destination, 4);
    if (checksum && (length <= network_length(m) || put(m, length - network_length(m)))) {
        set_checksums(m);
    }
}

void fs_ipsum_finish(struct fs_ipsum_maker *m, bool checksum)
{
    if (m->flow != NULL && m->packet != NULL) {
        make_ip(m, 0);
    }
    if (m->packet != NULL && !m->no_ip && m->packet->network_offset != FS_OFFSET_NONE && make_transport(m)) {
        finish_ip(m, checksum);
    }
    if (m->packet != NULL && m->wanted > m->packet->length) {
        fs_set_anno_u32(m->packet, FS_ANNO_EXTRA_LENGTH, m->wanted - m->packet->length);
    }
}
