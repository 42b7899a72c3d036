/* machine.h: the machine after set-up: its network devices, its packet pool, its memory. */
#ifndef PVH_MACHINE_MACHINE_H
#define PVH_MACHINE_MACHINE_H

#include <engine/platform.h>
#include <engine/pool.h>
#include <stdbool.h>
#include <stdint.h>

#include "../virtio/channels.h"
#include "../virtio/net.h"

enum { MACHINE_DEVICES = 16 };

struct machine {
    struct net nets[MACHINE_DEVICES];
    uint32_t net_count;
    struct channels channels;
    struct fs_pool pool;
    uint32_t memory_kib;      /* of the machine, as far as it is known to it */
    const void *image;        /* the segment of contracts.md, section 3; NULL when there is none */
    size_t image_length;
    const char *command_line; /* of the loader; NULL when none */
};

/* From the first C instruction to a sealed machine that can run a router. Ends the machine when that cannot be. */
void machine_open(struct machine *m, uint64_t start_info, uint64_t started);

/* What can wait until READY is said: receive buffers, the power button, the clock of the PC. */
void machine_settle(struct machine *m, struct fs_service *control, struct fs_service *health);

/* Looks at all devices; true when there was something. */
bool machine_poll(struct machine *m);
/* Sleeps until a device, the power button or the steady time `until` (0: no time); may wake for nothing. */
void machine_sleep(struct machine *m, uint64_t until);

#endif
