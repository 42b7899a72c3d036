/* routes6.h: a table of IPv6 routes, and which of them is the longest that matches an address.
 *
 * A hash table holds the routes by prefix, and a look-up halves the list of prefix lengths that occur: where a hash says
 * that something as long may match, it goes on among the longer ones, else among the shorter. So that it is led to longer
 * routes, each has markers at the shorter lengths of its way, and a marker names the best route up to there (Waldvogel,
 * Varghese, Turner, Plattner, "Scalable High Speed IP Routing Lookups", SIGCOMM 1997). With 7 different lengths that is
 * three probes at most, with all 129 eight, however many routes there are.
 */
#ifndef NET_ROUTES6_H
#define NET_ROUTES6_H

#include <flowstream/element.h>

#include "net/address6.h"

enum { FS_ROUTE6_NONE = 0xffffffff, FS_ROUTE6_LENGTHS = 129 };

struct fs_route6 {
    struct fs_address6 address, gateway; /* gateway 0: none, the packet's own destination */
    uint32_t port;
    uint32_t parent; /* while the table is built: the longest shorter route that contains it */
    uint8_t bits;    /* of the prefix */
    bool real;       /* else the place is free */
};

struct fs_route6_entry {
    struct fs_address6 prefix;
    uint32_t route; /* its place + 1; 0: none as long as this or shorter */
    uint8_t bits;
    bool used;
};

struct fs_routes6 {
    struct fs_element *element;
    struct fs_route6 *all; /* in places that do not change */
    uint32_t *sorted;      /* their places, by address and length */
    uint32_t place_count, count, capacity;
    struct fs_route6_entry *entries;
    unsigned shift; /* of a hash, to a slot */
    uint32_t slots;
    unsigned length_count;
    struct fs_address6 masks[FS_ROUTE6_LENGTHS]; /* of the lengths that occur, ascending */
    uint8_t lengths[FS_ROUTE6_LENGTHS];
};

/* An empty table with room for so many routes; it grows. 0, or -1 when there is no memory. */
int fs_routes6_init(struct fs_routes6 *t, struct fs_element *e, uint32_t room);
/* The place of the route with this prefix; FS_ROUTE6_NONE when there is none. */
uint32_t fs_routes6_find(const struct fs_routes6 *t, struct fs_address6 address, unsigned bits);
/* These two are seen by look-ups after fs_routes6_build(). Sets the route with this prefix, in the first free place; -1
 * when there is no memory. */
int fs_routes6_put(struct fs_routes6 *t, const struct fs_route6 *route);
void fs_routes6_remove(struct fs_routes6 *t, uint32_t place);
/* -1 when there is no memory: without the routes that were put since it was built last, there is. */
int fs_routes6_build(struct fs_routes6 *t);

static inline uint32_t fs_route6_slot(const struct fs_routes6 *t, struct fs_address6 prefix, unsigned bits)
{
    uint64_t h = (prefix.high ^ bits) * 0x9e3779b97f4a7c15u + prefix.low;
    h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9u;
    return (uint32_t)(h >> t->shift);
}
static inline const struct fs_route6_entry *fs_route6_entry(const struct fs_routes6 *t, struct fs_address6 prefix,
                                                            unsigned bits)
{
    uint32_t slot = fs_route6_slot(t, prefix, bits);
    const struct fs_route6_entry *e = &t->entries[slot];
    while (e->used && (e->bits != bits || !fs_address6_equal(e->prefix, prefix))) {
        slot = (slot + 1) & (t->slots - 1);
        e = &t->entries[slot];
    }
    return e;
}
/* Where a look-up of the address begins to read. */
static inline const void *fs_routes6_first(const struct fs_routes6 *t, struct fs_address6 a)
{
    unsigned middle = t->length_count / 2;
    return &t->entries[fs_route6_slot(t, fs_masked6(a, t->masks[middle]), t->lengths[middle])];
}
/* NULL when there is no route. */
static inline const struct fs_route6 *fs_routes6_lookup(const struct fs_routes6 *t, struct fs_address6 a)
{
    unsigned low = 0, high = t->length_count;
    uint32_t best = 0;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        const struct fs_route6_entry *e = fs_route6_entry(t, fs_masked6(a, t->masks[middle]), t->lengths[middle]);
        best = e->used ? e->route : best;
        low = e->used ? middle + 1 : low;
        high = e->used ? high : middle;
    }
    return best == 0 ? NULL : &t->all[best - 1];
}

#endif
