/* FlowMonitor: counts packets and bytes by flow. */
#include "net/flow_key.h"
#include "net/ip6.h"
#include "net/values.h"

enum { NO_FLOW = 0xffffffff, EXPIRY_LOOKS = 64 };

struct flow {
    struct fs_flow_key key;
    uint32_t next; /* in its bucket; NO_FLOW at the end */
    uint32_t hash;
    uint64_t packets, bytes;
    uint64_t first, last; /* nanoseconds since 1970 */
};

struct monitor {
    struct fs_element base;
    struct flow *flows;
    uint32_t *buckets; /* `bucket_mask` + 1: the first flow of each */
    uint32_t bucket_mask, capacity, count;
    uint32_t hand; /* where the search for idle flows goes on */
    uint64_t timeout; /* nanoseconds */
    uint64_t seed;
    uint64_t packets, bytes, untracked, other;
};

enum { CAPACITY, TIMEOUT };

static uint32_t hash(const struct fs_flow_key *k, uint64_t seed)
{
    uint64_t words[5], h = seed;
    __builtin_memcpy(words, k, sizeof words);
    for (unsigned i = 0; i < 5; i++) {
        h = (h ^ words[i]) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
    return (uint32_t)h;
}

/* ---- the table ---- */

static void unlink_flow(struct monitor *m, uint32_t index)
{
    uint32_t *link = &m->buckets[m->flows[index].hash & m->bucket_mask];
    while (*link != index) {
        link = &m->flows[*link].next;
    }
    *link = m->flows[index].next;
}

/* A place for a new flow: a fresh one, or that of a flow idle for TIMEOUT among the next few; NO_FLOW when none. */
static uint32_t place(struct monitor *m, uint64_t now)
{
    if (m->count < m->capacity) {
        return m->count++;
    }
    for (unsigned looks = 0; looks < EXPIRY_LOOKS; looks++) {
        uint32_t index = m->hand;
        m->hand = index + 1 == m->capacity ? 0 : index + 1;
        if (m->flows[index].last + m->timeout <= now) {
            unlink_flow(m, index);
            return index;
        }
    }
    return NO_FLOW;
}

static struct flow *find(struct monitor *m, const struct fs_flow_key *k, uint32_t h, uint64_t now)
{
    uint32_t *bucket = &m->buckets[h & m->bucket_mask];
    for (uint32_t i = *bucket; i != NO_FLOW; i = m->flows[i].next) {
        if (m->flows[i].hash == h && __builtin_memcmp(&m->flows[i].key, k, sizeof *k) == 0) {
            return &m->flows[i];
        }
    }
    uint32_t index = place(m, now);
    if (index == NO_FLOW) {
        return NULL;
    }
    m->flows[index] = (struct flow){.key = *k, .next = *bucket, .hash = h, .first = now};
    *bucket = index;
    return &m->flows[index];
}

static void account(struct monitor *m, struct fs_packet *const *packets, uint32_t count)
{
    struct fs_flow_key keys[FS_BATCH_MAX];
    struct fs_flow_facts facts;
    uint32_t hashes[FS_BATCH_MAX];
    uint64_t now = fs_now(&m->base);
    for (uint32_t i = 0; i < count; i++) {
        if (i + 2 < count) {
            __builtin_prefetch(packets[i + 2]->data);
        }
        fs_flow_key_of(packets[i], &keys[i], &facts);
        hashes[i] = hash(&keys[i], m->seed);
        __builtin_prefetch(&m->buckets[hashes[i] & m->bucket_mask]);
    }
    for (uint32_t i = 0; i < count; i++) {
        m->packets++;
        m->bytes += packets[i]->length;
        if (keys[i].version == 0) {
            m->other++;
            continue;
        }
        struct flow *f = find(m, &keys[i], hashes[i], now);
        if (f == NULL) {
            m->untracked++;
            continue;
        }
        f->packets++;
        f->bytes += packets[i]->length;
        f->last = now;
    }
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    account((struct monitor *)e, batch->packets, batch->count);
    fs_output_push(e, port, batch);
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    uint32_t before = batch->count;
    fs_input_pull(e, port, batch, max);
    account((struct monitor *)e, batch->packets + before, batch->count - before);
}

static void clear(struct monitor *m)
{
    __builtin_memset(m->buckets, 0xff, (m->bucket_mask + 1) * sizeof *m->buckets); /* NO_FLOW */
    m->count = m->hand = 0;
    m->packets = m->bytes = m->untracked = m->other = 0;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct monitor *m = (struct monitor *)e;
    uint32_t buckets = 1;
    if (e->input_count != e->output_count) {
        fs_text_format(error, "%u inputs but %u outputs: packets pass from input i to output i", e->input_count,
                       e->output_count);
        return -1;
    }
    m->capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, 4096);
    m->timeout = (uint64_t)fs_args_integer(e->args, TIMEOUT, 60000000000);
    while (buckets < m->capacity) {
        buckets *= 2;
    }
    m->bucket_mask = buckets - 1;
    m->flows = fs_alloc(e, m->capacity * sizeof *m->flows);
    m->buckets = fs_alloc(e, buckets * sizeof *m->buckets);
    if (m->flows == NULL || m->buckets == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    m->seed = fs_random(e);
    clear(m);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct monitor *m = (struct monitor *)e;
    const struct monitor *o = (const struct monitor *)old;
    for (uint32_t i = 0; i < o->count && m->count < m->capacity; i++) {
        struct flow *f = find(m, &o->flows[i].key, hash(&o->flows[i].key, m->seed), o->flows[i].first);
        f->packets = o->flows[i].packets;
        f->bytes = o->flows[i].bytes;
        f->last = o->flows[i].last;
    }
    m->packets = o->packets;
    m->bytes = o->bytes;
    m->untracked = o->untracked;
    m->other = o->other;
}

/* ---- handlers ---- */

static void text_protocol(struct fs_text *t, uint8_t protocol)
{
    switch (protocol) {
    case FS_PROTOCOL_TCP: fs_text_string(t, "tcp"); break;
    case FS_PROTOCOL_UDP: fs_text_string(t, "udp"); break;
    case FS_PROTOCOL_ICMP: fs_text_string(t, "icmp"); break;
    case FS_PROTOCOL_ICMP6: fs_text_string(t, "icmp6"); break;
    case FS_PROTOCOL_SCTP: fs_text_string(t, "sctp"); break;
    default: fs_text_u64(t, protocol);
    }
}
static void text_address(struct fs_text *t, const struct fs_flow_key *k, const uint8_t address[16])
{
    if (k->version == 4) {
        fs_text_ip(t, address);
    } else {
        fs_text_ip6(t, address);
    }
}
static void text_time(struct fs_text *t, uint64_t ns)
{
    fs_text_format(t, "%llu.%06u", (unsigned long long)(ns / 1000000000), (unsigned)(ns % 1000000000 / 1000));
}

static void read_flows(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct monitor *m = (struct monitor *)e;
    (void)parameters;
    for (uint32_t i = 0; i < m->count; i++) {
        const struct flow *f = &m->flows[i];
        text_protocol(value, f->key.protocol);
        fs_text_char(value, '\t');
        text_address(value, &f->key, f->key.source);
        fs_text_format(value, "\t%u\t", (unsigned)fs_get16(f->key.source_port));
        text_address(value, &f->key, f->key.destination);
        fs_text_format(value, "\t%u\t%llu\t%llu\t", (unsigned)fs_get16(f->key.destination_port),
                       (unsigned long long)f->packets, (unsigned long long)f->bytes);
        text_time(value, f->first);
        fs_text_char(value, '\t');
        text_time(value, f->last);
        fs_text_char(value, '\n');
    }
}
static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct monitor *)e)->count);
}
static void read_capacity(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct monitor *)e)->capacity);
}
static void read_packets(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct monitor *)e)->packets);
}
static void read_bytes(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct monitor *)e)->bytes);
}
static void read_untracked(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct monitor *)e)->untracked);
}
static void read_other(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct monitor *)e)->other);
}
static int write_clear(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    clear((struct monitor *)e);
    return 0;
}

