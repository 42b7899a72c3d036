/* AggregateIP: sets packets' aggregate annotation by a header field. */
#include "net/handlers.h"
#include "net/marked.h"
#include "net/transport.h"

/* What a field's offset counts from, besides the header of an IP protocol. */
enum { OF_IP = 0, OF_TCP_OR_UDP = 256, OF_TRANSPORT = 257, OF_PAYLOAD = 258 };

struct aggregate_ip {
    struct fs_element base;
    uint16_t header, bits;
    uint32_t offset; /* in bits */
    uint32_t word;   /* the field's 32-bit word: bytes from the header */
    uint32_t need;   /* bytes from the header to the end of the field */
    uint32_t mask;
    uint8_t shift, before; /* `before`: by how much the aggregate so far moves up; 32: it goes */
};

enum { FIELD, INCREMENTAL, UNSHIFT_IP_ADDR };

static struct aggregate_ip *mine(struct fs_element *e) { return (struct aggregate_ip *)e; }

/* Where the header of the field begins; NULL and the reason when the packet has none. */
static const uint8_t *start(const struct aggregate_ip *a, const struct fs_packet *p, enum fs_drop_reason *reason)
{
    struct fs_ip *h = fs_marked_ip(p);
    *reason = FS_DROP_BAD_LENGTH;
    if (h == NULL || a->header == OF_IP) {
        return (uint8_t *)h;
    }
    const uint8_t *at = (uint8_t *)h + fs_ip_header_length(h);
    bool tcp = h->protocol == FS_PROTOCOL_TCP, udp = h->protocol == FS_PROTOCOL_UDP;
    bool right = a->header == OF_TRANSPORT || (a->header < OF_TCP_OR_UDP ? h->protocol == a->header : tcp || udp);
    if (!right || fs_ip_later_fragment(h)) {
        *reason = FS_DROP_BAD_PROTOCOL;
        return NULL;
    }
    if (a->header != OF_PAYLOAD) {
        return at;
    }
    struct fs_cursor c = {at, fs_packet_end(p)};
    return (udp ? fs_take(&c, FS_UDP_SIZE) != NULL : fs_take_tcp(&c) != NULL) ? c.at : NULL;
}

