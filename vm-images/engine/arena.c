#include "internal.h"

enum { CHUNK = 16384 };

/* Chunks begin and end at a multiple of 64, so that aligning `at` never leads beyond the end. */
static bool next_chunk(struct fs_arena *a, size_t size)
{
    if (size > SIZE_MAX - CHUNK) {
        return false;
    }
    size_t need = size + 128;
    size_t whole = need > CHUNK ? (need + 4095) & ~(size_t)4095 : CHUNK;
    struct fs_chunk *chunk = a->platform->memory(a->platform->context, whole);
    if (chunk == NULL) {
        return false;
    }
    chunk->next = a->chunks;
    chunk->size = whole;
    a->chunks = chunk;
    a->end = (uint8_t *)chunk + whole;
    a->at = (uint8_t *)chunk + 64;
    return true;
}

void *fs_arena_alloc(struct fs_arena *a, size_t size)
{
    uintptr_t align = size >= 64 ? 64 : 16, at = ((uintptr_t)a->at + align - 1) & ~(align - 1);
    if (size >= (uintptr_t)a->end - at) { /* an arena without a chunk has no room for nothing, either */
        if (!next_chunk(a, size)) {
            return NULL;
        }
        at = (uintptr_t)a->at;
    }
    a->at = (uint8_t *)at + size;
    return (void *)at;
}

void fs_arena_release(struct fs_arena *a)
{
    struct fs_arena mine = *a; /* the arena may lie in its own first chunk */
    while (mine.chunks != NULL) {
        struct fs_chunk *chunk = mine.chunks;
        mine.chunks = chunk->next;
        mine.platform->release(mine.platform->context, chunk, chunk->size);
    }
}

char *fs_arena_text(struct fs_arena *a, const char *text, size_t length)
{
    char *copy = fs_arena_alloc(a, length + 1);
    if (copy != NULL && length > 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

void *fs_alloc(struct fs_element *e, size_t size) { return fs_arena_alloc(&e->router->arena, size); }

static bool grow(struct fs_text *t, size_t n)
{
    size_t size = t->capacity < 32 ? 64 : 2 * t->capacity;
    size = size - t->length < n ? t->length + n : size;
    char *larger = fs_alloc(t->owner, size);
    if (larger == NULL) {
        return false;
    }
    if (t->length > 0) {
        memcpy(larger, t->at, t->length);
    }
    t->at = larger;
    t->capacity = size;
    return true;
}

struct fs_text fs_text_growing(struct fs_element *e) { return (struct fs_text){.grow = grow, .owner = e}; }
