/* ring0.c: ring 3's side of stub.S: the IDT, the services of set-up, and the seal. */
#include "ring0.h"

#include "descriptors.h"

extern const char ring0_service[], ring0_wrmsr[], ring0_rdmsr[], ring0_cpuid[], ring0_seal[];
extern const char ring0_wake[], ring0_sci[], ring0_spurious[], ring0_faults[];

enum { FAULTS = 32, FAULT_STUB_BYTES = 16 };
/* Type and privilege bits of a gate (SDM 3A, 6.14.1): present, interrupt gate; who may use it by int n. */
enum { GATE_RING0 = 0x8e, GATE_RING3 = 0xee };

struct gate {
    uint64_t low, high;
};

static struct gate *idt(void)
{
    return (struct gate *)(uintptr_t)RING0_IDT;
}

static uint64_t gate_low(const char *routine, uint64_t type)
{
    uint64_t at = (uintptr_t)routine;
    return (at & 0xffff) | (uint64_t)SELECTOR_CODE << 16 | type << 40 | (at >> 16 & 0xffff) << 48;
}

static void set_gate(unsigned vector, const char *routine, uint64_t type)
{
    idt()[vector].low = gate_low(routine, type);
    idt()[vector].high = 0; /* all routines lie below 4 GiB */
}

void ring0_open(void)
{
    for (unsigned vector = 0; vector < FAULTS; vector++) {
        set_gate(vector, ring0_faults + vector * FAULT_STUB_BYTES, GATE_RING0);
    }
    set_gate(VECTOR_SERVICE, ring0_service, GATE_RING3);
    set_gate(VECTOR_WAKE, ring0_wake, GATE_RING0);
    set_gate(VECTOR_SCI, ring0_sci, GATE_RING0);
    set_gate(VECTOR_SPURIOUS, ring0_spurious, GATE_RING0);
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

void ring0_close(uint64_t page_map)
{
    uint8_t *closed = (uint8_t *)(uintptr_t)RING0_IO_BITMAP;
    for (unsigned i = 0; i < IO_BITMAP_BYTES; i++) {
        closed[i] = (uint8_t)~kept_ports[i];
    }
    __asm__ volatile("int3" ::"D"(ring0_seal), "a"(page_map), "d"(gate_low(ring0_halt, GATE_RING3)) : "memory");
}
