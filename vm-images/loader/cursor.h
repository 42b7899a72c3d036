/* cursor.h: reading little-endian numbers out of bytes whose bounds were checked before. */
#ifndef FS_LOADER_CURSOR_H
#define FS_LOADER_CURSOR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t fs_le16(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 8); }
static inline uint32_t fs_le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}
static inline int64_t fs_le64(const uint8_t *at) { return (int64_t)(fs_le32(at) | (uint64_t)fs_le32(at + 4) << 32); }
/* Whether `count` records of `size` bytes from `offset` on lie within `length` bytes. */
static inline bool fs_within(uint32_t offset, uint32_t count, uint32_t size, uint32_t length)
{
    return offset <= length && (uint64_t)count * size <= length - offset;
}

#endif
