/* IPPrint: writes a line about each IP packet to the log, as tcpdump does. */
#include <flowstream/element.h>
#include <flowstream/file.h>

#include "net/contents.h"
#include "net/ether.h"
#include "net/icmp_names.h"
#include "net/ip.h"
#include "net/transport.h"
#include "net/values.h"

enum { HEX_LINE = 24, ASCII_LINE = 48 };

struct ip_print {
    struct fs_element base;
    const char *label;
    int64_t bytes; /* to show at most; below 0: all */
    enum fs_contents contents;
    struct fs_file *file; /* NULL: the log */
    struct fs_text line;
    bool payload, active, swap, ether, id, timestamp, paint, tos, ttl, length, aggregate, vlan;
};

enum {
    LABEL, CONTENTS, PAYLOAD, MAXLENGTH, NBYTES, ETHER, ID, TIMESTAMP, PAINT, TOS, TTL, SWAP, LENGTH, AGGREGATE, VLAN,
    ACTIVE, OUTFILE,
};

static void text_pair(struct fs_text *t, const struct fs_ip *h, const uint8_t *ports)
{
    fs_text_ip(t, h->source);
    if (ports != NULL) {
        fs_text_format(t, ".%u", fs_get16(ports));
    }
    fs_text_string(t, " > ");
    fs_text_ip(t, h->destination);
    if (ports != NULL) {
        fs_text_format(t, ".%u", fs_get16(ports + 2));
    }
    fs_text_string(t, ": ");
}

/* Addresses alone; false when there are ports, and the line goes on. */
static bool no_ports(struct fs_text *t, const struct fs_ip *h, const uint8_t *at, int64_t left, const char *name)
{
    bool later = fs_ip_later_fragment(h);
    if (left >= 4 && !later) {
        text_pair(t, h, at);
        return false;
    }
    text_pair(t, h, NULL);
    fs_text_format(t, "%s%s", later ? "" : "truncated-", name);
    return true;
}

static void text_tcp(struct fs_text *t, const struct fs_packet *p, const struct fs_ip *h, const uint8_t *at, int64_t left)
{
    if (no_ports(t, h, at, left, "tcp")) {
        return;
    }
    if (left < 14) {
        fs_text_string(t, "truncated-tcp");
        return;
    }
    const struct fs_tcp *tcp = (const struct fs_tcp *)(const void *)at;
    int32_t length = (int32_t)fs_get16(h->length);
    int32_t sequence_length = length - (int32_t)fs_ip_header_length(h) - (int32_t)fs_tcp_header_length(tcp);
    static const struct {
        uint8_t flag;
        char letter;
        uint8_t counts;
    } flags[] = {{FS_TCP_SYN, 'S', 1}, {FS_TCP_FIN, 'F', 1}, {FS_TCP_RST, 'R', 0}, {FS_TCP_PSH, 'P', 0}};
    bool any = false;
    for (size_t i = 0; i < FS_COUNT(flags); i++) {
        if (tcp->flags & flags[i].flag) {
            fs_text_char(t, flags[i].letter);
            sequence_length += flags[i].counts;
            any = true;
        }
    }
    uint32_t sequence = fs_get32(tcp->sequence);
    fs_text_format(t, "%s %u:%u(%d,%u,%d)", any ? "" : ".", sequence, sequence + (uint32_t)sequence_length,
                   sequence_length, p->length, length);
    if (tcp->flags & FS_TCP_ACK) {
        fs_text_format(t, " ack %u", fs_get32(tcp->acknowledgement));
    }
    if (left < 16) {
        fs_text_string(t, "truncated-tcp");
    } else {
        fs_text_format(t, " win %u", fs_get16(tcp->window));
    }
}

static void text_udp(struct fs_text *t, const struct fs_ip *h, const uint8_t *at, int64_t left)
{
    if (no_ports(t, h, at, left, "udp")) {
        return;
    }
    if (left < FS_UDP_SIZE) {
        fs_text_string(t, "truncated-udp");
    } else {
        fs_text_format(t, "udp %u", fs_get16(at + 4));
    }
}

static void text_protocol(struct fs_text *t, uint8_t protocol, const char *before)
{
    static const struct {
        uint8_t number;
        const char *name;
    } names[] = {{FS_PROTOCOL_ICMP, "icmp"}, {2, "igmp"}, {FS_PROTOCOL_IPIP, "ipip"}, {FS_PROTOCOL_TCP, "tcp"},
                 {FS_PROTOCOL_UDP, "udp"},   {33, "dccp"}, {FS_PROTOCOL_GRE, "gre"},  {FS_PROTOCOL_SCTP, "sctp"}};
    for (size_t i = 0; i < FS_COUNT(names); i++) {
        if (names[i].number == protocol) {
            fs_text_string(t, names[i].name);
            return;
        }
    }
    fs_text_format(t, "%s%u", before, protocol);
}

