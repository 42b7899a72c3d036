/* ipsum_text.c: a packet's fields as texts and bytes. */
#include "net/ether.h"
#include "net/icmp_names.h"
#include "net/ipsum.h"
#include "net/md5.h"
#include "net/transport.h"
#include "net/values.h"

static const struct {
    const char *name;
    uint8_t bytes, order;
} fields[] = {
#define FIELD(symbol, name, bytes, order) {name, bytes, order},
    FS_IPSUM_FIELDS(FIELD)
#undef FIELD
};

const char *fs_ipsum_name(enum fs_ipsum_field field) { return fields[field].name; }
unsigned fs_ipsum_bytes(enum fs_ipsum_field field) { return fields[field].bytes; }
unsigned fs_ipsum_order(enum fs_ipsum_field field) { return fields[field].order; }

static enum fs_ipsum_field exactly(struct fs_span name)
{
    static const struct {
        const char *name;
        enum fs_ipsum_field field;
    } synonyms[] = {
        {"utimestamp", FS_IPSUM_TIMESTAMP},       {"ts", FS_IPSUM_TIMESTAMP},
        {"sec", FS_IPSUM_TS_SEC},                 {"usec", FS_IPSUM_TS_USEC},
        {"usec1", FS_IPSUM_TS_USEC1},             {"first_utimestamp", FS_IPSUM_FIRST_TIMESTAMP},
        {"first_ts", FS_IPSUM_FIRST_TIMESTAMP},   {"pkt_count", FS_IPSUM_COUNT},
        {"packet_count", FS_IPSUM_COUNT},         {"agg", FS_IPSUM_AGGREGATE},
        {"wire_length", FS_IPSUM_WIRE_LEN},       {"length", FS_IPSUM_IP_LEN},
        {"ip_p", FS_IPSUM_IP_PROTO},              {"ether_src", FS_IPSUM_ETH_SRC},
        {"ether_dst", FS_IPSUM_ETH_DST},          {"ether_type", FS_IPSUM_ETH_TYPE},
        {"tcp_seqno", FS_IPSUM_TCP_SEQ},          {"tcp_ackno", FS_IPSUM_TCP_ACK},
        {"tcp_win", FS_IPSUM_TCP_WINDOW},         {"payload_length", FS_IPSUM_PAYLOAD_LEN},
    };
    for (size_t i = 0; i < FS_COUNT(synonyms); i++) {
        if (fs_span_is(name, synonyms[i].name)) {
            return synonyms[i].field;
        }
    }
    unsigned i = 0;
    while (i < FS_IPSUM_FIELD_COUNT && !fs_span_is(name, fields[i].name)) {
        i++;
    }
    return (enum fs_ipsum_field)i;
}

/* `ip src` is `ip_src`, and so is `src`. */
enum fs_ipsum_field fs_ipsum_find(struct fs_span name)
{
    char changed[32];
    struct fs_text t = {.at = changed, .capacity = sizeof changed};
    bool parted = false;
    enum fs_ipsum_field found = exactly(name);
    if (found != FS_IPSUM_FIELD_COUNT || name.length > sizeof changed - 3) {
        return found;
    }
    for (size_t i = 0; i < name.length; i++) {
        parted |= name.at[i] == ' ' || name.at[i] == '_';
        fs_text_char(&t, name.at[i] == ' ' ? '_' : name.at[i]);
    }
    found = exactly(fs_span_of(&t));
    if (found == FS_IPSUM_FIELD_COUNT && !parted) {
        t.length = 0;
        fs_text_string(&t, "ip_");
        fs_text_bytes(&t, name.at, name.length);
        found = exactly(fs_span_of(&t));
    }
    return found;
}

/* ---- headers ---- */

static void bad(struct fs_ipsum_packet *s, const char *what, int64_t value)
{
    if (s->bad != NULL && s->bad->length == 0) {
        fs_text_format(s->bad, "!bad %s", what);
        if (value >= 0) {
            fs_text_format(s->bad, "%ld", value);
        }
        fs_text_char(s->bad, '\n');
    }
}

