/* acpi.c: see acpi.h. Lengths are bounded; checksums are not verified: a wrong table means a wrong firmware. */
#include "acpi.h"

#include <stddef.h>

#include "../boot/pages.h"

enum {
    HEADER_BYTES = 36,
    TABLES_MAX = 32,
    BIOS_START = 0xe0000,
    BIOS_END = 0x100000,
    HARDWARE_REDUCED = 1 << 20, /* FADT flags */
    SPACE_MEMORY = 0,
};
#define SIGNATURE(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

static uint32_t get32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}
static uint64_t get64(const uint8_t *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static bool is_root(const uint8_t *at)
{
    return get64(at) == UINT64_C(0x2052545020445352); /* "RSD PTR " */
}

static const uint8_t *find_root(void)
{
    pages_reach(BIOS_START, BIOS_END - BIOS_START);
    for (uintptr_t at = BIOS_START; at < BIOS_END; at += 16) {
        const uint8_t *candidate = (const uint8_t *)at;
        if (is_root(candidate)) {
            return candidate;
        }
    }
    return NULL;
}

/* microvm has no MCFG: its DSDT's PCI bus says where its configuration space is, in a method that returns a number.
 * (PCI firmware specification, 4.1.3 _CBA; ACPI 6.4, 20.2: 0x14 length name flags, 0xa4 return, 0x0c a double word.) */
static uint64_t find_config_base(uint64_t at)
{
    enum { METHOD_BYTES = 11, DSDT_MAX = 65536, RETURN_DWORD = 0x0ca400 };
    const uint8_t *t = pages_reach(at, HEADER_BYTES);
    uint32_t length = get32(t + 4);
    if (get32(t) != SIGNATURE('D', 'S', 'D', 'T') || length > DSDT_MAX) {
        return 0;
    }
    pages_reach(at, length);
    for (uint32_t i = HEADER_BYTES; i + METHOD_BYTES <= length; i++) {
        if (t[i] == '_' && get32(t + i) == SIGNATURE('_', 'C', 'B', 'A')
            && (get32(t + i + 4) & 0xffffff) == RETURN_DWORD) {
            return get32(t + i + 7);
        }
    }
    return 0;
}

static void read_fadt(struct acpi *a, const uint8_t *t, uint32_t length)
{
    enum { DSDT = 40, SCI = 46, COMMAND = 48, ENABLE = 52, PM1_EVENT = 56, PM1_CONTROL = 64, TIMER = 76, TIMER_LENGTH = 91,
           FLAGS = 112, DSDT_WIDE = 140, SLEEP_CONTROL = 244, ADDRESS = 4 };
    if (length < FLAGS + 4) {
        return;
    }
    a->found = true;
    a->hardware_reduced = (get32(t + FLAGS) & HARDWARE_REDUCED) != 0;
    if (!a->hardware_reduced) {
        a->pm1_event = (uint16_t)get32(t + PM1_EVENT);
        a->pm1_control = (uint16_t)get32(t + PM1_CONTROL);
        a->pm_timer = t[TIMER_LENGTH] == 4 ? (uint16_t)get32(t + TIMER) : 0;
        a->command_port = (uint16_t)get32(t + COMMAND);
        a->command_enable = t[ENABLE];
        a->interrupt = t[SCI];
        return;
    }
    if (length >= SLEEP_CONTROL + 12 && t[SLEEP_CONTROL] == SPACE_MEMORY) {
        a->sleep_control = get64(t + SLEEP_CONTROL + ADDRESS);
    }
    uint64_t dsdt = length >= DSDT_WIDE + 8 ? get64(t + DSDT_WIDE) : 0;
    a->config_window = find_config_base(dsdt != 0 ? dsdt : get32(t + DSDT));
}

static void read_mcfg(struct acpi *a, const uint8_t *t, uint32_t length)
{
    enum { FIRST = 44, SEGMENT = 8, START_BUS = 10, ENTRY_BYTES = 16 };
    if (length >= FIRST + ENTRY_BYTES && t[FIRST + SEGMENT] == 0 && t[FIRST + START_BUS] == 0) {
        a->config_window = get64(t + FIRST);
    }
}

static struct acpi read_tables(uint64_t root)
{
    enum { RSDT = 16, FADT_OR_MCFG = 2 };
    struct acpi a = {0};
    const uint8_t *pointer = root != 0 ? pages_reach(root, 36) : find_root();
    if (pointer == NULL || !is_root(pointer)) {
        return a;
    }
    uint64_t list_at = get32(pointer + RSDT);
    unsigned entry_bytes = 4;
    if (pointer[15] >= 2 && get64(pointer + 24) != 0) { /* revision 2: the XSDT, with addresses of 64 bits */
        list_at = get64(pointer + 24);
        entry_bytes = 8;
    }
    const uint8_t *list = pages_reach(list_at, HEADER_BYTES + TABLES_MAX * 8);
    uint32_t bytes = get32(list + 4);
    unsigned found = 0;
    for (uint32_t i = 0; i < TABLES_MAX && HEADER_BYTES + (i + 1) * entry_bytes <= bytes && found < FADT_OR_MCFG; i++) {
        const uint8_t *at = list + HEADER_BYTES + i * entry_bytes;
        const uint8_t *t = pages_reach(entry_bytes == 8 ? get64(at) : get32(at), 276);
        uint32_t signature = get32(t), length = get32(t + 4);
        if (signature == SIGNATURE('F', 'A', 'C', 'P')) {
            read_fadt(&a, t, length);
            found++;
        } else if (signature == SIGNATURE('M', 'C', 'F', 'G')) {
            read_mcfg(&a, t, length);
            found++;
        }
    }
    return a;
}

static uint64_t known_root;

void acpi_open(uint64_t root)
{
    known_root = root;
}

const struct acpi *acpi_tables(void)
{
    static struct acpi tables;
    static bool read;
    if (!read) {
        read = true;
        tables = read_tables(known_root);
    }
    return &tables;
}
