/* red.h: random early detection (Floyd and Jacobson, "Random Early Detection Gateways for Congestion Avoidance", 1993),
 * the gentle variant (Floyd, "Optimum functions for computing the drop probability", 1997): RED and AdaptiveRED. */
#ifndef NET_RED_H
#define NET_RED_H

#include "net/storage.h"

struct fs_red {
    struct fs_element base;
    struct fs_storage queues;
    uint32_t min_thresh, max_thresh; /* packets */
    uint64_t max_p;                  /* 32 bits of fraction */
    uint32_t stability;
    bool gentle, ecn;
    int64_t average; /* packets, 32 bits of fraction */
    uint64_t empty_at; /* steady ms since when the queues are empty; 0: they are not */
    int64_t count;     /* packets since the last drop; -1: below min_thresh */
    uint64_t chance;   /* 32 random bits that the next drop depends on */
    uint64_t drops, marks;
    struct fs_timer timer; /* AdaptiveRED's */
};

enum { FS_RED_MIN, FS_RED_MAX, FS_RED_P, FS_RED_QUEUES, FS_RED_STABILITY, FS_RED_GENTLE, FS_RED_ECN, FS_RED_ARGS };
extern const struct fs_arg fs_red_args[FS_RED_ARGS];
enum { FS_RED_HANDLERS = 8 };
extern const struct fs_handler fs_red_handlers[FS_RED_HANDLERS];

int fs_red_configure(struct fs_element *e, struct fs_text *error);
int fs_red_initialize(struct fs_element *e, struct fs_text *error);
void fs_red_take_state(struct fs_element *e, struct fs_element *old);
void fs_red_act(struct fs_element *e, struct fs_batch *batch);

#endif
