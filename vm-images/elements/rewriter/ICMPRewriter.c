/* ICMPRewriter: rewrites ICMP errors by the mappings of the packets that they are about. */
#include "net/checksum.h"
#include "net/ip.h"
#include "net/rewriter.h"
#include "net/transport.h"
#include "net/values.h"

struct map {
    struct fs_rewriter *rewriter;
    int offset; /* added to the mapping's output; -1: output 0 */
};

struct errors {
    struct fs_element base;
    struct map *maps;
    uint32_t count;
    bool offsets; /* outputs are the rewriters' */
    bool set_destination;
    uint16_t reply_annotation;
};

enum { MAPS, DST_ANNO, REPLY_ANNO };
enum { UNREACHABLE = 3, SOURCE_QUENCH = 4, REDIRECT = 5, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12 };
enum { PORTS_LEAST = 8, PROTOCOL_DCCP = 33 };

/* An ICMP error, taken apart. */
struct quote {
    struct fs_ip *ip, *inner;
    struct fs_icmp *icmp;
    uint8_t *transport;  /* of the packet that is quoted */
    size_t left;         /* bytes of it from there */
    bool ports, ping;    /* its ports, or its identifier, are there */
    struct fs_nat_key answer; /* the flow that would answer it */
};

static uint32_t load32(const void *at)
{
    uint32_t v;
    __builtin_memcpy(&v, at, 4);
    return v;
}

static bool is_error(uint8_t type)
{
    return type == UNREACHABLE || type == SOURCE_QUENCH || type == REDIRECT || type == TIME_EXCEEDED
        || type == PARAMETER_PROBLEM;
}

static bool take_apart(struct quote *q, const struct fs_packet *p)
{
    q->ip = (struct fs_ip *)fs_network_header(p);
    size_t left = fs_bytes_from(p, (const uint8_t *)q->ip);
    if (left < FS_IP_SIZE || fs_ip_version(q->ip) != 4 || q->ip->protocol != FS_PROTOCOL_ICMP
        || fs_ip_later_fragment(q->ip)) {
        return false;
    }
    size_t header = fs_ip_header_length(q->ip), length = fs_get16(q->ip->length);
    left = length < left ? length : left;
    if (header < FS_IP_SIZE || left < header + FS_ICMP_SIZE + FS_IP_SIZE) {
        return false;
    }
    q->icmp = (struct fs_icmp *)((uint8_t *)q->ip + header);
    q->inner = (struct fs_ip *)((uint8_t *)q->icmp + FS_ICMP_SIZE);
    size_t inner = fs_ip_header_length(q->inner);
    left -= header + FS_ICMP_SIZE;
    if (!is_error(q->icmp->type) || fs_ip_version(q->inner) != 4 || inner < FS_IP_SIZE || inner > left) {
        return false;
    }
    q->transport = (uint8_t *)q->inner + inner;
    q->left = left - inner;
    q->answer = (struct fs_nat_key){load32(q->inner->destination), load32(q->inner->source), 0};
    bool first = !fs_ip_later_fragment(q->inner) && q->left >= PORTS_LEAST;
    q->ports = first
            && (q->inner->protocol == FS_PROTOCOL_TCP || q->inner->protocol == FS_PROTOCOL_UDP
                || q->inner->protocol == PROTOCOL_DCCP);
    q->ping = first && q->inner->protocol == FS_PROTOCOL_ICMP && q->transport[0] == FS_ICMP_ECHO;
    if (q->ports) {
        q->answer.ports = fs_nat_swap_ports(load32(q->transport));
    } else if (q->ping) {
        uint16_t identifier;
        __builtin_memcpy(&identifier, ((struct fs_icmp *)q->transport)->rest, 2);
        q->answer.ports = identifier;
    }
    return true;
}

static void update(uint8_t checksum[2], uint32_t before, uint32_t after) /* as numbers: RFC 1624 equation 3 */
{
    fs_put16(checksum, fs_checksum_update32(fs_get16(checksum), before, after));
}

/* The checksum of what is quoted, where it is there and stands for something. */
static uint8_t *quoted_checksum(const struct quote *q)
{
    if (q->ports && q->inner->protocol == FS_PROTOCOL_TCP) {
        return q->left >= 18 ? ((struct fs_tcp *)q->transport)->checksum : NULL;
    }
    if (q->ports && q->inner->protocol == FS_PROTOCOL_UDP) {
        uint8_t *checksum = ((struct fs_udp *)q->transport)->checksum;
        return fs_get16(checksum) != 0 ? checksum : NULL;
    }
    return q->ping ? ((struct fs_icmp *)q->transport)->checksum : NULL;
}

