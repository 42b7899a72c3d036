/* IPFIXExporter: measures flows, and exports their records by IPFIX (RFC 7011). */
#include "net/flow_index.h"
#include "net/handlers.h"
#include "net/ip6.h"
#include "net/ipfix.h"

#define SECOND_NS 1000000000u

enum {
    TICKS = 4,          /* a second: how often it is looked which flows have ended */
    LEAST_LOOKS = 64,   /* flows that are looked at each time */
    EVICTION_LOOKS = 16,
    TICK_MESSAGES = 64, /* sent in one tick at most: the pool has other users, and collectors have queues */
};

struct flow {
    struct fs_flow_key key; /* `more` is TOS and input; ICMP's type and code are the destination port */
    uint64_t hash;
    uint64_t packets, octets; /* since the latest record */
    uint64_t first, last;     /* the same; nanoseconds since 1970 */
    uint8_t tcp_flags;
    bool ended; /* FIN or RST */
};

struct exporter {
    struct fs_element base;
    struct fs_flow_index index;
    struct fs_flow_seed seed;
    struct flow *flows;
    uint32_t count, capacity, hand; /* hand: where the search for ended flows goes on */
    uint64_t active, idle;          /* nanoseconds */
    struct fs_timer tick, refresh;
    struct fs_ipfix stream;
    uint64_t other;
};

enum { SRC, SPORT, DST, DPORT, DOMAIN, ACTIVE_TIMEOUT, IDLE_TIMEOUT, TEMPLATE_INTERVAL, MTU, CAPACITY };

static struct exporter *mine(struct fs_element *e) { return (struct exporter *)e; }

/* ---- the table ---- */

static uint64_t hash(const struct exporter *x, const struct fs_flow_key *k)
{
    uint64_t w[5];
    __builtin_memcpy(w, k, sizeof w);
    return fs_flow_hash(&x->seed, fs_flow_mix(w[0] ^ x->seed.words[0], w[2] ^ x->seed.words[1]) ^ w[4],
                        fs_flow_mix(w[1] ^ x->seed.words[1], w[3] ^ x->seed.words[2]));
}

FS_ONCE static void remove(struct exporter *x, uint32_t i)
{
    uint32_t last = --x->count;
    fs_flow_index_remove(&x->index, x->flows[i].hash, i);
    if (i != last) {
        fs_flow_index_remove(&x->index, x->flows[last].hash, last);
        fs_flow_index_insert(&x->index, x->flows[last].hash, i);
        x->flows[i] = x->flows[last];
    }
}

/* Reports what was counted since the latest record. False: no buffer, and nothing is changed. */
FS_ONCE static bool export(struct exporter *x, struct flow *f, enum fs_ipfix_end end)
{
    struct fs_flow_key key = f->key;
    struct fs_ipfix_record r = {.key = &key, .packets = f->packets, .octets = f->octets, .first = f->first, .last = f->last,
                                .input = key.more[1], .tos = key.more[0], .tcp_flags = f->tcp_flags, .end = end};
    if (key.protocol == (key.version == 4 ? FS_PROTOCOL_ICMP : FS_PROTOCOL_ICMP6)) {
        r.icmp = fs_get16(key.destination_port);
        fs_put16(key.destination_port, 0);
    }
    if (f->packets > 0 && !fs_ipfix_add(&x->stream, &x->base, &r)) {
        return false;
    }
    f->packets = f->octets = 0;
    f->tcp_flags = 0;
    return true;
}

FS_ONCE static void export_or_lose(struct exporter *x, struct flow *f, enum fs_ipfix_end end)
{
    if (!export(x, f, end)) {
        x->stream.lost++;
        f->packets = f->octets = 0;
        f->tcp_flags = 0;
    }
}

/* Makes room: the flow that was idle longest among a few goes. */
FS_ONCE static void evict(struct exporter *x)
{
    uint32_t oldest = x->hand = x->hand < x->count ? x->hand : 0;
    for (unsigned looks = 0; looks < EVICTION_LOOKS; looks++) {
        x->hand = x->hand + 1 < x->count ? x->hand + 1 : 0;
        oldest = x->flows[x->hand].last < x->flows[oldest].last ? x->hand : oldest;
    }
    export_or_lose(x, &x->flows[oldest], FS_IPFIX_RESOURCES);
    remove(x, oldest);
}

