/* packet.h: one frame in memory, and the annotations that travel with it.
 *
 * A packet is an object of the router's pool: this header, then FS_HEADROOM bytes, then room for the frame.
 * A clone (Tee) is a pool object whose bytes are still those of its origin; fs_packet_writable() copies them into the
 * clone's own room before the first write, so that a write is never seen by another holder of the same bytes.
 *
 * Ownership: who is handed a packet owns it, and must push it on, return it from a pull, keep it, or give it to
 * fs_drop() (element.h). There is no other way to lose one. fs_packet_free() is for the engine and for devices that
 * have sent a frame. Lengths and offsets are bytes; multi-byte header fields are in network order as on the wire.
 */
#ifndef FLOWSTREAM_PACKET_H
#define FLOWSTREAM_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sanitized builds see the use of a packet that is in the pool, and fuzzers fence off the bytes behind a frame. */
#if defined(__SANITIZE_ADDRESS__)
#define FS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FS_ASAN 1
#endif
#endif
#ifdef FS_ASAN
void __asan_poison_memory_region(void const volatile *at, size_t size);
void __asan_unpoison_memory_region(void const volatile *at, size_t size);
static inline void fs_unfence(const uint8_t *at, size_t n) { __asan_unpoison_memory_region(at, n); }
#else
static inline void fs_unfence(const uint8_t *at, size_t n) { (void)at, (void)n; }
#endif

enum {
    FS_HEADROOM = 128,        /* bytes free in front of a received frame: room for encapsulations */
    FS_PACKET_SIZE = 2048,    /* bytes of a pool object, header included; a platform may choose more for its pool */
    FS_PACKET_HEADER = 128,   /* bytes of it that the header takes */
    FS_FRAME_MAX = FS_PACKET_SIZE - FS_PACKET_HEADER - FS_HEADROOM, /* longest frame behind a full headroom, in any pool */
    FS_ANNOTATION_BYTES = 48, /* Click's annotation area; offsets as in Click's packet_anno.hh */
    FS_OFFSET_NONE = 0xffff,  /* a header offset that nobody has set */
};

/* Which way a branch goes, where packets come one by one and each jump counts: the usual way then has none. */
#define FS_USUALLY(condition) __builtin_expect(!!(condition), 1)
#define FS_HARDLY(condition) __builtin_expect(!!(condition), 0)

struct fs_pool;
struct fs_batch;

struct fs_packet {
    uint8_t *head;           /* first byte of the room that `data` points into (the origin's, for a clone) */
    uint8_t *data;           /* first byte of the frame */
    uint8_t *limit;          /* one past the last byte of the room */
    uint32_t length;         /* bytes of the frame from `data` */
    uint32_t references;     /* of this object: its holder, and every clone of its bytes */
    struct fs_packet *origin; /* whose bytes these are; NULL when they are its own */
    struct fs_pool *pool;
    uint64_t timestamp;      /* nanoseconds since 1970; 0 when not set */
    uint16_t mac_offset;     /* from `head`; FS_OFFSET_NONE when not set */
    uint16_t network_offset;
    uint16_t transport_offset;
    uint8_t packet_type;     /* enum fs_packet_type */
    uint8_t device;          /* index of the device that it came by; 0xff when none */
    _Alignas(8) uint8_t annotations[FS_ANNOTATION_BYTES];
};

enum fs_packet_type { FS_TYPE_HOST, FS_TYPE_BROADCAST, FS_TYPE_MULTICAST, FS_TYPE_OTHER_HOST, FS_TYPE_OUTGOING };

/* An annotation is named by its place and size; the accessors below refuse, at compile time where the name is a
 * constant, one of another size. A name can be carried in an argument (type `annotation`). */
