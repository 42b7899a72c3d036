/* FlowStringMatcher: finds strings in what connections carry, also where they are parted between TCP segments. */
#include "net/checksum.h"
#include "net/flow_index.h"
#include "net/handlers.h"
#include "net/look.h"
#include "net/string_set.h"

enum { WAYS = 4, GROUP = 16, ALERTS = 64, HELD_TIME = 3000, CAPACITY_MAX = 1 << 22 };

enum flags {
    KNOWN = 1,      /* and 2: next[0] and next[1] are known */
    SYN_FROM = 4,   /* the end that sent the latest SYN without ACK */
    SYN_SENT = 8,   /* there was one, not answered yet: `isn` */
    SYN_ONLY = 16,  /* and nothing else: the first to make room */
    CLOSING = 32,   /* RST or FIN: the next */
    TCP = 64,
};

/* What is known of a connection. */
struct flow {
    uint64_t key;      /* 0: free */
    uint32_t last;     /* packet, milliseconds */
    uint32_t next[2];  /* sequence number of what each end sends next */
    uint32_t isn;
    uint16_t state[2]; /* of the automaton, in what each end sends */
    uint16_t found;    /* the string that was found; FS_STRING_NONE */
    uint8_t flags;
    bool held; /* segments of it may be */
};
_Static_assert(sizeof(struct flow) == 32, "two to a cache line");

/* A segment that came too early, and has been looked at by itself. What can still be found in it begins before it: its first
 * bytes, one less than the longest string has, are enough. And once as many as that string has were looked at, the state
 * does not depend on what was before. */
struct held {
    uint64_t digest; /* of its bytes */
    uint32_t at;     /* milliseconds */
    uint32_t sequence, length;
    uint16_t state;  /* behind it */
};
enum { NOWHERE = 0xffffffff };

struct alert {
    uint64_t at;
    uint16_t string;
    uint8_t length;
    char packet[117]; /* who to whom: two IPv6 addresses with ports have 110 characters */
};

struct matcher {
    struct fs_element base;
    struct fs_string_set set;
    struct fs_flow_seed seed;
    struct flow *flows; /* buckets of WAYS */
    uint32_t bits;      /* 2^bits buckets */
    uint64_t *held_keys; /* of the connection and direction, by place; 0: free */
    struct held *held;
    uint8_t *heads;  /* `head` bytes each */
    uint32_t hold, head;
    bool whole, strict, log, block, checksum;
    uint32_t timeout; /* milliseconds */
    uint64_t *counts; /* by string */
    struct alert *alerts;
    uint64_t alerted; /* in all */
    uint64_t matches, bytes, early, missed, unfollowed, evicted, corrupt, other;
};

enum { STRING, IGNORE_CASE, CAPACITY, FLOWS, STRICT, HOLD, TIMEOUT, LOG, BLOCK, CHECKSUM };

/* A packet, and what is to be known of it here. */
struct look {
    struct fs_look packet;
    uint64_t key; /* 0: there is no connection */
    uint32_t from;
};

static uint32_t now_of(struct fs_element *e) { return (uint32_t)(fs_steady(e) / 1000000); }

/* ---- the table ---- */

static struct flow *bucket_of(const struct matcher *m, uint64_t key)
{
    return &m->flows[m->bits == 0 ? 0 : (key >> (64 - m->bits)) * WAYS];
}

static struct flow *find(const struct matcher *m, uint64_t key)
{
    struct flow *f = bucket_of(m, key);
    for (unsigned i = 0; i < WAYS; i++) {
        if (f[i].key == key) {
            return &f[i];
        }
    }
    return NULL;
}

/* How much is lost with a flow: the least worth makes room. */
static uint64_t worth(const struct flow *f, uint32_t now)
{
    unsigned kind = f->key == 0                           ? 0
                  : f->found != FS_STRING_NONE            ? 5
                  : (f->flags & SYN_ONLY) != 0            ? 1
                  : (f->flags & CLOSING) != 0             ? 2
                  : (f->state[0] | f->state[1]) != 0 || f->held ? 4
                                                          : 3; /* the next packet begins it anew */
    return (uint64_t)kind << 32 | (uint32_t) ~(now - f->last);
}