static struct flow *find(struct exporter *x, const struct fs_flow_key *k, uint64_t h)
{
    struct fs_flow_probe probe;
    for (uint32_t i = fs_flow_first(&x->index, h, &probe); i != FS_FLOW_NONE; i = fs_flow_next(&x->index, &probe)) {
        struct flow *f = &x->flows[i];
        if (f->hash == h && __builtin_memcmp(&f->key, k, sizeof *k) == 0) {
            return f;
        }
    }
    if (x->count == x->capacity) {
        evict(x);
    }
    if (x->count == 0) {
        fs_timer_after(&x->tick, SECOND_NS / TICKS);
    }
    fs_flow_index_insert(&x->index, h, x->count);
    struct flow *f = &x->flows[x->count++];
    *f = (struct flow){.key = *k, .hash = h};
    return f;
}

/* ---- packets ---- */

static void count(struct exporter *x, struct flow *f, const struct fs_flow_facts *facts, uint64_t now)
{
    bool idle = f->packets > 0 && (int64_t)(now - f->last) > (int64_t)x->idle;
    bool again = f->ended && (facts->tcp_flags & FS_TCP_SYN) != 0; /* the ports are used anew */
    if (idle || again) {
        export_or_lose(x, f, again ? FS_IPFIX_END : FS_IPFIX_IDLE);
        f->ended = false;
    }
    f->first = f->packets == 0 ? now : f->first;
    f->last = now;
    f->packets++;
    f->octets += facts->bytes;
    f->tcp_flags |= facts->tcp_flags;
    f->ended |= (facts->tcp_flags & (FS_TCP_FIN | FS_TCP_RST)) != 0;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct exporter *x = mine(e);
    struct fs_flow_key keys[FS_BATCH_MAX];
    struct fs_flow_facts facts[FS_BATCH_MAX];
    uint64_t hashes[FS_BATCH_MAX];
    uint64_t now = fs_now(e);
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_flow_key *k = &keys[i];
        if (i + 2 < batch->count) {
            __builtin_prefetch(batch->packets[i + 2]->data);
        }
        fs_flow_key_of(batch->packets[i], k, &facts[i]);
        k->more[0] = facts[i].tos;
        k->more[1] = (uint8_t)port;
        if (facts[i].icmp != 0) {
            fs_put16(k->destination_port, facts[i].icmp);
        }
        hashes[i] = hash(x, k);
        fs_flow_prefetch(&x->index, hashes[i]);
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        if (keys[i].version == 0) {
            x->other++;
        } else {
            count(x, find(x, &keys[i], hashes[i]), &facts[i], now);
        }
    }
    fs_output_push(e, port, batch);
}

/* ---- records ---- */

/* What is to be reported of the flow now: 0, nothing. */
FS_ONCE static unsigned due(const struct exporter *x, const struct flow *f, uint64_t now)
{
    int64_t quiet = (int64_t)(now - f->last);
    if (f->ended && quiet >= SECOND_NS) { /* the last acknowledgements have come */
        return FS_IPFIX_END;
    }
    if (quiet >= (int64_t)x->idle) {
        return FS_IPFIX_IDLE;
    }
    return f->packets > 0 && (int64_t)(now - f->first) >= (int64_t)x->active ? FS_IPFIX_ACTIVE : 0;
}

