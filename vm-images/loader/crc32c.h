/* crc32c.h: CRC-32C (Castagnoli; RFC 3720 appendix B.4), as Java's java.util.zip.CRC32C computes it. */
#ifndef FS_LOADER_CRC32C_H
#define FS_LOADER_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from `crc`, which is 0 at first. */
uint32_t fs_crc32c(uint32_t crc, const void *bytes, size_t length);

#endif