static struct flow *open_flow(struct matcher *m, uint64_t key, uint32_t now)
{
    struct flow *f = bucket_of(m, key), *best = f;
    for (unsigned i = 1; i < WAYS; i++) {
        best = worth(&f[i], now) < worth(best, now) ? &f[i] : best;
    }
    m->evicted += worth(best, now) >> 32 >= 4;
    *best = (struct flow){.key = key, .last = now, .found = FS_STRING_NONE};
    return best;
}

static void look_at(const struct matcher *m, struct look *l, const struct fs_packet *p, unsigned side)
{
    uint64_t ends[2];
    fs_look_at(&l->packet, p);
    l->key = 0;
    if (l->packet.ip == NULL || l->packet.later_fragment) {
        return;
    }
    /* whoever is behind input 1 and says to be an end behind input 0 is not of its connections */
    l->from = fs_look_ends(&l->packet, &m->seed, ends);
    l->key = fs_flow_hash(&m->seed, ends[0] ^ (uint64_t)l->packet.protocol << 48 ^ (uint64_t)l->packet.version << 56,
                          ends[1] ^ (m->base.input_count > 1 ? (uint64_t)(l->from ^ side) << 63 : 0));
    l->key += l->key == 0;
    __builtin_prefetch(bucket_of(m, l->key), 1);
    __builtin_prefetch((const char *)bucket_of(m, l->key) + 64, 1);
}

/* ---- searching ---- */

/* Goes on from the state over bytes; the first string found, or FS_STRING_NONE. Those that begin at `old` or behind it
 * are left to another look. */
static uint16_t search(struct matcher *m, uint16_t *state, const uint8_t *at, const uint8_t *end, const uint8_t *old)
{
    uint16_t found = FS_STRING_NONE;
    uint32_t s = *state;
    m->bytes += (uint64_t)(end - at);
    while (at < end) {
        s = fs_string_set_scan(&m->set, s, &at, end);
        if ((s & FS_STRING_ENDS) == 0) {
            break;
        }
        s &= ~(uint32_t)FS_STRING_ENDS;
        for (uint32_t i = fs_string_first(&m->set, s); i != FS_STRING_NONE; i = m->set.shorter[i]) {
            if (old != NULL && (size_t)(end - at) + m->set.strings[i].length <= (size_t)(end - old)) {
                continue;
            }
            m->counts[i]++;
            found = found == FS_STRING_NONE ? (uint16_t)i : found;
            if (m->whole) {
                *state = (uint16_t)s;
                return found;
            }
        }
    }
    *state = (uint16_t)s;
    return found;
}

static uint16_t search_alone(struct matcher *m, const uint8_t *at, const uint8_t *end)
{
    uint16_t state = 0;
    return search(m, &state, at, end, NULL);
}

/* ---- segments out of order ---- */

static uint64_t held_key(uint64_t flow, uint32_t from) { return (flow | 2) ^ from; }

static uint64_t digest_of(const struct matcher *m, const uint8_t *at, size_t length)
{
    uint64_t digest = m->seed.words[0] ^ length, word;
    for (; length > 8; at += 8, length -= 8) {
        __builtin_memcpy(&word, at, 8);
        digest = fs_flow_mix(digest ^ word, m->seed.words[1] | 1);
    }
    word = 0;
    __builtin_memcpy(&word, at, length);
    return fs_flow_mix(digest ^ word, m->seed.words[1] | 1);
}

enum keeping { KEPT, NO_PLACE, CONTRADICTS };

