/* timer.c: timers in a pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986): setting is O(1), the next one is at the
 * root. A node's `previous` is its left sibling, or its parent when it is the first child. */
#include "internal.h"

static struct fs_timer *meld(struct fs_timer *a, struct fs_timer *b)
{
    if (a == NULL || b == NULL) {
        return a != NULL ? a : b;
    }
    if (b->expiry < a->expiry) {
        struct fs_timer *t = a;
        a = b;
        b = t;
    }
    b->previous = a;
    b->sibling = a->child;
    if (b->sibling != NULL) {
        b->sibling->previous = b;
    }
    a->child = b;
    return a;
}

/* Makes one heap of a list of siblings: pairs from the left, then all from the right. No recursion. */
static struct fs_timer *meld_siblings(struct fs_timer *first)
{
    struct fs_timer *pairs = NULL; /* newest first, by `previous` */
    while (first != NULL) {
        struct fs_timer *a = first, *b = a->sibling;
        first = b != NULL ? b->sibling : NULL;
        a->sibling = a->previous = NULL;
        if (b != NULL) {
            b->sibling = b->previous = NULL;
        }
        a = meld(a, b);
        a->previous = pairs;
        pairs = a;
    }
    struct fs_timer *heap = NULL;
    while (pairs != NULL) {
        struct fs_timer *next = pairs->previous;
        pairs->previous = NULL;
        heap = meld(heap, pairs);
        pairs = next;
    }
    return heap;
}

static void take_out(struct fs_router *r, struct fs_timer *t)
{
    if (t == r->timers) {
        r->timers = meld_siblings(t->child);
    } else {
        if (t->previous->child == t) {
            t->previous->child = t->sibling;
        } else {
            t->previous->sibling = t->sibling;
        }
        if (t->sibling != NULL) {
            t->sibling->previous = t->previous;
        }
        r->timers = meld(r->timers, meld_siblings(t->child));
    }
    t->child = t->sibling = t->previous = NULL;
    t->expiry = 0;
}

void fs_timer_init(struct fs_element *e, struct fs_timer *t, void (*fire)(struct fs_element *, struct fs_timer *))
{
    *t = (struct fs_timer){.fire = fire, .element = e};
}

void fs_timer_at(struct fs_timer *t, uint64_t steady_ns)
{
    struct fs_router *r = t->element->router;
    fs_timer_clear(t);
    t->expiry = steady_ns != 0 ? steady_ns : 1;
    r->timers = meld(r->timers, t);
}

void fs_timer_after(struct fs_timer *t, uint64_t ns) { fs_timer_at(t, fs_steady(t->element) + ns); }

void fs_timer_clear(struct fs_timer *t)
{
    if (fs_timer_set(t)) {
        take_out(t->element->router, t);
    }
}
