/* lapic.c: see lapic.h. */
#include "lapic.h"

#include "../boot/pages.h"
#include "../ring0/descriptors.h"

enum {
    END_OF_INTERRUPT = 0xb0,
    SPURIOUS = 0xf0,
    LVT_TIMER = 0x320,
    LVT_LINT0 = 0x350,
    INITIAL_COUNT = 0x380,
    CURRENT_COUNT = 0x390,
    DIVIDE = 0x3e0,
    ENABLE = 0x100,
    MASKED = 0x10000,
    DIVIDE_BY_16 = 3,
    IO_SELECT = 0x00,
    IO_WINDOW = 0x10,
    IO_REDIRECTION = 0x10,
    IO_LEVEL = 1 << 15,
};
#define LAPIC_AT UINT64_C(0xfee00000)
#define IO_APIC_AT UINT64_C(0xfec00000)

static volatile uint32_t *at(unsigned offset)
{
    return (volatile uint32_t *)(LAPIC_AT + offset);
}

static void write(unsigned offset, uint32_t value)
{
    *at(offset) = value;
}

void lapic_count(void)
{
    pages_reach_device(LAPIC_AT, 4096);
    write(DIVIDE, DIVIDE_BY_16);
    lapic_timer(UINT32_MAX);
}

void lapic_open(void)
{
    pages_reach_device(LAPIC_AT, 4096);
    write(SPURIOUS, ENABLE | VECTOR_SPURIOUS);
    write(LVT_LINT0, MASKED); /* else the 8259's ticks come through where a BIOS left it running */
    write(DIVIDE, DIVIDE_BY_16); /* where kvmclock tells the time nobody has counted by it yet */
    write(LVT_TIMER, VECTOR_WAKE);
}

void lapic_timer(uint32_t ticks)
{
    write(INITIAL_COUNT, ticks);
}

uint32_t lapic_ticks_left(void)
{
    return *at(CURRENT_COUNT);
}

void lapic_end_of_interrupt(void)
{
    write(END_OF_INTERRUPT, 0);
}

void lapic_route_sci(unsigned interrupt, bool level)
{
    volatile uint32_t *io = pages_reach_device(IO_APIC_AT, 4096);
    io[IO_SELECT / 4] = IO_REDIRECTION + 2 * interrupt + 1;
    io[IO_WINDOW / 4] = 0; /* to the processor with APIC id 0 */
    io[IO_SELECT / 4] = IO_REDIRECTION + 2 * interrupt;
    io[IO_WINDOW / 4] = (level ? (uint32_t)IO_LEVEL : 0) | VECTOR_SCI;
}
