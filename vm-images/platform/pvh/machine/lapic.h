/* lapic.h: the local APIC: its one-shot timer, the end of interrupts, and the I/O APIC's line of the SCI.
 * (Intel SDM 3A, chapter 11; Intel 82093AA I/O APIC.) The bus clock of QEMU and KVM is 1 GHz. */
#ifndef PVH_MACHINE_LAPIC_H
#define PVH_MACHINE_LAPIC_H

#include <stdbool.h>
#include <stdint.h>

enum { LAPIC_NS_PER_TICK = 16 };

/* Set-up only: lets the timer count down from UINT32_MAX; it interrupts nobody before lapic_open(). */
void lapic_count(void);
/* Set-up only: interrupts reach the machine from now on. */
void lapic_open(void);
/* One interrupt (VECTOR_WAKE) after so many ticks, instead of any set before; 0: none. */
void lapic_timer(uint32_t ticks);
uint32_t lapic_ticks_left(void);
void lapic_end_of_interrupt(void);
/* Set-up only: routes a global system interrupt to VECTOR_SCI. */
void lapic_route_sci(unsigned interrupt, bool level);

#endif
