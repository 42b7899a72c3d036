/* ConnectionFilter: lets packets of known connections pass, and asks rules about new ones. */
#include <flowstream/element.h>

#include "net/flow_index.h"
#include "net/ip.h"
#include "net/ip6.h"
#include "net/tcp_track.h"
#include "net/values.h"

enum {
    LOOKS = 64,   /* records that a new connection looks at for room */
    SWEEP = 4096, /* records that are looked at in one go for what timed out */
    SWEEP_EVERY = 1,
    FRAGMENTS = 1024,
    FRAGMENT_TIME = 30000,
    SECOND = 1000,
};

enum { FROM_INSIDE, FROM_OUTSIDE, ADMITTED }; /* inputs; ADMITTED + side: what rules have let pass */
enum { TO_RULES = 2 };                        /* output, + side */

/* Both directions of a connection have one key: the lower of the two ends first. No padding. */
struct key {
    uint8_t end[2][16]; /* IPv4: in the first four bytes */
    uint8_t port[2][2]; /* of the ends; ICMP: the identifier, twice */
    uint8_t protocol, version;
    uint8_t zero[2];
};
_Static_assert(sizeof(struct key) == 40, "hashed and compared as bytes");

struct connection {
    struct key key;
    uint32_t last;    /* packet, milliseconds */
    uint32_t next;    /* among the free records */
    uint32_t packets[2]; /* by direction: of the originator, of the other end */
    uint8_t state;    /* TCP: enum fs_tcp_state; others: 1 open, 2 answered. 0: the record is free */
    uint8_t originator; /* which end of the key it is */
    uint8_t side;     /* input that it was opened from */
};
_Static_assert(sizeof(struct connection) <= 64, "a cache line");

enum kind { KIND_TCP, KIND_UDP, KIND_ICMP, KIND_OTHER, KINDS };
enum { OPEN = 1, ANSWERED = 2 };

struct filter {
    struct fs_element base;
    struct connection *connections;
    struct fs_flow_index index;
    struct fs_flow_seed seed;
    uint32_t capacity, count, fresh, free, hand, swept;
    uint32_t tcp_timeout[FS_TRACK_STATES], timeout[KINDS][3]; /* milliseconds */
    bool pick_up;
    struct {
        uint64_t hash;
        uint32_t at;
    } fragments[FRAGMENTS]; /* datagrams whose first fragment has passed */
    struct fs_timer timer;
    uint64_t opened, refused;
};

enum { CAPACITY, TCP_TIMEOUT, TCP_TRANSITORY, UDP_TIMEOUT, ICMP_TIMEOUT, OTHER_TIMEOUT, PICK_UP };

/* What is to be known of a packet. */
struct look {
    struct key key;
    uint64_t hash, datagram; /* of fragments: hash of what they have in common */
    uint8_t sender;   /* which end of the key */
    uint8_t flags;    /* TCP */
    bool opens;       /* may begin a connection */
    bool about;       /* an ICMP error: the key is that of the packet it quotes */
    bool stateless;   /* each such packet is for the rules, and leaves nothing behind */
    bool fragment, later_fragment;
    uint8_t reason;   /* FS_DROP_REASON_COUNT: none; else the packet is to be dropped */
};

/* ---- looking at packets ---- */

/* Sorts the ends. */
static void set_key(struct look *l, const uint8_t *source, const uint8_t *destination, size_t size,
                    const uint8_t *source_port, const uint8_t *destination_port)
{
    int order = __builtin_memcmp(source, destination, size);
    order = order != 0 ? order : __builtin_memcmp(source_port, destination_port, 2);
    l->sender = order > 0;
    __builtin_memcpy(l->key.end[l->sender], source, size);
    __builtin_memcpy(l->key.end[!l->sender], destination, size);
    __builtin_memcpy(l->key.port[l->sender], source_port, 2);
    __builtin_memcpy(l->key.port[!l->sender], destination_port, 2);
}

