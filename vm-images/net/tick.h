/* tick.h: times in 32 bits, for tables of many. Only how far apart two of them are is ever looked at: they may wrap. */
#ifndef NET_TICK_H
#define NET_TICK_H

#include <stdbool.h>
#include <stdint.h>

enum { FS_TICK_BITS = 24 }; /* a tick is 2^24 ns, 17 ms; half a turn is 416 days */

static inline uint32_t fs_tick(uint64_t ns) { return (uint32_t)(ns >> FS_TICK_BITS); }
static inline uint64_t fs_tick_ns(uint32_t ticks) { return (uint64_t)ticks << FS_TICK_BITS; }
static inline bool fs_tick_due(uint32_t at, uint32_t now) { return (int32_t)(now - at) >= 0; }
static inline uint32_t fs_tick_first(uint32_t a, uint32_t b) { return fs_tick_due(a, b) ? a : b; }

#endif