/* " unreachable CODE" and what of the packet within it tells why. */
static void text_unreachable(struct fs_text *t, const uint8_t *at, int64_t left)
{
    char name[24];
    struct fs_text code = {.at = name, .capacity = sizeof name};
    fs_text_icmp_code(&code, FS_ICMP_UNREACHABLE, at[1]);
    const char *number = code.length > 0 && name[0] >= '0' && name[0] <= '9' ? "code " : "";
    const struct fs_ip *inner = (const struct fs_ip *)(const void *)(at + FS_ICMP_SIZE);
    left -= FS_ICMP_SIZE;
    if (left < FS_IP_SIZE) {
        fs_text_format(t, "icmp unreachable %s%.*s truncated-icmp", number, (int)code.length, name);
        return;
    }
    fs_text_string(t, "icmp ");
    fs_text_ip(t, inner->destination);
    fs_text_format(t, " unreachable %s%.*s", number, (int)code.length, name);
    if (at[1] == 2) {
        fs_text_char(t, ' ');
        text_protocol(t, inner->protocol, "");
    } else if (at[1] == 3) {
        unsigned header = fs_ip_header_length(inner);
        fs_text_char(t, ' ');
        text_protocol(t, inner->protocol, "protocol ");
        if (left < header + 4) {
            fs_text_string(t, "truncated-icmp");
        } else {
            fs_text_format(t, "/%u", fs_get16((const uint8_t *)inner + header + 2));
        }
    } else if (at[1] == 4 && fs_get16(at + 6) != 0) {
        fs_text_format(t, " (mtu %u)", fs_get16(at + 6));
    }
}

static void text_icmp(struct fs_text *t, const struct fs_ip *h, const uint8_t *at, int64_t left, bool swap)
{
    text_pair(t, h, NULL);
    if (fs_ip_later_fragment(h)) {
        fs_text_string(t, "icmp");
        return;
    }
    if (left < 2) {
        fs_text_string(t, "truncated-icmp");
        return;
    }
    if (at[0] == FS_ICMP_ECHO || at[0] == FS_ICMP_ECHO_REPLY) {
        fs_text_string(t, at[0] == FS_ICMP_ECHO ? "icmp echo " : "icmp echo-reply ");
        if (left < FS_ICMP_SIZE) {
            fs_text_string(t, "truncated-icmp");
            return;
        }
        /* Click swaps the bytes of what it reads in the host's order, so that SWAP true is the network's. */
        uint16_t id = fs_get16(at + 4), sequence = fs_get16(at + 6);
        fs_text_format(t, "(%u, %u)", swap ? id : __builtin_bswap16(id), swap ? sequence : __builtin_bswap16(sequence));
        return;
    }
    if (at[0] == FS_ICMP_UNREACHABLE) {
        text_unreachable(t, at, left);
        return;
    }
    size_t begun;
    fs_text_string(t, "icmp ");
    begun = t->length;
    fs_text_icmp_type(t, at[0]);
    if (t->length > begun && t->at[begun] >= '0' && t->at[begun] <= '9') {
        t->length = begun;
        fs_text_format(t, "type %u", at[0]);
    }
    fs_text_char(t, ' ');
    begun = t->length;
    fs_text_icmp_code(t, at[0], at[1]);
    if (t->length > begun && t->at[begun] >= '0' && t->at[begun] <= '9') {
        t->length = begun - (at[1] == 0);
        if (at[1] != 0) {
            fs_text_format(t, "code %u", at[1]);
        }
    }
}

static void text_bytes(struct ip_print *c, const struct fs_packet *p, const struct fs_ip *h, const uint8_t *transport)
{
    const uint8_t *at = p->data, *end = fs_packet_end(p);
    if (c->payload) {
        bool first = !fs_ip_later_fragment(h);
        at = transport;
        if (first && h->protocol == FS_PROTOCOL_TCP && end - at >= FS_TCP_SIZE) {
            at += fs_tcp_header_length((const struct fs_tcp *)(const void *)at);
        } else if (first && h->protocol == FS_PROTOCOL_UDP) {
            at += FS_UDP_SIZE;
        }
    }
    int64_t n = at < end ? end - at : 0;
    n = c->bytes >= 0 && c->bytes < n ? c->bytes : n;
    fs_text_contents(&c->line, c->contents, at, (uint32_t)n, c->contents == FS_CONTENTS_HEX ? HEX_LINE : ASCII_LINE);
}

