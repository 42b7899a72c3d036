/* power.h: how a machine ends: power-off by ACPI, panic by pvpanic, both by Xen where it runs there; and the button that
 * asks for an end.
 * (ACPI 6.4: 4.8.3 fixed registers, 4.8.3.7 sleep control; QEMU docs/specs/pvpanic.) */
#ifndef PVH_MACHINE_POWER_H
#define PVH_MACHINE_POWER_H

#include <stdbool.h>

/* Set-up only: finds the registers and keeps them within reach; from now on the power button interrupts. */
void power_open(void);
/* After an interrupt of ACPI's: was it the power button? */
bool power_button_pressed(void);
/* Off, also during set-up; halts for ever where the machine has no ACPI. */
_Noreturn void power_off(void);
/* Tells the host of a panic, and halts for ever. */
_Noreturn void power_panic(void);

#endif
