/* tokens.h: a token bucket, in whole numbers and without rounding: tokens are kept in thousand millionths, so that a
 * nanosecond adds `rate` of them. A bucket may be overdrawn by what was only known afterwards (a packet's length): then
 * nothing passes until it is above zero again. So on the long run no more passes than the rate says.
 */
#ifndef NET_TOKENS_H
#define NET_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#define FS_TOKEN ((int64_t)1000000000)
#define FS_TOKENS_MAX ((uint64_t)9000000000) /* that a bucket holds */

struct fs_tokens {
    uint64_t rate;    /* tokens a second */
    int64_t level;    /* in units of 1 / FS_TOKEN */
    int64_t full;
    uint64_t fill_ns; /* from empty to full */
    uint64_t at;      /* when `level` was right; nanoseconds, steady */
};

/* Sets rate and size, which is at least one token, and fills the bucket as far as it was filled, or wholly. */
static inline void fs_tokens_set(struct fs_tokens *t, uint64_t rate, uint64_t size, bool fill)
{
    size = size < 1 ? 1 : size > FS_TOKENS_MAX ? FS_TOKENS_MAX : size;
    t->rate = rate;
    t->full = (int64_t)size * FS_TOKEN;
    t->fill_ns = rate == 0 ? UINT64_MAX : (uint64_t)t->full / rate + 1;
    t->level = fill || t->level > t->full ? t->full : t->level;
}
static inline void fs_tokens_refill(struct fs_tokens *t, uint64_t now)
{
    uint64_t passed = now - t->at;
    t->at = now;
    if (t->level == t->full) {
        return;
    }
    if (t->level >= 0 && passed >= t->fill_ns) {
        t->level = t->full;
        return;
    }
    /* What is overdrawn may take longer to fill than the bucket: the product is bounded by what is missing. */
    unsigned __int128 more = (unsigned __int128)passed * t->rate;
    uint64_t missing = (uint64_t)(t->full - t->level);
    t->level = more >= missing ? t->full : t->level + (int64_t)more;
}
/* Nanoseconds until the level is `level`; UINT64_MAX: never. */
static inline uint64_t fs_tokens_wait(const struct fs_tokens *t, int64_t level)
{
    if (t->level >= level) {
        return 0;
    }
    return t->rate == 0 ? UINT64_MAX : ((uint64_t)(level - t->level) + t->rate - 1) / t->rate;
}

#endif
