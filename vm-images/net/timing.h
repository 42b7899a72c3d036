/* timing.h: packets of a trace come out at the distances of their timestamps. */
#ifndef NET_TIMING_H
#define NET_TIMING_H

#include <flowstream/element.h>

struct fs_timing {
    struct fs_timer timer;
    void (*due)(struct fs_element *e);
    int64_t offset; /* steady clock less the trace's */
    bool begun;
};

static inline void fs_timing_fire(struct fs_element *e, struct fs_timer *t) { ((struct fs_timing *)t)->due(e); }

/* `due` is called when a packet that was early has become due. */
static inline void fs_timing_init(struct fs_timing *t, struct fs_element *e, void (*due)(struct fs_element *e))
{
    fs_timer_init(e, &t->timer, fs_timing_fire);
    t->due = due;
}

/* Whether a packet of that time may go; if not, `due` will be called when it may. The first one may. */
static inline bool fs_timing_due(struct fs_timing *t, uint64_t timestamp)
{
    uint64_t now = fs_steady(t->timer.element);
    if (!t->begun) {
        t->begun = true;
        t->offset = (int64_t)(now - timestamp);
    }
    uint64_t at = timestamp + (uint64_t)t->offset;
    if ((int64_t)(at - now) <= 0) {
        return true;
    }
    fs_timer_at(&t->timer, at);
    return false;
}

#endif
