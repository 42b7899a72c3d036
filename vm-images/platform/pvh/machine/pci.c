/* pci.c: see pci.h. */
#include "pci.h"

#include "../boot/pages.h"
#include "acpi.h"
#include "io.h"

enum {
    ADDRESS_PORT = 0xcf8,
    DATA_PORT = 0xcfc,
    DEVICES = 32,
    FUNCTIONS = 8,
    BUS_BYTES = 1 << 20,
    HEADER_TYPE = 0x0c, /* in bits 16..23 */
    MULTIFUNCTION = 1 << 23,
    HEADER_BRIDGE = 1 << 16,
    HEADER_MASK = 0x7f << 16,
    BUS_NUMBERS = 0x18,
    BRIDGE_MEMORY = 0x20,
    BRIDGE_PREFETCHABLE = 0x24,
    BRIDGE_WINDOW = 0x100000, /* least size and alignment of what a bridge passes on */
};
#define NOTHING 0xffffffffu
#define ENABLE 0x80000000u

static uint64_t config_window;
static uint32_t next_address; /* where the next BAR without an address goes */
static unsigned last_bus;

void pci_open(uint64_t memory_end)
{
    /* 3.2.2.3.2: where there is a configuration address port, it reads back what was written. Else ACPI knows. */
    out32(ADDRESS_PORT, ENABLE);
    config_window = in32(ADDRESS_PORT) == ENABLE ? 0 : acpi_tables()->config_window;
    last_bus = 0;
    /* Both chipsets and microvm route these addresses to PCI; memory reaches them in machines above 3.3 GiB only. */
    next_address = memory_end <= 0xd0000000u ? 0xd0000000u : 0xf0000000u;
}

static volatile uint32_t *config_word(pci_function f, unsigned offset)
{
    uint64_t bus = config_window + (uint64_t)(f >> 8) * BUS_BYTES;
    return (volatile uint32_t *)((volatile uint8_t *)pages_reach_device(bus, BUS_BYTES) + ((f & 0xffu) << 12) + offset);
}

uint32_t pci_read32(pci_function f, unsigned offset)
{
    if (config_window != 0) {
        return *config_word(f, offset);
    }
    out32(ADDRESS_PORT, ENABLE | (uint32_t)f << 8 | offset);
    return in32(DATA_PORT);
}

void pci_write32(pci_function f, unsigned offset, uint32_t value)
{
    if (config_window != 0) {
        *config_word(f, offset) = value;
        return;
    }
    out32(ADDRESS_PORT, ENABLE | (uint32_t)f << 8 | offset);
    out32(DATA_PORT, value);
}

static void walk_bus(unsigned bus, void (*found)(pci_function, uint32_t));

__attribute__((noinline)) static void walk_bridge(pci_function f, void (*found)(pci_function, uint32_t))
{
    uint32_t numbers = pci_read32(f, BUS_NUMBERS);
    unsigned secondary = numbers >> 8 & 0xff;
    if (secondary != 0) {
        if ((numbers >> 16 & 0xff) > last_bus) {
            last_bus = numbers >> 16 & 0xff;
        }
        walk_bus(secondary, found);
        return;
    }
    /* The firmware left the bridge alone: the bus behind it gets the next number, and all that its devices are given is
     * one window. */
    secondary = ++last_bus;
    pci_write32(f, BUS_NUMBERS, (numbers & 0xff000000u) | 0xffu << 16 | secondary << 8 | f >> 8);
    uint32_t start = next_address = (next_address + BRIDGE_WINDOW - 1) & ~(uint32_t)(BRIDGE_WINDOW - 1);
    walk_bus(secondary, found);
    pci_write32(f, BUS_NUMBERS, (numbers & 0xff000000u) | last_bus << 16 | secondary << 8 | f >> 8);
    if (next_address == start) {
        return;
    }
    next_address = (next_address + BRIDGE_WINDOW - 1) & ~(uint32_t)(BRIDGE_WINDOW - 1);
    pci_write32(f, BRIDGE_MEMORY, (start >> 16 & 0xfff0) | ((next_address - 1) & 0xfff00000u));
    pci_write32(f, BRIDGE_PREFETCHABLE, 0x0000fff0); /* limit below base: none */
    pci_write32(f, PCI_COMMAND, pci_read32(f, PCI_COMMAND) | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void walk_bus(unsigned bus, void (*found)(pci_function, uint32_t))
{
    bool many = false; /* functions in this device */
    for (unsigned at = bus << 8, end = at + (DEVICES << 3); at < end; at = many ? at + 1 : (at | (FUNCTIONS - 1)) + 1) {
        pci_function f = (pci_function)at;
        uint32_t vendor_device = pci_read32(f, 0);
        many &= (at & (FUNCTIONS - 1)) != 0;
        if (vendor_device == NOTHING) {
            continue;
        }
        uint32_t header = pci_read32(f, HEADER_TYPE);
        many |= (header & MULTIFUNCTION) != 0;
        if ((header & HEADER_MASK) == HEADER_BRIDGE) {
            walk_bridge(f, found);
        } else {
            found(f, vendor_device);
        }
    }
}

void pci_walk(void (*found)(pci_function f, uint32_t vendor_device))
{
    walk_bus(0, found);
}

uint64_t pci_bar(pci_function f, unsigned bar)
{
    enum { SPACE_IO = 1, TYPE_MASK = 6, TYPE_64 = 4 };
    unsigned offset = PCI_BAR0 + 4 * bar;
    uint32_t low = pci_read32(f, offset);
    if ((low & SPACE_IO) != 0) {
        return 0;
    }
    bool wide = (low & TYPE_MASK) == TYPE_64;
    uint64_t at = (low & ~0xfu) | (wide ? (uint64_t)pci_read32(f, offset + 4) << 32 : 0);
    if (at != 0) {
        return at;
    }
    pci_write32(f, offset, NOTHING); /* 6.2.5.1: the bits that stay zero tell the size */
    uint32_t size = ~(pci_read32(f, offset) & ~0xfu) + 1;
    if (size == 0) {
        return 0;
    }
    next_address = (next_address + size - 1) & ~(size - 1);
    at = next_address;
    next_address += size;
    pci_write32(f, offset, (uint32_t)at);
    if (wide) {
        pci_write32(f, offset + 4, 0);
    }
    return at;
}