/* The word at `at`, of which `there` bytes, less than four, are in the frame. */
static uint32_t cut_off(const uint8_t *at, size_t there)
{
    uint32_t v = 0;
    for (size_t i = 0; i < there; i++) {
        v |= (uint32_t)at[i] << (24 - 8 * i);
    }
    return v;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct aggregate_ip *a = mine(e);
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        enum fs_drop_reason reason;
        const uint8_t *at = start(a, p, &reason);
        size_t there = at != NULL ? fs_bytes_from(p, at) : 0;
        if (there < a->need) {
            fs_reject(e, 1, p, reason);
            continue;
        }
        at += a->word;
        there -= a->word;
        uint32_t v = there >= 4 ? fs_get32(at) : cut_off(at, there);
        uint32_t before = a->before < 32 ? fs_anno_u32(p, FS_ANNO_AGGREGATE) << a->before : 0;
        fs_set_anno_u32(p, FS_ANNO_AGGREGATE, before + (v >> a->shift & a->mask));
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static uint32_t number(const uint8_t *at, unsigned size)
{
    uint32_t v = 0;
    for (unsigned i = size; i-- > 0;) {
        v = v << 8 | at[i];
    }
    return v;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct aggregate_ip *a = mine(e);
    const uint8_t *field = fs_args_bytes(e->args, FIELD).at;
    bool incremental = fs_args_boolean(e->args, INCREMENTAL, false);
    a->header = (uint16_t)number(field, 2);
    a->bits = (uint16_t)number(field + 2, 2);
    a->offset = number(field + 4, 4);
    uint32_t last = a->offset + a->bits - 1;
    if (a->header > OF_PAYLOAD || a->bits == 0 || a->offset / 32 != last / 32 || last < a->offset) {
        fs_text_string(error, "field specification does not fit within a single word");
        return -1;
    }
    if (a->bits == 32 && incremental) {
        fs_text_string(error, "'INCREMENTAL' is incompatible with field length 32");
        return -1;
    }
    a->word = a->offset / 32 * 4;
    a->need = last / 8 + 1;
    a->mask = UINT32_MAX >> (32 - a->bits);
    a->shift = (uint8_t)(31 - last % 32);
    a->before = incremental ? (uint8_t)a->bits : 32;
    if (fs_args_boolean(e->args, UNSHIFT_IP_ADDR, false) && a->header == OF_IP && (a->word == 12 || a->word == 16)) {
        a->mask <<= a->shift;
        a->shift = 0;
    }
    return 0;
}

FS_ONCE static void read_header(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    static const struct {
        uint16_t header;
        const char *name;
    } names[] = {
        {OF_IP, "ip"},           {OF_TCP_OR_UDP, "tcpudp"}, {OF_TRANSPORT, "transp"},   {OF_PAYLOAD, "payload"},
        {FS_PROTOCOL_TCP, "tcp"}, {FS_PROTOCOL_UDP, "udp"},  {FS_PROTOCOL_ICMP, "icmp"},
    };
    (void)parameters;
    for (unsigned i = 0; i < FS_COUNT(names); i++) {
        if (names[i].header == mine(e)->header) {
            fs_text_string(value, names[i].name);
            return;
        }
    }
    fs_text_u64(value, mine(e)->header);
}
FS_READ_NUMBER(read_offset, struct aggregate_ip, offset)
FS_READ_NUMBER(read_bits, struct aggregate_ip, bits)

static const struct fs_arg args[] = {
    [FIELD] = {"FIELD", "ip-field", FS_POSITIONAL, 0, 0, NULL, "The field, such as `ip src/8`, `tcp dport`, `ip[8:2] & 0x3f0`."},
    [INCREMENTAL] = {"INCREMENTAL", "boolean", FS_KEYWORD, 0, 0, "false",
                     "Whether the aggregate so far stays, times 2 to the power of the field's bits."},
    [UNSHIFT_IP_ADDR] = {"UNSHIFT_IP_ADDR", "boolean", FS_KEYWORD, 0, 0, "false",
                         "Whether a part of an IP address stays at its place in the 32 bits."},
};
static const struct fs_handler handlers[] = {
    {"header", read_header, NULL, FS_HANDLER_CALM, NULL, "What the field is in: ip, transp, payload, or a protocol."},
    {"bit_offset", read_offset, NULL, FS_HANDLER_CALM, NULL, "Where it begins there, in bits."},
    {"bit_length", read_bits, NULL, FS_HANDLER_CALM, NULL, "How many bits it has."},
};

FS_ELEMENT(AggregateIP) = {
    .name = "AggregateIP",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any annotation.AGGREGATE; writes annotation.AGGREGATE; drops",
    .summary = "sets packets' aggregate annotation by a header field",
    .doc = "Packets that lack the field (too short, another protocol, a later fragment where it is not in the IP header)\n"
           "leave by output 1, or are dropped as `bad-length` or `bad-protocol`. The IP header is the one that was marked.\n\n"
           "Names: `ip` vers hl tos dscp ecn len id off rf df mf fragoff ttl proto sum src dst; `udp` sport dport len sum;\n"
           "`tcp` sport dport seq ackno hl flags fin syn rst psh ack urg win sum urp (ack is the flag, as in Click); `icmp`\n"
           "type code sum; `sport` and `dport` alone are TCP's or UDP's. Places: `HEADER[OFFSET]`, `[OFFSET:LENGTH]`,\n"
           "`[FIRST-LAST]` in bytes, `{...}` in bits, from the start of `ip`, `tcp`, `udp`, `icmp`, `ip proto N`, `transp`\n"
           "(any transport header) or `data` (what TCP or UDP carries). `/N` takes the first N bits, `& MASK` those of a\n"
           "mask. A field lies within 32 bits from a multiple of four bytes.\n\n"
           "    FromDump(a.pcap, FORCE_IP true) -> AggregateIP(ip src/24) -> c :: AggregateCounter -> Discard;\n",
    .size = sizeof(struct aggregate_ip),
    .configure = configure,
    .act = act,
};
