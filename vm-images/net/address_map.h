/* address_map.h: which IPv6 address (and port) stands for which on the other side of a translator: pairs that are given,
 * and pairs of which one half is taken from a pool when a packet comes for the other.
 */
#ifndef NET_ADDRESS_MAP_H
#define NET_ADDRESS_MAP_H

#include <flowstream/element.h>

#include "net/address6.h"

enum { FS_SIDES = 2, FS_PAIR_NONE = 0 }; /* places count from 1 */

struct fs_pair {
    struct fs_address6 address[FS_SIDES];
    uint16_t port[FS_SIDES]; /* 0: whatever the port, it stays */
    bool fixed, bound;       /* given by the configuration; in use */
    uint32_t next[FS_SIDES], older, newer;
    uint64_t used; /* steady ns */
};

struct fs_address_map {
    struct fs_pair *pairs;
    uint32_t *heads[FS_SIDES];
    uint32_t count, capacity, bits;
    uint32_t unused;         /* the first place of the pool that may never have been used */
    uint32_t oldest, newest; /* of the pool's in use */
    unsigned given; /* the side that the pool gives */
    uint64_t timeout, multiplier;
    bool ports; /* there are pairs with ports */
};

int fs_address_map_init(struct fs_address_map *m, struct fs_element *e, uint32_t capacity);
/* These two are called as often as the capacity says, at most. */
void fs_address_map_pair(struct fs_address_map *m, const struct fs_address6 address[FS_SIDES],
                         const uint16_t port[FS_SIDES]);
void fs_address_map_pool(struct fs_address_map *m, struct fs_address6 given); /* after all pairs that are given */

/* The pair in use that has this address, and port, on that side; NULL when there is none. */
struct fs_pair *fs_address_map_find(struct fs_address_map *m, unsigned side, struct fs_address6 a, uint16_t port,
                                    uint64_t now);
/* A new pair with this address on the side that the pool does not give; NULL when all are in use and none of them has
 * been idle for the timeout. */
struct fs_pair *fs_address_map_bind(struct fs_address_map *m, struct fs_address6 a, uint64_t now);
/* Binds as another map did, as far as the pools have the same addresses. */
void fs_address_map_adopt(struct fs_address_map *m, const struct fs_address_map *old);

#endif
