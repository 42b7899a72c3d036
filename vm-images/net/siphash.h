/* siphash.h: SipHash-2-4 of two words (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012), for numbers that
 * others see and must not be able to make: who does not know the key learns nothing from them about the next one. */
#ifndef NET_SIPHASH_H
#define NET_SIPHASH_H

#include <stdint.h>

static inline uint64_t fs_rotated(uint64_t v, unsigned by) { return v << by | v >> (64 - by); }
static inline void fs_sip_rounds(uint64_t v[4], unsigned n)
{
    for (; n > 0; n--) {
        v[0] += v[1], v[1] = fs_rotated(v[1], 13) ^ v[0], v[0] = fs_rotated(v[0], 32);
        v[2] += v[3], v[3] = fs_rotated(v[3], 16) ^ v[2];
        v[0] += v[3], v[3] = fs_rotated(v[3], 21) ^ v[0];
        v[2] += v[1], v[1] = fs_rotated(v[1], 17) ^ v[2], v[2] = fs_rotated(v[2], 32);
    }
}
/* Of the 16 bytes that the words are in little-endian order. */
static inline uint64_t fs_siphash(const uint64_t key[2], uint64_t a, uint64_t b)
{
    const uint64_t words[3] = {a, b, (uint64_t)16 << 56};
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du, key[0] ^ 0x6c7967656e657261u,
                     key[1] ^ 0x7465646279746573u};
    for (unsigned i = 0; i < 3; i++) {
        v[3] ^= words[i];
        fs_sip_rounds(v, 2);
        v[0] ^= words[i];
    }
    v[2] ^= 0xff;
    fs_sip_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
