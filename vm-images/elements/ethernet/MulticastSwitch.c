/* MulticastSwitch: copies frames to IPv4 groups to the ports that have members, and asks who they are (IGMP). */
#include "net/copies.h"
#include "net/ether.h"
#include "net/groups.h"
#include "net/handlers.h"
#include "net/marked.h"

enum { ETH, QUERIER, INTERVAL, RESPONSE, LAST_INTERVAL, ROBUSTNESS, VERSION, ROUTER, FAST_LEAVE, FLOOD, CAPACITY, LIMIT };

enum {
    PROTOCOL_IGMP = 2,
    IGMP_SIZE = 8,
    QUERY = 0x11,
    REPORT_V1 = 0x12,
    REPORT_V2 = 0x16,
    LEAVE = 0x17,
    REPORT_V3 = 0x22,
    RECORD_SIZE = 8, /* of a report of version 3, without sources */
    ROUTER_ALERT = 4, /* bytes of the option (RFC 2113) */
    ALL_SYSTEMS = (int)0xe0000001,
};
/* RFC 3376 section 4.2.12 */
enum { IS_INCLUDE = 1, IS_EXCLUDE, TO_INCLUDE, TO_EXCLUDE, ALLOW, BLOCK };

static const uint64_t second = 1000000000;
/* Where a frame goes: a set of ports, or one of these. */
static const uint64_t OTHER = (uint64_t)1 << 63, GONE = 0;

struct multicast {
    struct fs_element base;
    struct fs_groups groups;
    uint32_t ports;
    uint64_t all, routers, fixed_routers; /* ports */
    uint32_t router_until[FS_GROUPS_PORTS];
    uint8_t mac[6];
    bool asks, fast_leave, flood;
    uint32_t querier; /* the address we ask from */
    uint64_t interval, response, last_interval;
    uint32_t robustness, version, startup;
    uint32_t other, other_until; /* whom we leave the asking to; 0: nobody */
    struct fs_timer ask, expire;
    uint64_t queries, reports, leaves, refused, lost;
};

/* Pushes the batch to each of the ports, at least one, and empties it. */
static void send(struct multicast *s, uint64_t ports, struct fs_batch *batch)
{
    for (; (ports & (ports - 1)) != 0; ports &= ports - 1) {
        s->lost += fs_push_copies(&s->base, (unsigned)__builtin_ctzll(ports), batch);
    }
    fs_output_push(&s->base, (unsigned)__builtin_ctzll(ports), batch);
}

/* ---- asking ---- */

/* RFC 3376 sections 4.1.1 and 4.1.7: what does not fit into 7 bits is a floating-point number. */
static uint8_t code_of(uint64_t v)
{
    unsigned exponent = 0;
    if (v < 128) {
        return (uint8_t)v;
    }
    while (v >> (exponent + 3) > 31) {
        exponent++;
    }
    return (uint8_t)(0x80 | exponent << 4 | (v >> (exponent + 3) & 15));
}
static uint64_t value_of(uint8_t code)
{
    return code < 128 ? code : (uint64_t)((code & 15) | 16) << ((code >> 4 & 7) + 3);
}