static enum kind kind_of(const struct key *k)
{
    return k->protocol == FS_PROTOCOL_TCP                                                ? KIND_TCP
           : k->protocol == FS_PROTOCOL_UDP || k->protocol == FS_PROTOCOL_UDPLITE        ? KIND_UDP
           : k->protocol == (k->version == 4 ? FS_PROTOCOL_ICMP : FS_PROTOCOL_ICMP6) ? KIND_ICMP
                                                                                         : KIND_OTHER;
}

/* The part of an IP packet behind its headers. */
struct upper {
    const uint8_t *source, *destination; /* addresses */
    const uint8_t *at;
    size_t left;
    size_t address_size;
};

/* Reads the IP header, quoted or not; false when it is broken. */
static bool look_at_ip(struct look *l, struct upper *u, const uint8_t *at, size_t left, bool quoted)
{
    if (left >= FS_IP_SIZE && fs_ip_version(at) == 4) {
        const struct fs_ip *h = (const struct fs_ip *)at;
        size_t header = fs_ip_header_length(h), length = fs_get16(h->length);
        if (header < FS_IP_SIZE || header > left || (!quoted && length < header)) {
            return false;
        }
        left = length >= header && length < left ? length : left;
        *u = (struct upper){h->source, h->destination, at + header, left - header, 4};
        l->key.version = 4;
        l->key.protocol = h->protocol;
        l->fragment = fs_ip_fragment(h);
        l->later_fragment = fs_ip_later_fragment(h);
        l->datagram = (uint64_t)fs_get16(h->id) << 16 | h->protocol;
        return true;
    }
    if (left >= FS_IP6_SIZE && fs_ip_version(at) == 6) {
        const struct fs_ip6 *h = (const struct fs_ip6 *)at;
        size_t length = FS_IP6_SIZE + fs_get16(h->payload_length);
        left = length < left ? length : left;
        struct fs_ip6_upper upper;
        fs_ip6_walk(at, at + left, &upper);
        *u = (struct upper){h->source, h->destination, at + upper.offset, left - upper.offset, 16};
        l->key.version = 6;
        l->key.protocol = upper.protocol == FS_PROTOCOL_NONE ? h->next_header : (uint8_t)upper.protocol;
        l->fragment = upper.fragment;
        l->later_fragment = upper.later_fragment;
        l->datagram = l->key.protocol;
        if (upper.fragment && upper.offset >= FS_IP6_SIZE + 4) { /* the identification ends the fragment header */
            l->datagram |= (uint64_t)fs_get32(at + upper.offset - 4) << 16;
        }
        return true;
    }
    return false;
}

static bool is_error(const struct key *k, uint8_t type)
{
    return k->version == 4 ? type == 3 || type == 4 || type == 11 || type == 12 : type >= 1 && type <= 4;
}

/* Completes the look at a packet from what is behind its IP headers. */
static enum fs_drop_reason look_at_upper(struct look *l, const struct upper *u, bool quoted)
{
    static const uint8_t none[2] = {0, 0};
    const uint8_t *source_port = none, *destination_port = none;
    bool request;
    l->opens = true;
    switch (kind_of(&l->key)) {
    case KIND_TCP:
        if (u->left < (quoted ? 4 : FS_TCP_SIZE)) {
            return FS_DROP_BAD_LENGTH;
        }
        l->flags = quoted ? FS_TCP_ACK : ((const struct fs_tcp *)u->at)->flags;
        if (!fs_tcp_flags_valid(l->flags)) {
            return FS_DROP_MALFORMED;
        }
        source_port = u->at;
        destination_port = u->at + 2;
        break;
    case KIND_UDP:
        if (u->left < (quoted ? 4 : FS_UDP_SIZE)) {
            return FS_DROP_BAD_LENGTH;
        }
        source_port = u->at;
        destination_port = u->at + 2;
        break;
    case KIND_ICMP:
        if (u->left < FS_ICMP_SIZE) {
            return FS_DROP_BAD_LENGTH;
        }
        if (!quoted && is_error(&l->key, u->at[0])) {
            l->about = true;
            return FS_DROP_REASON_COUNT;
        }
        request = u->at[0] == (l->key.version == 4 ? FS_ICMP_ECHO : FS_ICMP6_ECHO);
        l->opens = request;
        l->stateless = !request && u->at[0] != (l->key.version == 4 ? FS_ICMP_ECHO_REPLY : FS_ICMP6_ECHO_REPLY);
        source_port = destination_port = u->at + 4; /* the identifier */
        break;
    case KIND_OTHER:
    case KINDS:
        if (l->key.protocol == FS_PROTOCOL_SCTP && u->left >= 4) {
            source_port = u->at;
            destination_port = u->at + 2;
        }
    }
    set_key(l, u->source, u->destination, u->address_size, source_port, destination_port);
    return FS_DROP_REASON_COUNT;
}

