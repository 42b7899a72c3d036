/* pool.h: the memory of all packets: equal objects in one region, handed out last in, first out, so that the few that
 * go round stay in the caches. One pool a machine; routers that replace each other share it.
 */
#ifndef FS_ENGINE_POOL_H
#define FS_ENGINE_POOL_H

#include <flowstream/packet.h>

struct fs_pool {
    struct fs_packet **free; /* a stack: free[0 .. free_count - 1] */
    uint32_t size, free_count;
    uint32_t lowest; /* the least free_count so far */
    uint32_t object; /* bytes of a packet, header included */
};

/* Objects lie one cache line further apart than their size: else the headers of all packets would share two sets of a
 * first-level cache. */
enum { FS_PACKET_GAP = 64 };

/* Bytes of region for `count` packets of `object` bytes, a multiple of 64. */
static inline size_t fs_pool_bytes_of(size_t count, size_t object)
{
    return count * (object + FS_PACKET_GAP + sizeof(struct fs_packet *)) + 128;
}
static inline size_t fs_pool_bytes(size_t count) { return fs_pool_bytes_of(count, FS_PACKET_SIZE); }
/* Makes a pool of as many packets as fit into the region (any alignment); answers how many. */
uint32_t fs_pool_init_of(struct fs_pool *pool, void *region, size_t bytes, uint32_t object);
uint32_t fs_pool_init(struct fs_pool *pool, void *region, size_t bytes);

/* Adds at most n fresh packets of length 0 with FS_HEADROOM to the batch (which has room for n); answers how many. */
unsigned fs_pool_take(struct fs_pool *pool, struct fs_batch *batch, unsigned n);
/* Zeroes every object that lies in the pool and was handed out since the last time, and sets `lowest` anew. */
void fs_pool_scrub(struct fs_pool *pool);
/* Frees every packet of the batch and empties it. */
void fs_packet_free_batch(struct fs_batch *batch);
/* The same where most are of this pool. Where packets come one by one, the next one need not wait until the pool of this
 * one has been read out of it. */
void fs_pool_give(struct fs_pool *pool, struct fs_batch *batch);

#endif
