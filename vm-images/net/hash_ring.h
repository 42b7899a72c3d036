/* hash_ring.h: consistent hashing (Karger et al., STOC 1997): each member has points on a ring, at places that depend on
 * nothing but the seed, its number and the point's; what is looked up goes to the member of the next point that is up.
 * So a member that comes or goes moves its own share alone. */
#ifndef NET_HASH_RING_H
#define NET_HASH_RING_H

#include <flowstream/element.h>

struct fs_hash_point {
    uint32_t place;
    uint32_t member; /* index */
};
struct fs_hash_ring {
    struct fs_hash_point *points; /* by place */
    uint32_t count;
};

/* 64 bits from 64, well mixed (the finisher of splitmix64). */
static inline uint64_t fs_hash_mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* `points` for each of `members`, whose numbers are `ids`. 0, or -1 when there is no memory. */
int fs_hash_ring_init(struct fs_hash_ring *r, struct fs_element *e, const uint32_t *ids, uint32_t members,
                      uint32_t points, uint64_t seed);
/* The member for a hash: of the next point whose member is not `down` (NULL: none is); `members` when all are. */
uint32_t fs_hash_ring_find(const struct fs_hash_ring *r, uint32_t hash, const bool *down, uint32_t members);

#endif
