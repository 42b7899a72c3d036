#include "net/routes6.h"

enum { SLOTS_MIN = 64, ROOM_MIN = 16, SPARSE = 2048 };

/* The first place in `sorted` whose route is not before this one. */
FS_ONCE static uint32_t lower_bound(const struct fs_routes6 *t, struct fs_address6 a, unsigned bits)
{
    uint32_t low = 0, high = t->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct fs_route6 *r = &t->all[t->sorted[middle]];
        bool before = r->address.high != a.high ? r->address.high < a.high
            : r->address.low != a.low           ? r->address.low < a.low
                                                : r->bits < bits;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return low;
}

FS_ONCE uint32_t fs_routes6_find(const struct fs_routes6 *t, struct fs_address6 address, unsigned bits)
{
    uint32_t i = lower_bound(t, address, bits);
    if (i < t->count) {
        const struct fs_route6 *r = &t->all[t->sorted[i]];
        if (fs_address6_equal(r->address, address) && r->bits == bits) {
            return t->sorted[i];
        }
    }
    return FS_ROUTE6_NONE;
}

FS_ONCE static int reserve(struct fs_routes6 *t, uint32_t capacity)
{
    struct fs_route6 *all = fs_alloc(t->element, capacity * sizeof *all);
    uint32_t *sorted = fs_alloc(t->element, capacity * sizeof *sorted);
    if (all == NULL || sorted == NULL) {
        return -1;
    }
    if (t->place_count != 0) {
        __builtin_memcpy(all, t->all, t->place_count * sizeof *all);
        __builtin_memcpy(sorted, t->sorted, t->count * sizeof *sorted);
    }
    t->all = all;
    t->sorted = sorted;
    t->capacity = capacity;
    return 0;
}

FS_ONCE int fs_routes6_put(struct fs_routes6 *t, const struct fs_route6 *route)
{
    uint32_t place = fs_routes6_find(t, route->address, route->bits), at;
    if (place != FS_ROUTE6_NONE) {
        fs_routes6_remove(t, place);
    }
    if (t->count == t->capacity && reserve(t, 2 * t->capacity) != 0) {
        return -1;
    }
    place = t->place_count;
    if (t->count < t->place_count) {
        for (place = 0; t->all[place].real; place++) {
        }
    } else {
        t->place_count++;
    }
    at = lower_bound(t, route->address, route->bits);
    __builtin_memmove(t->sorted + at + 1, t->sorted + at, (t->count - at) * sizeof *t->sorted);
    t->sorted[at] = place;
    t->count++;
    t->all[place] = *route;
    t->all[place].real = true;
    return 0;
}

FS_ONCE void fs_routes6_remove(struct fs_routes6 *t, uint32_t place)
{
    struct fs_route6 *r = &t->all[place];
    uint32_t at = lower_bound(t, r->address, r->bits);
    __builtin_memmove(t->sorted + at, t->sorted + at + 1, (--t->count - at) * sizeof *t->sorted);
    r->real = false;
}

/* ---- the hash table ---- */

/* The next step of a look-up that is led to the length number `index`: whether it goes on among longer ones. */
struct way {
    unsigned low, high, middle;
};
FS_ONCE static bool next_on_way(struct way *w, unsigned index)
{
    w->middle = (w->low + w->high) / 2;
    if (w->middle == index) {
        return false;
    }
    if (w->middle < index) {
        w->low = w->middle + 1;
    } else {
        w->high = w->middle;
    }
    return true;
}

FS_ONCE static void enter(struct fs_routes6 *t, struct fs_address6 prefix, unsigned bits, uint32_t route)
{
    const struct fs_route6_entry *found = fs_route6_entry(t, prefix, bits);
    t->entries[found - t->entries] =
        (struct fs_route6_entry){.prefix = prefix, .route = route, .bits = (uint8_t)bits, .used = true};
}

FS_ONCE static void find_lengths(struct fs_routes6 *t, uint8_t number[FS_ROUTE6_LENGTHS])
{
    bool occurs[FS_ROUTE6_LENGTHS] = {false};
    for (uint32_t i = 0; i < t->count; i++) {
        occurs[t->all[t->sorted[i]].bits] = true;
    }
    t->length_count = 0;
    for (unsigned bits = 0; bits < (unsigned)FS_ROUTE6_LENGTHS; bits++) {
        if (occurs[bits]) {
            number[bits] = (uint8_t)t->length_count;
            t->masks[t->length_count] = fs_mask6(bits);
            t->lengths[t->length_count++] = (uint8_t)bits;
        }
    }
}

FS_ONCE static void find_parents(struct fs_routes6 *t)
{
    uint32_t last = FS_ROUTE6_NONE;
    for (uint32_t i = 0; i < t->count; i++) {
        struct fs_route6 *r = &t->all[t->sorted[i]];
        while (last != FS_ROUTE6_NONE
               && !fs_address6_equal(fs_masked6(r->address, fs_mask6(t->all[last].bits)), t->all[last].address)) {
            last = t->all[last].parent;
        }
        r->parent = last;
        last = t->sorted[i];
    }
}

/* The entries that there may be: each route's own, and a marker for each step of its way towards longer ones. */
FS_ONCE static uint32_t count_entries(const struct fs_routes6 *t, const uint8_t *number)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        unsigned index = number[t->all[t->sorted[i]].bits];
        struct way w = {0, t->length_count, 0};
        count++;
        while (next_on_way(&w, index)) {
            count += w.middle < index;
        }
    }
    return count;
}

FS_ONCE int fs_routes6_build(struct fs_routes6 *t)
{
    uint8_t number[FS_ROUTE6_LENGTHS];
    find_lengths(t, number);
    uint32_t need = count_entries(t, number), slots = t->slots < SLOTS_MIN ? SLOTS_MIN : t->slots;
    need *= need <= SPARSE ? 4 : 2; /* a probe that misses ends sooner, as long as the table stays in the cache */
    while (slots < need) {
        slots *= 2;
    }
    if (slots != t->slots) {
        struct fs_route6_entry *larger = fs_alloc(t->element, slots * sizeof *larger);
        if (larger == NULL) {
            return -1;
        }
        t->entries = larger;
        t->slots = slots;
        t->shift = 64 - (unsigned)__builtin_ctz(slots);
    } else {
        __builtin_memset(t->entries, 0, slots * sizeof *t->entries);
    }
    find_parents(t);
    for (uint32_t i = 0; i < t->count; i++) {
        uint32_t place = t->sorted[i];
        const struct fs_route6 *r = &t->all[place];
        unsigned index = number[r->bits];
        struct way w = {0, t->length_count, 0};
        enter(t, r->address, r->bits, place + 1);
        while (next_on_way(&w, index)) {
            if (w.middle < index) {
                uint32_t best = r->parent;
                while (best != FS_ROUTE6_NONE && t->all[best].bits > t->lengths[w.middle]) {
                    best = t->all[best].parent;
                }
                enter(t, fs_masked6(r->address, t->masks[w.middle]), t->lengths[w.middle],
                      best == FS_ROUTE6_NONE ? 0 : best + 1);
            }
        }
    }
    return 0;
}

FS_ONCE int fs_routes6_init(struct fs_routes6 *t, struct fs_element *e, uint32_t room)
{
    t->element = e;
    return reserve(t, room < ROOM_MIN ? ROOM_MIN : room) != 0 ? -1 : fs_routes6_build(t);
}
