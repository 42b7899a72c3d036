#include "net/routes.h"

enum { CHUNK_BITS_MIN = 8, CHUNK_BITS_MAX = 16, NO_HOP = 0, DEPTH = 34, SLACK = 64, SEARCHED = 4 };

/* ---- hops ---- */

static uint32_t hash_hop(const struct fs_routes *t, const struct fs_hop *hop)
{
    uint32_t h = (fs_get32(hop->gateway) ^ hop->port * 0x85ebca6bu) * 0x9e3779b1u;
    return (h ^ h >> 15) & (t->slots - 1);
}

static void clear_hops(struct fs_routes *t)
{
    __builtin_memset(t->hop_index, 0, t->slots * sizeof *t->hop_index);
    t->hops[NO_HOP] = (struct fs_hop){.port = FS_ROUTE_NONE};
    t->hop_count = 1;
}

/* There is room: hops hold one more than there may be routes, and stale ones go when they are full. */
static uint32_t hop_of(struct fs_routes *t, const struct fs_hop *hop)
{
    uint32_t slot = hash_hop(t, hop);
    while (t->hop_index[slot] != NO_HOP) {
        if (__builtin_memcmp(&t->hops[t->hop_index[slot]], hop, sizeof *hop) == 0) {
            return t->hop_index[slot];
        }
        slot = (slot + 1) & (t->slots - 1);
    }
    t->hops[t->hop_count] = *hop;
    return t->hop_index[slot] = t->hop_count++;
}

/* ---- building chunks from routes ---- */

struct build {
    struct fs_routes *t;
    uint32_t begin; /* of the chunk's ranges */
    bool full;
};

/* Writes the index of the n ranges from `begin` on, which are those of the chunk that starts at `start`; answers by how
 * many bits it goes. There are at least as many parts as ranges, and less than twice as many: room for 3n is enough. */
static unsigned make_index(struct fs_routes *t, uint32_t start, uint32_t begin, uint32_t n)
{
    unsigned bits = 32 - (unsigned)__builtin_clz(n - 1);
    bits = bits < t->shift ? bits : t->shift;
    const struct fs_route_range *ranges = &t->ranges[begin];
    uint16_t *index = &t->index[3 * (size_t)begin];
    uint32_t at = 0;
    for (uint32_t part = 0; part < 1u << bits; part++) {
        uint32_t from = start + (part << (t->shift - bits));
        while (at + 1 < n && ranges[at + 1].start <= from) {
            at++;
        }
        index[part] = (uint16_t)at;
    }
    index[1u << bits] = (uint16_t)(n - 1);
    return bits;
}

/* Addresses `from` to `to` go to the hop. Called in order, without gaps, from a chunk's start to a chunk's end. */
static void run(struct build *b, uint32_t from, uint32_t to, uint32_t hop)
{
    struct fs_routes *t = b->t;
    const uint32_t last = (uint32_t)(((uint64_t)1 << t->shift) - 1); /* of a chunk */
    for (;;) {
        uint32_t end = from | last;
        end = end < to ? end : to;
        if (t->range_count == b->begin || t->ranges[t->range_count - 1].hop != hop) {
            if (t->range_count == t->range_capacity) {
                b->full = true;
                return;
            }
            t->ranges[t->range_count++] = (struct fs_route_range){from, hop};
        }
        if ((end & last) == last) {
            struct fs_route_chunk *c = &t->chunks[end >> t->shift];
            if (t->range_count == b->begin + 1) {
                *c = (struct fs_route_chunk){t->ranges[--t->range_count].hop, 0};
            } else {
                uint32_t n = t->range_count - b->begin;
                unsigned bits = n > SEARCHED ? make_index(t, end & ~last, b->begin, n) : 0;
                *c = (struct fs_route_chunk){b->begin, n | bits << FS_ROUTE_INDEX_SHIFT};
            }
            b->begin = t->range_count;
        }
        if (end == to) {
            return;
        }
        from = end + 1;
    }
}

struct level {
    uint32_t end, hop;
};

