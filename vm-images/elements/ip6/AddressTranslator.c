/* AddressTranslator: gives IPv6 packets other addresses on the other side. */
#include "net/address_map.h"
#include "net/marked6.h"
#include "net/nat_pattern.h"
#include "net/port_map.h"
#include "net/transport.h"
#include "net/values.h"

enum { MAPPING, TIMEOUT };
enum { OUTWARD, INWARD }; /* inputs and outputs, and the side that is looked up */
enum { POOL_MAX = 1 << 16, ICMP_SIZE = 8 };

struct translator {
    struct fs_element base;
    struct fs_address_map map;
    struct fs_port_map flows;
};

/* ---- packets ---- */

/* What is to be changed of one packet, or of the packet that an ICMP error quotes. */
struct place {
    uint8_t *address, *remote;
    uint8_t *port, *remote_port; /* NULL: there is none */
    uint8_t *upper;
    const uint8_t *end;
    uint8_t protocol;
    bool first;
    const struct fs_pair *pair;
    struct fs_pair made; /* what a flow says */
};

/* The source of what goes outward, the destination of what goes inward; the other way round when it is quoted. */
static bool find_place(uint8_t *ip6, const uint8_t *end, bool source, struct place *p)
{
    struct fs_ip6 *h = (struct fs_ip6 *)ip6;
    struct fs_ip6_upper upper;
    if (end - ip6 < FS_IP6_SIZE || fs_ip_version(ip6) != 6) {
        return false;
    }
    fs_ip6_walk(ip6, end, &upper);
    p->address = source ? h->source : h->destination;
    p->remote = source ? h->destination : h->source;
    p->upper = ip6 + upper.offset;
    p->end = end;
    p->protocol = upper.protocol > 0xff ? FS_IP6_NO_NEXT : (uint8_t)upper.protocol;
    p->first = !upper.later_fragment;
    bool ports = p->first && fs_transport_checksum(p->protocol) != 0 && end - p->upper >= 4;
    p->port = ports ? p->upper + (source ? 0 : 2) : NULL;
    p->remote_port = ports ? p->upper + (source ? 2 : 0) : NULL;
    if (p->protocol == FS_PROTOCOL_ICMP6 && p->first && end - p->upper >= ICMP_SIZE
        && (*p->upper == FS_ICMP6_ECHO || *p->upper == FS_ICMP6_ECHO_REPLY)) {
        p->port = p->upper + 4; /* a ping's identifier */
    }
    return true;
}

/* The flow of a packet, or of one that is quoted, as a pair. New ones begin with packets that go outward. */
static enum fs_drop_reason flow_of(struct translator *t, unsigned side, struct place *p, bool quoted, uint64_t now)
{
    struct fs_port_map *m = &t->flows;
    struct fs_flow6 *f, wanted = {.remote = fs_get_address6(p->remote), .protocol = p->protocol};
    if (p->port == NULL) {
        return FS_DROP_STATE;
    }
    wanted.remote_port = p->remote_port == NULL ? 0 : fs_get16(p->remote_port);
    if (side == OUTWARD) {
        wanted.inner = fs_get_address6(p->address);
        wanted.inner_port = fs_get16(p->port);
        f = fs_port_map_find(m, &wanted);
        if (f == NULL && !quoted && (f = fs_port_map_bind(m, &wanted, now)) == NULL) {
            return FS_DROP_TABLE_FULL;
        }
    } else {
        bool ours = fs_address6_equal(fs_get_address6(p->address), m->address);
        f = ours ? fs_port_map_at(m, fs_get16(p->port), &wanted) : NULL;
    }
    if (f == NULL) {
        return FS_DROP_STATE;
    }
    f->used = quoted ? f->used : now;
    p->made.address[OUTWARD] = f->inner;
    p->made.port[OUTWARD] = f->inner_port;
    p->made.address[INWARD] = m->address;
    p->made.port[INWARD] = fs_port_map_port(m, f);
    p->made.fixed = true;
    p->pair = &p->made;
    return FS_DROP_REASON_COUNT;
}

/* Finds the pair of a packet, or of one that is quoted. */
static enum fs_drop_reason find_pair(struct translator *t, unsigned side, struct place *p, bool quoted, uint64_t now)
{
    struct fs_address6 a = fs_get_address6(p->address);
    bool port = p->port != NULL && p->protocol != FS_PROTOCOL_ICMP6;
    p->pair = fs_address_map_find(&t->map, side, a, port ? fs_get16(p->port) : 0, now);
    if (p->pair != NULL) {
        return FS_DROP_REASON_COUNT;
    }
    if (t->flows.flows != NULL) {
        return flow_of(t, side, p, quoted, now);
    }
    if (quoted || t->map.unused == FS_PAIR_NONE || side == t->map.given) {
        return FS_DROP_STATE;
    }
    p->pair = fs_address_map_bind(&t->map, a, now);
    return p->pair != NULL ? FS_DROP_REASON_COUNT : FS_DROP_TABLE_FULL;
}

