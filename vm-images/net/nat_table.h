/* nat_table.h: the mappings of the rewriters: how packets of a flow, and of the flow that answers it, are changed.
 *
 * A mapping is 32 bytes; with its two places in the index it takes 48. Nothing is moved when a packet passes: it leaves
 * its time behind, and timeouts are worked out when somebody asks (a sweep now and then, and a full table that needs
 * room). Memory is fixed when the router is configured. Elements may share one table (Click's MAPPING_CAPACITY); what
 * tells their mappings apart is the `map`, a number for each element and, where it has two maps, protocol.
 */
#ifndef NET_NAT_TABLE_H
#define NET_NAT_TABLE_H

#include "net/flow_index.h"

enum {
    FS_NAT_STATES = 16,
    /* TCP: which directions are over, and which have carried data */
    FS_NAT_DONE = 1, /* << direction */
    FS_NAT_DATA = 4, /* << direction */
    /* UDP: bit 0: an answer was seen; above: packets, up to 3 */
    FS_NAT_ANSWERED = 1,
    FS_NAT_PACKET = 2,
    FS_NAT_STREAMING = 7,
    FS_NAT_STATE = 0x0f,
    FS_NAT_SHIFTED = 0x40, /* sequence numbers are changed too: nat_shift.h */

    FS_NAT_WAYS = 0xffff,
    FS_NAT_CAPACITY_MAX = 1 << 26,
};

/* Addresses and ports as they lie in a packet: the first byte on the wire is the lowest. `ports` is source, destination.
 * A key is seen from where packets come from. */
struct fs_nat_key {
    uint32_t source, destination, ports;
};
static inline uint32_t fs_nat_ports(uint16_t source, uint16_t destination) /* both as in the packet */
{
    return source | (uint32_t)destination << 16;
}
static inline uint32_t fs_nat_swap_ports(uint32_t ports) { return ports >> 16 | ports << 16; }
static inline struct fs_nat_key fs_nat_reverse(struct fs_nat_key k)
{
    return (struct fs_nat_key){k.destination, k.source, fs_nat_swap_ports(k.ports)};
}
static inline bool fs_nat_same(const struct fs_nat_key *a, const struct fs_nat_key *b)
{
    return ((a->source ^ b->source) | (a->destination ^ b->destination) | (a->ports ^ b->ports)) == 0;
}

/* key[0]: packets that go forward, as they come; key[1]: the answers, as they come. What packets of direction d become
 * is the reverse of key[!d]. */
struct fs_nat_flow {
    struct fs_nat_key key[2];
    uint32_t last; /* packet, milliseconds */
    uint8_t state;
    uint8_t annotation; /* Click's REPLY_ANNO */
    uint16_t way; /* 0: the record is free, and key[0].source is the next free one */
};
_Static_assert(sizeof(struct fs_nat_flow) == 32, "two to a cache line");

struct fs_nat_times {
    uint32_t timeout[FS_NAT_STATES]; /* milliseconds, by state */
    uint32_t guarantee;
};

struct fs_nat_table;
struct fs_nat_way;
/* Is told that a mapping of one of its ways is about to go. */
typedef void fs_nat_gone(struct fs_nat_way *way, const struct fs_nat_flow *flow);

/* What mappings made in one way have in common. */
struct fs_nat_way {
    struct fs_element *owner;
    const struct fs_nat_times *times;
    uint32_t *count; /* of the mappings of the owner's input */
    fs_nat_gone *gone; /* or NULL */
    void *context;   /* of `gone` */
    uint16_t input; /* of the owner */
    uint16_t output[2]; /* by direction */
    uint16_t map;
    uint8_t protocol; /* 0: any */
};

struct fs_nat_table {
    struct fs_nat_flow *flows;
    struct fs_flow_index index; /* value: record << 1 | direction */
    struct fs_flow_seed seed;
    struct fs_nat_way *ways; /* [0] is none */
    uint32_t way_count, way_room;
    uint32_t size, capacity; /* mappings, and how many there may be */
    uint32_t room;  /* records there are: capacity at most */
    uint32_t fresh; /* records from here on were never used */
    uint32_t free;  /* first of those that are free again; FS_FLOW_NONE at the end */
    uint32_t hand;  /* where the search for a mapping to give up goes on */
    uint16_t map_count;
    struct fs_nat_shift *shifts; /* nat_shift.h; NULL when nobody shifts */
};

/* Its memory is the element's. 0, or -1 when there is none. */
int fs_nat_table_init(struct fs_nat_table *t, struct fs_element *e, uint32_t capacity);
/* `count` new ways in a row, to be filled in; the first one's number, or 0 when there is no room. May move the others. */
uint32_t fs_nat_add_ways(struct fs_nat_table *t, struct fs_element *e, uint32_t count);

static inline uint64_t fs_nat_hash(const struct fs_nat_table *t, const struct fs_nat_key *k, uint16_t map)
{
    return fs_flow_hash(&t->seed, k->source | (uint64_t)k->destination << 32, k->ports | (uint64_t)map << 32);
}
static inline bool fs_nat_is(const struct fs_nat_table *t, uint32_t value, const struct fs_nat_key *k, uint16_t map)
{
    const struct fs_nat_flow *f = &t->flows[value >> 1];
    return fs_nat_same(&f->key[value & 1], k) && f->way != 0 && t->ways[f->way].map == map;
}
/* record << 1 | direction, or FS_FLOW_NONE. */
uint32_t fs_nat_find(const struct fs_nat_table *t, const struct fs_nat_key *k, uint16_t map);
/* A new mapping, forward under `key` and back under `answer`; there is none for `key`. One that holds `answer` goes. When
 * the table is full the mapping that would time out first among those whose guarantee is over goes, found among the
 * next 64 records; when that would be the new one, or there is none, FS_FLOW_NONE. Answers record << 1. */
uint32_t fs_nat_add(struct fs_nat_table *t, uint16_t way, const struct fs_nat_key *key, const struct fs_nat_key *answer,
                    uint32_t now);
void fs_nat_remove(struct fs_nat_table *t, uint32_t record);
/* Those of an owner, and if `input` is not negative of that input of it. */
void fs_nat_remove_of(struct fs_nat_table *t, const struct fs_element *owner, int input);
void fs_nat_clear(struct fs_nat_table *t);
/* Removes what has timed out among at most `most` records from `*from` on; true when the end was reached. */
bool fs_nat_sweep(struct fs_nat_table *t, uint32_t *from, uint32_t most, uint32_t now);
void fs_nat_set_capacity(struct fs_nat_table *t, uint32_t capacity, uint32_t now);

static inline uint32_t fs_nat_timeout(const struct fs_nat_table *t, const struct fs_nat_flow *f)
{
    return t->ways[f->way].times->timeout[f->state & FS_NAT_STATE];
}
/* Milliseconds until it times out; not positive when it has. */
static inline int64_t fs_nat_remaining(const struct fs_nat_table *t, const struct fs_nat_flow *f, uint32_t now)
{
    return (int64_t)fs_nat_timeout(t, f) - (int64_t)(uint32_t)(now - f->last);
}

#endif