/* A query for one group, or for all (0), out of these ports. */
static void query(struct multicast *s, uint32_t group, uint64_t ports)
{
    unsigned size = s->version == 2 ? IGMP_SIZE : IGMP_SIZE + 4, ip = FS_IP_SIZE + ROUTER_ALERT;
    uint64_t tenths = (group == 0 ? s->response : s->last_interval) / (second / 10);
    uint32_t to = group == 0 ? (uint32_t)ALL_SYSTEMS : group;
    struct fs_batch batch;
    struct fs_packet *p = fs_packet_new(fs_pool(&s->base), FS_HEADROOM, FS_ETHER_SIZE + ip + size);
    if (p == NULL) {
        return; /* there will be another one */
    }
    struct fs_ether *ether = (struct fs_ether *)p->data;
    struct fs_ip *h = (struct fs_ip *)(p->data + FS_ETHER_SIZE);
    uint8_t *at = (uint8_t *)h + ip;
    __builtin_memset(p->data, 0, p->length);
    fs_ether_group(ether->destination, to);
    __builtin_memcpy(ether->source, s->mac, 6);
    fs_put16(ether->type, FS_ETHER_IP);
    h->version_length = (uint8_t)(0x40 | ip / 4);
    h->tos = 0xc0; /* internetwork control (RFC 3376 section 4) */
    fs_put16(h->length, (uint16_t)(ip + size));
    h->ttl = 1;
    h->protocol = PROTOCOL_IGMP;
    fs_put32(h->source, s->querier);
    fs_put32(h->destination, to);
    fs_put32((uint8_t *)h + FS_IP_SIZE, 0x94040000);
    fs_ip_set_checksum(h);
    at[0] = QUERY;
    at[1] = s->version == 2 ? (uint8_t)tenths : code_of(tenths);
    fs_put32(at + 4, group);
    if (s->version != 2) {
        at[8] = (uint8_t)(s->robustness > 7 ? 0 : s->robustness);
        at[9] = code_of(s->interval / second);
    }
    fs_put16(at + 2, fs_checksum(at, size));
    fs_set_mac_header(p, p->data);
    fs_set_network_header(p, (uint8_t *)h, ip);
    p->timestamp = fs_now(&s->base);
    s->queries++;
    batch.count = 0;
    fs_batch_add(&batch, p);
    send(s, ports, &batch);
}

static bool is_querier(const struct multicast *s) { return s->asks && s->other == 0; }

static void ask(struct fs_element *e, struct fs_timer *t)
{
    struct multicast *s = (struct multicast *)e;
    if (s->other != 0) {
        uint32_t now = fs_tick(fs_steady(e));
        if (!fs_tick_due(s->other_until, now)) {
            fs_timer_after(t, fs_tick_ns(s->other_until - now));
            return;
        }
        s->other = 0;
    }
    /* RFC 3376 section 8.6: the first ones follow each other sooner. */
    fs_timer_after(t, s->startup > 1 ? s->interval / 4 : s->interval);
    s->startup -= s->startup != 0;
    query(s, 0, s->all);
}

/* ---- who is a member ---- */

static void expire_at(struct multicast *s, uint64_t ns)
{
    if (!fs_timer_set(&s->expire) || ns < s->expire.expiry) {
        fs_timer_at(&s->expire, ns);
    }
}

/* Takes away the members of a group that are due; answers who is to be asked again. */
static uint64_t expire_group(struct multicast *s, struct fs_group *group, uint32_t now)
{
    uint32_t *until = fs_groups_until(&s->groups, group), due = now + INT32_MAX;
    uint64_t again = 0;
    for (uint64_t left = group->members; left != 0; left &= left - 1) {
        uint32_t port = (uint32_t)__builtin_ctzll(left);
        if (fs_tick_due(until[port], now)) {
            fs_groups_leave(&s->groups, group, port);
        } else {
            due = fs_tick_first(due, until[port]);
        }
    }
    if (group->asked != 0 && group->asks != 0) {
        if (fs_tick_due(group->ask_at, now)) {
            again = group->asked;
            group->asks--;
            group->ask_at = now + fs_tick(s->last_interval);
        }
        due = group->asks != 0 ? fs_tick_first(due, group->ask_at) : due;
    }
    group->due = due;
    return again;
}