static uint64_t hash_of(const struct filter *f, const struct key *k)
{
    uint64_t w[5];
    __builtin_memcpy(w, k, sizeof w);
    return fs_flow_hash(&f->seed, fs_flow_mix(w[0] ^ f->seed.words[1], w[1] ^ f->seed.words[2]) ^ w[4],
                        fs_flow_mix(w[2] ^ f->seed.words[0], w[3] ^ f->seed.words[2]));
}

static enum fs_drop_reason look_at(const struct filter *f, struct look *l, const struct fs_packet *p)
{
    struct upper u;
    const uint8_t *at = fs_network_header(p);
    *l = (struct look){.reason = FS_DROP_REASON_COUNT};
    if (at == NULL || !look_at_ip(l, &u, at, fs_bytes_from(p, at), false)) {
        return FS_DROP_MALFORMED;
    }
    if (l->fragment) {
        struct key ends = {.version = l->key.version};
        __builtin_memcpy(ends.end[0], u.source, u.address_size);
        __builtin_memcpy(ends.end[1], u.destination, u.address_size);
        l->datagram = fs_flow_mix(hash_of(f, &ends) ^ l->datagram, f->seed.words[0] | 1);
        if (l->later_fragment) {
            return FS_DROP_REASON_COUNT;
        }
    }
    enum fs_drop_reason reason = look_at_upper(l, &u, false);
    if (reason == FS_DROP_REASON_COUNT && l->about) {
        struct upper quoted;
        bool fragment = l->fragment;
        if (!look_at_ip(l, &quoted, u.at + FS_ICMP_SIZE, u.left - FS_ICMP_SIZE, true) || l->later_fragment
            || look_at_upper(l, &quoted, true) != FS_DROP_REASON_COUNT || fragment || l->stateless) {
            return FS_DROP_STATE;
        }
        l->sender = !l->sender; /* it is the receiver who complains, or somebody on the way to it */
    }
    if (reason == FS_DROP_REASON_COUNT) {
        l->hash = hash_of(f, &l->key);
    }
    return reason;
}

/* ---- connections ---- */

static struct connection *find(struct filter *f, const struct look *l)
{
    struct fs_flow_probe probe;
    uint32_t v = fs_flow_first(&f->index, l->hash, &probe);
    while (v != FS_FLOW_NONE
           && (f->connections[v].state == 0 || __builtin_memcmp(&f->connections[v].key, &l->key, sizeof l->key) != 0)) {
        v = fs_flow_next(&f->index, &probe);
    }
    return v != FS_FLOW_NONE ? &f->connections[v] : NULL;
}

static uint32_t timeout_of(const struct filter *f, const struct connection *c)
{
    enum kind kind = kind_of(&c->key);
    return kind == KIND_TCP ? f->tcp_timeout[c->state] : f->timeout[kind][c->state];
}
static int64_t remaining(const struct filter *f, const struct connection *c, uint32_t now)
{
    return (int64_t)timeout_of(f, c) - (int64_t)(uint32_t)(now - c->last);
}

static void forget(struct filter *f, struct connection *c)
{
    uint32_t record = (uint32_t)(c - f->connections);
    fs_flow_index_remove(&f->index, hash_of(f, &c->key), record);
    c->state = 0;
    c->next = f->free;
    f->free = record;
    f->count--;
}

/* Whether a connection is known to be meant by both ends: such a one never makes room for another. */
static bool assured(const struct connection *c)
{
    return kind_of(&c->key) == KIND_TCP ? c->state == FS_TRACK_ESTABLISHED : c->state == ANSWERED;
}