static enum keeping keep(struct matcher *m, struct flow *f, const struct look *l, uint32_t sequence, uint16_t state,
                         uint32_t now)
{
    const uint8_t *at = l->packet.at;
    uint32_t length = (uint32_t)(l->packet.end - at), place = NOWHERE;
    uint64_t key = held_key(f->key, l->from), digest = digest_of(m, at, length);
    for (uint32_t i = 0; i < m->hold; i++) {
        if (m->held_keys[i] == key && m->held[i].sequence == sequence && m->held[i].length == length) {
            return m->held[i].digest == digest ? KEPT : CONTRADICTS;
        }
        place = m->held_keys[i] == 0 && place == NOWHERE ? i : place;
    }
    for (uint32_t i = 0; i < m->hold && place == NOWHERE; i++) { /* lost, or its connection is */
        place = now - m->held[i].at > HELD_TIME ? i : NOWHERE;
    }
    if (place == NOWHERE) {
        return NO_PLACE;
    }
    m->held_keys[place] = key;
    m->held[place] = (struct held){.digest = digest, .at = now, .sequence = sequence, .length = length, .state = state};
    __builtin_memcpy(m->heads + (size_t)place * m->head, at, length < m->head ? length : m->head);
    f->held = true;
    return KEPT;
}

/* Searches what was kept and follows now. Segments mostly came in order, and stand in order: one behind the other is found
 * without beginning anew. */
static uint16_t catch_up(struct matcher *m, struct flow *f, uint32_t from)
{
    uint64_t key = held_key(f->key, from);
    uint16_t found = FS_STRING_NONE;
    for (uint32_t i = 0, idle = 0; idle < m->hold; i = i + 1 == m->hold ? 0 : i + 1, idle++) {
        const struct held *h = &m->held[i];
        if (m->held_keys[i] != key || (int32_t)(h->sequence - f->next[from]) > 0) {
            continue;
        }
        const uint8_t *head = m->heads + (size_t)i * m->head;
        uint32_t old = f->next[from] - h->sequence, size = h->length < m->head ? h->length : m->head;
        m->held_keys[i] = 0;
        idle = 0;
        if (old >= h->length) {
            continue;
        }
        if (old < size) {
            uint16_t one = search(m, &f->state[from], head + old, head + size, head + old);
            found = found == FS_STRING_NONE ? one : found;
        }
        if (h->length > m->head) {
            f->state[from] = h->state;
        }
        f->next[from] += h->length - old;
    }
    f->held = false;
    for (uint32_t i = 0; i < m->hold && !f->held; i++) {
        f->held = (m->held_keys[i] | 1) == (key | 1);
    }
    return found;
}

/* ---- connections ---- */

/* The first segments: they say where both directions begin. */
static void open_connection(struct flow *f, const struct look *l, const struct fs_tcp *tcp)
{
    uint32_t sequence = fs_get32(tcp->sequence), acknowledged = fs_get32(tcp->acknowledgement), from = l->from;
    if ((tcp->flags & FS_TCP_ACK) == 0) {
        f->isn = sequence;
        f->flags = (uint8_t)((f->flags & ~SYN_FROM) | SYN_SENT | (from != 0 ? SYN_FROM : 0));
        if ((f->flags & (KNOWN | KNOWN << 1)) == 0 || (f->flags & SYN_ONLY) != 0) {
            f->flags |= (uint8_t)(SYN_ONLY | KNOWN << from);
            f->next[from] = sequence + 1;
            f->state[from] = 0;
        }
        return; /* of a connection that is there: only the other end's answer makes it true */
    }
    bool known = (f->flags & (KNOWN | KNOWN << 1)) == (KNOWN | KNOWN << 1);
    bool answers = (f->flags & SYN_SENT) != 0 && ((f->flags & SYN_FROM) != 0) != (from != 0)
                && acknowledged - (f->isn + 1) <= UINT16_MAX;
    if (known && !answers) {
        return;
    }
    if (!answers || (f->flags & SYN_ONLY) == 0 || f->next[!from] != acknowledged) { /* data in the SYN, and refused */
        f->next[!from] = acknowledged;
        f->state[!from] = 0;
        f->found = FS_STRING_NONE;
    }
    f->next[from] = sequence + 1;
    f->state[from] = 0;
    f->flags = TCP | KNOWN | KNOWN << 1;
}

