/* memory.c: see memory.h. First what .bss holds, which the loader has cleared; then a list of free pieces in order of
 * address; first fit; neighbours are joined. What is free is zero but for its piece's head, or was never used. */
#include "memory.h"

#include <string.h>

enum { ALIGNMENT = 64, EARLY_BYTES = 128 * 1024 };

struct piece {
    size_t bytes;
    struct piece *next;
};

static uint8_t early[EARLY_BYTES] __attribute__((aligned(ALIGNMENT)));
static size_t early_used;
/* [start, end) is untouched; pieces that came back lie below. */
static uintptr_t start, end;
static struct piece *pieces;

static size_t rounded(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

size_t memory_left(void)
{
    return end - start;
}

void *memory_take(size_t bytes)
{
    if (bytes > end || rounded(bytes) > end - start) {
        return NULL;
    }
    void *at = (void *)start;
    start += rounded(bytes);
    return at;
}

void memory_open(uintptr_t from, uintptr_t to)
{
    start = rounded(from);
    end = to;
}

/* Apart, since a machine starts without it. */
__attribute__((noinline)) static void *allocate_late(size_t bytes)
{
    size_t wanted = rounded(bytes);
    for (struct piece **p = &pieces; wanted >= bytes && *p != NULL; p = &(*p)->next) {
        struct piece *found = *p;
        if (found->bytes < wanted) {
            continue;
        }
        if (found->bytes == wanted) {
            *p = found->next;
        } else {
            struct piece *rest = (struct piece *)(void *)((char *)found + wanted);
            *rest = (struct piece){found->bytes - wanted, found->next};
            *p = rest;
        }
        *found = (struct piece){0}; /* the rest was cleared when it came back */
        return found;
    }
    void *at = memory_take(bytes);
    if (at != NULL) {
        memset(at, 0, bytes);
    }
    return at;
}

void *memory_allocate(void *context, size_t bytes)
{
    (void)context;
    size_t used = early_used + rounded(bytes);
    if (bytes > EARLY_BYTES || used > EARLY_BYTES) {
        return allocate_late(bytes);
    }
    void *at = &early[early_used];
    early_used = used;
    return at;
}

static void unlink_last(void)
{
    struct piece **p = &pieces;
    while ((*p)->next != NULL) {
        p = &(*p)->next;
    }
    *p = NULL;
}

void memory_release(void *context, void *at, size_t bytes)
{
    (void)context;
    if (at == NULL) {
        return;
    }
    memset(at, 0, rounded(bytes)); /* whoever is next must not read what was there */
    struct piece *freed = at;
    struct piece **p = &pieces, *before = NULL;
    while (*p != NULL && *p < freed) {
        before = *p;
        p = &before->next;
    }
    *freed = (struct piece){rounded(bytes), *p};
    *p = freed;
    if (freed->next == (struct piece *)(void *)((char *)freed + freed->bytes)) {
        struct piece *joined = freed->next;
        freed->bytes += joined->bytes;
        freed->next = joined->next;
        *joined = (struct piece){0};
    }
    if (before != NULL && (struct piece *)(void *)((char *)before + before->bytes) == freed) {
        before->bytes += freed->bytes;
        before->next = freed->next;
        *freed = (struct piece){0};
        freed = before;
    }
    if ((uintptr_t)freed + freed->bytes == start) { /* the last one: untouched again, as far as others care */
        start = (uintptr_t)freed;
        unlink_last();
    }
}
