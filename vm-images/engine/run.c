/* run.c: the rounds of a started router, and its end. */
#include "internal.h"

enum {
    TIMERS_A_ROUND = 256, /* a timer that sets itself to now must not keep tasks from running */
    STEPS_A_STOP = 1000,  /* of a driver that lets the count of stops where it is */
};

static __attribute__((noinline)) void run_timers(struct fs_router *r)
{
    for (unsigned i = 0; i < TIMERS_A_ROUND && r->run_count > 0; i++) {
        struct fs_timer *t = r->timers;
        if (t == NULL || t->expiry > fs_router_steady(r)) {
            return;
        }
        fs_timer_clear(t);
        t->fire(t->element, t);
    }
}

/* The tasks that are scheduled now, at least one, each once; those that they schedule wait for the next round. */
static inline void run_tasks(struct fs_router *r)
{
    struct fs_task *ring = &r->ring, *t = ring->next;
    ring->next = r->last = ring;
    do {
        r->rest = t->next;
        t->next = NULL;
        t->runs++;
        t->work += t->run(t->element, t);
        fs_router_time_passes(r); /* a task does a batch or two: the next one sees a new time */
        t = r->rest;
    } while (t != ring);
}

/* The count of stops is used up: the driver says whether the run goes on. */
static __attribute__((noinline)) bool goes_on(struct fs_router *r)
{
    for (unsigned i = 0; r->driver != NULL && r->run_count <= 0 && i < STEPS_A_STOP; i++) {
        fs_router_new_round(r);
        if (!r->driver->step(r->driver->element)) {
            break;
        }
    }
    fs_router_new_round(r);
    r->stopped |= r->run_count <= 0;
    return !r->stopped;
}

/* No task is left to run: whether a timer is due already. */
static __attribute__((noinline)) bool timer_is_due(struct fs_router *r)
{
    fs_router_waits(r);
    bool due = r->timers != NULL && r->timers->expiry <= fs_router_steady(r);
    fs_router_new_round(r);
    return due;
}

bool fs_router_run(struct fs_router *r, unsigned rounds)
{
    fs_router_new_round(r);
    if (!r->running || r->stopped || (r->run_count <= 0 && !goes_on(r))) {
        return false;
    }
    do { /* the clocks have not been read since the latest task, handler or wait */
        if (FS_HARDLY(r->timers != NULL)) {
            run_timers(r);
        }
        if (FS_HARDLY(r->bfd_due != 0) && r->bfd_due <= fs_router_steady(r)) {
            fs_bfd_run(r);
        }
        if (FS_USUALLY(r->ring.next != &r->ring && r->run_count > 0)) {
            run_tasks(r);
        }
        if (FS_HARDLY(r->run_count <= 0)) {
            if (!goes_on(r)) {
                return false;
            }
        } else if (FS_HARDLY(r->ring.next == &r->ring) && !timer_is_due(r)) {
            return false;
        }
    } while (rounds-- > 1);
    return true;
}

bool fs_router_run_once(struct fs_router *r) { return fs_router_run(r, 1); }

uint64_t fs_router_next_timer(const struct fs_router *r)
{
    uint64_t timer = r->timers != NULL ? r->timers->expiry : r->bfd_due;
    uint64_t next = r->bfd_due != 0 && r->bfd_due < timer ? r->bfd_due : timer;
    return r->stopped ? 0 : next;
}

bool fs_router_stopped(const struct fs_router *r) { return r->stopped; }

void fs_stop(struct fs_element *e) { fs_router_ask_to_stop(e->router, 1); }

void fs_router_ask_to_stop(struct fs_router *r, int32_t times)
{
    r->run_count -= times;
    if (r->run_count <= 0) {
        fs_tasks_end_round(r); /* the task that runs is the last one */
    }
    r->stopped |= r->run_count <= 0 && r->driver == NULL;
}

int fs_drive(struct fs_element *e, struct fs_driver *d)
{
    if (e->router->driver != NULL) {
        return -1;
    }
    d->element = e;
    e->router->driver = d;
    return 0;
}

void fs_run_on(struct fs_element *e) { e->router->run_count++; }

void fs_log(struct fs_element *e, const char *text, size_t length)
{
    const struct fs_platform *p = e->router->platform;
    p->log(p->context, text, length);
}

static void take(struct fs_element *e, struct fs_element *old)
{
    struct fs_router *newer = e->router;
    newer->drops_before -= fs_drops_total(old);
    fs_drops_take(e, old);
    if (e->class->take_state != NULL) {
        e->class->take_state(e, old);
    }
}

void fs_router_take_state(struct fs_router *newer, struct fs_router *older)
{
    older->stopped = true;
    newer->drops_before = older->drops_before;
    for (uint32_t i = 0; i < older->element_count; i++) {
        newer->drops_before += fs_drops_total(older->elements[i]);
    }
    for (uint32_t i = 0; i < newer->element_count; i++) {
        struct fs_element *e = newer->elements[i];
        struct fs_element *old = fs_router_find(older, e->name, strlen(e->name));
        if (old != NULL && old->class == e->class) {
            take(e, old);
        }
    }
}

void fs_router_unload(struct fs_router *r)
{
    if (r == NULL) {
        return;
    }
    r->running = false;
    for (uint32_t i = 0; i < r->configured; i++) {
        if (r->elements[i]->class->cleanup != NULL) {
            r->elements[i]->class->cleanup(r->elements[i]);
        }
    }
    fs_devices_forget(r->platform, r);
    fs_apart_release(r);
    if (r->image != NULL) {
        r->platform->release(r->platform->context, r->image, r->image_size);
    }
    fs_arena_release(&r->arena);
}

struct fs_pool *fs_pool(struct fs_element *e) { return e->router->platform->pool; }