/* What the other end has been given that was not seen here, or not in order: the search begins anew behind it. */
static void learn_from_ack(struct matcher *m, struct flow *f, uint32_t acknowledged, uint32_t other)
{
    if ((f->flags & KNOWN << other) == 0) {
        f->next[other] = acknowledged;
        f->flags |= (uint8_t)(KNOWN << other);
    } else if ((int32_t)(acknowledged - f->next[other]) > 0) {
        m->missed += acknowledged - f->next[other] > 1; /* one is a FIN's own */
        f->next[other] = acknowledged;
        f->state[other] = 0;
    }
}

/* The data of a segment; `lost`: it cannot be followed. */
static uint16_t follow(struct matcher *m, struct flow *f, const struct look *l, uint32_t sequence, uint32_t now, bool *lost)
{
    const uint8_t *at = l->packet.at, *end = l->packet.end;
    uint32_t from = l->from, length = (uint32_t)(end - at);
    int32_t ahead = (int32_t)(sequence - f->next[from]);
    if (ahead > 0) {
        uint16_t state = 0, found = search(m, &state, at, end, NULL);
        m->early++;
        *lost = (found == FS_STRING_NONE || !m->whole) && keep(m, f, l, sequence, state, now) != KEPT;
        return found;
    }
    uint32_t old = (uint32_t)-ahead;
    uint16_t found = FS_STRING_NONE, state = 0;
    if (old < length) {
        found = search(m, &f->state[from], at + old, end, NULL);
        f->next[from] = sequence + length;
        if (f->held) {
            uint16_t one = catch_up(m, f, from);
            found = found == FS_STRING_NONE ? one : found;
        }
    }
    if (old != 0 && found == FS_STRING_NONE) { /* sent again, maybe with other content: looked at by itself */
        uint32_t most = old < length ? old + m->set.longest - 1 : length;
        found = search(m, &state, at, at + (most < length ? most : length), old < length ? at + old : NULL);
    }
    return found;
}

static uint16_t segment(struct matcher *m, struct flow **known, const struct look *l, uint32_t now, bool *lost)
{
    const struct fs_tcp *tcp = (const struct fs_tcp *)l->packet.upper;
    bool syn = (tcp->flags & FS_TCP_SYN) != 0, data = l->packet.at < l->packet.end;
    struct flow *f = *known;
    if (f == NULL) {
        if ((tcp->flags & FS_TCP_RST) != 0 || !((tcp->flags & (FS_TCP_SYN | FS_TCP_ACK)) != 0 || data)) {
            return search_alone(m, l->packet.at, l->packet.end);
        }
        *known = f = open_flow(m, l->key, now);
    }
    f->flags |= TCP;
    f->last = now;
    if (syn) {
        open_connection(f, l, tcp);
    } else {
        f->flags &= (uint8_t)~SYN_ONLY;
        if ((tcp->flags & FS_TCP_ACK) != 0) {
            learn_from_ack(m, f, fs_get32(tcp->acknowledgement), !l->from);
        }
    }
    if ((f->flags & KNOWN << l->from) == 0) { /* seen from the middle on */
        f->next[l->from] = fs_get32(tcp->sequence) + syn;
        f->flags |= (uint8_t)(KNOWN << l->from);
    }
    f->flags |= (tcp->flags & (FS_TCP_FIN | FS_TCP_RST)) != 0 ? CLOSING : 0;
    if (m->whole && f->found != FS_STRING_NONE) {
        return f->found;
    }
    return data ? follow(m, f, l, fs_get32(tcp->sequence) + syn, now, lost) : FS_STRING_NONE;
}

/* ---- the way of a packet ---- */

