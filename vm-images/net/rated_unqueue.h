/* rated_unqueue.h: RatedUnqueue and BandwidthRatedUnqueue: pull packets at a rate and push them on. */
#ifndef NET_RATED_UNQUEUE_H
#define NET_RATED_UNQUEUE_H

#include "net/rated.h"

struct fs_rated_unqueue {
    struct fs_rated rated;
    struct fs_task task;
    struct fs_timer timer;
    bool active, polls;
    uint32_t runs_left; /* until the clock is read again */
    uint64_t runs, empty_runs, pushes, failed_pulls, packets;
};

int fs_rated_unqueue_configure(struct fs_element *e, bool bytes, struct fs_text *error);
int fs_rated_unqueue_initialize(struct fs_element *e, struct fs_text *error);
enum { FS_RATED_UNQUEUE_HANDLERS = 3 };
extern const struct fs_handler fs_rated_unqueue_handlers[FS_RATED_UNQUEUE_HANDLERS];

#endif