static void look_at_ip(struct fs_ipsum_packet *s, bool careful)
{
    struct fs_packet *p = s->packet;
    const struct fs_ip *h = s->ip;
    uint32_t extra = fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH);
    s->ip = NULL;
    if (s->network_length < 4) {
        bad(s, "truncated IP header", -1);
    } else if (fs_ip_version(h) != 4) {
        bad(s, "IP version ", fs_ip_version(h));
    } else if (fs_ip_header_length(h) < FS_IP_SIZE) {
        bad(s, "IP header length ", fs_ip_header_length(h) / 4);
    } else if (fs_get16(h->length) < fs_ip_header_length(h)) {
        bad(s, "IP length ", fs_get16(h->length));
    } else {
        uint32_t length = fs_get16(h->length);
        s->ip = h;
        if (s->network_length > length) {
            s->padding = (uint32_t)(s->network_length - length);
            extra += s->padding;
            s->network_length = length;
        } else if (careful && s->network_length + extra < length) {
            bad(s, "truncated IP missing ", (int64_t)(length - s->network_length - extra));
        }
        /* What is missing is counted by the IP header's length already. */
        uint32_t whole = (uint32_t)s->network_length + extra;
        fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, length == 0xffff && whole > 0xffff ? whole - 0xffff : 0);
    }
}

void fs_ipsum_open(struct fs_ipsum_packet *s, struct fs_packet *p, bool careful, bool with_extra, struct fs_text *complaint)
{
    const uint8_t *network = fs_network_header(p);
    *s = (struct fs_ipsum_packet){.packet = p, .bad = complaint, .with_extra = with_extra};
    if (network == NULL) {
        return;
    }
    s->ip = (const struct fs_ip *)network;
    s->network_length = fs_packet_end(p) - network;
    look_at_ip(s, careful);
    if (s->ip == NULL || p->transport_offset == FS_OFFSET_NONE || s->network_length <= fs_ip_header_length(s->ip)) {
        return;
    }
    s->transport_length = fs_packet_end(p) - s->padding - fs_transport_header(p);
    if (s->network_length > 9 && !fs_ip_later_fragment(s->ip) && s->transport_length > 0) {
        s->transport = fs_transport_header(p);
        s->protocol = s->ip->protocol;
    }
    if (s->protocol == FS_PROTOCOL_TCP && s->transport_length > 12 && s->transport[12] < 5 << 4) {
        bad(s, "TCP header length ", s->transport[12] >> 4);
        s->transport = NULL;
    }
}

/* The field is not there: which is bad unless the packet is of another kind. */
static bool missing(struct fs_ipsum_packet *s, int protocol, int64_t need)
{
    static const char *const names[] = {[FS_PROTOCOL_ICMP] = "ICMP", [FS_PROTOCOL_TCP] = "TCP", [FS_PROTOCOL_UDP] = "UDP"};
    if (s->bad == NULL || s->bad->length > 0) {
        return false;
    }
    if (s->ip == NULL) {
        bad(s, "no IP header", -1);
    } else if (protocol == 0) {
        bad(s, "truncated IP header capture", -1);
    } else if (s->network_length > 9
               && (protocol > 0 ? s->ip->protocol != protocol
                                : s->ip->protocol != FS_PROTOCOL_TCP && s->ip->protocol != FS_PROTOCOL_UDP)) {
        return false;
    } else {
        const char *name = protocol > 0 ? names[protocol] : "TCP/UDP";
        bool captured = s->transport_length + fs_anno_u32(s->packet, FS_ANNO_EXTRA_LENGTH) >= need;
        bool later = fs_ip_later_fragment(s->ip);
        fs_text_format(s->bad, "!bad %s %s header%s\n", later ? "fragmented" : "truncated", name,
                       !later && captured ? " capture" : "");
    }
    return false;
}

static bool has_ip(struct fs_ipsum_packet *s, int64_t need)
{
    return (s->ip != NULL && s->network_length >= need) || missing(s, 0, need);
}