/* The first place in `sorted` whose route is not before this one. */
static uint32_t lower_bound(const struct fs_routes *t, uint32_t address, unsigned bits)
{
    uint32_t low = 0, high = t->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct fs_route *r = &t->all[t->sorted[middle]];
        bool before = r->address < address || (r->address == address && r->bits < bits);
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return low;
}

static uint32_t end_of(const struct fs_route *r) { return r->address | ~fs_route_mask(r->bits); }

/* Makes the chunks from that of `from`, which is a chunk's start, to that of `to`, a chunk's end, anew. False when there
 * is no room for their ranges. */
static bool build(struct fs_routes *t, uint32_t from, uint32_t to)
{
    struct build b = {.t = t, .begin = t->range_count};
    struct level stack[DEPTH] = {{0xffffffff, NO_HOP}};
    unsigned depth = 1;
    uint32_t at = from;
    bool done = false;
    for (unsigned bits = 0; bits <= 32; bits++) { /* routes that begin before and reach into it */
        uint32_t address = from & fs_route_mask(bits), place;
        if (address != from && (place = fs_routes_find(t, address, bits)) != FS_ROUTE_NONE) {
            stack[depth++] = (struct level){end_of(&t->all[place]), hop_of(t, &t->all[place].hop)};
        }
    }
    for (uint32_t i = lower_bound(t, from, 0); i < t->count && !done; i++) {
        const struct fs_route *r = &t->all[t->sorted[i]];
        if (r->address > to) {
            break;
        }
        while (stack[depth - 1].end < r->address) {
            if (at <= stack[depth - 1].end) {
                run(&b, at, stack[depth - 1].end, stack[depth - 1].hop);
                at = stack[depth - 1].end + 1;
            }
            depth--;
        }
        if (at < r->address) {
            run(&b, at, r->address - 1, stack[depth - 1].hop);
            at = r->address;
        }
        stack[depth++] = (struct level){end_of(r), hop_of(t, &r->hop)};
    }
    while (!done) {
        uint32_t end = stack[depth - 1].end < to ? stack[depth - 1].end : to;
        if (at <= end) {
            run(&b, at, end, stack[depth - 1].hop);
            done = end == to;
            at = end + 1;
        }
        depth--;
    }
    return !b.full;
}

static void build_all(struct fs_routes *t)
{
    t->range_count = 0;
    clear_hops(t);
    build(t, 0, 0xffffffff); /* there is always room for all, see reserve() */
}

/* The chunks that a prefix covers. */
static void changed(struct fs_routes *t, uint32_t address, unsigned bits)
{
    if (t->held) {
        t->stale = true;
        return;
    }
    const uint32_t last = (uint32_t)(((uint64_t)1 << t->shift) - 1);
    bool hops = t->hop_count <= t->capacity; /* one more will fit */
    if (!hops || !build(t, address & ~last, (address | ~fs_route_mask(bits)) | last)) {
        build_all(t);
    }
}

/* ---- routes ---- */

static unsigned chunk_bits(uint32_t capacity)
{
    unsigned bits = CHUNK_BITS_MIN;
    while (bits < CHUNK_BITS_MAX && (1u << bits) < 4 * capacity) {
        bits++;
    }
    return bits;
}

/* Room for so many routes. n routes have at most 2n + 1 ranges; each of their 2n bounds cuts a chunk, which may begin
 * with one more. As many again are for chunks that are made anew, before all are. */
