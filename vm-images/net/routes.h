/* routes.h: a table of IPv4 routes, and which of them is the longest that matches an address.
 *
 * The address space is cut into equal chunks, a power of two of them by the number of routes. A chunk within which all
 * addresses go one way holds that way; any other holds its ranges, sorted, and a look-up searches them by halves. Where
 * there are many, as when all routes are within 10.0.0.0/8, an index cuts the chunk into equal parts once more and says
 * which ranges are in each: so there is little left to search. A look-up reads a few cache lines, and a thousand routes
 * take some 140 KiB in all (the idea is DXR's: Zec, Rizzo, Mikuc, "DXR: Towards a Billion Routing Lookups per Second in
 * Software", CCR 2012). A change of a route makes only the chunks anew that it covers.
 *
 * Addresses are host numbers here, but for gateways, which are as on the wire.
 */
#ifndef NET_ROUTES_H
#define NET_ROUTES_H

#include <flowstream/element.h>

#include "net/bytes.h"

enum { FS_ROUTE_NONE = 0xffffffff };

/* Where packets of a route go. */
struct fs_hop {
    uint8_t gateway[4]; /* all 0: none, the packet's own destination */
    uint32_t port;      /* FS_ROUTE_NONE: there is no route */
};

struct fs_route {
    uint32_t address;
    uint8_t bits; /* of the prefix */
    bool real;    /* else the place is free */
    struct fs_hop hop;
    uint32_t next; /* free place */
};

struct fs_route_chunk {
    uint32_t at;    /* its first range; or, when there is but one, the hop */
    uint32_t count; /* of ranges, 24 bits; 0 for one. Above: bits of an address that its index goes by; 0: no index */
};
enum { FS_ROUTE_COUNT = 0xffffff, FS_ROUTE_INDEX_SHIFT = 24 };
struct fs_route_range {
    uint32_t start, hop;
};

struct fs_routes {
    struct fs_element *element;
    unsigned shift; /* of an address, to its chunk's number */
    struct fs_route_chunk *chunks;
    struct fs_route_range *ranges;
    /* Of the chunk whose ranges begin at n, the index begins at 3n: for each part the last range that begins at or before
     * the part does, from the chunk's first; one more for the end. */
    uint16_t *index;
    uint32_t range_count, range_capacity;
    struct fs_hop *hops; /* the first is that of no route */
    uint32_t *hop_index; /* a hash table of hops */
    uint32_t hop_count;
    /* the routes, in places that do not change, and their places sorted by address and length */
    struct fs_route *all;
    uint32_t *sorted;
    uint32_t place_count, count, capacity, free;
    uint32_t slots; /* of hop_index, a power of two */
    bool stale;     /* nothing was rebuilt since fs_routes_hold() */
    bool held;
};

static inline uint32_t fs_route_mask(unsigned bits) { return bits == 0 ? 0 : 0xffffffffu << (32 - bits); }

/* An empty table with room for so many routes; it grows. 0, or -1 when there is no memory. */
int fs_routes_init(struct fs_routes *t, struct fs_element *e, uint32_t room);
/* The place of the route with this prefix; FS_ROUTE_NONE when there is none. */
uint32_t fs_routes_find(const struct fs_routes *t, uint32_t address, unsigned bits);
/* Adds a route that is not there; answers its place, or FS_ROUTE_NONE when there is no memory. */
uint32_t fs_routes_add(struct fs_routes *t, uint32_t address, unsigned bits, const struct fs_hop *hop);
void fs_routes_replace(struct fs_routes *t, uint32_t place, const struct fs_hop *hop);
/* The same; but the route moves to a free place, or a new one, where there is room for that. */
void fs_routes_replace_elsewhere(struct fs_routes *t, uint32_t place, const struct fs_hop *hop);
void fs_routes_remove(struct fs_routes *t, uint32_t place);
void fs_routes_clear(struct fs_routes *t);
/* Between these two, changes are not seen by look-ups: for many at once. */
void fs_routes_hold(struct fs_routes *t);
void fs_routes_release(struct fs_routes *t);

static inline const struct fs_route_chunk *fs_routes_chunk(const struct fs_routes *t, uint32_t address)
{
    return &t->chunks[address >> t->shift];
}
static inline const struct fs_hop *fs_routes_lookup(const struct fs_routes *t, uint32_t address)
{
    const struct fs_route_chunk *c = fs_routes_chunk(t, address);
    if (c->count == 0) {
        return &t->hops[c->at];
    }
    const struct fs_route_range *low = &t->ranges[c->at];
    uint32_t n = c->count & FS_ROUTE_COUNT, bits = c->count >> FS_ROUTE_INDEX_SHIFT;
    if (bits != 0) {
        const uint16_t *part = &t->index[3 * c->at + (address >> (t->shift - bits) & ((1u << bits) - 1))];
        low += part[0];
        n = part[1] - part[0] + 1u;
    }
    while (n > 1) { /* the last that starts at or before the address; the first one does */
        uint32_t half = n / 2;
        low = low[half].start <= address ? low + half : low;
        n -= half;
    }
    return &t->hops[low->hop];
}

#endif
