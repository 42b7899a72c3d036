/* checksum.h: the Internet checksum (RFC 1071) and its incremental update (RFC 1624).
 *
 * Checksums are host numbers: read and write them with fs_get16() and fs_put16(). A running sum is a 64-bit number that
 * takes up to 16 GiB before it could overflow; only the last of the pieces that are added may have an odd length.
 */
#ifndef NET_CHECKSUM_H
#define NET_CHECKSUM_H

#include "net/bytes.h"

/* The sum with n more bytes. */
uint64_t fs_sum_bytes(uint64_t sum, const void *bytes, size_t n);
/* The sum with one more 16-bit number, such as a length. */
static inline uint64_t fs_sum_number(uint64_t sum, uint16_t v) { return sum + FS_SWAP16(v); }
/* The sum with the pseudo header of IPv4 (RFC 768, RFC 9293 3.1); addresses are 4 bytes as on the wire. */
static inline uint64_t fs_sum_pseudo4(uint64_t sum, const void *source, const void *destination, uint8_t protocol,
                                      uint16_t length)
{
    uint32_t s, d;
    __builtin_memcpy(&s, source, 4);
    __builtin_memcpy(&d, destination, 4);
    return fs_sum_number(fs_sum_number(sum + s + d, protocol), length);
}
/* The sum with the pseudo header of IPv6 (RFC 8200 8.1); addresses are 16 bytes. */
static inline uint64_t fs_sum_pseudo6(uint64_t sum, const void *source, const void *destination, uint8_t protocol,
                                      uint32_t length)
{
    sum = fs_sum_bytes(fs_sum_bytes(sum, source, 16), destination, 16);
    return fs_sum_number(fs_sum_number(fs_sum_number(sum, (uint16_t)(length >> 16)), (uint16_t)length), protocol);
}
/* The checksum that belongs to a sum. Over bytes that contain their own checksum it is 0 when they are intact. */
static inline uint16_t fs_sum_fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return FS_SWAP16((uint16_t)~sum);
}
static inline uint16_t fs_checksum(const void *bytes, size_t n) { return fs_sum_fold(fs_sum_bytes(0, bytes, n)); }

/* The checksum of an IPv4 header of `words` 32-bit words, by a loop that is short enough to be inlined. */
static inline uint16_t fs_checksum_ip(const uint8_t *header, unsigned words)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < words; i++) {
        uint32_t w;
        __builtin_memcpy(&w, header + 4 * i, 4);
        sum += w;
    }
    return fs_sum_fold(sum);
}

/* An update cannot tell 0 from 0xffff, and 0 is wrong where all that is summed up is 0, as in an echo reply without data.
 * Puts that right, for a checksum that lies within the n bytes. */
static inline void fs_checksum_settle(uint8_t *checksum, const void *bytes, size_t n)
{
    if (fs_get16(checksum) == 0 && fs_checksum(bytes, n) == 0xffff) {
        fs_put16(checksum, 0xffff);
    }
}

/* The checksum after a 16-bit field changed from `before` to `after`: RFC 1624 section 3, equation 3. */
static inline uint16_t fs_checksum_update16(uint16_t checksum, uint16_t before, uint16_t after)
{
    uint32_t sum = (uint32_t)(uint16_t)~checksum + (uint16_t)~before + after;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}
static inline uint16_t fs_checksum_update32(uint16_t checksum, uint32_t before, uint32_t after)
{
    checksum = fs_checksum_update16(checksum, (uint16_t)(before >> 16), (uint16_t)(after >> 16));
    return fs_checksum_update16(checksum, (uint16_t)before, (uint16_t)after);
}

/* The checksum after something with the running sum `before` was replaced by something with the sum `after`; both begin at
 * even places. */
static inline uint16_t fs_checksum_replace(uint16_t checksum, uint64_t before, uint64_t after)
{
    return fs_sum_fold(fs_sum_number(fs_sum_number(after, (uint16_t)~checksum), fs_sum_fold(before)));
}

#endif
