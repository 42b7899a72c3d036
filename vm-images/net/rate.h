/* rate.h: a rate per second as Click's counters measure it: an exponentially weighted moving average over milliseconds
 * (each weighs 1/16), kept with 10 bits of fraction. Time is told once per batch. */
#ifndef NET_RATE_H
#define NET_RATE_H

#include <stdint.h>

enum { FS_RATE_BITS = 10, FS_RATE_WEIGHT = 4, FS_RATE_PER_SECOND = 1000, FS_RATE_FORGOTTEN = 100 };

struct fs_rate {
    uint64_t average; /* events in a millisecond, FS_RATE_BITS of fraction */
    uint64_t current; /* events in the millisecond that is not over */
};

static inline void fs_rate_fold(struct fs_rate *r, uint64_t events)
{
    int64_t scaled = (int64_t)(events << FS_RATE_BITS) + (1 << (FS_RATE_WEIGHT - 1));
    int64_t difference = scaled - (int64_t)r->average;
    /* Divides downwards, as an arithmetic shift does. */
    r->average += (uint64_t)(difference >= 0 ? difference >> FS_RATE_WEIGHT
                                             : -((-difference + (1 << FS_RATE_WEIGHT) - 1) >> FS_RATE_WEIGHT));
}
/* `milliseconds` have passed since the last call that said more than 0. */
static inline void fs_rate_pass(struct fs_rate *r, uint64_t milliseconds)
{
    if (milliseconds == 0) {
        return;
    }
    fs_rate_fold(r, r->current);
    r->current = 0;
    if (milliseconds > FS_RATE_FORGOTTEN) {
        r->average = 0;
        return;
    }
    for (uint64_t i = 1; i < milliseconds; i++) {
        fs_rate_fold(r, 0);
    }
}
/* Events per second, with FS_RATE_BITS of fraction. */
static inline uint64_t fs_rate_per_second(const struct fs_rate *r) { return r->average * FS_RATE_PER_SECOND; }

#endif