#define FS_ANNOTATION(offset, size) ((uint16_t)((offset) | (size) << 8))
enum fs_annotation {
    FS_ANNO_DST_IP = FS_ANNOTATION(0, 4),
    FS_ANNO_DST_IP6 = FS_ANNOTATION(0, 16),
    FS_ANNO_PAINT = FS_ANNOTATION(16, 1),
    FS_ANNO_ICMP_PARAMPROB = FS_ANNOTATION(17, 1),
    FS_ANNO_FIX_IP_SRC = FS_ANNOTATION(18, 1),
    FS_ANNO_VLAN_TCI = FS_ANNOTATION(18, 2),
    FS_ANNO_AGGREGATE = FS_ANNOTATION(20, 4),
    FS_ANNO_EXTRA_PACKETS = FS_ANNOTATION(24, 4),
    FS_ANNO_EXTRA_LENGTH = FS_ANNOTATION(28, 4),
    FS_ANNO_FIRST_TIMESTAMP = FS_ANNOTATION(32, 8), /* nanoseconds since 1970 */
};

static inline unsigned fs_annotation_offset(uint16_t name) { return name & 0xffu; }
static inline unsigned fs_annotation_size(uint16_t name) { return name >> 8; }
static inline bool fs_annotation_valid(uint16_t name)
{
    return fs_annotation_size(name) != 0
        && fs_annotation_offset(name) + fs_annotation_size(name) <= (unsigned)FS_ANNOTATION_BYTES;
}
void fs_annotation_misused(uint16_t name, unsigned size); /* ends the router: a programming error */

static inline uint8_t *fs_annotation_at(struct fs_packet *p, uint16_t name, unsigned size)
{
    if (fs_annotation_size(name) != size || !fs_annotation_valid(name)) {
        fs_annotation_misused(name, size);
    }
    return p->annotations + fs_annotation_offset(name);
}
static inline uint8_t fs_anno_u8(struct fs_packet *p, uint16_t name) { return *fs_annotation_at(p, name, 1); }
static inline void fs_set_anno_u8(struct fs_packet *p, uint16_t name, uint8_t v) { *fs_annotation_at(p, name, 1) = v; }
static inline uint32_t fs_anno_u32(struct fs_packet *p, uint16_t name)
{
    uint32_t v;
    __builtin_memcpy(&v, fs_annotation_at(p, name, 4), 4);
    return v;
}
static inline void fs_set_anno_u32(struct fs_packet *p, uint16_t name, uint32_t v)
{
    __builtin_memcpy(fs_annotation_at(p, name, 4), &v, 4);
}

static inline uint64_t fs_anno_u64(struct fs_packet *p, uint16_t name)
{
    uint64_t v;
    __builtin_memcpy(&v, fs_annotation_at(p, name, 8), 8);
    return v;
}
static inline void fs_set_anno_u64(struct fs_packet *p, uint16_t name, uint64_t v)
{
    __builtin_memcpy(fs_annotation_at(p, name, 8), &v, 8);
}

/* ---- headers ---- */
static inline uint8_t *fs_header(const struct fs_packet *p, uint16_t offset)
{
    return offset == FS_OFFSET_NONE ? NULL : p->head + offset;
}
static inline uint8_t *fs_mac_header(const struct fs_packet *p) { return fs_header(p, p->mac_offset); }
static inline uint8_t *fs_network_header(const struct fs_packet *p) { return fs_header(p, p->network_offset); }
static inline uint8_t *fs_transport_header(const struct fs_packet *p) { return fs_header(p, p->transport_offset); }
static inline void fs_set_mac_header(struct fs_packet *p, const uint8_t *at) { p->mac_offset = (uint16_t)(at - p->head); }
static inline void fs_set_network_header(struct fs_packet *p, const uint8_t *at, unsigned header_length)
{
    p->network_offset = (uint16_t)(at - p->head);
    p->transport_offset = (uint16_t)(p->network_offset + header_length);
}
static inline size_t fs_headroom(const struct fs_packet *p) { return (size_t)(p->data - p->head); }
static inline size_t fs_tailroom(const struct fs_packet *p) { return (size_t)(p->limit - p->data) - p->length; }
static inline const uint8_t *fs_packet_end(const struct fs_packet *p) { return p->data + p->length; }
/* Bytes of the frame from `at` to its end; 0 when `at` lies outside. */
static inline size_t fs_bytes_from(const struct fs_packet *p, const uint8_t *at)
{
    return at >= p->data && at <= fs_packet_end(p) ? (size_t)(fs_packet_end(p) - at) : 0;
}