static int reserve(struct fs_routes *t, uint32_t capacity)
{
    struct fs_routes fresh = *t;
    unsigned bits = chunk_bits(capacity);
    fresh.capacity = capacity;
    fresh.shift = 32 - bits;
    fresh.range_capacity = 6 * capacity + SLACK;
    for (fresh.slots = 16; fresh.slots < 2 * (capacity + 2); fresh.slots *= 2) {
    }
    fresh.all = fs_alloc(t->element, capacity * sizeof *fresh.all);
    fresh.sorted = fs_alloc(t->element, capacity * sizeof *fresh.sorted);
    fresh.chunks = fs_alloc(t->element, sizeof *fresh.chunks << bits);
    fresh.ranges = fs_alloc(t->element, fresh.range_capacity * sizeof *fresh.ranges);
    fresh.index = fs_alloc(t->element, 3 * (size_t)fresh.range_capacity * sizeof *fresh.index);
    fresh.hops = fs_alloc(t->element, (capacity + 2) * sizeof *fresh.hops);
    fresh.hop_index = fs_alloc(t->element, fresh.slots * sizeof *fresh.hop_index);
    if (fresh.all == NULL || fresh.sorted == NULL || fresh.chunks == NULL || fresh.ranges == NULL || fresh.index == NULL
        || fresh.hops == NULL || fresh.hop_index == NULL) {
        return -1;
    }
    if (t->place_count != 0) {
        __builtin_memcpy(fresh.all, t->all, t->place_count * sizeof *fresh.all);
        __builtin_memcpy(fresh.sorted, t->sorted, t->count * sizeof *fresh.sorted);
    }
    *t = fresh;
    build_all(t);
    return 0;
}

int fs_routes_init(struct fs_routes *t, struct fs_element *e, uint32_t room)
{
    *t = (struct fs_routes){.element = e, .free = FS_ROUTE_NONE};
    return reserve(t, room < 16 ? 16 : room);
}

uint32_t fs_routes_find(const struct fs_routes *t, uint32_t address, unsigned bits)
{
    uint32_t i = lower_bound(t, address, bits);
    if (i < t->count) {
        const struct fs_route *r = &t->all[t->sorted[i]];
        if (r->address == address && r->bits == bits) {
            return t->sorted[i];
        }
    }
    return FS_ROUTE_NONE;
}

uint32_t fs_routes_add(struct fs_routes *t, uint32_t address, unsigned bits, const struct fs_hop *hop)
{
    if (t->count == t->capacity && reserve(t, 2 * t->capacity) != 0) {
        return FS_ROUTE_NONE;
    }
    uint32_t place = t->free, at = lower_bound(t, address, bits);
    if (place != FS_ROUTE_NONE) {
        t->free = t->all[place].next;
    } else {
        place = t->place_count++;
    }
    t->all[place] = (struct fs_route){.address = address, .bits = (uint8_t)bits, .real = true, .hop = *hop};
    __builtin_memmove(t->sorted + at + 1, t->sorted + at, (t->count - at) * sizeof *t->sorted);
    t->sorted[at] = place;
    t->count++;
    changed(t, address, bits);
    return place;
}

void fs_routes_replace(struct fs_routes *t, uint32_t place, const struct fs_hop *hop)
{
    t->all[place].hop = *hop;
    changed(t, t->all[place].address, t->all[place].bits);
}

void fs_routes_replace_elsewhere(struct fs_routes *t, uint32_t place, const struct fs_hop *hop)
{
    uint32_t to = t->free;
    if (to != FS_ROUTE_NONE) {
        t->free = t->all[to].next;
    } else if (t->place_count < t->capacity) {
        to = t->place_count++;
    } else {
        to = place;
    }
    if (to != place) {
        t->all[to] = t->all[place];
        t->sorted[lower_bound(t, t->all[to].address, t->all[to].bits)] = to;
        t->all[place].real = false;
        t->all[place].next = t->free;
        t->free = place;
    }
    fs_routes_replace(t, to, hop);
}

void fs_routes_remove(struct fs_routes *t, uint32_t place)
{
    struct fs_route *r = &t->all[place];
    uint32_t at = lower_bound(t, r->address, r->bits);
    __builtin_memmove(t->sorted + at, t->sorted + at + 1, (--t->count - at) * sizeof *t->sorted);
    r->real = false;
    r->next = t->free;
    t->free = place;
    changed(t, r->address, r->bits);
}

void fs_routes_clear(struct fs_routes *t)
{
    t->count = t->place_count = 0;
    t->free = FS_ROUTE_NONE;
    build_all(t);
}

void fs_routes_hold(struct fs_routes *t) { t->held = true; }
void fs_routes_release(struct fs_routes *t)
{
    t->held = false;
    if (t->stale) {
        t->stale = false;
        build_all(t);
    }
}
