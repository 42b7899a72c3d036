/* task.h: work that an element does by itself: tasks (as soon as possible, again and again) and timers (at a time).
 *
 * The scheduler is single-threaded: tasks and timers never run at the same time as any push, pull or handler. A task
 * that is not scheduled costs nothing; when no task is scheduled the platform sleeps until a timer or a device.
 */
#ifndef FLOWSTREAM_TASK_H
#define FLOWSTREAM_TASK_H

#include <stdbool.h>
#include <stdint.h>

struct fs_element;

struct fs_task {
    /* Does a bounded piece of work (a batch or two); true when it did something. The engine has unscheduled the task
     * before: one that wants to run again says fs_task_schedule(). */
    bool (*run)(struct fs_element *e, struct fs_task *t);
    struct fs_element *element;
    struct fs_task *next;            /* NULL when not scheduled; the engine's */
    uint64_t runs, work;             /* how often it ran, and with how much success */
    uint32_t ready;                  /* signals it listens to (signal.h) that are active now; the engine's */
};
void fs_task_init(struct fs_element *e, struct fs_task *t, bool (*run)(struct fs_element *, struct fs_task *));
void fs_task_schedule(struct fs_task *t);
void fs_task_unschedule(struct fs_task *t);
static inline bool fs_task_scheduled(const struct fs_task *t) { return t->next != NULL; }

struct fs_timer {
    void (*fire)(struct fs_element *e, struct fs_timer *t);
    struct fs_element *element;
    uint64_t expiry;            /* nanoseconds, steady clock; 0 when not set */
    struct fs_timer *child, *sibling, *previous; /* pairing heap; the engine's */
};
void fs_timer_init(struct fs_element *e, struct fs_timer *t, void (*fire)(struct fs_element *, struct fs_timer *));
void fs_timer_at(struct fs_timer *t, uint64_t steady_ns); /* sets or moves */
void fs_timer_after(struct fs_timer *t, uint64_t ns);
void fs_timer_clear(struct fs_timer *t);
static inline bool fs_timer_set(const struct fs_timer *t) { return t->expiry != 0; }

#endif