static void expire(struct fs_element *e, struct fs_timer *t)
{
    struct multicast *s = (struct multicast *)e;
    uint64_t steady = fs_steady(e);
    uint32_t now = fs_tick(steady), due = now + INT32_MAX;
    bool any = false;
    (void)t;
    for (uint32_t i = 1; i <= s->groups.used; i++) {
        struct fs_group *group = &s->groups.groups[i];
        uint64_t again = group->members != 0 && fs_tick_due(group->due, now) ? expire_group(s, group, now) : 0;
        if (group->members != 0) {
            due = fs_tick_first(due, group->due);
            any = true;
        }
        if (again != 0) {
            query(s, group->address, again);
        }
    }
    for (uint64_t left = s->routers & ~s->fixed_routers; left != 0; left &= left - 1) {
        uint32_t port = (uint32_t)__builtin_ctzll(left);
        if (fs_tick_due(s->router_until[port], now)) {
            s->routers &= ~((uint64_t)1 << port);
        } else {
            due = fs_tick_first(due, s->router_until[port]);
            any = true;
        }
    }
    if (any) {
        expire_at(s, steady + fs_tick_ns(due - now));
    }
}

/* RFC 3376 section 8.4: how long a member is one that is not heard of again. */
static uint64_t membership(const struct multicast *s) { return s->robustness * s->interval + s->response; }

static bool worth_noting(uint32_t group) { return group >> 28 == 0xe && group >> 8 != 0xe00000; }

static void join(struct multicast *s, uint32_t group, unsigned port, uint64_t now)
{
    uint64_t until = now + membership(s);
    if (!worth_noting(group)) {
        return;
    }
    if (fs_groups_join(&s->groups, group, port, fs_tick(until))) {
        expire_at(s, until);
    } else {
        s->refused++;
    }
}

/* Those ports are members for so long yet, unless they are heard of. */
static void shorten(struct multicast *s, struct fs_group *group, uint64_t ports, uint64_t end)
{
    uint32_t *until = fs_groups_until(&s->groups, group), tick = fs_tick(end);
    for (ports &= group->members; ports != 0; ports &= ports - 1) {
        uint32_t port = (uint32_t)__builtin_ctzll(ports);
        until[port] = fs_tick_first(until[port], tick);
    }
    group->due = fs_tick_first(group->due, tick);
    expire_at(s, end);
}

static void leave(struct multicast *s, uint32_t address, unsigned port, uint64_t now)
{
    struct fs_group *group = fs_groups_find(&s->groups, address);
    uint64_t bit = (uint64_t)1 << port;
    if (group == NULL || (group->members & bit) == 0) {
        return;
    }
    s->leaves++;
    if (s->fast_leave) {
        fs_groups_leave(&s->groups, group, port);
    } else if (is_querier(s) && (group->asked & bit) == 0) { /* else whoever asks will, and we shall hear it */
        group->asked |= bit;
        group->asks = s->robustness - 1;
        group->ask_at = fs_tick(now + s->last_interval);
        group->due = fs_tick_first(group->due, group->ask_at);
        shorten(s, group, bit, now + s->robustness * s->last_interval);
        expire_at(s, now + s->last_interval);
        query(s, address, bit);
    }
}

/* A report of version 3. Members are kept by group, whatever sources they want (RFC 4541 section 2.1.2 allows it), so a
 * host that wants no source, or no longer some of them, may be the last one. */
static bool take_records(struct multicast *s, struct fs_cursor *c, unsigned records, unsigned port, uint64_t now)
{
    for (; records > 0; records--) {
        const uint8_t *record = fs_take(c, RECORD_SIZE);
        if (record == NULL) {
            return false;
        }
        unsigned sources = fs_get16(record + 2);
        uint32_t group = fs_get32(record + 4);
        if (fs_take(c, 4 * ((size_t)sources + record[1])) == NULL) {
            return false;
        }
        switch (record[0]) {
        case IS_EXCLUDE:
        case TO_EXCLUDE:
            join(s, group, port, now);
            break;
        case IS_INCLUDE:
        case TO_INCLUDE:
        case ALLOW:
            if (sources != 0) {
                join(s, group, port, now);
            } else if (record[0] == TO_INCLUDE) {
                leave(s, group, port, now);
            }
            break;
        case BLOCK:
            leave(s, group, port, now);
            break;
        default:
            break; /* "unrecognized record types MUST be ignored" */
        }
    }
    return true;
}