static FS_ONCE void alert(struct matcher *m, const struct look *l, uint16_t found)
{
    struct alert *a = &m->alerts[m->alerted++ % ALERTS];
    struct fs_text who = {.at = a->packet, .capacity = sizeof a->packet};
    a->at = fs_now(&m->base);
    a->string = found;
    fs_text_look(&who, &l->packet);
    a->length = (uint8_t)who.length;
    if (m->log) {
        char line[400];
        struct fs_text t = {.at = line, .capacity = sizeof line};
        fs_text_format(&t, "%s: ", m->base.name);
        fs_text_bytes(&t, a->packet, a->length);
        fs_text_string(&t, ": ");
        struct fs_bytes string = m->set.strings[found];
        string.length = string.length < 60 ? string.length : 60;
        fs_text_pattern(&t, string);
        fs_log(&m->base, line, t.length);
    }
}

/* A segment that its receiver will not take must not move the search. */
static bool checksum_holds(const struct fs_look *p)
{
    size_t length = (size_t)(p->end - p->upper);
    uint64_t sum;
    if (p->version == 4) {
        const struct fs_ip *h = (const struct fs_ip *)p->ip;
        sum = fs_sum_pseudo4(0, h->source, h->destination, FS_PROTOCOL_TCP, (uint16_t)length);
    } else {
        const struct fs_ip6 *h = (const struct fs_ip6 *)p->ip;
        sum = fs_sum_pseudo6(0, h->source, h->destination, FS_PROTOCOL_TCP, (uint32_t)length);
    }
    return fs_sum_fold(fs_sum_bytes(sum, p->upper, length)) == 0;
}

/* Which string the packet, or its connection, is found to hold; `lost`: it cannot be told. */
static uint16_t judge(struct matcher *m, const struct look *l, uint32_t now, bool *lost)
{
    const struct fs_look *p = &l->packet;
    struct flow *f = l->key != 0 ? find(m, l->key) : NULL;
    bool corrupt = p->tcp && m->checksum && !p->fragment && !checksum_holds(p);
    if (f != NULL && (f->flags & TCP) == 0 && now - f->last >= m->timeout) {
        f->key = 0;
        f = NULL;
    }
    uint16_t before = f != NULL ? f->found : FS_STRING_NONE, found;
    if (p->tcp && !corrupt) {
        found = segment(m, &f, l, now, lost);
        before = f != NULL ? f->found : before;
    } else if (m->whole && before != FS_STRING_NONE) {
        f->last = now;
        return before;
    } else {
        found = search_alone(m, p->at, p->end);
    }
    m->corrupt += corrupt;
    *lost = *lost || corrupt || p->fragment || p->protocol == FS_IP6_NO_NEXT;
    if (found == FS_STRING_NONE) {
        return found;
    }
    if (f == NULL && l->key != 0 && m->whole) {
        f = open_flow(m, l->key, now);
    }
    if (before == FS_STRING_NONE || !m->whole) {
        alert(m, l, found);
    }
    if (f != NULL && m->whole) {
        f->found = found;
    }
    return found;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct matcher *m = (struct matcher *)e;
    uint32_t outputs[FS_BATCH_MAX], kept = 0, now = now_of(e), count = batch->count;
    struct look looks[GROUP];
    for (uint32_t first = 0; first < count; first += GROUP) {
        uint32_t n = count - first < GROUP ? count - first : GROUP;
        for (uint32_t i = 0; i < n; i++) {
            look_at(m, &looks[i], batch->packets[first + i], port);
        }
        for (uint32_t i = 0; i < n; i++) {
            struct fs_packet *p = batch->packets[first + i];
            bool lost = false;
            uint16_t found = FS_STRING_NONE;
            if (looks[i].packet.ip == NULL) {
                m->other++;
            } else {
                found = judge(m, &looks[i], now, &lost);
                m->unfollowed += lost;
            }
            m->matches += found != FS_STRING_NONE;
            if (found != FS_STRING_NONE && m->block && e->output_count <= e->input_count) {
                fs_drop_rule(e, p, FS_DROP_DENIED, found);
            } else if (found == FS_STRING_NONE && lost && m->strict) {
                fs_drop(e, p, FS_DROP_STATE);
            } else {
                outputs[kept] = port + (found != FS_STRING_NONE && e->output_count > e->input_count ? e->input_count : 0);
                batch->packets[kept++] = p;
            }
        }
    }
    batch->count = kept;
    uint32_t same = 1;
    while (same < kept && outputs[same] == outputs[0]) {
        same++;
    }
    if (same >= kept) {
        fs_output_push(e, kept != 0 ? outputs[0] : 0, batch);
    } else {
        fs_output_scatter(e, batch, outputs, NULL, FS_DROP_UNCONNECTED);
    }
}

