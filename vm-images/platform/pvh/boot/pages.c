/* pages.c: see pages.h. */
#include "pages.h"

#include "../ring0/descriptors.h"
#include "layout.h"

enum {
    PRESENT = 1,
    WRITE = 2,
    USER = 4,
    UNCACHED = 0x18,  /* PWT and PCD */
    USED = 0x60,      /* accessed and dirty, preset: the processor need not write them */
    LARGE = 0x80,
    ENTRIES = 512,
    TABLES = 13,
};
#define NO_EXECUTE (UINT64_C(1) << 63)
#define ADDRESS UINT64_C(0x000ffffffffff000)
#define PAGE UINT64_C(4096)
#define LARGE_PAGE UINT64_C(0x200000)
#define LINK (PRESENT | WRITE | USER | USED)

typedef uint64_t table[ENTRIES];

/* The tables of set-up. Each directory of the first 4 GiB is there from the beginning, one behind the other: so the entry
 * of an address is found by its number alone. entry.S links them and maps the first two pages. Zero at the start, like
 * all of .bss. */
__attribute__((section(".bss.page_tables"), aligned(4096))) table page_map, page_directory_pointers;
__attribute__((section(".bss.page_tables"), aligned(4096))) uint64_t page_directories[4 * ENTRIES];
__attribute__((section(".bss.page_tables"), aligned(4096))) static table spare[TABLES];
static unsigned spare_used;

/* Where the image ended and memory ends, for pages_describe(). */
static uintptr_t described_image_end, described_memory_end;

static uint64_t *new_table(void)
{
    if (spare_used == TABLES) {
        __builtin_trap(); /* more far-apart devices than any machine has; before the first log line */
    }
    return spare[spare_used++];
}

/* The table behind an entry; an empty entry gets one. */
static uint64_t *descend(uint64_t *entry)
{
    if ((*entry & PRESENT) == 0) {
        *entry = (uintptr_t)new_table() | LINK;
    }
    return (uint64_t *)(uintptr_t)(*entry & ADDRESS);
}

static uint64_t *directory_of(uint64_t *root, uint64_t at)
{
    uint64_t *pointers = descend(&root[at >> 39 & 511]);
    return descend(&pointers[at >> 30 & 511]);
}

/* Above 4 GiB, where firmware puts what is large. */
__attribute__((noinline)) static uint64_t *far_entry(uint64_t page)
{
    return &directory_of(page_map, page)[page >> 21 & 511];
}

static void map_large(uint64_t at, size_t length, uint64_t bits)
{
    for (uint64_t page = at & ~(LARGE_PAGE - 1); page < at + length; page += LARGE_PAGE) {
        uint64_t *entry = page >> 32 == 0 ? &page_directories[page >> 21] : far_entry(page);
        if ((*entry & PRESENT) == 0) {
            *entry = page | PRESENT | WRITE | USER | USED | LARGE | bits;
        }
    }
}

void pages_map(uint64_t at, size_t length)
{
    map_large(at, length, NO_EXECUTE);
}

volatile void *pages_reach_device(uint64_t at, size_t length)
{
    map_large(at, length, NO_EXECUTE | UNCACHED);
    return (volatile void *)(uintptr_t)at;
}

/* 4 KiB pages [start, end) of the final tables; `tables` cover memory from 0 on. */
static void map(uint64_t *const *tables, uintptr_t start, uintptr_t end, uint64_t bits)
{
    for (uintptr_t page = start; page < end; page += PAGE) {
        tables[page >> 21][page >> 12 & 511] = page | PRESENT | USED | bits;
    }
}

