/* acpi.h: the few things that ACPI's static tables tell: registers of power and timer, and the PCI configuration
 * window. (ACPI specification 6.4: 5.2.5 RSDP, 5.2.7 RSDT, 5.2.9 FADT; PCI firmware specification 3.2, 4.1.2 MCFG.) */
#ifndef PVH_MACHINE_ACPI_H
#define PVH_MACHINE_ACPI_H

#include <stdbool.h>
#include <stdint.h>

struct acpi {
    bool found;              /* a FADT was */
    bool hardware_reduced;   /* no fixed registers: sleep_control instead (microvm) */
    uint16_t pm1_event, pm1_control, pm_timer; /* I/O ports; 0 when absent */
    uint16_t command_port;   /* SMI_CMD; 0 when absent */
    uint8_t command_enable;  /* written to it, gives the PM1 registers to the operating system */
    uint8_t interrupt;       /* SCI, as a global system interrupt */
    uint64_t sleep_control;  /* memory address of the hardware-reduced sleep control register; 0 when absent */
    uint64_t config_window;  /* memory address of bus 0's configuration space; 0 when absent */
};

/* Set-up only, once: `root` is the RSDP's address; 0: it is searched for where a BIOS puts it. */
void acpi_open(uint64_t root);
/* Set-up only at the first call, which reads the tables. */
const struct acpi *acpi_tables(void);

#endif
