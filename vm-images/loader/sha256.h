/* sha256.h: SHA-256 (FIPS 180-4). */
#ifndef FS_LOADER_SHA256_H
#define FS_LOADER_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { FS_SHA256 = 32 };

void fs_sha256(const void *bytes, size_t length, uint8_t digest[FS_SHA256]);

#endif
