/* bytes.h: numbers in network byte order (RFC 1700, "big-endian"), at any address, aligned or not.
 *
 * Header fields are kept as byte arrays and read with these, so that no header is ever cast to a wider type. Each
 * compiles to one load or store and one byte swap. The caller has checked the bounds.
 */
#ifndef NET_BYTES_H
#define NET_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FS_SWAP16(v) __builtin_bswap16(v)
#define FS_SWAP32(v) __builtin_bswap32(v)
#define FS_SWAP64(v) __builtin_bswap64(v)
#else
#define FS_SWAP16(v) (v)
#define FS_SWAP32(v) (v)
#define FS_SWAP64(v) (v)
#endif

static inline uint16_t fs_get16(const void *at)
{
    uint16_t v;
    __builtin_memcpy(&v, at, sizeof v);
    return FS_SWAP16(v);
}
static inline uint32_t fs_get32(const void *at)
{
    uint32_t v;
    __builtin_memcpy(&v, at, sizeof v);
    return FS_SWAP32(v);
}
static inline uint64_t fs_get64(const void *at)
{
    uint64_t v;
    __builtin_memcpy(&v, at, sizeof v);
    return FS_SWAP64(v);
}
static inline void fs_put16(void *at, uint16_t v)
{
    v = FS_SWAP16(v);
    __builtin_memcpy(at, &v, sizeof v);
}
static inline void fs_put32(void *at, uint32_t v)
{
    v = FS_SWAP32(v);
    __builtin_memcpy(at, &v, sizeof v);
}

/* What is left to read of a frame. */
struct fs_cursor {
    const uint8_t *at, *end; /* at <= end */
};
static inline size_t fs_left(const struct fs_cursor *c) { return (size_t)(c->end - c->at); }
/* The next n bytes, stepped over; NULL, and nothing stepped over, when there are fewer. */
static inline const void *fs_take(struct fs_cursor *c, size_t n)
{
    const uint8_t *at = c->at;
    if (fs_left(c) < n) {
        return NULL;
    }
    c->at += n;
    return at;
}

#endif
