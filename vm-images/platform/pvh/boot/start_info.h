/* start_info.h: what the loader tells: memory and where ACPI begins.
 * (xen/include/public/arch-x86/hvm/start_info.h, version 1.) */
#ifndef PVH_BOOT_START_INFO_H
#define PVH_BOOT_START_INFO_H

#include <stdint.h>

struct start_info {
    uintptr_t memory_end;     /* end of the piece of memory that holds the image, bytes; 0: no memory map */
    uint64_t acpi_root;       /* address of the RSDP; 0 unknown */
    uint64_t command_line;    /* address of a text with a NUL behind it; 0 none */
    uintptr_t end;            /* the page behind what is still to be read of all this: Xen puts it behind the image */
};

struct start_info start_info_read(uint64_t at);

#endif
