/* power.c: see power.h. */
#include "power.h"

#include "../boot/pages.h"
#include "../ring0/ring0.h"
#include "io.h"
#include "lapic.h"

enum {
    PVPANIC_PORT = 0x505,
    PVPANIC_PANICKED = 1,
    PM1_ENABLE = 2, /* behind the status register */
    PM1_POWER_BUTTON = 1 << 8,
    CONTROL_SCI = 1 << 0,
    CONTROL_SLEEP = 1 << 13,
    SLEEP_TYPE_SHIFT = 10,
    REDUCED_SLEEP = 1 << 5,
    REDUCED_TYPE_SHIFT = 2,
    /* The values of S5 are the DSDT's to choose (\_S5); these are QEMU's, for pc and q35, and for microvm. */
    S5_TYPE = 0,
    REDUCED_S5_TYPE = 5,
};

static struct acpi registers;
static volatile uint8_t *sleep_control;

void power_open(const struct acpi *a)
{
    registers = *a;
    ring0_keep_ports(PVPANIC_PORT, 1);
    if (a->sleep_control != 0) {
        sleep_control = pages_reach_device(a->sleep_control, 1);
    }
    if (a->pm1_control == 0) {
        return;
    }
    ring0_keep_ports(a->pm1_event, 4);
    ring0_keep_ports(a->pm1_control, 2);
    if ((in16(a->pm1_control) & CONTROL_SCI) == 0 && a->command_port != 0) {
        out8(a->command_port, a->command_enable);
    }
    out16(a->pm1_event, PM1_POWER_BUTTON); /* writing a one clears it */
    out16(a->pm1_event + PM1_ENABLE, PM1_POWER_BUTTON);
    lapic_route_sci(a->interrupt);
}

bool power_button_pressed(void)
{
    if (registers.pm1_event == 0 || (in16(registers.pm1_event) & PM1_POWER_BUTTON) == 0) {
        return false;
    }
    out16(registers.pm1_event, PM1_POWER_BUTTON);
    return true;
}

static _Noreturn void rest(void)
{
    for (;;) {
        ring0_sleep();
    }
}

_Noreturn void power_off(void)
{
    if (registers.pm1_control != 0) {
        out16(registers.pm1_control, S5_TYPE << SLEEP_TYPE_SHIFT | CONTROL_SLEEP);
    } else if (sleep_control != NULL) {
        *sleep_control = REDUCED_S5_TYPE << REDUCED_TYPE_SHIFT | REDUCED_SLEEP;
    }
    rest();
}

_Noreturn void power_panic(void)
{
    out8(PVPANIC_PORT, PVPANIC_PANICKED);
    rest();
}
