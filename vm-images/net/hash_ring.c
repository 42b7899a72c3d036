#include "net/hash_ring.h"

static void sift(struct fs_hash_point *p, uint32_t at, uint32_t count)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) {
            return;
        }
        child += child + 1 < count && p[child + 1].place > p[child].place;
        if (p[at].place >= p[child].place) {
            return;
        }
        struct fs_hash_point swapped = p[at];
        p[at] = p[child];
        p[child] = swapped;
        at = child;
    }
}

static void sort(struct fs_hash_point *p, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;) {
        sift(p, i, count);
    }
    while (count > 1) {
        struct fs_hash_point last = p[--count];
        p[count] = p[0];
        p[0] = last;
        sift(p, 0, count);
    }
}

int fs_hash_ring_init(struct fs_hash_ring *r, struct fs_element *e, const uint32_t *ids, uint32_t members,
                      uint32_t points, uint64_t seed)
{
    r->count = members * points;
    r->points = fs_alloc(e, r->count * sizeof *r->points);
    if (r->points == NULL) {
        return -1;
    }
    for (uint32_t m = 0; m < members; m++) {
        for (uint32_t i = 0; i < points; i++) {
            uint64_t h = fs_hash_mix(fs_hash_mix(seed ^ (uint64_t)ids[m] << 32) + i);
            r->points[m * points + i] = (struct fs_hash_point){(uint32_t)(h >> 32), m};
        }
    }
    sort(r->points, r->count);
    return 0;
}

uint32_t fs_hash_ring_find(const struct fs_hash_ring *r, uint32_t hash, const bool *down, uint32_t members)
{
    uint32_t low = 0, high = r->count; /* the first point at or after the hash */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r->points[middle].place < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (uint32_t i = 0; i < r->count; i++) {
        uint32_t at = low + i < r->count ? low + i : low + i - r->count;
        uint32_t member = r->points[at].member;
        if (down == NULL || !down[member]) {
            return member;
        }
    }
    return members;
}