static bool has(struct fs_ipsum_packet *s, uint8_t protocol, int64_t need)
{
    return (s->transport != NULL && s->protocol == protocol && s->transport_length >= need) || missing(s, protocol, need);
}

static bool has_ports(struct fs_ipsum_packet *s, int64_t need)
{
    bool known = s->protocol == FS_PROTOCOL_TCP || s->protocol == FS_PROTOCOL_UDP || s->protocol == 33 /* DCCP */
              || s->protocol == FS_PROTOCOL_UDPLITE;
    return (s->transport != NULL && known && s->transport_length >= need) || missing(s, -1, need);
}

/* ---- values ---- */

struct value {
    uint64_t number;
    const uint8_t *at; /* of bytes, options and payload */
    size_t length;
};

static bool ethernet(struct fs_ipsum_packet *s, const uint8_t **mac)
{
    const struct fs_packet *p = s->packet;
    const uint8_t *network = p->network_offset != FS_OFFSET_NONE ? fs_network_header(p) : fs_packet_end(p);
    *mac = p->mac_offset != FS_OFFSET_NONE                               ? fs_mac_header(p)
         : p->network_offset == FS_OFFSET_NONE || p->data < network ? p->data
                                                                         : NULL;
    bool good = *mac != NULL && *mac + FS_ETHER_SIZE == network && *mac >= p->head && network <= fs_packet_end(p);
    if (!good) {
        bad(s, "Ethernet header", -1);
    }
    return good;
}

/* Where the payload begins, from `data`, and how long it is by the IP header. */
static void payload(struct fs_ipsum_packet *s, int64_t *offset, int64_t *length)
{
    struct fs_packet *p = s->packet;
    if (s->ip == NULL) {
        *offset = 0;
        *length = p->length - s->padding;
        return;
    }
    const uint8_t *network = (const uint8_t *)s->ip, *at = network + fs_ip_header_length(s->ip);
    const uint8_t *end = network + fs_get16(s->ip->length);
    if (!fs_ip_later_fragment(s->ip)) {
        size_t header = 0;
        if (s->ip->protocol == FS_PROTOCOL_TCP && s->transport_length >= 13) {
            header = (size_t)(fs_transport_header(p)[12] >> 4) * 4;
        } else if (s->ip->protocol == FS_PROTOCOL_UDP || s->ip->protocol == FS_PROTOCOL_UDPLITE) {
            header = FS_UDP_SIZE;
        }
        at += at + header <= end ? header : 0;
    }
    *offset = at - p->data;
    *length = end - at;
}

static bool tcp_options(struct fs_ipsum_packet *s, bool short_form, struct value *v)
{
    const uint8_t *h = s->transport;
    if (!has(s, FS_PROTOCOL_TCP, 13)) {
        return false;
    }
    int64_t length = (h[12] >> 4) * 4;
    *v = (struct value){.at = h + FS_TCP_SIZE};
    if (length <= FS_TCP_SIZE
        || (short_form && length == 32 && s->transport_length >= 24 && fs_get32(h + FS_TCP_SIZE) == 0x0101080a)) {
        return true;
    }
    v->length = (size_t)length - FS_TCP_SIZE;
    return s->transport_length >= length || missing(s, FS_PROTOCOL_TCP, s->transport_length + 1);
}

static bool icmp_word(struct fs_ipsum_packet *s, unsigned at, uint64_t *v)
{
    static const uint32_t sequenced = 1u << 8 | 1u << 0 | 1u << 13 | 1u << 14 | 1u << 15 | 1u << 16;
    if (!has(s, FS_PROTOCOL_ICMP, 1) || s->transport[0] >= 32 || !(sequenced >> s->transport[0] & 1)
        || !has(s, FS_PROTOCOL_ICMP, at + 2)) {
        return false;
    }
    *v = fs_get16(s->transport + at);
    return true;
}