static void text_head(struct ip_print *c, struct fs_packet *p)
{
    struct fs_text *t = &c->line;
    if (*c->label != '\0') {
        fs_text_format(t, "%s: ", c->label);
    }
    if (c->timestamp) {
        fs_text_time(t, p->timestamp);
        fs_text_string(t, ": ");
    }
    if (c->aggregate) {
        fs_text_format(t, "#%u", fs_anno_u32(p, FS_ANNO_AGGREGATE));
    }
    if (c->vlan) {
        uint8_t tci[2];
        __builtin_memcpy(tci, fs_annotation_at(p, FS_ANNO_VLAN_TCI, 2), 2);
        fs_text_format(t, " VLAN:%u", fs_get16(tci));
    }
    if (c->paint) {
        fs_text_format(t, "%s%u", c->aggregate ? "." : "paint ", fs_anno_u8(p, FS_ANNO_PAINT));
    }
    if (c->aggregate || c->paint) {
        fs_text_string(t, ": ");
    }
    const uint8_t *mac = fs_mac_header(p);
    if (c->ether && mac != NULL && mac + FS_ETHER_SIZE <= fs_network_header(p) && mac + FS_ETHER_SIZE <= fs_packet_end(p)) {
        fs_text_mac(t, mac + 6);
        fs_text_string(t, " > ");
        fs_text_mac(t, mac);
        fs_text_string(t, ": ");
    }
}

static void text_ip(struct ip_print *c, const struct fs_packet *p, const struct fs_ip *h)
{
    struct fs_text *t = &c->line;
    int64_t length = fs_get16(h->length), payload = length - fs_ip_header_length(h);
    const uint8_t *at = (const uint8_t *)h + fs_ip_header_length(h);
    int64_t left = fs_packet_end(p) - at;
    left = left > payload ? payload : left;
    if (c->id) {
        fs_text_format(t, "id %u ", fs_get16(h->id));
    }
    if (c->ttl) {
        fs_text_format(t, "ttl %u ", h->ttl);
    }
    if (c->tos) {
        fs_text_format(t, "tos %u ", h->tos);
    }
    if (c->length) {
        fs_text_format(t, "length %ld ", length);
    }
    switch (h->protocol) {
    case FS_PROTOCOL_TCP:
        text_tcp(t, p, h, at, left);
        break;
    case FS_PROTOCOL_UDP:
        text_udp(t, h, at, left);
        break;
    case FS_PROTOCOL_ICMP:
        text_icmp(t, h, at, left, c->swap);
        break;
    default:
        text_pair(t, h, NULL);
        fs_text_format(t, "ip-proto-%u", h->protocol);
    }
    uint16_t fragment = fs_get16(h->fragment);
    if (fs_ip_fragment(h)) {
        fs_text_format(t, " (frag %u:%ld@%u%s)", fs_get16(h->id), payload, (fragment & FS_IP_FRAGMENT_OFFSET) * 8u,
                       fragment & FS_IP_MORE_FRAGMENTS ? "+" : "");
    }
    if (c->contents != FS_CONTENTS_NONE) {
        text_bytes(c, p, h, at);
    }
}

