/* address6.h: IPv6 addresses as numbers, and prefixes of them (RFC 4291). */
#ifndef NET_ADDRESS6_H
#define NET_ADDRESS6_H

#include "net/bytes.h"

struct fs_address6 {
    uint64_t high, low;
};

static inline struct fs_address6 fs_get_address6(const void *at)
{
    return (struct fs_address6){fs_get64(at), fs_get64((const uint8_t *)at + 8)};
}
static inline void fs_put_address6(void *at, struct fs_address6 a)
{
    a.high = FS_SWAP64(a.high);
    a.low = FS_SWAP64(a.low);
    __builtin_memcpy(at, &a.high, 8);
    __builtin_memcpy((uint8_t *)at + 8, &a.low, 8);
}
static inline bool fs_address6_equal(struct fs_address6 a, struct fs_address6 b)
{
    return ((a.high ^ b.high) | (a.low ^ b.low)) == 0;
}
static inline bool fs_address6_none(struct fs_address6 a) { return (a.high | a.low) == 0; }

/* The first `bits` bits set; 0 to 128. */
static inline struct fs_address6 fs_mask6(unsigned bits)
{
    return (struct fs_address6){
        bits == 0 ? 0 : bits >= 64 ? ~(uint64_t)0 : ~(uint64_t)0 << (64 - bits),
        bits <= 64 ? 0 : ~(uint64_t)0 << (128 - bits),
    };
}
static inline struct fs_address6 fs_masked6(struct fs_address6 a, struct fs_address6 mask)
{
    return (struct fs_address6){a.high & mask.high, a.low & mask.low};
}

/* 2001:db8::/32, 2001:db8::/ffff:ffff::, or an address alone, which stands for /128. Host bits are left. */
bool fs_parse_prefix6(const char *text, size_t length, struct fs_address6 *address, unsigned *bits);

#endif