static bool make_room(struct filter *f, uint32_t now)
{
    if (f->count < f->capacity) {
        return true;
    }
    struct connection *best = NULL;
    int64_t least = INT64_MAX;
    for (uint32_t looks = 0; looks < LOOKS && looks < f->fresh; looks++) {
        struct connection *c = &f->connections[f->hand];
        f->hand = f->hand + 1 == f->fresh ? 0 : f->hand + 1;
        int64_t left = c->state != 0 ? remaining(f, c, now) : INT64_MAX;
        if (left < least && (left <= 0 || !assured(c))) {
            least = left;
            best = c;
        }
    }
    if (best != NULL) {
        forget(f, best);
    }
    return best != NULL;
}

static struct connection *open_connection(struct filter *f, const struct look *l, unsigned side, uint32_t now)
{
    if (!make_room(f, now)) {
        f->refused++;
        return NULL;
    }
    uint32_t record = f->free;
    if (record != FS_FLOW_NONE) {
        f->free = f->connections[record].next;
    } else {
        record = f->fresh++;
    }
    struct connection *c = &f->connections[record];
    *c = (struct connection){.key = l->key, .last = now, .originator = l->sender, .side = (uint8_t)side};
    c->state = kind_of(&l->key) != KIND_TCP   ? OPEN
               : (l->flags & FS_TCP_SYN) != 0 ? FS_TRACK_SYN
                                              : FS_TRACK_ESTABLISHED; /* PICK_UP */
    f->count++;
    f->opened++;
    if (!fs_timer_set(&f->timer)) {
        fs_timer_after(&f->timer, (uint64_t)SWEEP_EVERY * SECOND * 1000000);
    }
    fs_flow_index_insert(&f->index, l->hash, record);
    return c;
}

/* What a packet of the connection does to it: the new state, FS_TRACK_OPENS or FS_TRACK_DROP. */
static uint8_t follow(const struct connection *c, const struct look *l, unsigned side)
{
    bool answer = l->sender != c->originator;
    if (side != (answer ? !c->side : c->side)) { /* from where that end is not: a forgery */
        return FS_TRACK_DROP;
    }
    if (l->about) {
        return c->state;
    }
    if (kind_of(&c->key) == KIND_TCP) {
        return fs_tcp_track(c->state, answer, l->flags);
    }
    if (kind_of(&c->key) == KIND_ICMP) { /* who asks does not answer himself, and the other way round */
        return l->opens == answer ? FS_TRACK_DROP : answer ? ANSWERED : c->state;
    }
    return answer ? ANSWERED : c->state;
}

/* ---- fragments ---- */

static void remember_fragments(struct filter *f, const struct look *l, uint32_t now)
{
    f->fragments[l->datagram % FRAGMENTS].hash = l->datagram;
    f->fragments[l->datagram % FRAGMENTS].at = now;
}
static bool first_has_passed(const struct filter *f, const struct look *l, uint32_t now)
{
    return f->fragments[l->datagram % FRAGMENTS].hash == l->datagram
        && now - f->fragments[l->datagram % FRAGMENTS].at < FRAGMENT_TIME;
}

/* ---- the way of a packet ---- */

