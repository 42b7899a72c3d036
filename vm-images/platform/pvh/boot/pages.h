/* pages.h: the machine's page tables: identity mapped, open during set-up, then sealed.
 *
 * Sealed means: 4 KiB pages for the image (text read-execute, rodata and the compiled configuration read-only, data and
 * stacks without execute, guard pages and the null page absent), memory above as 2 MiB pages without execute; GDT, IDT,
 * TSS and the stub belong to ring 0; the page tables themselves are not mapped at all. (Intel SDM 3A, chapter 4.)
 */
#ifndef PVH_BOOT_PAGES_H
#define PVH_BOOT_PAGES_H

#include <stddef.h>
#include <stdint.h>

enum { PAGES_MAPPED = 4 << 20 }; /* from the beginning, by entry.S */
void pages_map(uint64_t at, size_t length);
/* Set-up only: makes memory (tables of the firmware, say) readable and writable. */
static inline void *pages_reach(uint64_t at, size_t length)
{
    if (at + length > PAGES_MAPPED) {
        pages_map(at, length);
    }
    return (void *)(uintptr_t)at;
}
/* Set-up only: maps registers of a device, uncached; the mapping outlives the seal. */
volatile void *pages_reach_device(uint64_t at, size_t length);
/* Builds the final tables for an image that ends at image_end and memory up to memory_end, and answers their root. */
uint64_t pages_build(uintptr_t image_end, uintptr_t memory_end);

/* What lies at an address, for people: "the page tables", "read-only text" ... NULL where nothing does. */
const char *pages_describe(uint64_t at);

#endif
