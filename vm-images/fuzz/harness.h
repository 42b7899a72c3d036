/* harness.h: what the fuzzers share: a platform that lives on from input to input, and the end of a run that broke a
 * promise. */
#ifndef FS_FUZZ_HARNESS_H
#define FS_FUZZ_HARNESS_H

#include "engine/testing.h"
#include "engine/testing_platform.h"

enum { FS_FUZZ_PACKETS = 128, FS_FUZZ_DEVICES = 2, FS_FUZZ_MEMORY = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct fs_test_platform *fs_fuzz_platform(void);
/* After an input: aborts when a packet, a chunk of memory or an open device is left. */
void fs_fuzz_settle(void);
/* Aborts unless it holds. */
void fs_fuzz_require(bool holds, const char *what);
/* The bytes, in a block of exactly that size, aligned to 8. free() */
uint8_t *fs_fuzz_copy(const uint8_t *bytes, size_t size);
/* Bytes behind the frame in p's room must not be touched from now on. */
void fs_fuzz_fence(struct fs_packet *p);

#endif