/* Puts the other side's address, and port, and updates the checksum that covers them. */
static void change(const struct place *p, unsigned side)
{
    uint64_t before = fs_sum_bytes(0, p->address, 16), after;
    fs_put_address6(p->address, p->pair->address[!side]);
    after = fs_sum_bytes(0, p->address, 16);
    if (p->port != NULL && (p->pair->port[0] | p->pair->port[1]) != 0) { /* a ping may have 0 */
        before = fs_sum_number(before, fs_get16(p->port));
        fs_put16(p->port, p->pair->port[!side]);
        after = fs_sum_number(after, fs_get16(p->port));
    }
    unsigned at = p->protocol == FS_PROTOCOL_ICMP6 ? 2 : fs_transport_checksum(p->protocol);
    bool udp = p->protocol == FS_PROTOCOL_UDP;
    if (!p->first || at == 0 || p->end - p->upper < (ptrdiff_t)at + 2 || (udp && fs_get16(p->upper + at) == 0)) {
        return;
    }
    uint16_t sum = fs_checksum_replace(fs_get16(p->upper + at), before, after);
    fs_put16(p->upper + at, sum == 0 && udp ? 0xffff : sum);
}

/* The pair of an error about a flow: inward it goes to the flow's host; outward it comes from it, or from a router on the
 * way to it, and has the shared address in either case. */
static const struct fs_pair *whom(const struct translator *t, unsigned side, struct place *p, const struct place *quoted)
{
    if (side == INWARD && !fs_address6_equal(fs_get_address6(p->address), t->flows.address)) {
        return NULL;
    }
    p->made.address[OUTWARD] = quoted->made.address[OUTWARD];
    p->made.address[INWARD] = t->flows.address;
    return &p->made;
}

/* Answers FS_DROP_REASON_COUNT, or why it cannot go on. */
static enum fs_drop_reason translate(struct translator *t, struct fs_packet *packet, unsigned side, uint64_t now)
{
    struct place p = {.pair = NULL}, quoted = {.pair = NULL};
    enum fs_drop_reason wrong;
    bool error = false;
    struct fs_ip6 *h = fs_marked_ip6(packet);
    if (h == NULL || !find_place((uint8_t *)h, fs_ip6_end(packet, h), side == OUTWARD, &p)) {
        return FS_DROP_BAD_LENGTH;
    }
    if (p.protocol == FS_PROTOCOL_ICMP6 && p.first && p.end - p.upper >= ICMP_SIZE && *p.upper < FS_ICMP6_ECHO) {
        if (!find_place(p.upper + ICMP_SIZE, p.end, side != OUTWARD, &quoted)) {
            return FS_DROP_MALFORMED;
        }
        if ((wrong = find_pair(t, side, &quoted, true, now)) != FS_DROP_REASON_COUNT) {
            return wrong;
        }
        error = true;
    }
    if (error && t->flows.flows != NULL && quoted.pair == &quoted.made) {
        p.pair = whom(t, side, &p, &quoted); /* the error itself is of no flow */
        if (p.pair == NULL) {
            return FS_DROP_STATE;
        }
    } else if ((wrong = find_pair(t, side, &p, false, now)) != FS_DROP_REASON_COUNT) {
        return wrong;
    }
    if (error) {
        size_t length = (size_t)(p.end - p.upper - ICMP_SIZE);
        uint64_t before = fs_sum_bytes(0, p.upper + ICMP_SIZE, length);
        change(&quoted, side);
        uint64_t after = fs_sum_bytes(0, p.upper + ICMP_SIZE, length);
        fs_put16(p.upper + 2, fs_checksum_replace(fs_get16(p.upper + 2), before, after));
    }
    change(&p, side);
    return FS_DROP_REASON_COUNT;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct translator *t = (struct translator *)e;
    uint64_t now = fs_steady(e);
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        enum fs_drop_reason wrong = translate(t, p, port, now);
        if (wrong != FS_DROP_REASON_COUNT) {
            fs_drop(e, p, wrong);
            continue;
        }
        fs_set_anno_address6(p, ((struct fs_ip6 *)fs_network_header(p))->destination);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
    fs_output_push(e, port, batch);
}

/* ---- arguments ---- */

struct reader {
    struct fs_nat_items items;
    unsigned number; /* of the argument, from 0, as Click counts them */
    const char *text;
    size_t length;
    struct fs_text *error;
};