/* ---- the element ---- */

static FS_ONCE int configure(struct fs_element *e, struct fs_text *error)
{
    struct matcher *m = (struct matcher *)e;
    uint32_t capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, 16384);
    if (e->output_count != e->input_count && e->output_count != 2 * e->input_count) {
        fs_text_format(error, "%u inputs want %u outputs, or %u: what holds a string leaves by those behind the first",
                       e->input_count, e->input_count, 2 * e->input_count);
        return -1;
    }
    if (fs_string_set_configure(&m->set, e, fs_args_bytes(e->args, STRING),
                                fs_args_boolean(e->args, IGNORE_CASE, false), error)
        != 0) {
        return -1;
    }
    int64_t timeout = fs_args_integer(e->args, TIMEOUT, 300000000000) / 1000000;
    m->timeout = timeout < INT32_MAX ? (uint32_t)timeout : INT32_MAX;
    m->whole = fs_args_boolean(e->args, FLOWS, true);
    m->strict = fs_args_boolean(e->args, STRICT, false);
    m->log = fs_args_boolean(e->args, LOG, false);
    m->block = fs_args_boolean(e->args, BLOCK, true);
    m->checksum = fs_args_boolean(e->args, CHECKSUM, true);
    m->hold = (uint32_t)fs_args_integer(e->args, HOLD, 256);
    m->head = m->set.longest > 1 ? m->set.longest - 1 : 0;
    while (((uint32_t)WAYS << m->bits) < capacity) {
        m->bits++;
    }
    m->flows = fs_alloc(e, (size_t)WAYS * sizeof *m->flows << m->bits);
    m->held_keys = fs_alloc(e, (m->hold + 1) * sizeof *m->held_keys);
    m->held = fs_alloc(e, (m->hold + 1) * sizeof *m->held);
    m->heads = fs_alloc(e, (size_t)m->hold * m->head + 1);
    m->counts = fs_alloc(e, (m->set.count + 1) * sizeof *m->counts);
    m->alerts = fs_alloc(e, ALERTS * sizeof *m->alerts);
    if (m->flows == NULL || m->held_keys == NULL || m->held == NULL || m->heads == NULL || m->counts == NULL || m->alerts == NULL) {
        fs_text_format(error, "no memory for %u connections", capacity);
        return -1;
    }
    fs_flow_seed(&m->seed, e);
    fs_drops_rules(e, m->set.count);
    return 0;
}

/* The number here of a string there. */
static FS_ONCE uint16_t number_of(const struct matcher *m, const struct matcher *o, uint32_t string)
{
    for (uint32_t i = 0; i < m->set.count; i++) {
        if (m->set.strings[i].length == o->set.strings[string].length
            && __builtin_memcmp(m->set.strings[i].at, o->set.strings[string].at, m->set.strings[i].length) == 0) {
            return (uint16_t)i;
        }
    }
    return FS_STRING_NONE;
}

static FS_ONCE void take_state(struct fs_element *e, struct fs_element *old)
{
    struct matcher *m = (struct matcher *)e;
    const struct matcher *o = (const struct matcher *)old;
    bool same = fs_string_set_same(&m->set, &o->set);
    uint32_t now = now_of(e);
    m->seed = o->seed; /* keys stay what they are */
    for (size_t i = 0; i < (size_t)WAYS << o->bits; i++) {
        if (o->flows[i].key != 0) {
            struct flow *f = open_flow(m, o->flows[i].key, now);
            *f = o->flows[i];
            f->held = false;
            f->found = f->found == FS_STRING_NONE || same ? f->found : number_of(m, o, f->found);
            f->state[0] = same ? f->state[0] : 0;
            f->state[1] = same ? f->state[1] : 0;
        }
    }
    for (uint32_t i = 0; i < o->set.count; i++) {
        uint16_t number = same ? (uint16_t)i : number_of(m, o, i);
        if (number != FS_STRING_NONE) {
            m->counts[number] = o->counts[i];
        }
    }
    m->matches = o->matches;
    m->bytes = o->bytes;
}

