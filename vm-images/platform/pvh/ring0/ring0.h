/* ring0.h: what ring 3 can have done in ring 0 (stub.S). All but ring0_sleep, or on Xen ring0_xen, end with
 * ring0_close. */
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
extern const char ring0_halt[], ring0_xen_service[];
/* Closes all ports that are not kept, switches to the final page tables and leaves one service: ring0_halt, or
 * ring0_xen_service. */
void ring0_close(uint64_t page_map, const char *service);

/* A hypercall to Xen with two arguments; its answer. */
int64_t ring0_hypercall(unsigned number, uint64_t command, void *argument);
/* On Xen: one of descriptors.h's three commands. */
static inline void ring0_xen(uint32_t command, const void *argument)
{
    const char *service = ring0_xen_service; /* Xen may leave anything in registers of arguments */
    __asm__ volatile("int3" : "+a"(command), "+S"(argument), "+D"(service)::"memory");
}

/* Sleeps until an interrupt has come (at once when one is pending). */
static inline void ring0_sleep(void)
{
    __asm__ volatile("int3" ::"D"(ring0_halt) : "memory");
}

/* Counted by the interrupt stubs. */
extern volatile uint32_t interrupts_wake, interrupts_sci;

#endif
