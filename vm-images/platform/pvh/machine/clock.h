/* clock.h: the time of day and a clock that never steps back, from the time stamp counter.
 *
 * Scaled by kvmclock where the host offers it (Linux Documentation/virt/kvm/x86/msr.rst, MSR 0x4b564d00/01), or by Xen's
 * vcpu_time_info (xen/include/public/xen.h), which has the same form; else
 * measured during boot against the local APIC's timer (1 GHz in QEMU), and once more, over a longer time, against the
 * ACPI PM timer (3.579545 MHz) where there is one. The epoch is kvmclock's wall clock or the CMOS clock.
 */
#ifndef PVH_MACHINE_CLOCK_H
#define PVH_MACHINE_CLOCK_H

#include <stdint.h>

enum { CLOCK_BOOT_MEASURE_NS = 500000 };

/* Written by the host; version is odd meanwhile. */
struct clock_host_time {
    uint32_t version, padding;
    uint64_t time_stamp, system_time;
    uint32_t multiplier; /* ns = (ticks << shift) * multiplier >> 32 */
    int8_t shift;
    uint8_t flags, padding2[2];
};

/* Set-up, early: starts the measurement. started: the time stamp at the first instruction. */
void clock_open(uint64_t started);
/* Instead, where the host writes the time by itself; epoch: ns since 1970 when its time was 0. The clocks run. */
void clock_open_host(uint64_t started, const volatile struct clock_host_time *time, uint64_t epoch);
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
