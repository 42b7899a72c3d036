/* clock.h: the time of day and a clock that never steps back, from the time stamp counter.
 *
 * Scaled by kvmclock where the host offers it (Linux Documentation/virt/kvm/x86/msr.rst, MSR 0x4b564d00/01); else
 * measured during boot against the local APIC's timer (1 GHz in QEMU), and once more, over a longer time, against the
 * ACPI PM timer (3.579545 MHz) where there is one. The epoch is kvmclock's wall clock or the CMOS clock.
 */
#ifndef PVH_MACHINE_CLOCK_H
#define PVH_MACHINE_CLOCK_H

#include <stdint.h>

enum { CLOCK_BOOT_MEASURE_NS = 500000 };

/* Set-up, early: starts the measurement. started: the time stamp at the first instruction. */
void clock_open(uint64_t started);
/* Set-up, late: ends the measurement, waiting until it is CLOCK_BOOT_MEASURE_NS long. The clocks run from now on. */
void clock_settle(void);
/* After READY: starts the longer measurement. pm_timer: its port, or 0. Set-up only. */
void clock_open_pm_timer(uint16_t pm_timer);
/* Ends the longer measurement once its first second is over; for a moment when there is nothing else to do. */
void clock_refine(void);

uint64_t clock_steady(void); /* ns since about the first instruction; never 0 */
uint64_t clock_now(void);    /* ns since 1970 */
uint64_t clock_since_start(void); /* ns since the first instruction */

#endif