/* Somebody else asks, from port `port`. */
static void take_query(struct multicast *s, const uint8_t *at, size_t size, uint32_t from, unsigned port, uint64_t now)
{
    uint64_t whole = s->robustness * s->interval + s->response / 2; /* RFC 3376 section 8.5 */
    struct fs_group *group = fs_groups_find(&s->groups, fs_get32(at + 4));
    bool three = size >= IGMP_SIZE + 4;
    if (from != 0) { /* 0: a switch that asks, not a router (RFC 4541 section 2.1.1) */
        s->routers |= (uint64_t)1 << port;
        s->router_until[port] = fs_tick(now + whole);
        expire_at(s, now + whole);
        if (s->asks && (s->querier == 0 || from < s->querier) && (s->other == 0 || from <= s->other)) {
            s->other = from;
            s->other_until = fs_tick(now + whole);
        }
    }
    if (group != NULL && (!three || ((at[8] & 8) == 0 && fs_get16(at + 10) == 0))) {
        uint64_t tenths = three ? value_of(at[1]) : at[1];
        shorten(s, group, s->all & ~((uint64_t)1 << port), now + s->robustness * tenths * (second / 10));
    }
}

static uint64_t lose(struct multicast *s, struct fs_packet *p, enum fs_drop_reason reason)
{
    fs_drop(&s->base, p, reason);
    return GONE;
}

/* An IGMP message, whose IP header is in front of the cursor. Answers where it goes. */
static uint64_t take_igmp(struct multicast *s, struct fs_packet *p, struct fs_cursor *c, unsigned port, uint64_t now)
{
    uint64_t others = s->all & ~((uint64_t)1 << port), routers = s->routers & others;
    const struct fs_ip *h = fs_take_ip(c);
    const uint8_t *at = c->at;
    if (h == NULL || fs_left(c) < IGMP_SIZE) {
        return lose(s, p, FS_DROP_BAD_LENGTH);
    }
    if (fs_checksum_ip((const uint8_t *)h, h->version_length & 15u) != 0 || fs_checksum(at, fs_left(c)) != 0) {
        return lose(s, p, FS_DROP_BAD_CHECKSUM);
    }
    switch (at[0]) {
    case QUERY:
        take_query(s, at, fs_left(c), fs_get32(h->source), port, now);
        return others != 0 ? others : lose(s, p, FS_DROP_DISCARDED);
    case REPORT_V1:
    case REPORT_V2:
        s->reports++;
        join(s, fs_get32(at + 4), port, now);
        break;
    case LEAVE:
        leave(s, fs_get32(at + 4), port, now);
        break;
    case REPORT_V3:
        s->reports++;
        c->at += IGMP_SIZE;
        if (!take_records(s, c, fs_get16(at + 6), port, now)) {
            return lose(s, p, FS_DROP_MALFORMED);
        }
        break;
    default:
        return others != 0 ? others : lose(s, p, FS_DROP_DISCARDED);
    }
    /* Not to hosts: one that hears another's report for its group would keep silent (RFC 4541 section 2.1.1). */
    return routers != 0 ? routers : lose(s, p, FS_DROP_DISCARDED);
}

