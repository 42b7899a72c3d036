/* AggregateIPFlows: numbers TCP and UDP flows, and gives packets their flow's number and their direction. */
#include "net/aggregates.h"
#include "net/handlers.h"
#include "net/held_fragments.h"
#include "net/marked.h"
#include "net/transport.h"

enum { OVER = 3 }; /* both directions have ended */

/* Both directions of a flow. Addresses and ports as the end with the lesser address has them first. */
struct flow {
    uint64_t hosts;
    uint32_t ports, aggregate;
    uint32_t last; /* second of the latest packet */
    uint8_t over;  /* one bit for each direction that has ended; OVER */
    bool reverse;  /* the first packet went the other way */
    bool tcp;
};

/* Where a packet belongs. */
struct place {
    uint64_t hosts, hash;
    uint32_t ports;
    uint8_t paint;
    uint8_t direction; /* by the addresses alone, which later fragments have, too */
    bool tcp, fragment, later;
    uint16_t reject; /* a reason, where it belongs nowhere */
    uint16_t id;     /* of the datagram, with its direction */
    uint8_t flags;   /* of TCP, where they are there */
};
enum { FITS = 0xffff };

struct flows {
    struct fs_aggregate_notifier notifier;
    struct fs_flow_index index;
    struct fs_flow_seed seed;
    struct flow *all;
    uint32_t count, capacity, next; /* next: aggregate */
    uint32_t now, reap_at;          /* seconds of packet time */
    uint32_t tcp_timeout, done_timeout, udp_timeout, least_timeout, fragment_timeout, interval;
    bool icmp, fragments, warned;
    struct fs_held held;
};

enum { TCP_TIMEOUT, TCP_DONE_TIMEOUT, UDP_TIMEOUT, FRAGMENT_TIMEOUT, REAP, ICMP, FRAGMENTS, CAPACITY };

static struct flows *mine(struct fs_element *e) { return (struct flows *)e; }

/* ---- a packet's place ---- */

/* The header that an ICMP error brings back, with four bytes of transport header behind it; NULL when there is none. */
static const struct fs_ip *brought_back(struct fs_cursor *c)
{
    const struct fs_icmp *icmp = fs_take(c, FS_ICMP_SIZE);
    const struct fs_ip *h = (const struct fs_ip *)c->at;
    if (icmp == NULL || !fs_icmp_is_error(icmp->type) || fs_left(c) < FS_IP_SIZE || fs_ip_version(h) != 4
        || fs_ip_header_length(h) < FS_IP_SIZE || fs_take(c, fs_ip_header_length(h)) == NULL || fs_ip_later_fragment(h)) {
        return NULL;
    }
    return h;
}

static struct place place_of(const struct flows *f, const struct fs_packet *p)
{
    struct place at = {.reject = FITS};
    const struct fs_ip *h = fs_marked_ip(p);
    if (h == NULL) {
        at.reject = FS_DROP_BAD_LENGTH;
        return at;
    }
    struct fs_cursor c = {(const uint8_t *)h + fs_ip_header_length(h), fs_packet_end(p)};
    if (h->protocol == FS_PROTOCOL_ICMP && f->icmp && !fs_ip_later_fragment(h)) {
        h = brought_back(&c);
        at.paint = 2;
    }
    at.tcp = h != NULL && h->protocol == FS_PROTOCOL_TCP;
    if (h == NULL || !(at.tcp || h->protocol == FS_PROTOCOL_UDP)) {
        at.reject = FS_DROP_BAD_PROTOCOL;
        return at;
    }
    uint32_t source = fs_get32(h->source), destination = fs_get32(h->destination);
    at.fragment = at.paint == 0 && fs_ip_fragment(h);
    at.later = fs_ip_later_fragment(h);
    at.id = fs_get16(h->id);
    if (source == 0 && destination == 0) {
        at.reject = FS_DROP_BAD_ADDRESS;
        return at;
    }
    bool turned = source > destination;
    at.direction = turned;
    if (!at.later) {
        if (fs_left(&c) < 4) {
            at.reject = FS_DROP_BAD_LENGTH;
            return at;
        }
        at.ports = fs_get32(c.at);
        turned |= source == destination && at.ports >> 16 > (at.ports & 0xffff);
        at.ports = turned ? at.ports << 16 | at.ports >> 16 : at.ports;
        at.flags = at.tcp && at.paint == 0 && fs_left(&c) >= 14 ? c.at[13] : 0;
    }
    at.paint ^= turned;
    at.hosts = turned ? (uint64_t)destination << 32 | source : (uint64_t)source << 32 | destination;
    at.hash = fs_flow_hash(&f->seed, at.hosts, (uint64_t)at.ports << 1 | at.tcp);
    return at;
}

