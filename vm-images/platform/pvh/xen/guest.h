/* guest.h: a machine on Xen: what machine/machine.h promises, where it differs from a machine with virtio devices. There
 * are no PCI, ACPI, local APIC or interrupts: devices are found in xenstore, and events end sleep.
 */
#ifndef PVH_XEN_GUEST_H
#define PVH_XEN_GUEST_H

#include "../machine/machine.h"

/* Set-up, first of all: the log and the end work from now on. */
void guest_begin(void);
/* Set-up, once there is memory: the clock, and the devices that there are. */
void guest_open(struct machine *m, uint64_t started);
/* Set-up: has backends take the devices, with the pool in `bytes` from `region` on, and waits until they have. */
void guest_start(struct machine *m, const void *region, size_t bytes);
/* As machine_settle(), up to the seal. */
void guest_settle(struct fs_service *control, struct fs_service *health);

bool guest_poll(void);
uint32_t guest_frames(void);
const char *guest_scrub(struct machine *m);
void guest_sleep(struct machine *m, uint64_t until);
void guest_flush(void);

/* The domain's end, when the console has taken the log. */
_Noreturn void guest_off(void);
_Noreturn void guest_crash(void);

#endif