FS_ONCE static int expected(const struct reader *r, const char *what)
{
    fs_text_format(r->error, "argument %u should be : %s", r->number - 1, what);
    return -1;
}
FS_ONCE static void next(struct reader *r)
{
    r->number++;
    if (!fs_nat_next_item(&r->items, &r->text, &r->length)) {
        r->text = "";
        r->length = 0;
    }
}
FS_ONCE static int next_boolean(struct reader *r, bool *value)
{
    next(r);
    return fs_parse_boolean(r->text, r->length, value) ? 0 : expected(r, "bool");
}

FS_ONCE static bool word_address(struct reader *r, struct fs_address6 *a)
{
    const char *word;
    uint8_t bytes[16];
    size_t n;
    if (!fs_parse_word(&r->text, &r->length, &word, &n) || !fs_parse_ip6(word, n, bytes)) {
        return false;
    }
    *a = fs_get_address6(bytes);
    return true;
}
FS_ONCE static bool word_number(struct reader *r, int64_t least, int64_t most, int64_t *number)
{
    const char *word;
    size_t n;
    return fs_parse_word(&r->text, &r->length, &word, &n) && fs_parse_integer(word, n, least, most, number);
}
FS_ONCE static bool at_end(struct reader *r)
{
    const char *word;
    size_t n;
    return !fs_parse_word(&r->text, &r->length, &word, &n);
}

/* `INNER [PORT] OUTER [PORT]` */
FS_ONCE static int read_pair(struct fs_address_map *m, struct reader *r, bool ports)
{
    struct fs_address6 address[FS_SIDES];
    uint16_t port[FS_SIDES] = {0, 0};
    next(r);
    for (unsigned side = 0; side < FS_SIDES; side++) {
        int64_t number = 0;
        if (!word_address(r, &address[side]) || (ports && !word_number(r, 1, 0xffff, &number))) {
            return expected(r, ports ? "<IP6Address> <port> <IP6Address> <port>" : "<IP6Address> <IP6Address>");
        }
        port[side] = (uint16_t)number;
    }
    if (!at_end(r)) {
        return expected(r, ports ? "<IP6Address> <port> <IP6Address> <port>" : "<IP6Address> <IP6Address>");
    }
    if (m->pairs != NULL) {
        fs_address_map_pair(m, address, port);
    }
    return 0;
}

/* `ADDRESS [COUNT]`; answers how many there are, or -1. */
FS_ONCE static int64_t read_pool(struct fs_address_map *m, struct reader *r)
{
    struct fs_address6 first;
    int64_t count = 1;
    if (!word_address(r, &first)) {
        return expected(r, "<IP6Address>");
    }
    struct reader rest = *r;
    if (!at_end(&rest) && (!word_number(r, 1, POOL_MAX, &count) || !at_end(r))) {
        return expected(r, "<IP6Address> [<count>]");
    }
    for (int64_t i = 0; m->pairs != NULL && i < count; i++) {
        fs_address_map_pool(m, (struct fs_address6){first.high, first.low + (uint64_t)i});
    }
    return count;
}

/* `ADDRESS FIRST LAST` */
FS_ONCE static int read_ports(struct fs_port_map *m, struct reader *r)
{
    int64_t first, last;
    if (!word_address(r, &m->address) || !word_number(r, 1, 0xffff, &first) || !word_number(r, first, 0xffff, &last)
        || !at_end(r)) {
        return expected(r, "<IP6Address> <port> <port>");
    }
    m->first = (uint16_t)first;
    m->count = (uint32_t)(last - first) + 1;
    return 0;
}

/* Reads all; adds to the map where it has room already. Answers the number of pairs, or -1. */
FS_ONCE static int64_t read_all(struct translator *t, struct fs_text *error)
{
    struct fs_address_map *m = &t->map;
    struct reader r = {.error = error};
    int64_t pairs, total;
    bool on = false, ports = false, direction = false;
    if (!fs_nat_items(&r.items, fs_args_bytes(t->base.args, MAPPING), error)) {
        return -1;
    }
    next(&r);
    if (!fs_parse_integer(r.text, r.length, 0, POOL_MAX, &pairs)) {
        return expected(&r, "integer");
    }
    if (pairs != 0 && next_boolean(&r, &ports) != 0) {
        return -1;
    }
    for (int64_t i = 0; i < pairs; i++) {
        if (read_pair(m, &r, ports) != 0) {
            return -1;
        }
    }
    if (next_boolean(&r, &on) != 0) {
        return -1;
    }
    if (!on) { /* what may follow is not looked at, as in Click */
        return pairs;
    }
    if (next_boolean(&r, &ports) != 0 || next_boolean(&r, &direction) != 0) {
        return -1;
    }
    if (ports && direction) {
        fs_text_string(error, "ports are mapped for outward packets only");
        return -1;
    }
    if (ports) {
        next(&r);
        return read_ports(&t->flows, &r) != 0 ? -1 : pairs;
    }
    m->given = direction ? OUTWARD : INWARD; /* it gives the side that is not known */
    total = pairs;
    for (next(&r); r.length != 0; next(&r)) {
        int64_t more = read_pool(m, &r);
        if (more < 0) {
            return -1;
        }
        total += more;
    }
    if (total > 2 * POOL_MAX) {
        fs_text_string(error, "more than 131072 addresses");
        return -1;
    }
    return total;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct translator *t = (struct translator *)e;
    int64_t total = read_all(t, error);
    if (total < 0) {
        return -1;
    }
    t->map.timeout = (uint64_t)fs_args_integer(e->args, TIMEOUT, 7440 * (int64_t)1000000000);
    t->flows.timeout = t->map.timeout;
    if (fs_address_map_init(&t->map, e, (uint32_t)total) != 0
        || (t->flows.count != 0 && fs_port_map_init(&t->flows, e) != 0)) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return read_all(t, error) < 0 ? -1 : 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    fs_address_map_adopt(&((struct translator *)e)->map, &((struct translator *)old)->map);
}