/* ---- flows ---- */

static uint32_t timeout(const struct flows *f, const struct flow *flow)
{
    return !flow->tcp ? f->udp_timeout : flow->over == OVER ? f->done_timeout : f->tcp_timeout;
}

static void remove(struct flows *f, uint32_t i)
{
    struct flow *flow = &f->all[i], *last = &f->all[f->count - 1];
    uint32_t aggregate = flow->aggregate;
    fs_flow_index_remove(&f->index, fs_flow_hash(&f->seed, flow->hosts, (uint64_t)flow->ports << 1 | flow->tcp), i);
    if (flow != last) {
        uint64_t hash = fs_flow_hash(&f->seed, last->hosts, (uint64_t)last->ports << 1 | last->tcp);
        fs_flow_index_remove(&f->index, hash, f->count - 1);
        fs_flow_index_insert(&f->index, hash, i);
        *flow = *last;
    }
    f->count--;
    fs_aggregate_ended(&f->notifier, aggregate);
}

static void reap(struct flows *f, bool all)
{
    for (uint32_t i = f->count; i-- > 0;) {
        if (all || (int32_t)(f->now - f->all[i].last) > (int32_t)timeout(f, &f->all[i])) {
            remove(f, i);
        }
    }
    f->reap_at = f->now + f->interval;
}

static void begin(struct flows *f, struct flow *flow, const struct place *at)
{
    flow->aggregate = f->next++;
    flow->reverse = at->paint & 1;
    flow->over = 0;
    flow->last = f->now;
}

/* NULL: there is no room for another one. */
static struct flow *find(struct flows *f, const struct place *at)
{
    struct fs_flow_probe probe;
    for (uint32_t i = fs_flow_first(&f->index, at->hash, &probe); i != FS_FLOW_NONE; i = fs_flow_next(&f->index, &probe)) {
        struct flow *flow = &f->all[i];
        if (flow->hosts != at->hosts || flow->ports != at->ports || flow->tcp != at->tcp) {
            continue;
        }
        int32_t age = (int32_t)(f->now - flow->last);
        bool ended = age > (int32_t)f->least_timeout && age > (int32_t)timeout(f, flow);
        if (ended || (flow->over == OVER && (at->flags & FS_TCP_SYN) != 0)) {
            uint32_t aggregate = flow->aggregate;
            begin(f, flow, at);
            fs_aggregate_ended(&f->notifier, aggregate);
        }
        return flow;
    }
    if (f->count == f->capacity) {
        reap(f, false);
        if (f->count == f->capacity) {
            return NULL;
        }
    }
    fs_flow_index_insert(&f->index, at->hash, f->count);
    struct flow *flow = &f->all[f->count++];
    *flow = (struct flow){.hosts = at->hosts, .ports = at->ports, .tcp = at->tcp};
    begin(f, flow, at);
    return flow;
}

static void follow(struct flow *flow, const struct place *at, uint8_t paint)
{
    if ((at->flags & FS_TCP_RST) != 0) {
        flow->over = OVER;
    } else if ((at->flags & FS_TCP_FIN) != 0) {
        flow->over |= (uint8_t)(1 << paint);
    } else if ((at->flags & FS_TCP_SYN) != 0) {
        flow->over = 0;
    }
}

/* ---- packets ---- */

/* Gives the packet its number. False: it was rejected. */
static bool number(struct flows *f, struct fs_packet *p, const struct place *at)
{
    struct flow *flow = find(f, at);
    if (flow == NULL) {
        fs_reject(&f->notifier.base, 1, p, FS_DROP_TABLE_FULL);
        return false;
    }
    uint8_t paint = at->paint ^ flow->reverse;
    flow->last = f->now;
    follow(flow, at, paint);
    fs_set_anno_u32(p, FS_ANNO_AGGREGATE, flow->aggregate);
    fs_set_anno_u8(p, FS_ANNO_PAINT, paint);
    return true;
}

