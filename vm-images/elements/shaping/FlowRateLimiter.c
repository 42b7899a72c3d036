/* FlowRateLimiter: limits the rate of each source, destination, pair of hosts, or flow. */
#include "net/handlers.h"
#include "net/keyed.h"
#include "net/quantity.h"
#include "net/tokens.h"

enum { WAYS = 4, CAPACITY_MAX = 1 << 22 };

/* The token buckets of some keys. One that is full again says no more than one that is not there: its place is free. */
struct places {
    uint64_t keys[WAYS]; /* 0: free */
    uint64_t at[WAYS];
    int64_t levels[WAYS];
};
struct limiter {
    struct fs_element base;
    struct fs_keyed keyed;
    struct fs_tokens rule; /* rate and size of every bucket; its level is that of the keys without a place */
    struct places *places;
    uint32_t bits; /* 2^bits of them */
    bool bytes;
    uint64_t burst_ns;
    uint64_t passed, limited, untracked, other;
};

enum { RATE, PACKET_RATE, BURST_DURATION, KEY, PREFIX, PREFIX6, CAPACITY };

static struct places *places_of(const struct limiter *l, uint64_t key)
{
    return &l->places[l->bits == 0 ? 0 : key >> (64 - l->bits)];
}

/* Takes the cost out of the bucket, or does not. */
static bool charge(struct limiter *l, struct fs_tokens *t, uint32_t length)
{
    if (t->level < (l->bytes ? 1 : FS_TOKEN)) {
        return false;
    }
    t->level -= l->bytes ? (int64_t)length * FS_TOKEN : FS_TOKEN;
    return true;
}

static bool passes(struct limiter *l, uint64_t key, uint32_t length, uint64_t now)
{
    struct places *s = places_of(l, key);
    struct fs_tokens t = l->rule;
    unsigned mine = WAYS;
    for (unsigned i = 0; i < WAYS; i++) {
        if (s->keys[i] == key) {
            mine = i;
            t.level = s->levels[i];
            t.at = s->at[i];
            fs_tokens_refill(&t, now);
            break;
        }
    }
    for (unsigned i = 0; i < WAYS && mine == WAYS; i++) {
        t.level = s->levels[i];
        t.at = s->at[i];
        if (s->keys[i] != 0) {
            fs_tokens_refill(&t, now);
        }
        if (s->keys[i] == 0 || t.level == t.full) {
            mine = i;
            s->keys[i] = key;
            t.level = t.full;
        }
    }
    if (mine == WAYS) { /* as many as would get a place by pushing others out are many: they share one bucket */
        l->untracked++;
        fs_tokens_refill(&l->rule, now);
        return charge(l, &l->rule, length);
    }
    bool passed = charge(l, &t, length);
    s->levels[mine] = t.level;
    s->at[mine] = now;
    return passed;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct limiter *l = (struct limiter *)e;
    uint64_t now = fs_steady(e), keys[FS_BATCH_MAX];
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = fs_key_of(&l->keyed, batch->packets[i]);
        __builtin_prefetch(places_of(l, keys[i]), 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (keys[i] == 0) {
            l->other++;
        } else if (passes(l, keys[i], p->length, now)) {
            l->passed++;
        } else {
            l->limited++;
            fs_reject(e, 1, p, FS_DROP_RATE);
            continue;
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static void set_rate(struct limiter *l, uint64_t rate)
{
    unsigned __int128 size = (unsigned __int128)rate * l->burst_ns;
    bool large = size >= (unsigned __int128)FS_TOKENS_MAX * 1000000000u;
    fs_tokens_set(&l->rule, rate, large ? FS_TOKENS_MAX : (uint64_t)size / 1000000000u, true);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct limiter *l = (struct limiter *)e;
    uint32_t capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, 4096);
    l->bytes = fs_args_given(e->args, RATE);
    if (l->bytes == fs_args_given(e->args, PACKET_RATE)) {
        fs_text_string(error, "expected either RATE or PACKET_RATE");
        return -1;
    }
    if (!fs_key_parse(fs_args_text(e->args, KEY, "source"), &l->keyed.key)) {
        fs_text_string(error, "KEY: expected source, destination, pair or flow");
        return -1;
    }
    l->burst_ns = (uint64_t)fs_args_integer(e->args, BURST_DURATION, 100000000);
    set_rate(l, (uint64_t)fs_args_integer(e->args, l->bytes ? RATE : PACKET_RATE, 0));
    fs_flow_seed(&l->keyed.seed, e);
    fs_key_prefixes(&l->keyed, (uint32_t)fs_args_integer(e->args, PREFIX, 32),
                    (uint32_t)fs_args_integer(e->args, PREFIX6, 64));
    while (((uint32_t)WAYS << l->bits) < capacity) {
        l->bits++;
    }
    l->places = fs_alloc(e, sizeof *l->places << l->bits);
    if (l->places == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

/* Levels are parts of a size, and keys are hashes: both mean something only where these are the same. */
FS_ONCE static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct limiter *l = (struct limiter *)e;
    const struct limiter *o = (const struct limiter *)old;
    l->passed = o->passed;
    l->limited = o->limited;
    l->untracked = o->untracked;
    l->other = o->other;
    if (l->bits == o->bits && l->bytes == o->bytes && l->rule.rate == o->rule.rate && l->rule.full == o->rule.full
        && l->keyed.key == o->keyed.key && l->keyed.mask4 == o->keyed.mask4
        && __builtin_memcmp(l->keyed.mask6, o->keyed.mask6, sizeof l->keyed.mask6) == 0) {
        l->keyed.seed = o->keyed.seed;
        l->rule = o->rule;
        __builtin_memcpy(l->places, o->places, sizeof *l->places << l->bits);
    }
}

static uint64_t in_use(const struct limiter *l, uint64_t now)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < 1u << l->bits; i++) {
        const struct places *s = &l->places[i];
        for (unsigned w = 0; w < WAYS; w++) {
            struct fs_tokens t = l->rule;
            t.level = s->levels[w];
            t.at = s->at[w];
            fs_tokens_refill(&t, now);
            n += s->keys[w] != 0 && t.level < t.full;
        }
    }
    return n;
}

FS_READ_NUMBER(read_passed, struct limiter, passed)
FS_READ_NUMBER(read_limited, struct limiter, limited)
FS_READ_NUMBER(read_untracked, struct limiter, untracked)
FS_READ_NUMBER(read_other, struct limiter, other)
static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, in_use((struct limiter *)e, fs_steady(e)));
}
static void read_rate(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct limiter *l = (struct limiter *)e;
    (void)parameters;
    if (l->bytes) {
        fs_text_bandwidth(value, l->rule.rate);
    } else {
        fs_text_u64(value, l->rule.rate);
    }
}
/* All start anew: a level is a part of a size that is no longer. */
static void clear(struct limiter *l)
{
    __builtin_memset(l->places, 0, sizeof *l->places << l->bits);
    l->rule.level = l->rule.full;
}
static int write_rate(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct limiter *l = (struct limiter *)e;
    uint64_t rate;
    int64_t packets;
    if (l->bytes) {
        if (fs_write_bandwidth("rate", value, length, &rate, error) != 0) {
            return -1;
        }
    } else {
        if (fs_write_integer("rate", value, length, 0, INT32_MAX, &packets, error) != 0) {
            return -1;
        }
        rate = (uint64_t)packets;
    }
    set_rate(l, rate);
    clear(l);
    return 0;
}
FS_BUTTON(write_clear, struct limiter, clear(self))
FS_BUTTON(write_reset_counts, struct limiter, self->passed = self->limited = self->untracked = self->other = 0)

