#include "net/sched.h"

enum { REMEMBERED = 64 };

void fs_pull_by_turns(struct fs_element *e, uint32_t *next, struct fs_batch *batch, unsigned max)
{
    uint64_t silent = 0;    /* inputs that gave nothing in this call, of the first 64; they are not asked again */
    uint32_t in_vain = 0; /* turns in a row */
    while (max > 0 && in_vain < e->input_count) {
        uint32_t before = batch->count, input = *next;
        if (input >= REMEMBERED || (silent >> input & 1) == 0) {
            fs_input_pull(e, input, batch, 1);
        }
        *next = input + 1 < e->input_count ? input + 1 : 0;
        if (batch->count != before) {
            max--;
            in_vain = 0;
        } else {
            in_vain++;
            silent |= input < REMEMBERED ? (uint64_t)1 << input : 0;
        }
    }
}

void fs_pull_by_rank(struct fs_element *e, struct fs_batch *batch, unsigned max)
{
    uint32_t full = batch->count + max;
    for (uint32_t i = 0; i < e->input_count && batch->count < full; i++) {
        fs_input_pull(e, i, batch, full - batch->count);
    }
}
