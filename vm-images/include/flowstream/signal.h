/* signal.h: how a puller learns that upstream has packets again, and a pusher that downstream has room again
 * (Click's notifiers). A task that finds nothing to pull stops scheduling itself; the signal's owner wakes it.
 */
#ifndef FLOWSTREAM_SIGNAL_H
#define FLOWSTREAM_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

struct fs_element;
struct fs_task;

enum fs_signal_kind { FS_SIGNAL_NONEMPTY, FS_SIGNAL_ROOM };

/* Owned by a storing element (Queue). Active means: worth pulling from (or pushing to). */
struct fs_signal {
    enum fs_signal_kind kind;
    bool active;
    uint32_t listener_count, listener_capacity;
    struct fs_task **listeners;
};
/* From configure(): the element offers this signal to its neighbours. */
void fs_signal_offer(struct fs_element *e, struct fs_signal *s, enum fs_signal_kind kind, bool active);
/* From initialize(): the task is scheduled whenever a signal of that kind, found by walking upstream from input
 * `port` (NONEMPTY) or downstream from output `port` (ROOM) through agnostic elements, turns active. Answers the number
 * of signals found: with 0 the task has to keep itself scheduled (or use a timer). t->ready is how many of them are
 * active: a source that found some and has none ready waits instead of pushing into full queues. */
unsigned fs_signal_listen(struct fs_element *e, unsigned port, enum fs_signal_kind kind, struct fs_task *t);
/* By the owner, on change. Waking schedules the listeners. */
void fs_signal_turn_on(struct fs_signal *s);
void fs_signal_turn_off(struct fs_signal *s);
static inline void fs_signal_wake(struct fs_signal *s)
{
    if (!s->active) {
        fs_signal_turn_on(s);
    }
}
static inline void fs_signal_sleep(struct fs_signal *s)
{
    if (s->active) {
        fs_signal_turn_off(s);
    }
}

#endif