static bool link_or_annotation(struct fs_ipsum_packet *s, enum fs_ipsum_field field, struct value *v)
{
    struct fs_packet *p = s->packet;
    const uint8_t *mac;
    switch (field) {
    case FS_IPSUM_TIMESTAMP: case FS_IPSUM_NTIMESTAMP:
        v->number = p->timestamp;
        return true;
    case FS_IPSUM_FIRST_TIMESTAMP: case FS_IPSUM_FIRST_NTIMESTAMP:
        v->number = fs_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP);
        return true;
    case FS_IPSUM_TS_SEC:
        v->number = p->timestamp / 1000000000;
        return true;
    case FS_IPSUM_TS_USEC:
        v->number = p->timestamp % 1000000000 / 1000;
        return true;
    case FS_IPSUM_TS_USEC1:
        v->number = p->timestamp / 1000;
        return true;
    case FS_IPSUM_COUNT:
        v->number = 1 + (uint64_t)fs_anno_u32(p, FS_ANNO_EXTRA_PACKETS);
        return true;
    case FS_IPSUM_LINK: case FS_IPSUM_PAINT: case FS_IPSUM_DIRECTION:
        v->number = fs_anno_u8(p, FS_ANNO_PAINT);
        return true;
    case FS_IPSUM_AGGREGATE:
        v->number = fs_anno_u32(p, FS_ANNO_AGGREGATE);
        return true;
    case FS_IPSUM_WIRE_LEN:
        v->number = (uint64_t)p->length + fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH);
        return true;
    case FS_IPSUM_ETH_SRC: case FS_IPSUM_ETH_DST: case FS_IPSUM_ETH_TYPE:
        if (!ethernet(s, &mac)) {
            return false;
        }
        *v = (struct value){fs_get16(mac + 12), mac + (field == FS_IPSUM_ETH_SRC ? 6 : 0), 6};
        return true;
    default:
        return false;
    }
}

static bool ip_value(struct fs_ipsum_packet *s, enum fs_ipsum_field field, struct value *v)
{
    const struct fs_ip *h = s->ip;
    int64_t offset, length;
    uint32_t extra = s->with_extra ? fs_anno_u32(s->packet, FS_ANNO_EXTRA_LENGTH) : 0;
    switch (field) {
    case FS_IPSUM_IP_SRC:
        v->at = has_ip(s, 16) ? h->source : NULL;
        return v->at != NULL;
    case FS_IPSUM_IP_DST:
        v->at = has_ip(s, 20) ? h->destination : NULL;
        return v->at != NULL;
    case FS_IPSUM_IP_LEN:
        v->number = (uint64_t)(h != NULL ? fs_get16(h->length) : s->packet->length - s->padding) + extra;
        return true;
    case FS_IPSUM_IP_CAPTURE_LEN:
        length = h != NULL ? s->network_length : s->packet->length;
        v->number = (uint64_t)(h != NULL && fs_get16(h->length) < length ? fs_get16(h->length) : length);
        return true;
    case FS_IPSUM_PAYLOAD_LEN:
        payload(s, &offset, &length);
        extra = h == NULL ? fs_anno_u32(s->packet, FS_ANNO_EXTRA_LENGTH) : extra;
        v->number = (uint64_t)length + extra;
        return true;
    case FS_IPSUM_PAYLOAD: case FS_IPSUM_PAYLOAD_MD5: case FS_IPSUM_PAYLOAD_MD5_HEX:
        payload(s, &offset, &length);
        if (field != FS_IPSUM_PAYLOAD && length != 0 && (offset < 0 || offset >= s->packet->length)) {
            return false; /* none of it is there */
        }
        offset = offset < 0 ? 0 : offset;
        length = offset + length > s->packet->length ? (int64_t)s->packet->length - offset : length;
        *v = (struct value){.at = s->packet->data + offset, .length = length > 0 ? (size_t)length : 0};
        return true;
    case FS_IPSUM_IP_OPT: {
        int64_t header = h != NULL ? fs_ip_header_length(h) : FS_IP_SIZE;
        *v = (struct value){.at = (const uint8_t *)h + FS_IP_SIZE, .length = (size_t)(header - FS_IP_SIZE)};
        return h != NULL && (v->length == 0 || has_ip(s, header));
    }
    default:
        break;
    }
    static const uint8_t need[FS_IPSUM_FIELD_COUNT] = {
        [FS_IPSUM_IP_HL] = 1,   [FS_IPSUM_IP_TOS] = 2,  [FS_IPSUM_IP_DSCP] = 2,    [FS_IPSUM_IP_ECN] = 2,
        [FS_IPSUM_IP_ID] = 6,   [FS_IPSUM_IP_FRAG] = 8, [FS_IPSUM_IP_FRAGOFF] = 8, [FS_IPSUM_IP_TTL] = 9,
        [FS_IPSUM_IP_PROTO] = 10, [FS_IPSUM_IP_SUM] = 12};
    if (need[field] == 0 || !has_ip(s, need[field])) {
        return false;
    }
    v->number = field == FS_IPSUM_IP_HL     ? fs_ip_header_length(h)
              : field == FS_IPSUM_IP_TOS    ? h->tos
              : field == FS_IPSUM_IP_DSCP   ? h->tos >> 2
              : field == FS_IPSUM_IP_ECN    ? h->tos & 3u
              : field == FS_IPSUM_IP_ID     ? fs_get16(h->id)
              : field == FS_IPSUM_IP_TTL    ? h->ttl
              : field == FS_IPSUM_IP_PROTO  ? h->protocol
              : field == FS_IPSUM_IP_SUM    ? fs_get16(h->checksum)
                                            : fs_get16(h->fragment);
    return true;
}

