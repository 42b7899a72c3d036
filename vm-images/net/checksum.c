#include "net/checksum.h"

static uint64_t word(const uint8_t *at)
{
    uint64_t w;
    __builtin_memcpy(&w, at, sizeof w);
    return w;
}

/* Ones' complement addition is commutative and its width does not matter (RFC 1071 section 2), so halves of 64-bit
 * words go into sums of their own, which need no carry and do not wait for one another. */
uint64_t fs_sum_bytes(uint64_t sum, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;
    uint64_t high = 0;
    if (n >= 32) {
        uint64_t low2 = 0, high2 = 0;
        for (; n >= 32; n -= 32, at += 32) {
            uint64_t a = word(at), b = word(at + 8), c = word(at + 16), d = word(at + 24);
            sum += (uint32_t)a;
            high += a >> 32;
            low2 += (uint32_t)b;
            high2 += b >> 32;
            sum += (uint32_t)c;
            high += c >> 32;
            low2 += (uint32_t)d;
            high2 += d >> 32;
        }
        sum += low2 + high2;
    }
    for (; n >= 4; n -= 4, at += 4) {
        uint32_t w;
        __builtin_memcpy(&w, at, sizeof w);
        high += w;
    }
    if (n >= 2) {
        uint16_t w;
        __builtin_memcpy(&w, at, sizeof w);
        high += w;
        at += 2;
        n -= 2;
    }
    if (n != 0) {
        high += FS_SWAP16((uint16_t)(*at << 8)); /* the last, odd byte is the upper half of a 16-bit number */
    }
    return sum + high;
}
