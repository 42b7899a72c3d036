/* pci.h: PCI configuration space, by ports or by the memory window that ACPI names, and the walk over all functions.
 * (PCI local bus specification 3.0, 3.2.2.3.2 and chapter 6; PCI Express base specification, 7.2.2.) */
#ifndef PVH_MACHINE_PCI_H
#define PVH_MACHINE_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint16_t pci_function; /* bus << 8 | device << 3 | function */

enum {
    PCI_COMMAND = 4,
    PCI_BAR0 = 0x10,
    PCI_CAPABILITIES = 0x34,
    PCI_COMMAND_IO = 1,
    PCI_COMMAND_MEMORY = 2,
    PCI_COMMAND_MASTER = 4,
    PCI_CAPABILITY_VENDOR = 9,
    PCI_CAPABILITY_MSIX = 0x11,
};

/* memory_end: where the machine's memory ends, for addresses to give out. */
void pci_open(uint64_t memory_end);
uint32_t pci_read32(pci_function f, unsigned offset); /* offset: a multiple of 4, below 256 */
void pci_write32(pci_function f, unsigned offset, uint32_t value);

/* Calls found() for each function in the order of bus, device and function, behind bridges in place of the bridge.
 * Bridges without a bus number get one, and a window. */
void pci_walk(void (*found)(pci_function f, uint32_t vendor_device));

/* Address of a memory BAR; the BAR is given one when the firmware left it zero. 0 when it is none. */
uint64_t pci_bar(pci_function f, unsigned bar);

#endif