FS_ONCE static void tick(struct fs_element *e, struct fs_timer *t)
{
    struct exporter *x = mine(e);
    uint64_t now = fs_now(e), enough = x->stream.messages + TICK_MESSAGES;
    uint32_t looks = x->count / TICKS + 1;
    looks = looks > LEAST_LOOKS ? looks : x->count < LEAST_LOOKS ? x->count : LEAST_LOOKS;
    for (; looks > 0 && x->count > 0 && x->stream.messages < enough; looks--) {
        x->hand = x->hand < x->count ? x->hand : 0;
        struct flow *f = &x->flows[x->hand];
        unsigned end = due(x, f, now);
        if (end != 0 && !export(x, f, (enum fs_ipfix_end)end)) {
            break; /* it is tried again */
        }
        if (end == FS_IPFIX_END || end == FS_IPFIX_IDLE) {
            remove(x, x->hand);
        } else {
            x->hand++;
        }
    }
    fs_ipfix_send(&x->stream, e);
    if (x->count > 0) {
        fs_timer_after(t, SECOND_NS / TICKS);
    }
}

FS_ONCE static void refresh(struct fs_element *e, struct fs_timer *t)
{
    fs_ipfix_refresh(&mine(e)->stream, e);
    fs_timer_after(t, mine(e)->stream.interval);
}

FS_ONCE static uint64_t time_of(const struct fs_element *e, unsigned arg, unsigned seconds)
{
    uint64_t ns = (uint64_t)fs_args_integer(e->args, arg, (int64_t)seconds * SECOND_NS);
    return ns > SECOND_NS / TICKS ? ns : SECOND_NS / TICKS;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct exporter *x = mine(e);
    const struct fs_args *a = e->args;
    if (e->output_count != e->input_count + 1) {
        fs_text_format(error, "%u inputs but %u outputs: expected one more, for the records", e->input_count, e->output_count);
        return -1;
    }
    x->active = time_of(e, ACTIVE_TIMEOUT, 60);
    x->idle = time_of(e, IDLE_TIMEOUT, 15);
    x->capacity = (uint32_t)fs_args_integer(a, CAPACITY, 16384);
    fs_encap_init(&x->stream.front, FS_PROTOCOL_UDP, fs_args_bytes(a, SRC).at, fs_args_bytes(a, DST).at);
    x->stream.source_port = (uint16_t)fs_args_integer(a, SPORT, 0);
    x->stream.destination_port = (uint16_t)fs_args_integer(a, DPORT, 0);
    x->stream.domain = (uint32_t)fs_args_integer(a, DOMAIN, 0);
    x->stream.interval = time_of(e, TEMPLATE_INTERVAL, 60);
    x->stream.limit = (uint16_t)(fs_args_integer(a, MTU, 512) - FS_IP_SIZE - FS_UDP_SIZE);
    x->stream.output = e->input_count;
    fs_flow_seed(&x->seed, e);
    x->flows = fs_alloc(e, x->capacity * sizeof *x->flows);
    if (x->flows == NULL || fs_flow_index_init(&x->index, e, x->capacity) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    fs_timer_init(e, &x->tick, tick);
    fs_timer_init(e, &x->refresh, refresh);
    return 0;
}

FS_ONCE static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_timer_after(&mine(e)->refresh, mine(e)->stream.interval);
    return 0;
}

FS_ONCE static void cleanup(struct fs_element *e)
{
    if (mine(e)->stream.message != NULL) {
        fs_drop(e, mine(e)->stream.message, FS_DROP_SHUTDOWN);
        mine(e)->stream.message = NULL;
    }
}

/* The stream goes on where the old one stopped, with the message that was being filled; templates are sent again. */
FS_ONCE static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct exporter *x = mine(e), *o = mine(old);
    for (uint32_t i = 0; i < o->count; i++) {
        if (x->count == x->capacity) {
            x->stream.lost++;
            continue;
        }
        struct flow *f = &x->flows[x->count];
        *f = o->flows[i];
        f->hash = hash(x, &f->key);
        fs_flow_index_insert(&x->index, f->hash, x->count++);
    }
    x->other = o->other;
    x->stream.lost += o->stream.lost;
    fs_ipfix_take(&x->stream, &o->stream);
    fs_timer_after(&x->tick, SECOND_NS / TICKS);
}

/* ---- handlers ---- */

