/* power.c: see power.h. */
#include "power.h"

#include <stddef.h>

#include "../boot/pages.h"
#include "../ring0/ring0.h"
#include "../xen/guest.h"
#include "acpi.h"
#include "hypervisor.h"
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
    /* QEMU's generic event device on microvm (docs/specs/acpi_hw_reduced_hotplug, hw/acpi/generic_event_device.c): the
     * events that came, in the first word of the page that holds the sleep registers; its interrupt. */
    EVENT_POWER_BUTTON = 2,
    REDUCED_INTERRUPT = 9,
    DEVICE_BYTES = 4096,
};

static struct acpi registers;
static volatile uint8_t *sleep_control;
static volatile uint32_t *events;

static void find_registers(void)
{
    registers = *acpi_tables();
    if (registers.sleep_control != 0) {
        sleep_control = pages_reach_device(registers.sleep_control, 1);
        events = (volatile uint32_t *)pages_reach_device(registers.sleep_control & ~(uint64_t)(DEVICE_BYTES - 1), 4);
    }
}

static void keep(uint16_t port, uint16_t count)
{
    if (port != 0) {
        ring0_keep_ports(port, count);
    }
}

void power_open(void)
{
    find_registers();
    keep(PVPANIC_PORT, 1);
    keep(registers.pm1_event, 4);
    keep(registers.pm1_control, 2);
    if (registers.pm1_event != 0) {
        if ((in16(registers.pm1_control) & CONTROL_SCI) == 0 && registers.command_port != 0) {
            out8(registers.command_port, registers.command_enable);
        }
        out16(registers.pm1_event, PM1_POWER_BUTTON); /* writing a one clears it */
        out16(registers.pm1_event + PM1_ENABLE, PM1_POWER_BUTTON);
        lapic_route_sci(registers.interrupt, true);
    } else if (events != NULL) {
        lapic_route_sci(REDUCED_INTERRUPT, false);
    }
}

bool power_button_pressed(void)
{
    if (events != NULL) {
        return (*events & EVENT_POWER_BUTTON) != 0; /* reading clears them */
    }
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
    if (hypervisor == HYPERVISOR_XEN) {
        guest_off();
    }
    if (!registers.found) {
        find_registers(); /* an end before power_open() */
    }
    if (registers.pm1_control != 0) {
        out16(registers.pm1_control, S5_TYPE << SLEEP_TYPE_SHIFT | CONTROL_SLEEP);
    } else if (sleep_control != NULL) {
        *sleep_control = REDUCED_S5_TYPE << REDUCED_TYPE_SHIFT | REDUCED_SLEEP;
    }
    rest();
}

_Noreturn void power_panic(void)
{
    if (hypervisor == HYPERVISOR_XEN) {
        guest_crash();
    }
    out8(PVPANIC_PORT, PVPANIC_PANICKED);
    rest();
}