/* Numbers of the transport header: whose, where, how long. */
static const struct {
    uint8_t protocol, at, bytes;
} places[FS_IPSUM_FIELD_COUNT] = {
    [FS_IPSUM_TCP_SEQ] = {FS_PROTOCOL_TCP, 4, 4},    [FS_IPSUM_TCP_ACK] = {FS_PROTOCOL_TCP, 8, 4},
    [FS_IPSUM_TCP_FLAGS] = {FS_PROTOCOL_TCP, 12, 2}, [FS_IPSUM_TCP_WINDOW] = {FS_PROTOCOL_TCP, 14, 2},
    [FS_IPSUM_TCP_URP] = {FS_PROTOCOL_TCP, 18, 2},   [FS_IPSUM_UDP_LEN] = {FS_PROTOCOL_UDP, 4, 2},
    [FS_IPSUM_ICMP_TYPE] = {FS_PROTOCOL_ICMP, 0, 1}, [FS_IPSUM_ICMP_CODE] = {FS_PROTOCOL_ICMP, 1, 1},
    [FS_IPSUM_ICMP_TYPE_NAME] = {FS_PROTOCOL_ICMP, 0, 1}, [FS_IPSUM_ICMP_CODE_NAME] = {FS_PROTOCOL_ICMP, 1, 1},
};

static bool transport_value(struct fs_ipsum_packet *s, enum fs_ipsum_field field, struct value *v)
{
    const uint8_t *h = s->transport;
    switch (field) {
    case FS_IPSUM_SPORT:
        return has_ports(s, 2) && (v->number = fs_get16(h), true);
    case FS_IPSUM_DPORT:
        return has_ports(s, 4) && (v->number = fs_get16(h + 2), true);
    case FS_IPSUM_TCP_OFF:
        return has(s, FS_PROTOCOL_TCP, 13) && (v->number = (h[12] >> 4) * 4u, true);
    case FS_IPSUM_TCP_OPT: case FS_IPSUM_TCP_NTOPT: case FS_IPSUM_TCP_SACK:
        return tcp_options(s, field != FS_IPSUM_TCP_OPT, v);
    case FS_IPSUM_ICMP_FLOWID:
        return icmp_word(s, 4, &v->number);
    case FS_IPSUM_ICMP_SEQ:
        return icmp_word(s, 6, &v->number);
    case FS_IPSUM_ICMP_NEXTMTU:
        return has(s, FS_PROTOCOL_ICMP, 2) && h[0] == 3 && h[1] == 4 && has(s, FS_PROTOCOL_ICMP, 8)
            && (v->number = fs_get16(h + 6), true);
    default:
        break;
    }
    unsigned at = places[field].at, bytes = places[field].bytes;
    if (bytes == 0 || !has(s, places[field].protocol, at + bytes)) {
        return false;
    }
    v->number = bytes == 1 ? h[at] : bytes == 2 ? fs_get16(h + at) : fs_get32(h + at);
    v->number &= field == FS_IPSUM_TCP_FLAGS ? 0x1ff : UINT32_MAX;
    return true;
}