/* ---- handlers ---- */

static FS_ONCE void read_strings(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct matcher *m = (const struct matcher *)e;
    (void)parameters;
    for (uint32_t i = 0; i < m->set.count; i++) {
        fs_text_u64(value, m->counts[i]);
        fs_text_char(value, '\t');
        fs_text_pattern(value, m->set.strings[i]);
        fs_text_char(value, '\n');
    }
}
static FS_ONCE void read_alerts(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct matcher *m = (const struct matcher *)e;
    (void)parameters;
    for (uint64_t i = m->alerted > ALERTS ? m->alerted - ALERTS : 0; i < m->alerted; i++) {
        const struct alert *a = &m->alerts[i % ALERTS];
        fs_text_time(value, a->at);
        fs_text_char(value, '\t');
        fs_text_bytes(value, a->packet, a->length);
        fs_text_char(value, '\t');
        fs_text_pattern(value, m->set.strings[a->string]);
        fs_text_char(value, '\n');
    }
}
static void read_flows(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct matcher *m = (const struct matcher *)e;
    uint64_t n = 0;
    (void)parameters;
    for (size_t i = 0; i < (size_t)WAYS << m->bits; i++) {
        n += m->flows[i].key != 0;
    }
    fs_text_u64(value, n);
}
FS_READ_NUMBER(read_matches, struct matcher, matches)
FS_READ_NUMBER(read_alerted, struct matcher, alerted)
FS_READ_NUMBER(read_bytes, struct matcher, bytes)
FS_READ_NUMBER(read_early, struct matcher, early)
FS_READ_NUMBER(read_missed, struct matcher, missed)
FS_READ_NUMBER(read_unfollowed, struct matcher, unfollowed)
FS_READ_NUMBER(read_evicted, struct matcher, evicted)
FS_READ_NUMBER(read_corrupt, struct matcher, corrupt)
FS_READ_NUMBER(read_other, struct matcher, other)
static int write_reset_counts(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct matcher *m = (struct matcher *)e;
    (void)value, (void)length, (void)error;
    m->matches = m->bytes = m->early = m->missed = m->unfollowed = m->evicted = m->corrupt = m->other = m->alerted = 0;
    __builtin_memset(m->counts, 0, m->set.count * sizeof *m->counts);
    return 0;
}
FS_BUTTON(write_clear, struct matcher,
          __builtin_memset(self->flows, 0, (size_t)WAYS * sizeof *self->flows << self->bits);
          __builtin_memset(self->held_keys, 0, self->hold * sizeof *self->held_keys))

