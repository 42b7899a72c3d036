#include "internal.h"

_Static_assert(sizeof(struct fs_packet) <= FS_PACKET_HEADER, "the packet header has outgrown its place");

#ifdef FS_ASAN
static void hide(struct fs_packet *p, const struct fs_pool *pool)
{
    __asan_poison_memory_region(p, pool->object + FS_PACKET_GAP);
}
static void show(struct fs_packet *p, const struct fs_pool *pool) { __asan_unpoison_memory_region(p, pool->object); }
#else
static inline void hide(struct fs_packet *p, const struct fs_pool *pool) { (void)p, (void)pool; }
static inline void show(struct fs_packet *p, const struct fs_pool *pool) { (void)p, (void)pool; }
#endif

static uint8_t *align_up(uint8_t *at, uintptr_t to) { return (uint8_t *)(((uintptr_t)at + to - 1) & ~(to - 1)); }

static uint8_t *room_of(struct fs_packet *p) { return (uint8_t *)p + FS_PACKET_HEADER; }
static uint8_t *limit_of(struct fs_packet *p, const struct fs_pool *pool) { return (uint8_t *)p + pool->object; }

FS_ONCE uint32_t fs_pool_init_of(struct fs_pool *pool, void *region, size_t bytes, uint32_t object)
{
    const size_t stride = object + FS_PACKET_GAP;
    uint8_t *at = align_up(region, 64);
    uint8_t *end = (uint8_t *)region + bytes;
    size_t usable = at + 64 < end ? (size_t)(end - at) - 64 : 0;
    size_t count = usable / (stride + sizeof(struct fs_packet *));
    if (count > UINT32_MAX / 2) {
        count = UINT32_MAX / 2;
    }
    *pool = (struct fs_pool){.size = (uint32_t)count, .free_count = (uint32_t)count, .lowest = (uint32_t)count,
                             .object = object};
    /* The stack lies in front of the objects, next to those that are handed out first: so a machine that forwards little
     * touches little memory. */
    pool->free = (struct fs_packet **)(void *)at;
    at += (count * sizeof(struct fs_packet *) + 63) & ~(size_t)63;
    for (size_t i = 0; i < count; i++) { /* the lowest addresses are handed out first */
        pool->free[count - 1 - i] = (struct fs_packet *)(void *)(at + i * stride);
        hide(pool->free[count - 1 - i], pool);
    }
    return pool->size;
}

uint32_t fs_pool_init(struct fs_pool *pool, void *region, size_t bytes)
{
    return fs_pool_init_of(pool, region, bytes, FS_PACKET_SIZE);
}

size_t fs_packet_room(const struct fs_pool *pool) { return pool->object - FS_PACKET_HEADER; }

/* Objects below `lowest` in the stack were not touched. */
FS_ONCE void fs_pool_scrub(struct fs_pool *pool)
{
    for (uint32_t i = pool->lowest; i < pool->free_count; i++) {
        show(pool->free[i], pool);
        memset(pool->free[i], 0, pool->object);
        hide(pool->free[i], pool);
    }
    pool->lowest = pool->free_count;
}

static inline void fresh(struct fs_packet *p, struct fs_pool *pool, size_t headroom, size_t length)
{
    p->head = room_of(p);
    p->data = p->head + headroom;
    p->limit = limit_of(p, pool);
    p->length = (uint32_t)length;
    p->references = 1;
    p->origin = NULL;
    p->pool = pool;
    p->timestamp = 0;
    p->mac_offset = FS_OFFSET_NONE;
    p->network_offset = FS_OFFSET_NONE;
    p->transport_offset = FS_OFFSET_NONE;
    p->packet_type = FS_TYPE_HOST;
    p->device = 0xff;
    memset(p->annotations, 0, sizeof(p->annotations));
}

/* The pool has one. */
static inline struct fs_packet *take(struct fs_pool *pool)
{
    struct fs_packet *p = pool->free[--pool->free_count];
    show(p, pool);
    if (FS_HARDLY(pool->free_count < pool->lowest)) {
        pool->lowest = pool->free_count;
    }
    return p;
}

static inline void put(struct fs_packet *p)
{
    struct fs_pool *pool = p->pool;
    pool->free[pool->free_count++] = p;
    hide(p, pool);
}

/* Whether headroom and length go into a packet's room. */
static inline bool fits(const struct fs_pool *pool, size_t headroom, size_t length)
{
    const size_t room = pool->object - FS_PACKET_HEADER;
    return headroom <= room && length <= room - headroom;
}