static uint64_t way_of(struct multicast *s, struct fs_packet *p, unsigned port, uint64_t now)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    const struct fs_ether *ether = (const struct fs_ether *)fs_take(&c, FS_ETHER_SIZE);
    uint64_t others = s->all & ~((uint64_t)1 << port);
    if (ether == NULL) {
        return lose(s, p, FS_DROP_BAD_LENGTH);
    }
    if (fs_get32(ether->destination) >> 7 != 0x01005e00 >> 7 || fs_get16(ether->type) != FS_ETHER_IP) {
        return OTHER;
    }
    if (fs_left(&c) < FS_IP_SIZE) {
        return lose(s, p, FS_DROP_BAD_LENGTH);
    }
    const struct fs_ip *h = (const struct fs_ip *)c.at;
    uint32_t address = fs_get32(h->destination);
    if (address >> 28 != 0xe) {
        return OTHER;
    }
    if (h->protocol == PROTOCOL_IGMP && !fs_ip_fragment(h)) {
        return take_igmp(s, p, &c, port, now);
    }
    const struct fs_group *group = fs_groups_find(&s->groups, address);
    uint64_t ways = !worth_noting(address) || (group == NULL && s->flood) ? s->all : s->routers;
    ways = (ways | (group == NULL ? 0 : group->members)) & others;
    return ways != 0 ? ways : lose(s, p, group == NULL && worth_noting(address) ? FS_DROP_NO_MATCH : FS_DROP_DISCARDED);
}

static void flush(struct multicast *s, unsigned port, uint64_t way, struct fs_batch *batch)
{
    if (batch->count == 0) {
        return;
    }
    if (way != OTHER) {
        send(s, way, batch);
    } else if (s->base.output_count > s->ports) {
        fs_output_push(&s->base, s->ports + port, batch);
    } else {
        fs_drop_batch(&s->base, batch, FS_DROP_NO_MATCH);
    }
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct multicast *s = (struct multicast *)e;
    uint64_t now = fs_steady(e), going = OTHER;
    struct fs_batch together; /* packets in a row that go the same way */
    together.count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        uint64_t way = way_of(s, batch->packets[i], port, now);
        if (way == GONE) {
            continue;
        }
        if (way != going) {
            flush(s, port, going, &together);
            going = way;
        }
        fs_batch_add(&together, batch->packets[i]);
    }
    batch->count = 0;
    flush(s, port, going, &together);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct multicast *s = (struct multicast *)e;
    int64_t router = fs_args_integer(e->args, ROUTER, -1);
    uint32_t capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, 256);
    s->ports = e->input_count;
    if (s->ports > FS_GROUPS_PORTS || (e->output_count != s->ports && e->output_count != 2 * s->ports)) {
        fs_text_format(error, "expected at most %u inputs, and as many outputs or twice as many; found %u and %u",
                       (unsigned)FS_GROUPS_PORTS, s->ports, e->output_count);
        return -1;
    }
    if (router >= (int64_t)s->ports) {
        fs_text_format(error, "ROUTER: there are %u ports", s->ports);
        return -1;
    }
    s->all = ((uint64_t)1 << s->ports) - 1;
    s->routers = s->fixed_routers = router < 0 ? 0 : (uint64_t)1 << router;
    s->asks = fs_args_given(e->args, ETH);
    if (s->asks) {
        __builtin_memcpy(s->mac, fs_args_bytes(e->args, ETH).at, 6);
    }
    if (fs_args_given(e->args, QUERIER)) {
        s->querier = fs_get32(fs_args_bytes(e->args, QUERIER).at);
    }
    s->interval = (uint64_t)fs_args_integer(e->args, INTERVAL, 125 * (int64_t)second);
    s->response = (uint64_t)fs_args_integer(e->args, RESPONSE, 10 * (int64_t)second);
    s->last_interval = (uint64_t)fs_args_integer(e->args, LAST_INTERVAL, (int64_t)second);
    s->version = (uint32_t)fs_args_integer(e->args, VERSION, 3);
    s->robustness = s->startup = (uint32_t)fs_args_integer(e->args, ROBUSTNESS, 2);
    s->fast_leave = fs_args_boolean(e->args, FAST_LEAVE, false);
    s->flood = fs_args_boolean(e->args, FLOOD, false);
    if (s->interval < second || s->interval > 31744 * second || s->response > s->interval
        || s->response > 25500000000 || s->last_interval > 25500000000 || s->last_interval < second / 10) {
        fs_text_string(error, "expected INTERVAL from 1s to 31744s, LAST_INTERVAL from 0.1s to 25.5s, and RESPONSE of at "
                              "most both 25.5s and INTERVAL");
        return -1;
    }
    return fs_groups_configure(&s->groups, e, s->ports, capacity,
                               (uint32_t)fs_args_integer(e->args, LIMIT, FS_GROUPS_LIMIT), error);
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct multicast *s = (struct multicast *)e;
    (void)error;
    fs_timer_init(e, &s->ask, ask);
    fs_timer_init(e, &s->expire, expire);
    if (s->asks) {
        fs_timer_at(&s->ask, 1); /* at once, when all are there */
    }
    return 0;
}

