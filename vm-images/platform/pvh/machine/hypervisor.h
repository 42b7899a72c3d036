/* hypervisor.h: what the machine runs on, as far as that makes a difference: how it tells time, and on Xen everything. */
#ifndef PVH_MACHINE_HYPERVISOR_H
#define PVH_MACHINE_HYPERVISOR_H

enum hypervisor { HYPERVISOR_OTHER, HYPERVISOR_TCG, HYPERVISOR_KVM, HYPERVISOR_XEN };

/* Set-up only: asks once, by the leaves from 0x40000000 on. */
enum hypervisor hypervisor_find(void);
/* What was found. */
extern enum hypervisor hypervisor;

#endif
