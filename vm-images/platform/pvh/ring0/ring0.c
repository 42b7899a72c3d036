/* ring0.c: ring 3's side of stub.S: the services of set-up, and the seal. */
#include "ring0.h"

#include "descriptors.h"

extern const char ring0_wrmsr[], ring0_rdmsr[], ring0_cpuid[], ring0_hypercall_service[], ring0_seal[];
/* The low half of the gate that takes int3 to a routine (SDM 3A, 6.14.1); all routines lie below 4 GiB. */
static uint64_t gate_low(const char *routine)
{
    uint64_t at = (uintptr_t)routine;
    return (at & 0xffff) | (uint64_t)SELECTOR_CODE << 16 | (uint64_t)GATE_RING3 << 40 | (at >> 16 & 0xffff) << 48;
}

uint64_t ring0_read_msr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("int3" : "=a"(low), "=d"(high) : "D"(ring0_rdmsr), "c"(msr) : "memory");
    return low | (uint64_t)high << 32;
}

void ring0_write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("int3" ::"D"(ring0_wrmsr), "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                     : "memory");
}

struct ring0_cpuid_answer ring0_ask_cpuid(uint32_t leaf)
{
    struct ring0_cpuid_answer r;
    __asm__ volatile("int3" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "D"(ring0_cpuid), "a"(leaf), "c"(0));
    return r;
}

static uint8_t kept_ports[IO_BITMAP_BYTES];

void ring0_keep_ports(uint16_t first, uint16_t count)
{
    for (unsigned port = first; port < (unsigned)first + count && port < IO_PORTS; port++) {
        kept_ports[port / 8] |= (uint8_t)(1u << port % 8);
    }
}

int64_t ring0_hypercall(unsigned number, uint64_t command, void *argument)
{
    enum { ENTRY_BYTES = 32 };
    const char *service = ring0_hypercall_service;
    int64_t result = RING0_HYPERCALLS + ENTRY_BYTES * (int64_t)number;
    __asm__ volatile("int3" : "+a"(result), "+b"(command), "+S"(argument), "+D"(service)::"memory");
    return result;
}

void ring0_close(uint64_t page_map, const char *service)
{
    uint8_t *closed = (uint8_t *)(uintptr_t)RING0_IO_BITMAP;
    for (unsigned i = 0; i < IO_BITMAP_BYTES; i++) {
        closed[i] = (uint8_t)~kept_ports[i];
    }
    __asm__ volatile("int3" ::"D"(ring0_seal), "a"(page_map), "d"(gate_low(service)) : "memory");
}