static const struct fs_arg args[] = {
    [RATE] = {"RATE", "bandwidth", FS_OPTIONAL, 0, 0, "", "What each key may use, such as 1Mbps."},
    [PACKET_RATE] = {"PACKET_RATE", "rate", FS_KEYWORD, 0, 0, "", "Packets per second, in place of RATE."},
    [BURST_DURATION] = {"BURST_DURATION", "duration", FS_KEYWORD, 0, 0, "100ms",
                        "What the rate gives in so long may pass at once, and at least a packet."},
    [KEY] = {"KEY", "word", FS_KEYWORD, 0, 0, "source",
             "What has a rate of its own: each `source`, `destination`, `pair` of hosts, or `flow`."},
    [PREFIX] = {"PREFIX", "integer", FS_KEYWORD, 0, 32, "32", "Bits of an IPv4 address that count."},
    [PREFIX6] = {"PREFIX6", "integer", FS_KEYWORD, 0, 128, "64", "Bits of an IPv6 address that count; link-local ones count whole."},
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, CAPACITY_MAX, "4096", "Keys known at a time; 24 bytes each."},
};
static const struct fs_handler handlers[] = {
    {"rate", read_rate, write_rate, 0, NULL, "RATE or PACKET_RATE. When it is written all keys start anew."},
    {"count", read_count, NULL, FS_HANDLER_EXPENSIVE, NULL, "Keys known: those that have used some of their rate lately."},
    {"passed", read_passed, NULL, 0, NULL, "IP packets within their rate."},
    {"limited", read_limited, NULL, 0, NULL, "Packets above it."},
    {"untracked", read_untracked, NULL, 0, NULL, "Packets whose key found no place: together they have one rate."},
    {"other", read_other, NULL, 0, NULL, "Packets that are not IP; they pass."},
    {"clear", NULL, write_clear, FS_HANDLER_BUTTON, NULL, "Forgets all keys."},
    {"reset_counts", NULL, write_reset_counts, FS_HANDLER_BUTTON, NULL, "Sets the counts to zero."},
};

FS_ELEMENT(FlowRateLimiter) = {
    .name = "FlowRateLimiter",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip.src ip.dst ip6 tcp.sport tcp.dport udp.sport udp.dport length; drops; keeps-state",
    .summary = "limits the rate of each source, destination or flow",
    .doc = "Ours. A token bucket for each key; what exceeds it leaves by output 1, where it is not connected it is dropped as\n"
           "`rate`. The table is bounded, and nobody is pushed out of it: keys that find no place share one bucket. A key\n"
           "whose bucket is full again needs no place. It looks at the marked IP header, or behind Ethernet and VLAN tags.\n"
           "In the keys of flows later fragments have no ports: those of a pair of hosts share a bucket.\n\n"
           "    FromDevice(0) -> FlowRateLimiter(1Mbps, KEY source) -> ToDevice(1);\n",
    .size = sizeof(struct limiter),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
