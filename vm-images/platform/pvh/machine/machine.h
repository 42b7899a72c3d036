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
    struct fs_device *devices[MACHINE_DEVICES];
    uint32_t device_count;
    struct net nets[MACHINE_DEVICES]; /* those over virtio; on Xen xen/guest.c has its own */
    uint32_t net_count;
    struct channels channels;
    struct fs_pool pool;
    pci_function console;     /* the virtio-serial device; 0 none */
    uint64_t command_line;    /* as start_info.h has it */
    uintptr_t image_end, memory_end;
    const void *image;        /* the segment of contracts.md, section 3; NULL when there is none */
    size_t image_length;
};

/* From the first C instruction to a machine that can load a router. Ends the machine when that cannot be. */
void machine_open(struct machine *m, uint64_t start_info, uint64_t started);

/* What can wait until READY is said, which the host needs longer to take in: receive buffers (frames wait with the host),
 * interrupts, power, channels. Then the machine is sealed (boot/pages.h): no task has run before. */
void machine_settle(struct machine *m, struct fs_service *control, struct fs_service *health);

/* Looks at all devices; true when there was something. */
bool machine_poll(struct machine *m);
/* How many frames wait at all devices. */
uint32_t machine_frames(struct machine *m);
/* Before an end: lets what the channels have to say go out, for a moment at most. */
void machine_flush(struct machine *m);
/* As fs_platform.scrub: packets, rings and channels. */
const char *machine_scrub(struct machine *m);
/* From the loop: clears what calls left on the stack. */
void machine_clear_stack(void);
/* Sleeps until a device, the power button or the steady time `until` (0: no time); may wake for nothing. */
void machine_sleep(struct machine *m, uint64_t until);

#endif
