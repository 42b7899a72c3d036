/* task.c: the ring of scheduled tasks, first come, first served. */
#include "internal.h"

void fs_task_init(struct fs_element *e, struct fs_task *t, bool (*run)(struct fs_element *, struct fs_task *))
{
    *t = (struct fs_task){.run = run, .element = e};
    if (e->task == NULL) {
        e->task = t;
    }
}

void fs_task_schedule(struct fs_task *t)
{
    if (FS_HARDLY(fs_task_scheduled(t))) {
        return;
    }
    struct fs_router *r = t->element->router;
    t->next = &r->ring;
    r->last->next = t;
    r->last = t;
}

/* Tasks are hardly ever taken out of the list: whoever does looks for the one in front. */
void fs_task_unschedule(struct fs_task *t)
{
    if (!fs_task_scheduled(t)) {
        return;
    }
    struct fs_router *r = t->element->router;
    struct fs_task *ring = &r->ring, **at = &r->rest, *before = ring;
    while (*at != ring && *at != t) {
        at = &(*at)->next;
    }
    if (*at == ring) { /* not one of this round's */
        for (at = &ring->next; *at != t; at = &before->next) {
            before = *at;
        }
        r->last = r->last == t ? before : r->last;
    }
    *at = t->next;
    t->next = NULL;
}

void fs_tasks_end_round(struct fs_router *r)
{
    struct fs_task *ring = &r->ring, *end = r->rest;
    if (end == ring) {
        return;
    }
    while (end->next != ring) {
        end = end->next;
    }
    end->next = ring->next;
    if (r->last == ring) {
        r->last = end;
    }
    ring->next = r->rest;
    r->rest = ring;
}