/* Members stay, those of ports that are no more but for them. */
static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct multicast *s = (struct multicast *)e;
    const struct multicast *o = (struct multicast *)old;
    uint64_t learnt = o->routers & ~o->fixed_routers & s->all;
    for (uint32_t i = 1; i <= o->groups.used; i++) {
        const struct fs_group *group = &o->groups.groups[i];
        for (uint64_t left = group->members & s->all; left != 0; left &= left - 1) {
            uint32_t port = (uint32_t)__builtin_ctzll(left);
            fs_groups_join(&s->groups, group->address, port, fs_groups_until(&o->groups, group)[port]);
        }
    }
    s->routers |= learnt;
    __builtin_memcpy(s->router_until, o->router_until, sizeof s->router_until);
    s->queries = o->queries;
    s->reports = o->reports;
    s->leaves = o->leaves;
    s->refused = o->refused;
    s->lost = o->lost;
    fs_timer_after(&s->expire, 1);
}

static void read_groups(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct multicast *s = (struct multicast *)e;
    uint32_t now = fs_tick(fs_steady(e));
    (void)parameters;
    for (uint32_t i = 1; i <= s->groups.used; i++) {
        const struct fs_group *group = &s->groups.groups[i];
        for (uint64_t left = group->members; left != 0; left &= left - 1) {
            uint32_t port = (uint32_t)__builtin_ctzll(left), until = fs_groups_until(&s->groups, group)[port];
            uint64_t ns = fs_tick_due(until, now) ? 0 : fs_tick_ns(until - now);
            uint8_t address[4];
            fs_put32(address, group->address);
            fs_text_ip(value, address);
            fs_text_format(value, " %u %u\n", port, (unsigned)((ns + second / 2) / second));
        }
    }
}
static void read_routers(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct multicast *s = (struct multicast *)e;
    (void)parameters;
    for (uint64_t left = s->routers; left != 0; left &= left - 1) {
        fs_text_format(value, "%s%u", left == s->routers ? "" : " ", (unsigned)__builtin_ctzll(left));
    }
}
static void read_querier(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct multicast *s = (struct multicast *)e;
    uint8_t address[4];
    (void)parameters;
    if (s->asks) {
        fs_put32(address, s->other != 0 ? s->other : s->querier);
        fs_text_ip(value, address);
    }
}
FS_READ_NUMBER(read_count, struct multicast, groups.count)
FS_READ_NUMBER(read_queries, struct multicast, queries)
FS_READ_NUMBER(read_reports, struct multicast, reports)
FS_READ_NUMBER(read_leaves, struct multicast, leaves)
FS_READ_NUMBER(read_refused, struct multicast, refused)
FS_READ_NUMBER(read_lost, struct multicast, lost)

