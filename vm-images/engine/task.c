/* task.c: the ring of scheduled tasks, first come, first served. */
#include "internal.h"

static struct fs_task *ring_of(struct fs_element *e) { return &e->router->ring; }

void fs_task_init(struct fs_element *e, struct fs_task *t, bool (*run)(struct fs_element *, struct fs_task *))
{
    *t = (struct fs_task){.run = run, .element = e};
    if (e->task == NULL) {
        e->task = t;
    }
}

void fs_task_schedule(struct fs_task *t)
{
    if (fs_task_scheduled(t)) {
        return;
    }
    struct fs_task *ring = ring_of(t->element);
    t->next = ring;
    t->previous = ring->previous;
    ring->previous->next = t;
    ring->previous = t;
}

void fs_task_unschedule(struct fs_task *t)
{
    if (!fs_task_scheduled(t)) {
        return;
    }
    struct fs_router *r = t->element->router;
    if (t == r->last) { /* the round ends one task earlier */
        r->last = t->previous;
    }
    t->previous->next = t->next;
    t->next->previous = t->previous;
    t->next = NULL;
}
