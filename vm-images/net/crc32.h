/* crc32.h: Click's CRC-32: the polynomial of Ethernet with the high bit first, from all ones, not inverted at the end. */
#ifndef NET_CRC32_H
#define NET_CRC32_H

#include "net/bytes.h"

enum { FS_CRC32_SIZE = 4 };
uint32_t fs_crc32(const void *bytes, size_t n);

#endif
