/* samples.h: an acceptable value of each argument type, so that fuzzers reach classes that need arguments. */
#ifndef FS_FUZZ_SAMPLES_H
#define FS_FUZZ_SAMPLES_H

#include "engine/internal.h"

struct fs_sample {
    unsigned encoding;
    size_t size;
    uint8_t bytes[256];
};

/* Encoding 0: no sample of such a type. */
struct fs_sample fs_sample_of(const struct fs_arg *arg);
/* Whether an element of the class cannot be without this argument. */
bool fs_sample_needed(const struct fs_class *c, uint32_t arg);

#endif