FS_ONCE static void text_end(struct fs_text *t, struct fs_address6 a, unsigned port, char behind)
{
    uint8_t bytes[16];
    fs_put_address6(bytes, a);
    fs_text_ip6(t, bytes);
    if (port != 0) {
        fs_text_format(t, " %u", port);
    }
    fs_text_char(t, behind);
}
FS_ONCE static void read_table(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct translator *t = (struct translator *)e;
    (void)parameters;
    for (uint32_t i = 1; i <= t->map.count; i++) {
        const struct fs_pair *p = &t->map.pairs[i];
        for (unsigned side = 0; p->bound && side < FS_SIDES; side++) {
            text_end(value, p->address[side], p->port[side], side == 0 ? ' ' : '\n');
        }
    }
    for (uint32_t i = 0; i < t->flows.count; i++) {
        const struct fs_flow6 *f = &t->flows.flows[i];
        if (f->bound) {
            text_end(value, f->inner, f->inner_port, ' ');
            text_end(value, t->flows.address, fs_port_map_port(&t->flows, f), ' ');
            text_end(value, f->remote, f->remote_port, '\n');
        }
    }
}
FS_ONCE static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct translator *t = (struct translator *)e;
    uint32_t count = 0;
    (void)parameters;
    for (uint32_t i = 1; i <= t->map.count; i++) {
        count += t->map.pairs[i].bound;
    }
    for (uint32_t i = 0; i < t->flows.count; i++) {
        count += t->flows.flows[i].bound;
    }
    fs_text_u64(value, count);
}

static const struct fs_arg args[] = {
    [MAPPING] = {"MAPPING", "texts", FS_REST, 0, 0, "", "As below."},
    [TIMEOUT] = {"TIMEOUT", "duration", FS_KEYWORD, 0, 0, "7440s",
                 "Ours: a binding idle for so long gives way when all addresses are in use."},
};
static const struct fs_handler handlers[] = {
    {"table", read_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "Ours: the pairs in use, `INNER [PORT] OUTER [PORT] [REMOTE PORT]` each."},
    {"count", read_count, NULL, 0, NULL, "Ours: how many they are."},
};

FS_ELEMENT(AddressTranslator) = {
    .name = "AddressTranslator",
    .ports = "2/2",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip6 icmp6; writes ip6.src ip6.dst tcp udp icmp6 payload annotation.DST_IP6; drops keeps-state",
    .summary = "translates IPv6 addresses and ports",
    .doc = "Packets from input 0 go outward, by output 0, with another source; packets from input 1 go inward, by output\n"
           "1, with another destination. The arguments, as in Click: how many static pairs there are (COUNT); unless it is\n"
           "0, whether they have ports, and the pairs, `INNER OUTER` or `INNER PORT OUTER PORT`; whether there are dynamic\n"
           "ones; and if so whether they map ports, whether inward packets bind (true), or outward ones, and the addresses\n"
           "to bind, `ADDRESS` or, ours, `ADDRESS COUNT` for so many from there on; with ports one address and a range,\n"
           "`ADDRESS FIRST LAST`, bound by outward packets only, each flow to a port (or a ping's identifier) of its own.\n\n"
           "Fragments, all protocols and pings pass a pair without ports. ICMPv6 errors are translated together with\n"
           "what they quote. Checksums are updated, and the destination annotation is set. What has no pair is dropped as\n"
           "`state`, or as `table-full` when there is no address or port left to bind.\n\n"
           "    at :: AddressTranslator(1, 0, 2001:db8::1 ::192.0.2.1, 1, 0, 0, ::198.51.100.0 256);\n"
           "    ... -> [0] at [0] -> ProtocolTranslator64 -> ...;  ... -> ProtocolTranslator46 -> [1] at [1] -> ...\n",
    .size = sizeof(struct translator),
    .configure = configure,
    .take_state = take_state,
    .push = push,
};