static const struct fs_arg args[] = {
    [STRING] = {"STRING", "strings", FS_REST, 0, 0, NULL, "What is looked for."},
    [IGNORE_CASE] = {"IGNORE_CASE", "boolean", FS_KEYWORD, 0, 0, "false", "Whether a is A (ASCII)."},
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, CAPACITY_MAX, "16384", "Connections known at a time; 32 bytes each."},
    [FLOWS] = {"FLOWS", "boolean", FS_KEYWORD, 0, 0, "true",
               "Once a string is found, all that follows of the connection, both ways, leaves as if it held it."},
    [STRICT] = {"STRICT", "boolean", FS_KEYWORD, 0, 0, "false",
                "Drop what cannot be followed: early segments that find no place, wrong checksums, fragments."},
    [HOLD] = {"HOLD", "integer", FS_KEYWORD, 0, 65536, "256",
              "Early segments that are remembered; each 32 bytes, and as many as the longest string has."},
    [TIMEOUT] = {"TIMEOUT", "duration", FS_KEYWORD, 0, 0, "300s",
                 "How long after its last packet a flow that is not TCP is remembered to have held a string."},
    [LOG] = {"LOG", "boolean", FS_KEYWORD, 0, 0, "false", "A line for each connection that holds a string."},
    [BLOCK] = {"BLOCK", "boolean", FS_KEYWORD, 0, 0, "true",
               "Where there are no further outputs: drop what holds a string; else it passes with the rest."},
    [CHECKSUM] = {"CHECKSUM", "boolean", FS_KEYWORD, 0, 0, "true",
                  "Do not follow TCP segments whose checksum is wrong: no receiver takes them. They are looked at by themselves."},
};
static const struct fs_handler handlers[] = {
    {"matches", read_matches, NULL, 0, NULL, "Packets that held a string, or were of a connection that had."},
    {"strings", read_strings, NULL, FS_HANDLER_EXPENSIVE, NULL, "A line a string: how often it was found, a tab, the string."},
    {"alerts", read_alerts, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "The latest 64 finds, a line each, tab-separated: time, protocol and ends, string."},
    {"alerted", read_alerted, NULL, 0, NULL, "Finds so far."},
    {"flows", read_flows, NULL, FS_HANDLER_EXPENSIVE, NULL, "Connections known."},
    {"bytes", read_bytes, NULL, 0, NULL, "Bytes looked at."},
    {"early", read_early, NULL, 0, NULL, "TCP segments that came before what is in front of them."},
    {"missed", read_missed, NULL, 0, NULL, "Gaps that were acknowledged though nothing of them was seen here in order."},
    {"unfollowed", read_unfollowed, NULL, 0, NULL,
     "Early segments without a place, wrong checksums, fragments: looked at by themselves."},
    {"evicted", read_evicted, NULL, 0, NULL, "Connections forgotten for others while something was known of them."},
    {"corrupt", read_corrupt, NULL, 0, NULL, "TCP segments with a wrong checksum."},
    {"other", read_other, NULL, 0, NULL, "Packets that are not IP; they pass."},
    {"clear", NULL, write_clear, FS_HANDLER_BUTTON, NULL, "Forgets all connections."},
    {"reset_counts", NULL, write_reset_counts, FS_HANDLER_BUTTON, NULL, "Sets all counts to 0, and forgets alerts."},
};

FS_ELEMENT(FlowStringMatcher) = {
    .name = "FlowStringMatcher",
    .ports = "1-2/1-4",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any; drops; keeps-state",
    .summary = "finds strings in connections, across their packets",
    .doc = "Ours. Looks for all strings at once in the data of TCP connections, over IPv4 and IPv6, also where one is parted\n"
           "between segments; of UDP in each datagram; of other protocols, and of fragments, in each packet. Packets of input i\n"
           "leave by output i; those that hold a string by output inputs + i, and where there is none they are dropped as\n"
           "`denied`, by the string. With two inputs a connection's ends stay at the sides where they were first seen. Strings\n"
           "are written as StringMatcher's are. It looks at the marked IP header, or behind Ethernet and VLAN tags.\n\n"
           "A segment that comes early (something before it is missing) is looked at by itself, and passes; what of it a\n"
           "string could begin before is kept, and looked at in its place once the gap is filled. Then it is the segment that fills the gap that holds the\n"
           "string: without it the receiver has nothing of what is behind the gap. What is sent again is looked at by itself,\n"
           "and what is new in it in its place; so a string is not found that was changed in parts between one sending and the\n"
           "next. When the receiver acknowledges more than was seen, the search goes on from there. A full table forgets the\n"
           "connection of four of which least is known; a string that is just then parted is not found.\n\n"
           "    ids :: FlowStringMatcher(\"/etc/passwd\", |90909090|, LOG true);\n"
           "    FromDevice(0) -> [0] ids [0] -> ToDevice(1);  FromDevice(1) -> [1] ids [1] -> ToDevice(0);\n",
    .size = sizeof(struct matcher),
    .configure = configure,
    .take_state = take_state,
    .push = push,
};
