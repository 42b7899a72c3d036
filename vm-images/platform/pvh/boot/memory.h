/* memory.h: the memory above the image: rings and the packet pool from its start, the engine's from what remains. */
#ifndef PVH_BOOT_MEMORY_H
#define PVH_BOOT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

void memory_open(uintptr_t start, uintptr_t end);
/* Set-up only: zeroed, aligned to 64 bytes, never given back; NULL when there is none. */
void *memory_take(size_t bytes);
/* The same without zeroing: for memory that should not be touched before it is used. */
void *memory_take_raw(size_t bytes);
size_t memory_left(void);

/* As fs_platform.memory and .release. */
void *memory_allocate(void *context, size_t bytes);
void memory_release(void *context, void *at, size_t bytes);

#endif
