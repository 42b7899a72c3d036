/* ring0.h: what ring 3 can have done in ring 0 (stub.S). All but ring0_halt end with ring0_close. */
#ifndef PVH_RING0_H
#define PVH_RING0_H

#include <stdbool.h>
#include <stdint.h>

uint64_t ring0_read_msr(uint32_t msr);
void ring0_write_msr(uint32_t msr, uint64_t value);
struct ring0_cpuid_answer {
    uint32_t a, b, c, d;
};
struct ring0_cpuid_answer ring0_ask_cpuid(uint32_t leaf);

/* A range of I/O ports that ring 3 goes on using after the seal. */
void ring0_keep_ports(uint16_t first, uint16_t count);
/* Closes all ports that are not kept, switches to the final page tables and leaves ring0_halt as the only service. */
void ring0_close(uint64_t page_map);

extern const char ring0_halt[];
/* Sleeps until an interrupt has come (at once when one is pending). */
static inline void ring0_sleep(void)
{
    __asm__ volatile("int3" ::"D"(ring0_halt) : "memory");
}

/* Counted by the interrupt stubs. */
extern volatile uint32_t interrupts_wake, interrupts_sci;

#endif