static const struct fs_arg args[] = {
    [CAPACITY] = {"CAPACITY", "integer", FS_OPTIONAL, 1, 1 << 20, "4096", "Flows that it can hold; 84 bytes each."},
    [TIMEOUT] = {"TIMEOUT", "duration", FS_OPTIONAL, 0, 0, "60s",
                 "How long a flow is idle before it makes room in a full table."},
};
static const struct fs_handler handlers[] = {
    {"flows", read_flows, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "A line a flow, tab-separated: protocol, source, source port, destination, destination port, packets, bytes,\n"
     "first and last packet in seconds since 1970."},
    {"count", read_count, NULL, 0, NULL, "Flows in the table."},
    {"capacity", read_capacity, NULL, 0, NULL, "The CAPACITY argument."},
    {"packets", read_packets, NULL, 0, NULL, "All packets seen."},
    {"bytes", read_bytes, NULL, 0, NULL, "Bytes of all packets seen, with their Ethernet headers."},
    {"untracked", read_untracked, NULL, 0, NULL, "Packets of flows for which the full table had no place."},
    {"other", read_other, NULL, 0, NULL, "Packets that are not IP."},
    {"clear", NULL, write_clear, FS_HANDLER_BUTTON, NULL, "Forgets all flows and counts."},
};

FS_ELEMENT(FlowMonitor) = {
    .name = "FlowMonitor",
    .ports = "1-2/1-2",
    .processing = "a/a",
    .flow = "#/#",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip ip6 tcp.sport tcp.dport udp.sport udp.dport length; keeps-state",
    .summary = "counts packets and bytes by flow",
    .doc = "Ours: Click has no counterpart. Passes packets unchanged from input i to output i. A flow is one\n"
           "direction of a connection, over IPv4 or IPv6: protocol, addresses and ports, where ports are 0 for\n"
           "protocols that have none and for later fragments. It looks at the header that was marked upstream, or\n"
           "else behind Ethernet header and VLAN tags. When the table is full, flows idle for TIMEOUT make room;\n"
           "packets of other new flows pass untracked.\n\n"
           "    m :: FlowMonitor(10000);\n"
           "    FromDevice(0) -> [0] m [0] -> ToDevice(1);  FromDevice(1) -> [1] m [1] -> ToDevice(0);\n",
    .size = sizeof(struct monitor),
    .configure = configure,
    .take_state = take_state,
    .push = push,
    .pull = pull,
};