/* ---- making and ending ---- */
/* Bytes that a packet of this pool has for headroom, frame and tailroom together. */
size_t fs_packet_room(const struct fs_pool *pool);
/* A fresh packet of `length` bytes whose content is not set; NULL when the pool is empty or length does not fit. */
struct fs_packet *fs_packet_new(struct fs_pool *pool, size_t headroom, size_t length);
/* Adds at most n such packets to the batch (which has room for n); answers how many: fewer than n when the pool ran
 * empty, none when length does not fit. Cheaper by far than one by one. */
unsigned fs_packet_new_batch(struct fs_pool *pool, size_t headroom, size_t length, struct fs_batch *batch, unsigned n);
/* Another packet with the same bytes and annotations; NULL when the pool is empty. */
struct fs_packet *fs_packet_clone(struct fs_packet *p);
/* The same packet with bytes nobody else holds; consumes p; NULL (p is gone, uncounted) when the pool is empty:
 * elements use fs_writable() of element.h, which counts that drop. */
struct fs_packet *fs_packet_unshare(struct fs_packet *p);
static inline bool fs_packet_shared(const struct fs_packet *p) { return p->origin != NULL || p->references > 1; }
void fs_packet_free(struct fs_packet *p);
/* How many packets the pool has in all: who keeps packets back leaves most of them to the others. */
uint32_t fs_pool_size(const struct fs_pool *pool);

/* ---- growing and shrinking (the caller holds writable bytes when it grows) ---- */
/* Prepends n bytes, content not set; false and unchanged when the headroom is too small. */
static inline bool fs_packet_prepend(struct fs_packet *p, size_t n)
{
    if (fs_headroom(p) < n) {
        return false;
    }
    p->data -= n;
    p->length += (uint32_t)n;
    return true;
}
/* Removes n bytes from the front; false and unchanged when the frame is shorter. */
static inline bool fs_packet_strip(struct fs_packet *p, size_t n)
{
    if (p->length < n) {
        return false;
    }
    p->data += n;
    p->length -= (uint32_t)n;
    return true;
}
/* Appends n bytes, content not set; false when the tailroom is too small. */
static inline bool fs_packet_append(struct fs_packet *p, size_t n)
{
    if (fs_tailroom(p) < n) {
        return false;
    }
    fs_unfence(p->data + p->length, n);
    p->length += (uint32_t)n;
    return true;
}
/* Removes n bytes from the end; false when the frame is shorter. */
static inline bool fs_packet_trim(struct fs_packet *p, size_t n)
{
    if (p->length < n) {
        return false;
    }
    p->length -= (uint32_t)n;
    return true;
}

/* ---- vectors ---- */
enum { FS_BATCH_MAX = 64 };

/* A vector of packets in arrival order. Never holds NULL. */
/* Asks for the parts of a packet that elements look at first, where its frame begins behind a full headroom. */
static inline void fs_packet_prefetch(const struct fs_packet *p)
{
    const char *at = (const char *)p;
    __builtin_prefetch(at, 1);
    __builtin_prefetch(at + 64, 1);
    __builtin_prefetch(at + FS_PACKET_HEADER + FS_HEADROOM);
}

struct fs_batch {
    uint32_t count;
    struct fs_packet *packets[FS_BATCH_MAX];
};
static inline bool fs_batch_full(const struct fs_batch *b) { return b->count == (uint32_t)FS_BATCH_MAX; }
/* The caller has checked that there is room. */
static inline void fs_batch_add(struct fs_batch *b, struct fs_packet *p) { b->packets[b->count++] = p; }

#endif