uint64_t pages_build(uintptr_t image_end, uintptr_t memory_end)
{
    enum { SMALL_MAX = 8 };
    uint64_t *tables[SMALL_MAX];
    uintptr_t small_end = (image_end + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);

    /* Fresh tables all the way down to where memory is mapped: a host that shadows page tables traps each write into
     * one that is in use. The directories of devices are taken over as they are. */
    uint64_t *root = new_table();
    uint64_t *pointers = new_table();
    uint64_t *directory = new_table();
    for (unsigned i = 0; i < ENTRIES; i++) {
        root[i] = page_map[i];
        pointers[i] = page_directory_pointers[i];
    }
    root[0] = (uintptr_t)pointers | LINK;
    pointers[0] = (uintptr_t)directory | LINK;

    for (unsigned i = 0; i < small_end / LARGE_PAGE; i++) {
        if (i == SMALL_MAX) {
            __builtin_trap(); /* an image of 14 MiB */
        }
        tables[i] = descend(&directory[i]);
    }
    const uint64_t user_read = USER | NO_EXECUTE, user_write = USER | WRITE | NO_EXECUTE;
    map(tables, RING0_TABLES, RING0_TABLES + PAGE, WRITE | NO_EXECUTE);
    map(tables, RING0_TEXT, RING0_END, 0);
    map(tables, (uintptr_t)text_start, (uintptr_t)text_end, USER);
    map(tables, (uintptr_t)rodata_start, (uintptr_t)rodata_end, user_read);
    map(tables, (uintptr_t)data_start, (uintptr_t)page_tables_start, user_write);
    map(tables, (uintptr_t)stack_start, (uintptr_t)fault_stack_guard, user_write);
    map(tables, (uintptr_t)fault_stack_start, (uintptr_t)image_start, user_write);
    map(tables, (uintptr_t)image_start, image_end, user_read);
    map(tables, image_end, memory_end < small_end ? memory_end : small_end, user_write);
    for (uint64_t page = small_end; page < memory_end; page += LARGE_PAGE) {
        uint64_t *entry = &directory_of(root, page)[page >> 21 & 511];
        *entry = page | PRESENT | USED | LARGE | user_write;
    }
    described_image_end = image_end;
    described_memory_end = memory_end;
    return (uintptr_t)root;
}

const char *pages_describe(uint64_t at)
{
    const struct {
        uintptr_t start, end;
        const char *name;
    } regions[] = {
        {0, PAGE, "the null page"},
        {RING0_GDT, RING0_GDT + GDT_BYTES, "the GDT"},
        {RING0_TSS, RING0_TSS + TSS_BYTES, "the TSS"},
        {RING0_IO_BITMAP, RING0_IO_BITMAP + IO_BITMAP_BYTES, "the I/O bitmap"},
        {RING0_IDT, RING0_IDT + 16 * VECTOR_COUNT, "the IDT"},
        {RING0_TABLES, RING0_TEXT, "ring 0's stack"},
        {RING0_TEXT, RING0_HYPERCALLS, "ring 0's stub"},
        {RING0_HYPERCALLS, RING0_END, "ring 0's page of hypercalls"},
        {(uintptr_t)text_start, (uintptr_t)text_end, "the text (read-only)"},
        {(uintptr_t)rodata_start, (uintptr_t)rodata_end, "read-only data"},
        {(uintptr_t)page_tables_start, (uintptr_t)page_tables_end, "the page tables"},
        {(uintptr_t)stack_guard, (uintptr_t)stack_start, "the guard page below the stack (stack overflow)"},
        {(uintptr_t)stack_start, (uintptr_t)stack_end, "the stack"},
        {(uintptr_t)fault_stack_guard, (uintptr_t)fault_stack_start, "the guard page below the fault stack"},
        {(uintptr_t)fault_stack_start, (uintptr_t)fault_stack_end, "the fault stack"},
        {(uintptr_t)data_start, (uintptr_t)image_start, "data"},
        {(uintptr_t)image_start, described_image_end, "the compiled configuration"},
        {described_image_end, described_memory_end, "data"},
    };
    for (unsigned i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        if (at >= regions[i].start && at < regions[i].end) {
            return regions[i].name;
        }
    }
    return NULL;
}