/* Its output; UINT32_MAX, and why, when it is to be dropped. */
static uint32_t decide(struct filter *f, struct look *l, unsigned port, uint32_t now, enum fs_drop_reason *reason)
{
    unsigned side = port % ADMITTED;
    bool admitted = port >= ADMITTED;
    if (l->later_fragment) {
        *reason = FS_DROP_STATE;
        return first_has_passed(f, l, now) ? side : UINT32_MAX;
    }
    if (l->stateless) {
        return admitted ? side : side + TO_RULES;
    }
    struct connection *c = find(f, l);
    if (c != NULL && remaining(f, c, now) <= 0) {
        forget(f, c);
        c = NULL;
    }
    uint8_t next = c != NULL ? follow(c, l, side) : FS_TRACK_OPENS;
    *reason = FS_DROP_STATE;
    if (next == FS_TRACK_DROP) {
        return UINT32_MAX;
    }
    if (next == FS_TRACK_OPENS) {
        bool opens = l->opens && !l->about;
        if (opens && kind_of(&l->key) == KIND_TCP) {
            bool syn = (l->flags & (FS_TCP_SYN | FS_TCP_ACK)) == FS_TCP_SYN;
            opens = syn || (f->pick_up && (l->flags & (FS_TCP_SYN | FS_TCP_RST | FS_TCP_FIN)) == 0);
        }
        if (!opens) {
            return UINT32_MAX;
        }
        if (!admitted) {
            return side + TO_RULES;
        }
        if (c != NULL) { /* over, and its ports are used again */
            forget(f, c);
        }
        *reason = FS_DROP_TABLE_FULL;
        c = open_connection(f, l, side, now);
        if (c == NULL) {
            return UINT32_MAX;
        }
    } else {
        c->state = next;
    }
    if (!l->about) {
        c->packets[l->sender != c->originator]++;
        c->last = now;
    }
    if (l->fragment) {
        remember_fragments(f, l, now);
    }
    return side;
}

static uint32_t now_of(struct fs_element *e) { return (uint32_t)(fs_steady(e) / 1000000); }

