/* timed.h: pulls some packets at each interval and pushes them on (Click's TimedUnqueue and Burster). */
#ifndef NET_TIMED_H
#define NET_TIMED_H

#include <flowstream/element.h>

struct fs_timed {
    struct fs_element base;
    struct fs_task task;
    struct fs_timer timer;
    uint64_t interval;
    uint32_t burst;
    bool polls;
};

/* Arguments INTERVAL and BURST. */
int fs_timed_configure(struct fs_element *e, uint32_t burst, struct fs_text *error);
int fs_timed_initialize(struct fs_element *e, struct fs_text *error);

#endif