/* The sum over what may change within the error: the quoted headers. */
static uint16_t quoted_sum(const struct quote *q)
{
    size_t transport = q->left < FS_TCP_SIZE ? q->left : (size_t)FS_TCP_SIZE;
    return (uint16_t)~fs_checksum(q->inner, (size_t)(q->transport - (uint8_t *)q->inner) + transport);
}

static void change_quoted(struct quote *q, const struct fs_nat_key *becomes)
{
    uint32_t source = FS_SWAP32(q->answer.destination), destination = FS_SWAP32(q->answer.source);
    uint32_t new_source = FS_SWAP32(becomes->destination), new_destination = FS_SWAP32(becomes->source);
    uint8_t *checksum = quoted_checksum(q);
    fs_put32(q->inner->source, new_source);
    fs_put32(q->inner->destination, new_destination);
    update(q->inner->checksum, source, new_source);
    update(q->inner->checksum, destination, new_destination);
    if (q->ports) {
        uint32_t ports = fs_get32(q->transport), new_ports = FS_SWAP32(fs_nat_swap_ports(becomes->ports));
        fs_put32(q->transport, new_ports);
        if (checksum != NULL) {
            update(checksum, source, new_source);
            update(checksum, destination, new_destination);
            update(checksum, ports, new_ports);
        }
    } else if (q->ping) {
        uint8_t *identifier = ((struct fs_icmp *)q->transport)->rest;
        uint16_t before = fs_get16(identifier), after = FS_SWAP16((uint16_t)(becomes->ports >> 16));
        fs_put16(identifier, after);
        fs_put16(checksum, fs_checksum_update16(fs_get16(checksum), before, after));
    }
}

/* What is quoted gets the addresses and ports that it had before it was rewritten; so does the receiver of the error. */
static void rewrite(const struct errors *r, struct quote *q, struct fs_packet *p, const struct fs_nat_key *becomes)
{
    uint32_t receiver = load32(q->ip->destination);
    if (receiver == q->answer.destination) {
        fs_put32(q->ip->destination, FS_SWAP32(becomes->destination));
        update(q->ip->checksum, FS_SWAP32(receiver), FS_SWAP32(becomes->destination));
        if (r->set_destination) {
            fs_set_anno_u32(p, FS_ANNO_DST_IP, becomes->destination);
        }
    }
    uint16_t before = quoted_sum(q);
    change_quoted(q, becomes);
    fs_put16(q->icmp->checksum, fs_checksum_update16(fs_get16(q->icmp->checksum), before, quoted_sum(q)));
}

/* The mapping of the flow that would answer what is quoted; FS_FLOW_NONE when nobody has one. */
static uint32_t find(const struct errors *r, const struct quote *q, const struct map **map)
{
    for (uint32_t i = 0; i < r->count; i++) {
        uint32_t entry = fs_rewriter_entry(r->maps[i].rewriter, q->inner->protocol, &q->answer, FS_ENTRY_ANSWER);
        if (entry != FS_FLOW_NONE) {
            *map = &r->maps[i];
            return entry;
        }
    }
    return FS_FLOW_NONE;
}

static void handle(struct errors *r, struct fs_packet *p)
{
    struct quote q;
    const struct map *map;
    uint32_t entry = take_apart(&q, p) ? find(r, &q, &map) : FS_FLOW_NONE;
    if (entry == FS_FLOW_NONE) {
        fs_reject(&r->base, r->offsets ? r->base.output_count : 1, p, FS_DROP_STATE);
        return;
    }
    if (fs_packet_shared(p)) {
        p = fs_writable(&r->base, p);
        if (p == NULL || !take_apart(&q, p)) {
            return;
        }
    }
    struct fs_nat_key becomes = fs_rewriter_becomes(map->rewriter, entry);
    becomes.source = becomes.source != 0 ? becomes.source : q.answer.source; /* not the mapping's: IPAddrRewriter */
    becomes.destination = becomes.destination != 0 ? becomes.destination : q.answer.destination;
    rewrite(r, &q, p, &becomes);
    if ((entry & 1) != 0 && r->reply_annotation != 0) {
        fs_set_anno_u8(p, r->reply_annotation, map->rewriter->table->flows[entry >> 1].annotation);
    }
    unsigned output = map->offset >= 0 ? (unsigned)map->offset + fs_rewriter_output(map->rewriter, entry) : 0;
    fs_output_push_one(&r->base, output, p);
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        handle((struct errors *)e, batch->packets[i]);
    }
    batch->count = 0;
}