static __attribute__((noinline)) void judge(struct filter *f, unsigned port, struct fs_batch *batch,
                                            uint32_t outputs[FS_BATCH_MAX])
{
    enum { GROUP = 16 }; /* so many looks fit on the stack */
    struct look looks[GROUP];
    uint32_t now = now_of(&f->base), kept = 0;
    for (uint32_t first = 0; first < batch->count; first += GROUP) {
        uint32_t count = batch->count - first < GROUP ? batch->count - first : GROUP;
        for (uint32_t i = 0; i < count; i++) {
            looks[i].reason = (uint8_t)look_at(f, &looks[i], batch->packets[first + i]);
            if (looks[i].reason == FS_DROP_REASON_COUNT && !looks[i].later_fragment) {
                fs_flow_prefetch(&f->index, looks[i].hash);
            }
        }
        for (uint32_t i = 0; i < count; i++) {
            struct fs_packet *p = batch->packets[first + i];
            enum fs_drop_reason reason = (enum fs_drop_reason)looks[i].reason;
            uint32_t output = reason == FS_DROP_REASON_COUNT ? decide(f, &looks[i], port, now, &reason) : UINT32_MAX;
            if (output == UINT32_MAX) {
                fs_drop(&f->base, p, reason);
                continue;
            }
            outputs[kept] = output;
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    uint32_t outputs[FS_BATCH_MAX], i = 1;
    judge((struct filter *)e, port, batch, outputs);
    while (i < batch->count && outputs[i] == outputs[0]) {
        i++;
    }
    if (i >= batch->count) {
        fs_output_push(e, batch->count != 0 ? outputs[0] : 0, batch);
    } else {
        fs_output_scatter(e, batch, outputs, NULL, FS_DROP_UNCONNECTED);
    }
}

static void sweep(struct fs_element *e, struct fs_timer *timer)
{
    struct filter *f = (struct filter *)e;
    uint32_t now = now_of(e);
    for (unsigned i = 0; i < SWEEP && f->swept < f->fresh; i++, f->swept++) {
        struct connection *c = &f->connections[f->swept];
        if (c->state != 0 && remaining(f, c, now) <= 0) {
            forget(f, c);
        }
    }
    f->swept = f->swept < f->fresh ? f->swept : 0;
    if (f->count > 0) { /* else an idle machine sleeps */
        fs_timer_after(timer, (uint64_t)SWEEP_EVERY * SECOND * 1000000);
    }
}

/* ---- the element ---- */

static uint32_t time_of(struct fs_element *e, unsigned arg, uint32_t seconds)
{
    int64_t ms = fs_args_integer(e->args, arg, (int64_t)seconds * SECOND * 1000000) / 1000000;
    return ms < INT32_MAX ? (uint32_t)ms : INT32_MAX;
}

static void set_times(struct filter *f)
{
    struct fs_element *e = &f->base;
    uint32_t transitory = time_of(e, TCP_TRANSITORY, 240);
    for (unsigned i = 0; i < FS_TRACK_STATES; i++) {
        f->tcp_timeout[i] = transitory;
    }
    f->tcp_timeout[FS_TRACK_ESTABLISHED] = time_of(e, TCP_TIMEOUT, 7440);
    f->tcp_timeout[FS_TRACK_RESET] = transitory < 10 * SECOND ? transitory : 10 * SECOND;
    for (unsigned i = OPEN; i <= ANSWERED; i++) {
        f->timeout[KIND_UDP][i] = time_of(e, UDP_TIMEOUT, 300);
        f->timeout[KIND_ICMP][i] = time_of(e, ICMP_TIMEOUT, 60);
        f->timeout[KIND_OTHER][i] = time_of(e, OTHER_TIMEOUT, 600);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct filter *f = (struct filter *)e;
    f->capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, 16384);
    f->pick_up = fs_args_boolean(e->args, PICK_UP, false);
    f->free = FS_FLOW_NONE;
    set_times(f);
    f->connections = fs_alloc(e, (size_t)f->capacity * sizeof *f->connections);
    if (f->connections == NULL || fs_flow_index_init(&f->index, e, f->capacity) != 0) {
        fs_text_format(error, "no memory for %u connections", f->capacity);
        return -1;
    }
    fs_flow_seed(&f->seed, e);
    fs_timer_init(e, &f->timer, sweep);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct filter *f = (struct filter *)e;
    const struct filter *o = (const struct filter *)old;
    uint32_t now = now_of(e);
    for (uint32_t i = 0; i < o->fresh; i++) {
        const struct connection *theirs = &o->connections[i];
        struct look l = {.key = theirs->key, .sender = theirs->originator, .hash = hash_of(f, &theirs->key)};
        if (theirs->state == 0 || f->count == f->capacity) {
            continue;
        }
        struct connection *c = open_connection(f, &l, theirs->side, now);
        c->last = theirs->last;
        c->state = theirs->state;
        c->packets[0] = theirs->packets[0];
        c->packets[1] = theirs->packets[1];
    }
    __builtin_memcpy(f->fragments, o->fragments, sizeof f->fragments);
    f->opened = o->opened;
    f->refused = o->refused;
}

/* ---- handlers ---- */

static void text_end(struct fs_text *t, const struct key *k, unsigned end)
{
    if (k->version == 4) {
        fs_text_ip(t, k->end[end]);
    } else {
        fs_text_ip6(t, k->end[end]);
    }
    fs_text_format(t, "\t%u\t", (unsigned)fs_get16(k->port[end]));
}
static void text_protocol(struct fs_text *t, const struct key *k)
{
    static const char *const words[] = {[KIND_TCP] = "tcp", [KIND_UDP] = "udp", [KIND_ICMP] = "icmp"};
    enum kind kind = kind_of(k);
    if (kind == KIND_OTHER || k->protocol == FS_PROTOCOL_UDPLITE) {
        fs_text_u64(t, k->protocol);
    } else {
        fs_text_string(t, kind == KIND_ICMP && k->version == 6 ? "icmp6" : words[kind]);
    }
}
static void read_connections(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct filter *f = (struct filter *)e;
    uint32_t now = now_of(e);
    (void)parameters;
    for (uint32_t i = 0; i < f->fresh; i++) {
        const struct connection *c = &f->connections[i];
        if (c->state == 0) {
            continue;
        }
        text_protocol(value, &c->key);
        fs_text_char(value, '\t');
        text_end(value, &c->key, c->originator);
        text_end(value, &c->key, !c->originator);
        fs_text_string(value, kind_of(&c->key) == KIND_TCP ? fs_tcp_state_word(c->state)
                              : c->state == OPEN           ? "open"
                                                           : "answered");
        fs_text_format(value, "\t%s\t%u\t%u\t", c->side == FROM_INSIDE ? "inside" : "outside", c->packets[0],
                       c->packets[1]);
        int64_t left = remaining(f, c, now);
        fs_text_u64(value, left > 0 ? ((uint64_t)left + SECOND - 1) / SECOND : 0);
        fs_text_char(value, '\n');
    }
}
static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct filter *)e)->count);
}
static void read_capacity(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct filter *)e)->capacity);
}
static void read_opened(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct filter *)e)->opened);
}
static void read_refused(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct filter *)e)->refused);
}
static int write_clear(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct filter *f = (struct filter *)e;
    (void)value, (void)length, (void)error;
    for (uint32_t i = 0; i < f->fresh; i++) {
        if (f->connections[i].state != 0) {
            forget(f, &f->connections[i]);
        }
    }
    __builtin_memset(f->fragments, 0, sizeof f->fragments);
    return 0;
}

