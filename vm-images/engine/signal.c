/* signal.c: who wakes whom. Walks are made once, from initialize(). */
#include "internal.h"

void fs_signal_offer(struct fs_element *e, struct fs_signal *s, enum fs_signal_kind kind, bool active)
{
    struct fs_offer *offer = fs_alloc(e, sizeof(*offer));
    *s = (struct fs_signal){.kind = kind, .active = active};
    if (offer != NULL) { /* else nobody finds it and listeners poll */
        *offer = (struct fs_offer){.next = e->router->offers, .element = e, .signal = s};
        e->router->offers = offer;
    }
}

static struct fs_signal *offered(const struct fs_element *e, enum fs_signal_kind kind)
{
    for (const struct fs_offer *o = e->router->offers; o != NULL; o = o->next) {
        if (o->element == e && o->signal->kind == kind) {
            return o->signal;
        }
    }
    return NULL;
}

static bool add_listener(struct fs_element *e, struct fs_signal *s, struct fs_task *t)
{
    for (uint32_t i = 0; i < s->listener_count; i++) {
        if (s->listeners[i] == t) {
            return true;
        }
    }
    if (s->listener_count == s->listener_capacity) {
        uint32_t capacity = s->listener_capacity == 0 ? 2 : s->listener_capacity * 2;
        struct fs_task **larger = fs_alloc(e, capacity * sizeof(struct fs_task *));
        if (larger == NULL) {
            return false;
        }
        if (s->listener_count > 0) {
            memcpy(larger, s->listeners, s->listener_count * sizeof(struct fs_task *));
        }
        s->listeners = larger;
        s->listener_capacity = capacity;
    }
    s->listeners[s->listener_count++] = t;
    t->ready += s->active;
    return true;
}

/* A walk from port to port: elements to look at, each once. */
struct walk {
    enum fs_signal_kind kind;
    struct fs_element **todo;
    bool *seen;
    uint32_t count;
    bool dead_end; /* a way leads to an element that does not signal */
};

static void visit(struct walk *w, struct fs_element *e)
{
    if (e == NULL) {
        w->dead_end = true;
    } else if (!w->seen[e->index]) {
        w->seen[e->index] = true;
        w->todo[w->count++] = e;
    }
}

/* Puts what lies behind e on the list: all its pull inputs for NONEMPTY, all its push outputs for ROOM. */
static void go_on(struct walk *w, struct fs_element *e)
{
    bool upstream = w->kind == FS_SIGNAL_NONEMPTY;
    uint32_t ports = upstream ? e->input_count : e->output_count;
    uint32_t ways = 0;
    for (uint32_t i = 0; i < ports; i++) {
        const struct fs_port *far = upstream ? &e->inputs[i] : &e->outputs[i];
        if (far->push != upstream) {
            visit(w, far->element);
            ways++;
        }
    }
    if (ways == 0) {
        w->dead_end = true;
    }
}

unsigned fs_signal_listen(struct fs_element *e, unsigned port, enum fs_signal_kind kind, struct fs_task *t)
{
    struct fs_router *r = e->router;
    struct walk w = {.kind = kind};
    w.todo = fs_alloc(e, r->element_count * sizeof(struct fs_element *));
    w.seen = fs_alloc(e, r->element_count * sizeof(bool));
    bool upstream = kind == FS_SIGNAL_NONEMPTY;
    if (w.todo == NULL || w.seen == NULL || port >= (upstream ? e->input_count : e->output_count)) {
        return 0;
    }
    visit(&w, upstream ? e->inputs[port].element : e->outputs[port].element);
    unsigned found = 0;
    for (uint32_t i = 0; i < w.count; i++) {
        struct fs_signal *s = offered(w.todo[i], kind);
        if (s == NULL) {
            go_on(&w, w.todo[i]);
        } else if (add_listener(e, s, t)) {
            found++;
        } else {
            w.dead_end = true;
        }
    }
    return w.dead_end ? 0 : found;
}

static void wake(struct fs_task *t)
{
    t->ready++;
    if (FS_HARDLY(!fs_task_scheduled(t))) {
        fs_task_schedule(t);
    }
}

static __attribute__((noinline)) void wake_all(struct fs_signal *s)
{
    for (uint32_t i = 0; i < s->listener_count; i++) {
        wake(s->listeners[i]);
    }
}

void fs_signal_turn_on(struct fs_signal *s)
{
    s->active = true;
    if (FS_USUALLY(s->listener_count == 1)) {
        wake(s->listeners[0]);
    } else {
        wake_all(s);
    }
}

static __attribute__((noinline)) void let_all_wait(struct fs_signal *s)
{
    for (uint32_t i = 0; i < s->listener_count; i++) {
        s->listeners[i]->ready--;
    }
}

void fs_signal_turn_off(struct fs_signal *s)
{
    s->active = false;
    if (FS_USUALLY(s->listener_count == 1)) {
        s->listeners[0]->ready--;
    } else {
        let_all_wait(s);
    }
}