static void take_time(struct flows *f, struct fs_packet *p)
{
    if (p->timestamp == 0) {
        static const char warning[] = "AggregateIPFlows: warning: packet received without timestamp";
        if (!f->warned) {
            fs_log(&f->notifier.base, warning, sizeof warning - 1);
            f->warned = true;
        }
        p->timestamp = fs_now(&f->notifier.base);
    }
    f->now = (uint32_t)(p->timestamp / 1000000000);
}

/* Packets that waited may fill the batch before its end. */
static void send(struct fs_element *e, struct fs_batch *out, struct fs_packet *p)
{
    if (fs_batch_full(out)) {
        fs_output_push(e, 0, out);
    }
    fs_batch_add(out, p);
}

/* Numbers the packets of a batch; what may go is added to `out`, which has room for those of the batch. */
static void work(struct flows *f, struct fs_batch *batch, struct fs_batch *out)
{
    struct fs_element *e = &f->notifier.base;
    struct place places[FS_BATCH_MAX];
    for (uint32_t i = 0; i < batch->count; i++) {
        places[i] = place_of(f, batch->packets[i]);
        fs_flow_prefetch(&f->index, places[i].hash);
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        const struct place *at = &places[i];
        take_time(f, p);
        if (at->reject != FITS) {
            fs_reject(e, 1, p, (enum fs_drop_reason)at->reject);
        } else if (at->later && !f->fragments) {
            fs_reject(e, 1, p, FS_DROP_BAD_PROTOCOL);
        } else if (!at->fragment && f->held.count == 0) {
            if (number(f, p, at)) {
                send(e, out, p);
            }
        } else if (at->later || number(f, p, at)) {
            struct fs_fragment fragment = {at->hosts, at->id, at->tcp, at->direction, at->fragment, at->later};
            if (f->fragments) {
                fs_held_take(&f->held, e, &fragment, p, f->now, out);
            } else {
                send(e, out, p);
            }
        }
    }
    if (f->held.count > 0) {
        fs_held_flush(&f->held, e, f->now, false, out);
    }
    if (f->now >= f->reap_at) {
        reap(f, false);
    }
    batch->count = 0;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_batch out = {.count = 0};
    (void)port;
    work(mine(e), batch, &out);
    fs_output_push(e, 0, &out);
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct fs_batch pulled = {.count = 0};
    (void)port;
    fs_input_pull(e, 0, &pulled, max);
    work(mine(e), &pulled, batch);
}

static uint32_t seconds(const struct fs_element *e, unsigned arg, int64_t usual)
{
    int64_t s = fs_args_integer(e->args, arg, usual * 1000000000) / 1000000000;
    return s > INT32_MAX ? INT32_MAX : (uint32_t)s;
}

FS_ONCE static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct flows *f = mine(e);
    bool push_in = e->inputs[0].push;
    f->fragments = fs_args_boolean(e->args, FRAGMENTS, push_in);
    if (f->fragments && !push_in) {
        fs_text_string(error, "'FRAGMENTS true' is incompatible with pull; run this element in a push context");
        return -1;
    }
    if (f->fragments && fs_held_init(&f->held, e, f->fragment_timeout) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct flows *f = mine(e);
    f->notifier.begin = initialize;
    f->tcp_timeout = seconds(e, TCP_TIMEOUT, 24 * 60 * 60);
    f->done_timeout = seconds(e, TCP_DONE_TIMEOUT, 30);
    f->udp_timeout = seconds(e, UDP_TIMEOUT, 60);
    f->fragment_timeout = seconds(e, FRAGMENT_TIMEOUT, 30);
    f->interval = seconds(e, REAP, 20 * 60);
    f->least_timeout = f->tcp_timeout < f->done_timeout ? f->tcp_timeout : f->done_timeout;
    f->least_timeout = f->udp_timeout < f->least_timeout ? f->udp_timeout : f->least_timeout;
    f->icmp = fs_args_boolean(e->args, ICMP, false);
    f->capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, FS_AGGREGATES);
    f->all = fs_alloc(e, f->capacity * sizeof *f->all);
    fs_flow_seed(&f->seed, e);
    f->next = 1;
    if (f->all == NULL || fs_flow_index_init(&f->index, e, f->capacity) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

FS_ONCE static void cleanup(struct fs_element *e) { fs_held_drop(&mine(e)->held, e); }

FS_ONCE static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct flows *f = mine(e);
    const struct flows *o = mine(old);
    for (; f->count < o->count && f->count < f->capacity; f->count++) {
        struct flow *flow = &f->all[f->count];
        *flow = o->all[f->count];
        fs_flow_index_insert(&f->index, fs_flow_hash(&f->seed, flow->hosts, (uint64_t)flow->ports << 1 | flow->tcp), f->count);
    }
    f->next = o->next;
    f->now = o->now;
    f->reap_at = f->now + f->interval;
}