FS_ONCE static void flush(struct exporter *x)
{
    while (x->count > 0 && export(x, &x->flows[x->count - 1], FS_IPFIX_FORCED)) {
        remove(x, x->count - 1);
    }
    fs_ipfix_send(&x->stream, &x->base);
}
FS_BUTTON(write_flush, struct exporter, flush(self))
FS_READ_NUMBER(read_count, struct exporter, count)
FS_READ_NUMBER(read_records, struct exporter, stream.records)
FS_READ_NUMBER(read_messages, struct exporter, stream.messages)
FS_READ_NUMBER(read_lost, struct exporter, stream.lost)
FS_READ_NUMBER(read_other, struct exporter, other)

static const struct fs_arg args[] = {
    [SRC] = {"SRC", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The address that records come from."},
    [SPORT] = {"SPORT", "integer", FS_POSITIONAL, 0, 65535, NULL, "The port that they come from."},
    [DST] = {"DST", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The collector's address."},
    [DPORT] = {"DPORT", "integer", FS_POSITIONAL, 0, 65535, NULL, "The collector's port; IPFIX has 4739."},
    [DOMAIN] = {"DOMAIN", "integer", FS_KEYWORD, 0, UINT32_MAX, "0", "The observation domain's number."},
    [ACTIVE_TIMEOUT] = {"ACTIVE_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "60s",
                        "A flow that goes on is reported when its first packet since the latest record is so old."},
    [IDLE_TIMEOUT] = {"IDLE_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "15s", "A flow ends when no packet has come for so long."},
    [TEMPLATE_INTERVAL] = {"TEMPLATE_INTERVAL", "duration", FS_KEYWORD, 0, 0, "60s", "How often templates are sent."},
    [MTU] = {"MTU", "integer", FS_KEYWORD, FS_IPFIX_LEAST, 1500, "512",
             "Bytes of a datagram at most; 512 is what RFC 7011 wants where nobody knows what the way takes."},
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, 1 << 22, "16384", "Flows at a time; 96 bytes each."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Flows in the table."},
    {"records", read_records, NULL, 0, NULL, "Records sent."},
    {"messages", read_messages, NULL, 0, NULL, "Messages sent."},
    {"lost", read_lost, NULL, 0, NULL, "Records that could not be sent for want of packets."},
    {"other", read_other, NULL, 0, NULL, "Packets that are not IP."},
    {"flush", NULL, write_flush, FS_HANDLER_BUTTON, NULL, "Reports all flows now, as ended by force."},
};

FS_ELEMENT(IPFIXExporter) = {
    .name = "IPFIXExporter",
    .ports = "1-2/2-3",
    .processing = "h/h",
    .flow = "#/#",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip ip6 tcp udp icmp icmp6; originates; keeps-state",
    .summary = "measures flows and exports their records by IPFIX",
    .doc = "Ours: Click has no counterpart. Packets pass unchanged from input i to output i; the last output, one more than\n"
           "there are inputs, sends UDP datagrams over IPv4 with IPFIX messages (RFC 7011). A flow is one direction: input,\n"
           "addresses, protocol, ports (0 in later fragments), type of service, ICMP type and code; over IPv4 (template 256)\n"
           "or IPv6 (257). It looks at the header that was marked upstream, or else behind Ethernet header and VLAN tags.\n\n"
           "A record has, by IANA's numbers: addresses (8, 12 or 27, 28), ports (7, 11), protocol (4), type of service (5),\n"
           "TCP flags (6), ICMP type and code (32 or 139), input (10), packets (2) and bytes of IP (1) since the latest record,\n"
           "first and last packet in milliseconds (152, 153), and why it was made (136): no packet came (1), it goes on (2), FIN\n"
           "or RST and then a second without packets (3), `flush` (4), the table is full (5). Templates are in the first\n"
           "message, and again after each TEMPLATE_INTERVAL.\n\n"
           "    FromDevice(0) -> x :: IPFIXExporter(192.0.2.1, 4739, 192.0.2.2, 4739) -> ToDevice(1);\n"
           "    x[1] -> EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02) -> ToDevice(2);\n",
    .size = sizeof(struct exporter),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .take_state = take_state,
    .push = push,
};
