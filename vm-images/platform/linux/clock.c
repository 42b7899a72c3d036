#include <time.h>

#include "machine.h"

static uint64_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Click's virtual time goes on by a nanosecond whenever somebody looks: so what never sleeps still gets somewhere. */
static uint64_t virtual(struct fs_machine *m)
{
    m->virtual_now += m->click;
    return m->virtual_now - m->click;
}

uint64_t fs_machine_now(struct fs_machine *m) { return m->simtime ? virtual(m) : read_clock(CLOCK_REALTIME); }

uint64_t fs_machine_steady(struct fs_machine *m) { return m->simtime ? virtual(m) : read_clock(CLOCK_MONOTONIC); }