FS_ONCE static void clear(struct flows *f)
{
    struct fs_batch out = {.count = 0};
    if (f->fragments) {
        fs_held_flush(&f->held, &f->notifier.base, f->now, true, &out);
    }
    fs_output_push(&f->notifier.base, 0, &out);
    reap(f, true);
}
FS_BUTTON(write_clear, struct flows, clear(self))
FS_READ_NUMBER(read_count, struct flows, count)

static const struct fs_arg args[] = {
    [TCP_TIMEOUT] = {"TCP_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "24h", "How long an idle TCP flow lives."},
    [TCP_DONE_TIMEOUT] = {"TCP_DONE_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "30s",
                          "The same for one that has ended: by FIN both ways, or by RST."},
    [UDP_TIMEOUT] = {"UDP_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "60s", "The same for UDP."},
    [FRAGMENT_TIMEOUT] = {"FRAGMENT_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "30s",
                          "How long a fragment waits for the first one of its datagram."},
    [REAP] = {"REAP", "duration", FS_KEYWORD, 0, 0, "20m", "How often flows that have ended are looked for."},
    [ICMP] = {"ICMP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether ICMP errors belong to the flow that they are about."},
    [FRAGMENTS] = {"FRAGMENTS", "boolean", FS_KEYWORD, 0, 0, "true (push), false (pull)",
                   "Whether later fragments get their flow's number."},
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, 1 << 26, "65536", "Flows at a time; 32 bytes each. Ours."},
};
static const struct fs_handler handlers[] = {
    {"clear", NULL, write_clear, 0, NULL, "Forgets all flows, and lets go of fragments that wait."},
    {"count", read_count, NULL, 0, NULL, "Flows in the table. Ours."},
};

FS_ELEMENT(AggregateIPFlows) = {
    .name = "AggregateIPFlows",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip tcp udp icmp annotation.timestamp; writes annotation.AGGREGATE annotation.PAINT annotation.timestamp; "
               "drops; delays; reorders; keeps-state",
    .summary = "numbers TCP and UDP flows",
    .doc = "Numbers begin at 1; both directions of a flow have the same one. Paint is 0 for packets that go the way of the\n"
           "flow's first one, 1 for those that go back, and 2 and 3 for ICMP errors about them. Time is the packets'. Flows\n"
           "end by the timeouts; also at a SYN after their end. Packets that are neither TCP nor UDP, are too short, or find\n"
           "the table full leave by output 1, or are dropped.\n\n"
           "A fragment that comes before its datagram's first one waits for it, and what follows between the same addresses\n"
           "waits behind it, so that it keeps its order. (Click holds all fragments until the timeout; ours go as soon as the\n"
           "ports are known.) It looks at the marked IPv4 header.\n\n"
           "    FromDump(a.pcap, STOP true, FORCE_IP true) -> f :: AggregateIPFlows -> AggregateCounter -> Discard;\n"
           "    DriverManager(wait, write f.clear)\n",
    .size = sizeof(struct flows),
    .configure = configure,
    .initialize = fs_aggregate_notifier_initialize,
    .cleanup = cleanup,
    .take_state = take_state,
    .push = push,
    .pull = pull,
};
