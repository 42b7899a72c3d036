#include "net/gate.h"

static bool woken(struct fs_element *e, struct fs_task *t)
{
    struct fs_gate *g = (struct fs_gate *)((char *)t - offsetof(struct fs_gate, task));
    (void)e;
    fs_signal_wake(&g->signal);
    return true;
}
static void due(struct fs_element *e, struct fs_timer *t)
{
    struct fs_gate *g = (struct fs_gate *)((char *)t - offsetof(struct fs_gate, timer));
    (void)e;
    fs_signal_wake(&g->signal);
}

void fs_gate_configure(struct fs_element *e, struct fs_gate *g)
{
    fs_signal_offer(e, &g->signal, FS_SIGNAL_NONEMPTY, true);
}

void fs_gate_initialize(struct fs_element *e, struct fs_gate *g)
{
    fs_task_init(e, &g->task, woken);
    fs_timer_init(e, &g->timer, due);
    for (uint32_t i = 0; i < e->input_count; i++) {
        g->polls |= fs_signal_listen(e, i, FS_SIGNAL_NONEMPTY, &g->task) == 0;
    }
}

void fs_gate_empty(struct fs_gate *g)
{
    fs_signal_sleep(&g->signal);
    if (g->polls) {
        fs_task_schedule(&g->task); /* ask again in the next round */
    }
}

void fs_gate_wait(struct fs_gate *g, uint64_t ns)
{
    fs_signal_sleep(&g->signal);
    if (ns != UINT64_MAX) {
        fs_timer_after(&g->timer, ns == 0 ? 1 : ns);
    }
}

void fs_gate_open(struct fs_gate *g)
{
    fs_timer_clear(&g->timer);
    fs_signal_wake(&g->signal);
}