static bool value_of(struct fs_ipsum_packet *s, enum fs_ipsum_field field, struct value *v)
{
    *v = (struct value){0};
    return link_or_annotation(s, field, v) || ip_value(s, field, v) || transport_value(s, field, v);
}

static void digest(const struct value *v, uint8_t md5[FS_MD5_SIZE])
{
    struct fs_md5 m;
    fs_md5_begin(&m);
    fs_md5_add(&m, v->at, v->length);
    fs_md5_end(&m, md5);
}

/* ---- texts ---- */

/* Click's short form: six bits a character, the least first. */
static void text_digest(struct fs_text *t, const uint8_t md5[FS_MD5_SIZE])
{
    for (unsigned bit = 0; bit < 8 * FS_MD5_SIZE; bit += 6) {
        unsigned at = bit / 8, two = md5[at] | (at + 1 < FS_MD5_SIZE ? (unsigned)md5[at + 1] << 8 : 0);
        fs_text_char(t, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@"[two >> bit % 8 & 63]);
    }
}

static void text_flags(struct fs_text *t, uint64_t flags)
{
    if (flags == (FS_TCP_ACK | FS_TCP_PSH)) {
        fs_text_string(t, "PA");
        return;
    }
    for (unsigned i = 0; i < 9; i++) {
        if (flags >> i & 1) {
            fs_text_char(t, "FSRPAUECN"[i]);
        }
    }
    if (flags == 0) {
        fs_text_char(t, '.');
    }
}

static void text_number(struct fs_ipsum_packet *s, enum fs_ipsum_field field, uint64_t v, struct fs_text *t)
{
    static const char *const ecn[] = {"no", "ect1", "ect2", "ce"};
    switch (field) {
    case FS_IPSUM_IP_FRAG:
        fs_text_char(t, fs_ip_later_fragment(s->ip) ? 'f' : v & FS_IP_MORE_FRAGMENTS ? 'F' : v & FS_IP_DONT_FRAGMENT ? '!' : '.');
        break;
    case FS_IPSUM_IP_FRAGOFF:
        fs_text_format(t, "%lu%s%s", (v & FS_IP_FRAGMENT_OFFSET) * 8, v & FS_IP_MORE_FRAGMENTS ? "+" : "",
                       v & FS_IP_DONT_FRAGMENT ? "!" : "");
        break;
    case FS_IPSUM_IP_PROTO:
        if (v == FS_PROTOCOL_TCP || v == FS_PROTOCOL_UDP || v == FS_PROTOCOL_ICMP) {
            fs_text_char(t, v == FS_PROTOCOL_TCP ? 'T' : v == FS_PROTOCOL_UDP ? 'U' : 'I');
        } else {
            fs_text_u64(t, v);
        }
        break;
    case FS_IPSUM_IP_ECN:
        fs_text_string(t, ecn[v & 3]);
        break;
    case FS_IPSUM_TCP_FLAGS:
        text_flags(t, v);
        break;
    case FS_IPSUM_DIRECTION:
        if (v < 2) {
            fs_text_char(t, v == 0 ? '>' : '<');
        } else {
            fs_text_u64(t, v);
        }
        break;
    case FS_IPSUM_ETH_TYPE:
        fs_text_format(t, "%c%c%c%c", "0123456789ABCDEF"[v >> 12 & 15], "0123456789ABCDEF"[v >> 8 & 15],
                       "0123456789ABCDEF"[v >> 4 & 15], "0123456789ABCDEF"[v & 15]);
        break;
    case FS_IPSUM_TIMESTAMP: case FS_IPSUM_NTIMESTAMP: case FS_IPSUM_FIRST_TIMESTAMP: case FS_IPSUM_FIRST_NTIMESTAMP:
        fs_text_time(t, v);
        break;
    case FS_IPSUM_ICMP_TYPE_NAME:
        fs_text_icmp_type(t, (uint8_t)v);
        break;
    case FS_IPSUM_ICMP_CODE_NAME:
        fs_text_icmp_code(t, s->transport[0], (uint8_t)v);
        break;
    default:
        fs_text_u64(t, v);
    }
}

void fs_ipsum_text(struct fs_ipsum_packet *s, enum fs_ipsum_field field, struct fs_text *t)
{
    struct value v;
    uint8_t md5[FS_MD5_SIZE];
    const unsigned tcp_kinds = FS_OPTIONS_ALL & ~(unsigned)FS_OPTIONS_PADDING;
    if (!value_of(s, field, &v)) {
        fs_text_char(t, '-');
        return;
    }
    switch (field) {
    case FS_IPSUM_IP_SRC: case FS_IPSUM_IP_DST:
        fs_text_ip(t, v.at);
        break;
    case FS_IPSUM_ETH_SRC: case FS_IPSUM_ETH_DST:
        fs_text_mac(t, v.at);
        break;
    case FS_IPSUM_IP_OPT:
        fs_text_ip_options(t, v.at, v.length, tcp_kinds);
        break;
    case FS_IPSUM_TCP_OPT:
        fs_text_tcp_options(t, v.at, v.length, tcp_kinds);
        break;
    case FS_IPSUM_TCP_NTOPT:
        fs_text_tcp_options(t, v.at, v.length, tcp_kinds & ~(unsigned)FS_OPTIONS_TIMESTAMP);
        break;
    case FS_IPSUM_TCP_SACK:
        fs_text_tcp_options(t, v.at, v.length, FS_OPTIONS_SACK);
        break;
    case FS_IPSUM_PAYLOAD:
        fs_text_quoted(t, (struct fs_span){(const char *)v.at, v.length});
        break;
    case FS_IPSUM_PAYLOAD_MD5:
        digest(&v, md5);
        text_digest(t, md5);
        break;
    case FS_IPSUM_PAYLOAD_MD5_HEX:
        digest(&v, md5);
        fs_text_hex(t, md5, FS_MD5_SIZE);
        break;
    default:
        text_number(s, field, v.number, t);
    }
}

/* ---- bytes ---- */

void fs_ipsum_binary(struct fs_ipsum_packet *s, enum fs_ipsum_field field, struct fs_text *t)
{
    struct value v;
    uint8_t bytes[FS_MD5_SIZE] = {0};
    unsigned size = fs_ipsum_bytes(field);
    bool there = value_of(s, field, &v);
    if (there && size == FS_MD5_SIZE) {
        digest(&v, bytes);
        fs_text_bytes(t, bytes, size);
        return;
    }
    if (size == FS_IPSUM_COUNTED) {
        fs_text_char(t, (char)(there ? v.length : 0));
        fs_text_bytes(t, v.at, there ? v.length : 0);
        return;
    }
    bool micro = field == FS_IPSUM_TIMESTAMP || field == FS_IPSUM_FIRST_TIMESTAMP;
    if (micro || field == FS_IPSUM_NTIMESTAMP || field == FS_IPSUM_FIRST_NTIMESTAMP) {
        uint32_t seconds = (uint32_t)(v.number / 1000000000), rest = (uint32_t)(v.number % 1000000000);
        fs_put32(bytes, micro ? seconds : rest);
        fs_put32(bytes + 4, micro ? rest / 1000 : seconds);
    } else if (there && v.at != NULL && field != FS_IPSUM_ETH_TYPE) {
        __builtin_memcpy(bytes, v.at, size);
    } else {
        for (unsigned i = 0; there && i < size; i++) {
            bytes[i] = (uint8_t)(v.number >> (8 * (size - 1 - i)));
        }
    }
    fs_text_bytes(t, bytes, size);
}
