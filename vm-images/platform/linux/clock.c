#include <time.h>

#include "machine.h"

static uint64_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t fs_machine_now(struct fs_machine *m) { return m->simtime ? m->virtual_now : read_clock(CLOCK_REALTIME); }

uint64_t fs_machine_steady(struct fs_machine *m) { return m->simtime ? m->virtual_now : read_clock(CLOCK_MONOTONIC); }