unsigned fs_packet_new_batch(struct fs_pool *pool, size_t headroom, size_t length, struct fs_batch *batch, unsigned n)
{
    if (!fits(pool, headroom, length)) {
        return 0;
    }
    unsigned some = n < pool->free_count ? n : pool->free_count;
    struct fs_packet **from = pool->free + pool->free_count;
    struct fs_packet **to = batch->packets + batch->count;
    for (unsigned i = 0; i < some; i++) {
        struct fs_packet *p = *--from;
        show(p, pool);
        fresh(p, pool, headroom, length);
        *to++ = p;
    }
    batch->count += some;
    pool->free_count -= some;
    if (pool->free_count < pool->lowest) {
        pool->lowest = pool->free_count;
    }
    return some;
}

unsigned fs_pool_take(struct fs_pool *pool, struct fs_batch *batch, unsigned n)
{
    return fs_packet_new_batch(pool, FS_HEADROOM, 0, batch, n);
}

struct fs_packet *fs_packet_new(struct fs_pool *pool, size_t headroom, size_t length)
{
    if (FS_HARDLY(!fits(pool, headroom, length) || pool->free_count == 0)) {
        return NULL;
    }
    struct fs_packet *p = take(pool);
    fresh(p, pool, headroom, length);
    return p;
}

struct fs_packet *fs_packet_clone(struct fs_packet *p)
{
    if (p->pool->free_count == 0) {
        return NULL;
    }
    struct fs_packet *clone = take(p->pool), *origin = p->origin != NULL ? p->origin : p;
    memcpy(clone, p, sizeof(*p));
    clone->references = 1;
    clone->origin = origin;
    origin->references++;
    return clone;
}

static inline void release(struct fs_packet *p)
{
    if (--p->references > 0) {
        return; /* clones still use its bytes */
    }
    struct fs_packet *origin = p->origin;
    put(p);
    if (origin != NULL && --origin->references == 0) {
        put(origin);
    }
}

void fs_packet_free(struct fs_packet *p) { release(p); }

uint32_t fs_pool_size(const struct fs_pool *pool) { return pool->size; }

/* Whether nobody else has to do with p, and it is this pool's: most are. */
static inline bool simple(const struct fs_packet *p, const struct fs_pool *pool)
{
    return p->references == 1 && p->origin == NULL && p->pool == pool;
}

static __attribute__((noinline)) void free_all(struct fs_batch *batch, struct fs_pool *pool)
{
    struct fs_packet **top = pool->free + pool->free_count;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (simple(p, pool)) {
            *top++ = p;
            hide(p, pool);
        } else {
            pool->free_count = (uint32_t)(top - pool->free);
            release(p);
            top = pool->free + pool->free_count;
        }
    }
    pool->free_count = (uint32_t)(top - pool->free);
    batch->count = 0;
}

void fs_pool_give(struct fs_pool *pool, struct fs_batch *batch)
{
    if (FS_HARDLY(batch->count != 1)) {
        free_all(batch, pool);
        return;
    }
    struct fs_packet *p = batch->packets[0];
    batch->count = 0;
    if (FS_USUALLY(simple(p, pool))) {
        pool->free[pool->free_count++] = p;
        hide(p, pool);
    } else {
        release(p);
    }
}

void fs_packet_free_batch(struct fs_batch *batch)
{
    if (batch->count > 0) {
        fs_pool_give(batch->packets[0]->pool, batch);
    }
}

/* p's bytes go where its object can hold them alone. What lies in front of the frame counts too: Unstrip brings it
 * back. */
static void copy_bytes(struct fs_packet *to, const struct fs_packet *from)
{
    uint8_t *room = room_of(to);
    memcpy(room, from->head, (size_t)(fs_packet_end(from) - from->head));
    to->data = room + fs_headroom(from);
    to->head = room;
    to->limit = limit_of(to, to->pool);
}

/* p is a clone, or has clones. */
struct fs_packet *fs_packet_unshare(struct fs_packet *p)
{
    struct fs_packet *origin = p->origin;
    if (origin == NULL) {
        if (p->references == 1) {
            return p;
        }
        struct fs_packet *own = p->pool->free_count != 0 ? take(p->pool) : NULL;
        if (own != NULL) {
            memcpy(own, p, sizeof(*p));
            own->references = 1;
            copy_bytes(own, p);
        }
        release(p); /* its clones keep it */
        return own;
    }
    if (origin->references == 1) { /* the last holder of these bytes: their object is ours */
        memcpy(origin, p, sizeof(*p));
        origin->origin = NULL;
        put(p);
        return origin;
    }
    origin->references--;
    p->origin = NULL;
    copy_bytes(p, p);
    return p;
}

void fs_annotation_misused(uint16_t name, unsigned size)
{
    char line[96];
    struct fs_text t = fs_text_in(line, sizeof(line) - 1);
    fs_text_format(&t, "annotation at %u of %u bytes used as one of %u", fs_annotation_offset(name),
                   fs_annotation_size(name), size);
    line[t.length] = '\0';
    fs_panic(line);
}
