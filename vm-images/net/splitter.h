/* splitter.h: RatedSplitter and BandwidthRatedSplitter: what is above a rate goes another way. */
#ifndef NET_SPLITTER_H
#define NET_SPLITTER_H

#include "net/rated.h"

static inline void fs_splitter_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_rated *r = (struct fs_rated *)e;
    uint32_t outputs[FS_BATCH_MAX];
    int64_t least = r->bytes ? 1 : FS_TOKEN;
    (void)port;
    fs_tokens_refill(&r->tokens, fs_steady(e));
    int64_t level = r->tokens.level;
    for (uint32_t i = 0; i < batch->count; i++) {
        outputs[i] = level < least;
        if (level >= least) {
            level -= r->bytes ? (int64_t)batch->packets[i]->length * FS_TOKEN : FS_TOKEN;
        }
    }
    r->tokens.level = level;
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_RATE);
}

#endif
