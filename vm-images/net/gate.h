/* gate.h: the signal of an element that packets are pulled through and that may have none to give though its upstream
 * has: because it waits for a moment (a shaper), or is switched elsewhere.
 *
 * It stands for the signals upstream: it is awake while it may be worth pulling, asleep otherwise, and it is woken by
 * what comes in upstream, by the moment that was waited for, or by fs_gate_open().
 */
#ifndef NET_GATE_H
#define NET_GATE_H

#include <flowstream/element.h>

struct fs_gate {
    struct fs_signal signal;
    struct fs_task task; /* woken by upstream */
    struct fs_timer timer;
    bool polls; /* some way upstream there is no signal */
};

/* From configure(). */
void fs_gate_configure(struct fs_element *e, struct fs_gate *g);
/* From initialize(): listens to all inputs. */
void fs_gate_initialize(struct fs_element *e, struct fs_gate *g);
/* Upstream gave nothing. */
void fs_gate_empty(struct fs_gate *g);
/* Nothing passes for so many nanoseconds; UINT64_MAX: until fs_gate_open(). */
void fs_gate_wait(struct fs_gate *g, uint64_t ns);
/* Worth pulling again. */
void fs_gate_open(struct fs_gate *g);

#endif
