/* move.c: how batches go from element to element.
 *
 * Elements with `act` do not nest: a push goes through a row of them in one loop, and what is left of the batch goes
 * on. So the depth of the stack is the number of elements with a push of their own, and that is bounded.
 */
#include "internal.h"

static void lost(struct fs_element *e, struct fs_batch *batch) { fs_drop_batch(e, batch, FS_DROP_UNCONNECTED); }

/* A cycle of the configuration that packets cannot leave. */
static void looped(struct fs_element *e, struct fs_batch *batch) { fs_drop_batch(e, batch, FS_DROP_LOOP); }

/* Where output `port` leads; NULL when nowhere. */
static inline const struct fs_port *way_out(const struct fs_element *e, unsigned port)
{
    return port < e->output_count && e->outputs[port].element != NULL ? &e->outputs[port] : NULL;
}

/* Into an element with a push of its own. */
static inline void enter(struct fs_element *e, const struct fs_port *to, struct fs_batch *batch)
{
    struct fs_router *r = e->router;
    if (FS_USUALLY(--r->levels >= 0)) {
        to->element->class->push(to->element, to->port, batch);
    } else {
        looped(e, batch);
    }
    r->levels++;
}

/* Through the row of elements with `act` that begins behind output `port`, and into what follows it. */
static __attribute__((noinline)) void go_through(struct fs_element *e, const struct fs_port *to, struct fs_batch *batch)
{
    for (uint32_t hops = e->router->element_count; hops > 0; hops--) {
        struct fs_element *next = to->element;
        if (next->class->act == NULL) {
            enter(e, to, batch);
            return;
        }
        next->class->act(next, batch);
        if (batch->count == 0) {
            return;
        }
        e = next;
        to = way_out(e, 0);
        if (to == NULL) {
            lost(e, batch);
            return;
        }
    }
    looped(e, batch);
}

/* The first push out of a port, and each one into an element with `act` or into nowhere. */
static __attribute__((noinline)) void push_out(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    if (batch->count == 0) {
        return;
    }
    const struct fs_port *to = way_out(e, port);
    if (to == NULL) {
        lost(e, batch);
    } else if (to->element->class->act == NULL) {
        e->outputs[port].met = true;
        enter(e, to, batch);
    } else {
        go_through(e, to, batch);
    }
}

void fs_output_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    if (FS_USUALLY(port < e->output_count && e->outputs[port].met && batch->count != 0)) {
        enter(e, &e->outputs[port], batch);
    } else {
        push_out(e, port, batch);
    }
}

void fs_output_push_one(struct fs_element *e, unsigned port, struct fs_packet *p)
{
    struct fs_batch one;
    one.count = 1;
    one.packets[0] = p;
    fs_output_push(e, port, &one);
}

_Static_assert(FS_BATCH_MAX <= 64, "fs_output_scatter keeps one bit a packet");

static void scatter_drop(struct fs_element *e, const struct fs_batch *batch, const uint32_t *ports,
                         const uint32_t *rules, enum fs_drop_reason reason)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        if (ports[i] >= e->output_count) {
            fs_drop_rule(e, batch->packets[i], reason, rules != NULL ? rules[i] : (uint32_t)FS_RULE_NONE);
        }
    }
}

void fs_output_scatter(struct fs_element *e, struct fs_batch *batch, const uint32_t *ports, const uint32_t *rules,
                       enum fs_drop_reason reason)
{
    const uint32_t count = batch->count;
    if (count == 0) {
        return;
    }
    uint32_t same = 1;
    while (same < count && ports[same] == ports[0]) {
        same++;
    }
    if (same == count && ports[0] < e->output_count) { /* the usual case: all one way */
        fs_output_push(e, ports[0], batch);
        return;
    }
    uint64_t left = 0; /* packets not yet sent, one bit each: a batch has at most 64 */
    for (uint32_t i = 0; i < count; i++) {
        left |= (uint64_t)(ports[i] < e->output_count) << i;
    }
    scatter_drop(e, batch, ports, rules, reason);
    while (left != 0) {
        uint32_t port = ports[__builtin_ctzll(left)];
        struct fs_batch some;
        some.count = 0;
        for (uint64_t todo = left; todo != 0; todo &= todo - 1) {
            unsigned i = (unsigned)__builtin_ctzll(todo);
            if (ports[i] == port) {
                fs_batch_add(&some, batch->packets[i]);
                left &= ~((uint64_t)1 << i);
            }
        }
        fs_output_push(e, port, &some);
    }
    batch->count = 0;
}

/* Pulls through an element with `act`, which sees only what is new in the batch. Goes on while the element keeps
 * nothing and its input gives something: an empty answer means that upstream is empty. */
static void pull_act(struct fs_element *e, struct fs_batch *batch, unsigned max)
{
    struct fs_batch fresh;
    fresh.count = 0;
    uint32_t got;
    do {
        fs_input_pull(e, 0, &fresh, max);
        got = fresh.count;
        if (got > 0) {
            e->class->act(e, &fresh);
        }
    } while (got > 0 && fresh.count == 0);
    memcpy(batch->packets + batch->count, fresh.packets, fresh.count * sizeof(fresh.packets[0]));
    batch->count += fresh.count;
}

static __attribute__((noinline)) void pull_in(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct fs_router *r = e->router;
    if (port >= e->input_count || e->inputs[port].element == NULL || max == 0) {
        return;
    }
    struct fs_element *from = e->inputs[port].element;
    if (from->class->act == NULL) {
        e->inputs[port].met = true;
        fs_input_pull(e, port, batch, max);
        return;
    }
    if (--r->levels >= 0) {
        pull_act(from, batch, max);
    }
    r->levels++;
}

void fs_input_pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    if (FS_HARDLY(port >= e->input_count || !e->inputs[port].met || max == 0)) {
        pull_in(e, port, batch, max);
        return;
    }
    struct fs_router *r = e->router;
    const struct fs_port *way = &e->inputs[port];
    if (FS_USUALLY(--r->levels >= 0)) {
        way->element->class->pull(way->element, way->port, batch, max);
        r->levels++;
    } else {
        r->levels = 0;
    }
}

void fs_reject(struct fs_element *e, unsigned port, struct fs_packet *p, enum fs_drop_reason reason)
{
    if (port < e->output_count && e->outputs[port].element != NULL) {
        fs_output_push_one(e, port, p);
    } else {
        fs_drop(e, p, reason);
    }
}

struct fs_packet *fs_writable(struct fs_element *e, struct fs_packet *p)
{
    if (!fs_packet_shared(p)) {
        return p;
    }
    if (p->origin == NULL && p->pool->free_count == 0) { /* cannot be copied: counted while its bytes are still there */
        fs_drop(e, p, FS_DROP_NO_BUFFER);
        return NULL;
    }
    return fs_packet_unshare(p);
}