static const struct fs_arg args[] = {
    [ETH] = {"ETH", "ether-address", FS_OPTIONAL, 0, 0, "", "Where queries come from; without it none are sent."},
    [QUERIER] = {"QUERIER", "ip-address", FS_KEYWORD, 0, 0, "0.0.0.0",
                 "The address that asks. Of several the lowest does; 0.0.0.0 gives way to any."},
    [INTERVAL] = {"INTERVAL", "duration", FS_KEYWORD, 0, 0, "125s", "How often to ask who is a member."},
    [RESPONSE] = {"RESPONSE", "duration", FS_KEYWORD, 0, 0, "10s", "How long hosts may take to answer that."},
    [LAST_INTERVAL] = {"LAST_INTERVAL", "duration", FS_KEYWORD, 0, 0, "1s",
                       "How long they may take when it is asked whether anybody is left."},
    [ROBUSTNESS] = {"ROBUSTNESS", "integer", FS_KEYWORD, 2, 255, "2",
                    "One less queries or answers in a row may be lost."},
    [VERSION] = {"VERSION", "integer", FS_KEYWORD, 2, 3, "3", "The version of IGMP that queries have."},
    [ROUTER] = {"ROUTER", "integer", FS_KEYWORD, -1, FS_GROUPS_PORTS - 1, "-1",
                "A port that leads to a multicast router, whether it is heard or not; -1: none."},
    [FAST_LEAVE] = {"FAST_LEAVE", "boolean", FS_KEYWORD, 0, 0, "false",
                    "Whether a leave ends membership at once: for ports with one host each."},
    [FLOOD] = {"FLOOD", "boolean", FS_KEYWORD, 0, 0, "false",
               "Whether groups without members go to all ports, not to routers alone."},
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, FS_GROUPS_LIMIT, "256",
                  "Groups known at a time: 48 bytes each, and 4 for each port."},
    [LIMIT] = {"LIMIT", "integer", FS_KEYWORD, 1, FS_GROUPS_LIMIT, "65536", "Groups that one port may be a member of."},
};
static const struct fs_handler handlers[] = {
    {"groups", read_groups, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "`GROUP PORT SECONDS` for each member: how long it is one when it is not heard again."},
    {"count", read_count, NULL, 0, NULL, "Groups that have members."},
    {"routers", read_routers, NULL, 0, NULL, "Ports that lead to multicast routers."},
    {"querier", read_querier, NULL, 0, NULL, "Who asks: QUERIER, or the other one that was heard."},
    {"queries", read_queries, NULL, 0, NULL, "Queries sent."},
    {"reports", read_reports, NULL, 0, NULL, "Reports heard."},
    {"leaves", read_leaves, NULL, 0, NULL, "Leaves of members heard."},
    {"refused", read_refused, NULL, 0, NULL, "Members not noted because of CAPACITY or LIMIT."},
    {"lost", read_lost, NULL, 0, NULL, "Copies not made because the packet pool was empty."},
};

FS_ELEMENT(MulticastSwitch) = {
    .name = "MulticastSwitch",
    .ports = "1-/1-",
    .processing = "h/h",
    .flow = "#/[^#]",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads eth.dst eth.type ip payload; drops; copies; originates; keeps-state",
    .summary = "copies frames to IPv4 groups to the ports with members, known by IGMP",
    .doc = "Ours. Input i and output i are one LAN. Frames to a group go to the ports that have members of it and to those\n"
           "that lead to routers, never back; groups without members to routers alone (dropped as `no-match` where there\n"
           "is none), 224.0.0.0/24 to all. Members are known by reports of IGMP (RFC 1112, 2236, 3376): by group, whatever\n"
           "sources they want. A port leads to a router when ROUTER says so, or a query was heard there. Queries go to all\n"
           "other ports, reports and leaves to routers alone (RFC 4541). With ETH it asks by itself, unless another querier\n"
           "with a lower address is heard. What is not IPv4 to a group, VLAN tags included, leaves by output N + i, where\n"
           "there are N inputs and twice as many outputs; else it is dropped as `no-match`.\n\n"
           "    m :: MulticastSwitch(0, ROUTER 0);  s :: EtherSwitch;\n"
           "    FromDevice(0, PROMISC true) -> [0]m[0] -> d0 :: ToDevice(0);  m[2] -> [0]s[0] -> d0;\n"
           "    FromDevice(1, PROMISC true) -> [1]m[1] -> d1 :: ToDevice(1);  m[3] -> [1]s[1] -> d1;\n",
    .size = sizeof(struct multicast),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .push = push,
};
