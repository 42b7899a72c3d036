/* memory.h: the memory above the image: rings, the packet pool, and what the engine asks for. */
#ifndef PVH_BOOT_MEMORY_H
#define PVH_BOOT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

void memory_open(uintptr_t start, uintptr_t end);
size_t memory_left(void);
/* Not zeroed, aligned to 64 bytes, never given back: for memory that should not be touched before it is used. */
void *memory_take(size_t bytes);
/* As fs_platform.memory and .release: zeroed. What is asked for first comes from .bss: it is zero already, and the host
 * has touched it when it loaded the image (a first touch costs up to 2 ms, where the host clears 2 MiB). */
void *memory_allocate(void *context, size_t bytes);
void memory_release(void *context, void *at, size_t bytes);

#endif