static bool add_map(struct errors *r, const char *word, size_t length, struct fs_text *error)
{
    char name[256];
    size_t colon = 0;
    int64_t offset = -1;
    while (colon < length && word[colon] != ':') {
        colon++;
    }
    struct fs_text text = {.at = name, .capacity = sizeof name - 1};
    fs_text_bytes(&text, word, colon);
    name[text.length] = '\0';
    struct map *m = &r->maps[r->count];
    m->rewriter = fs_rewriter_of(fs_find(&r->base, name));
    bool good = colon == length || fs_parse_integer(word + colon + 1, length - colon - 1, 0, INT32_MAX, &offset);
    if (m->rewriter == NULL || !good) {
        fs_text_bytes(error, word, length);
        fs_text_string(error, " not an IP rewriter");
        return false;
    }
    if (offset >= 0 && offset + m->rewriter->base.output_count > r->base.output_count) {
        fs_text_bytes(error, word, length);
        fs_text_format(error, " port offset requires more than %u output%s", r->base.output_count,
                       r->base.output_count == 1 ? "" : "s");
        return false;
    }
    m->offset = (int)offset;
    r->offsets |= offset >= 0;
    r->count++;
    return true;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct errors *r = (struct errors *)e;
    const char *maps = fs_args_text(e->args, MAPS, ""), *text = maps, *word;
    size_t left = __builtin_strlen(maps), n, words = 0;
    while (fs_parse_word(&text, &left, &word, &n)) {
        words++;
    }
    r->maps = fs_alloc(e, words * sizeof *r->maps);
    if (words == 0 || r->maps == NULL) {
        fs_text_string(error, words == 0 ? "no IP rewriters supplied" : "out of memory");
        return -1;
    }
    text = maps;
    left = __builtin_strlen(maps);
    while (fs_parse_word(&text, &left, &word, &n)) {
        if (!add_map(r, word, n, error)) {
            return -1;
        }
    }
    return 0;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct errors *r = (struct errors *)e;
    int64_t annotation = fs_args_integer(e->args, REPLY_ANNO, 0);
    r->set_destination = fs_args_boolean(e->args, DST_ANNO, true);
    r->reply_annotation = (uint16_t)annotation;
    if (annotation != 0 && fs_annotation_size(r->reply_annotation) != 1) {
        fs_text_string(error, "REPLY_ANNO: expected an annotation of one byte");
        return -1;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [MAPS] = {"MAPS", "string", FS_POSITIONAL, 0, 0, NULL,
              "Names of rewriters, parted by spaces; `NAME:OFFSET` gives its packets to the outputs from OFFSET on."},
    [DST_ANNO] = {"DST_ANNO", "boolean", FS_KEYWORD, 0, 0, "true",
                  "Set the destination annotation to the new destination address."},
    [REPLY_ANNO] = {"REPLY_ANNO", "annotation", FS_KEYWORD, 0, 0, "",
                    "An annotation of one byte: errors about answered flows get what the flow's first packet had."},
};

FS_ELEMENT(ICMPRewriter) = {
    .name = "ICMPRewriter",
    .ports = "1/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip icmp; writes ip.dst ip.checksum icmp payload annotation.DST_IP; drops",
    .summary = "rewrites ICMP errors by the mappings of rewriters",
    .doc = "Destination unreachable, time exceeded, parameter problem, source quench and redirect quote the packet that they\n"
           "are about. When one of MAPS has rewritten that packet, the quotation is changed back, the error goes to the\n"
           "packet's first sender, and it leaves by output 0 (or by the mapping's output after OFFSET). Other packets leave\n"
           "by output 1; where it is not there, and with offsets, they are dropped as `state`.\n\n"
           "    rw :: IPRewriter(pattern 198.51.100.1 1024-65535 - - 0 1, drop);\n"
           "    ping :: ICMPPingRewriter(pattern 198.51.100.1 - 0-65535 0 1, drop);\n"
           "    from_outside -> c :: IPClassifier(icmp type echo-reply, icmp, -);\n"
           "    c[0] -> [1] ping;  c[1] -> ICMPRewriter(rw ping) -> to_inside;  c[2] -> [1] rw;\n",
    .size = sizeof(struct errors),
    .configure = configure,
    .initialize = initialize,
    .push = push,
};
