#include "net/igmp.h"

#include "net/ether.h"
#include "net/marked.h"

enum {
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
static void query(struct fs_igmp *s, uint32_t group, uint64_t ports)
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
    h->protocol = FS_PROTOCOL_IGMP;
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
    fs_igmp_send(s, ports, &batch);
}

static bool is_querier(const struct fs_igmp *s) { return s->asks && s->other == 0; }

static void ask(struct fs_element *e, struct fs_timer *t)
{
    struct fs_igmp *s = (struct fs_igmp *)e;
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

static void expire_at(struct fs_igmp *s, uint64_t ns)
{
    if (!fs_timer_set(&s->expire) || ns < s->expire.expiry) {
        fs_timer_at(&s->expire, ns);
    }
}

/* Takes away the members of a group that are due; answers who is to be asked again. */
static uint64_t expire_group(struct fs_igmp *s, struct fs_group *group, uint32_t now)
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
    struct fs_igmp *s = (struct fs_igmp *)e;
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
static uint64_t membership(const struct fs_igmp *s) { return s->robustness * s->interval + s->response; }

static void join(struct fs_igmp *s, uint32_t group, unsigned port, uint64_t now)
{
    uint64_t until = now + membership(s);
    if (!fs_igmp_noted(group)) {
        return;
    }
    if (fs_groups_join(&s->groups, group, port, fs_tick(until))) {
        expire_at(s, until);
    } else {
        s->refused++;
    }
}

/* Those ports are members for so long yet, unless they are heard of. */
static void shorten(struct fs_igmp *s, struct fs_group *group, uint64_t ports, uint64_t end)
{
    uint32_t *until = fs_groups_until(&s->groups, group), tick = fs_tick(end);
    for (ports &= group->members; ports != 0; ports &= ports - 1) {
        uint32_t port = (uint32_t)__builtin_ctzll(ports);
        until[port] = fs_tick_first(until[port], tick);
    }
    group->due = fs_tick_first(group->due, tick);
    expire_at(s, end);
}

static void leave(struct fs_igmp *s, uint32_t address, unsigned port, uint64_t now)
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
static bool take_records(struct fs_igmp *s, struct fs_cursor *c, unsigned records, unsigned port, uint64_t now)
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
static void take_query(struct fs_igmp *s, const uint8_t *at, size_t size, uint32_t from, unsigned port, uint64_t now)
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

static uint64_t lose(struct fs_igmp *s, struct fs_packet *p, enum fs_drop_reason reason)
{
    fs_drop(&s->base, p, reason);
    return 0;
}

uint64_t fs_igmp_take(struct fs_igmp *s, struct fs_packet *p, struct fs_cursor *c, unsigned port, uint64_t now)
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

void fs_igmp_start(struct fs_igmp *s)
{
    fs_timer_init(&s->base, &s->ask, ask);
    fs_timer_init(&s->base, &s->expire, expire);
    if (s->asks) {
        fs_timer_at(&s->ask, 1); /* at once, when all are there */
    }
}

void fs_igmp_adopt(struct fs_igmp *s, const struct fs_igmp *o)
{
    for (uint32_t i = 1; i <= o->groups.used; i++) {
        const struct fs_group *group = &o->groups.groups[i];
        for (uint64_t left = group->members & s->all; left != 0; left &= left - 1) {
            uint32_t port = (uint32_t)__builtin_ctzll(left);
            fs_groups_join(&s->groups, group->address, port, fs_groups_until(&o->groups, group)[port]);
        }
    }
    s->routers |= o->routers & ~o->fixed_routers & s->all;
    __builtin_memcpy(s->router_until, o->router_until, sizeof s->router_until);
    s->queries = o->queries;
    s->reports = o->reports;
    s->leaves = o->leaves;
    s->refused = o->refused;
    s->lost = o->lost;
    fs_timer_after(&s->expire, 1);
}