static const struct fs_arg args[] = {
    [CAPACITY] = {"CAPACITY", "integer", FS_OPTIONAL, 1, 1 << 24, "16384", "Connections it can hold; 72 bytes each."},
    [TCP_TIMEOUT] = {"TCP_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "7440s", "Of idle established TCP connections."},
    [TCP_TRANSITORY] = {"TCP_TRANSITORY", "duration", FS_KEYWORD, 0, 0, "240s",
                        "Of those that are being opened or closed; after a reset at most 10 s."},
    [UDP_TIMEOUT] = {"UDP_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "300s", "Of idle UDP connections."},
    [ICMP_TIMEOUT] = {"ICMP_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "60s", "Of pings."},
    [OTHER_TIMEOUT] = {"OTHER_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "600s", "Of other protocols."},
    [PICK_UP] = {"PICK_UP", "boolean", FS_KEYWORD, 0, 0, "false",
                 "Take an ACK without a connection for one that was open before this element was there: ask the rules."},
};
static const struct fs_handler handlers[] = {
    {"connections", read_connections, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "A line a connection, tab-separated: protocol, originator's address and port, the other's, state, side that it was\n"
     "opened from, packets each way, seconds until it is forgotten."},
    {"count", read_count, NULL, 0, NULL, "Connections in the table."},
    {"capacity", read_capacity, NULL, 0, NULL, "The CAPACITY argument."},
    {"opened", read_opened, NULL, 0, NULL, "Connections that were opened so far."},
    {"refused", read_refused, NULL, 0, NULL, "Connections that the full table had no room for."},
    {"clear", NULL, write_clear, FS_HANDLER_BUTTON, NULL, "Forgets all connections."},
};

FS_ELEMENT(ConnectionFilter) = {
    .name = "ConnectionFilter",
    .ports = "4/4",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip ip6 tcp udp icmp icmp6; drops; keeps-state",
    .summary = "lets packets of known connections pass and asks rules about new ones",
    .doc = "Ours: Click has no counterpart. Packets from inside come by input 0, from outside by input 1, IPv4 or IPv6 with\n"
           "their header marked. Those of a known connection, answers included, leave by output 0 (to outside) and 1 (to\n"
           "inside), unchanged. One that opens a connection leaves by output 2 (from inside) or 3 (from outside), where rules\n"
           "stand; what they let pass comes back by input 2 or 3, makes the connection, and leaves by output 0 or 1.\n\n"
           "Everything else is dropped as `state`: TCP segments that fit no connection or its state (RFC 9293, with the\n"
           "transitory states of RFC 5382), answers to nothing, ICMP errors about nothing known. ICMP errors about a known\n"
           "connection pass. Other ICMP, neighbour discovery above all, is for the rules each time. A later fragment passes\n"
           "when the first one has, within 30 s. When the table is full a connection that timed out makes room, then one that\n"
           "is not established (TCP) or not answered; else the new one is dropped as `table-full`. Sequence numbers are not\n"
           "looked at.\n\n"
           "    ct :: ConnectionFilter(10000);\n"
           "    from_inside -> [0] ct [0] -> to_outside;  from_outside -> [1] ct [1] -> to_inside;\n"
           "    ct[2] -> [2] ct;  ct[3] -> IPFilter(allow tcp dst port 22, deny all) -> [3] ct;\n",
    .size = sizeof(struct filter),
    .configure = configure,
    .take_state = take_state,
    .push = push,
};
