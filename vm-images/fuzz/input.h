/* input.h: takes a fuzzer's bytes apart. When they have run out everything is 0. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct input {
    const uint8_t *at, *end;
};
static inline uint64_t input_number(struct input *in, unsigned bytes)
{
    uint64_t v = 0;
    while (bytes-- > 0) {
        v = v << 8 | (in->at < in->end ? *in->at++ : 0u);
    }
    return v;
}
/* At most n bytes, whatever is left. */
static inline const uint8_t *input_bytes(struct input *in, size_t n, size_t *got)
{
    const uint8_t *at = in->at;
    *got = (size_t)(in->end - in->at) < n ? (size_t)(in->end - in->at) : n;
    in->at += *got;
    return at;
}

#endif