static void print(struct ip_print *c, struct fs_packet *p)
{
    const struct fs_ip *h = (const struct fs_ip *)(const void *)fs_network_header(p);
    struct fs_text *t = &c->line;
    t->length = t->missing = 0;
    text_head(c, p);
    if (fs_packet_end(p) - (const uint8_t *)h < FS_IP_SIZE) {
        fs_text_string(t, "truncated-ip");
    } else {
        text_ip(c, p, h);
    }
    if (c->file != NULL) {
        fs_text_char(t, '\n');
        fs_file_write(&c->base, c->file, t->at, t->length);
        return;
    }
    for (size_t from = 0, to; from <= t->length; from = to + 1) {
        for (to = from; to < t->length && t->at[to] != '\n'; to++) {
        }
        fs_log(&c->base, t->at + from, to - from);
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct ip_print *c = (struct ip_print *)e;
    for (uint32_t i = 0; c->active && i < batch->count; i++) {
        if (batch->packets[i]->network_offset != FS_OFFSET_NONE) {
            print(c, batch->packets[i]);
        }
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct ip_print *c = (struct ip_print *)e;
    const struct fs_args *a = e->args;
    const char *contents = fs_args_text(a, CONTENTS, "NONE"), *payload = fs_args_text(a, PAYLOAD, "NONE");
    enum fs_contents of_payload;
    const struct {
        unsigned arg;
        bool *to, fallback;
    } flags[] = {{ETHER, &c->ether, false}, {ID, &c->id, false},   {TIMESTAMP, &c->timestamp, true}, {PAINT, &c->paint, false},
                 {TOS, &c->tos, false},     {TTL, &c->ttl, false}, {SWAP, &c->swap, true},           {LENGTH, &c->length, false},
                 {AGGREGATE, &c->aggregate, false}, {VLAN, &c->vlan, false}, {ACTIVE, &c->active, true}};
    for (size_t i = 0; i < FS_COUNT(flags); i++) {
        *flags[i].to = fs_args_boolean(a, flags[i].arg, flags[i].fallback);
    }
    c->label = fs_args_text(a, LABEL, "");
    c->bytes = fs_args_integer(a, MAXLENGTH, fs_args_integer(a, NBYTES, 1500));
    c->line = fs_text_growing(e);
    if (!fs_parse_contents(contents, &c->contents)) {
        fs_text_format(error, "bad contents value '%s'; should be 'NONE', 'HEX', or 'ASCII'", contents);
        return -1;
    }
    if (!fs_parse_contents(payload, &of_payload)) {
        fs_text_format(error, "bad payload value '%s'; should be 'false', 'hex', or 'ascii'", payload);
        return -1;
    }
    if (of_payload != FS_CONTENTS_NONE && c->contents != FS_CONTENTS_NONE) {
        fs_text_string(error, "specify at most one of PAYLOAD and CONTENTS");
        return -1;
    }
    c->payload = of_payload != FS_CONTENTS_NONE;
    c->contents = c->payload ? of_payload : c->contents;
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct ip_print *c = (struct ip_print *)e;
    if (fs_args_given(e->args, OUTFILE)) {
        c->file = fs_file_open(e, fs_args_text(e->args, OUTFILE, ""), FS_FILE_WRITE, error);
        return c->file != NULL ? 0 : -1;
    }
    return 0;
}

static void cleanup(struct fs_element *e)
{
    struct ip_print *c = (struct ip_print *)e;
    fs_file_close(e, c->file);
    c->file = NULL;
}

static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, ((struct ip_print *)e)->active);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_boolean("active", value, length, &((struct ip_print *)e)->active, error);
}

static const struct fs_arg args[] = {
    [LABEL] = {"LABEL", "string", FS_OPTIONAL, 0, 0, "", "Text that starts the line."},
    [CONTENTS] = {"CONTENTS", "word", FS_KEYWORD, 0, 0, "NONE", "How to show the packet's bytes: NONE, HEX or ASCII."},
    [PAYLOAD] = {"PAYLOAD", "word", FS_KEYWORD, 0, 0, "NONE", "How to show the bytes behind the headers."},
    [MAXLENGTH] = {"MAXLENGTH", "integer", FS_KEYWORD, INT32_MIN, INT32_MAX, "1500", "Bytes to show at most; below 0: all."},
    [NBYTES] = {"NBYTES", "integer", FS_KEYWORD, INT32_MIN, INT32_MAX, "1500", "The older name of MAXLENGTH."},
    [ETHER] = {"ETHER", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show Ethernet addresses."},
    [ID] = {"ID", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the IP id."},
    [TIMESTAMP] = {"TIMESTAMP", "boolean", FS_KEYWORD, 0, 0, "true", "Whether to show the packet's timestamp."},
    [PAINT] = {"PAINT", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the paint annotation."},
    [TOS] = {"TOS", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the IP TOS."},
    [TTL] = {"TTL", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the IP TTL."},
    [SWAP] = {"SWAP", "boolean", FS_KEYWORD, 0, 0, "true", "Whether ICMP ids and sequence numbers are in network order."},
    [LENGTH] = {"LENGTH", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the IP length."},
    [AGGREGATE] = {"AGGREGATE", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the aggregate annotation."},
    [VLAN] = {"VLAN", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the VLAN annotation."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true", "Whether it prints at all."},
    [OUTFILE] = {"OUTFILE", "string", FS_KEYWORD, 0, 0, "", "A file in place of the log (process build)."},
};
static const struct fs_handler handlers[] = {
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX | FS_HANDLER_CALM, NULL, "The ACTIVE argument."},
};

FS_ELEMENT(IPPrint) = {
    .name = "IPPrint",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any",
    .summary = "prints IP packets to the log",
    .doc = "Packets without a network header pass without a line.\n\n"
           "    ... -> IPPrint(in) -> ...   // in: 1.000020: 1.0.0.1.10 > 1.0.0.2.20: udp 77\n",
    .size = sizeof(struct ip_print),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .act = act,
};
