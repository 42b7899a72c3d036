/* flow_index.h: a hash table from keys to 32-bit values, for tables of flows. It holds neither keys nor hashes: the
 * caller keeps those in records of its own, and compares the key of each value that is offered.
 *
 * A bucket is one cache line of twelve values with a byte of each one's hash in front, so that a look-up reads one line
 * here and (255 times out of 256) no record but the right one. What finds its bucket full goes to the next; a count in
 * the bucket says for how many that happened, and a look-up goes on only where it is not 0. So removing leaves nothing
 * behind, and a table that has been in use for a year is as quick as a new one. Hashes must be keyed by a random seed:
 * who can choose flows must not be able to choose buckets.
 */
#ifndef NET_FLOW_INDEX_H
#define NET_FLOW_INDEX_H

#include <flowstream/element.h>

#include "net/bytes.h"

enum { FS_FLOW_BUCKET = 12 };
#define FS_FLOW_NONE 0xffffffffu /* never a value */

struct fs_flow_bucket {
    uint8_t tags[FS_FLOW_BUCKET]; /* 0: free */
    uint16_t passed; /* how many values went by because it was full */
    uint16_t spare;
    uint32_t values[FS_FLOW_BUCKET];
};
_Static_assert(sizeof(struct fs_flow_bucket) == 64, "a cache line");

struct fs_flow_index {
    struct fs_flow_bucket *buckets;
    uint32_t count; /* of buckets */
};

/* Room for so many values; its memory is the element's. 0, or -1 when there is none. */
int fs_flow_index_init(struct fs_flow_index *x, struct fs_element *e, uint64_t values);
/* The bytes that it takes. */
uint64_t fs_flow_index_bytes(uint64_t values);
/* There is room as long as no more are inserted than was said at the start. */
void fs_flow_index_insert(struct fs_flow_index *x, uint64_t hash, uint32_t value);
/* False when it was not there. */
bool fs_flow_index_remove(struct fs_flow_index *x, uint64_t hash, uint32_t value);
void fs_flow_index_clear(struct fs_flow_index *x);

/* ---- hashing: 128-bit products folded (as in wyhash), with three random words as the key ---- */
struct fs_flow_seed {
    uint64_t words[3];
};
void fs_flow_seed(struct fs_flow_seed *s, struct fs_element *e);
static inline uint64_t fs_flow_mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}
static inline uint64_t fs_flow_hash(const struct fs_flow_seed *s, uint64_t a, uint64_t b)
{
    return fs_flow_mix(fs_flow_mix(a ^ s->words[0], b ^ s->words[1]) ^ s->words[2], 0x9e3779b97f4a7c15u);
}

/* ---- looking up ---- */
static inline uint32_t fs_flow_home(const struct fs_flow_index *x, uint64_t hash)
{
    return (uint32_t)((hash >> 32) * x->count >> 32);
}
static inline uint8_t fs_flow_tag(uint64_t hash) { return (uint8_t)(1 + ((hash & 0xff) * 255 >> 8)); }
static inline void fs_flow_prefetch(const struct fs_flow_index *x, uint64_t hash)
{
    __builtin_prefetch(&x->buckets[fs_flow_home(x, hash)]);
}

/* Where a look-up stands: bit 8 i + 7 is set for place i of the bucket that is still to be looked at. */
struct fs_flow_probe {
    const struct fs_flow_bucket *bucket, *home;
    uint64_t low, high; /* places 0 to 7, 8 to 11 */
    uint64_t tags; /* the tag in every byte */
};

/* A byte's highest bit is set where it is zero. */
static inline uint64_t fs_flow_zero_bytes(uint64_t v)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
    return ~(((v & low) + low) | v | low);
}
static inline void fs_flow_look(struct fs_flow_probe *p)
{
    uint64_t low;
    uint32_t high;
    __builtin_memcpy(&low, p->bucket->tags, 8);
    __builtin_memcpy(&high, p->bucket->tags + 8, 4);
    p->low = fs_flow_zero_bytes(low ^ p->tags);
    p->high = fs_flow_zero_bytes(high ^ p->tags) & 0x80808080u;
}
/* The next value whose key may be the one; FS_FLOW_NONE when there is no more. */
static inline uint32_t fs_flow_next(const struct fs_flow_index *x, struct fs_flow_probe *p)
{
    for (;;) {
        if (p->low != 0) {
            unsigned place = (unsigned)__builtin_ctzll(p->low) / 8;
            p->low &= p->low - 1;
            return p->bucket->values[place];
        }
        if (p->high != 0) {
            unsigned place = 8 + (unsigned)__builtin_ctzll(p->high) / 8;
            p->high &= p->high - 1;
            return p->bucket->values[place];
        }
        if (p->bucket->passed == 0) {
            return FS_FLOW_NONE;
        }
        p->bucket = p->bucket + 1 == x->buckets + x->count ? x->buckets : p->bucket + 1;
        if (p->bucket == p->home) { /* each of a few buckets was passed by a value of another one */
            return FS_FLOW_NONE;
        }
        fs_flow_look(p);
    }
}
static inline uint32_t fs_flow_first(const struct fs_flow_index *x, uint64_t hash, struct fs_flow_probe *p)
{
    p->bucket = p->home = &x->buckets[fs_flow_home(x, hash)];
    p->tags = fs_flow_tag(hash) * 0x0101010101010101u;
    fs_flow_look(p);
    return fs_flow_next(x, p);
}

#endif
