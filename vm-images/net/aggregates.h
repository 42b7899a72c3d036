/* aggregates.h: a table of records by aggregate number, the annotation that says what a packet is counted with.
 *
 * A record of the user's begins with its aggregate (uint32_t). Records lie one after the other, in the order in which they
 * were added until one is removed; pointers to them hold until then.
 */
#ifndef NET_AGGREGATES_H
#define NET_AGGREGATES_H

#include "net/flow_index.h"

enum { FS_AGGREGATE_RECORD_MAX = 32, FS_AGGREGATES = 65536 /* usual capacity */ };

struct fs_aggregates {
    struct fs_flow_index index;
    struct fs_flow_seed seed;
    uint8_t *records;
    uint32_t size, count, capacity; /* size: bytes of a record */
};

/* 0, or -1 when there is no memory. */
int fs_aggregates_init(struct fs_aggregates *x, struct fs_element *e, uint32_t size, uint32_t capacity);
static inline uint64_t fs_aggregates_hash(const struct fs_aggregates *x, uint32_t aggregate)
{
    return fs_flow_hash(&x->seed, aggregate, 0);
}
static inline void *fs_aggregates_at(const struct fs_aggregates *x, uint32_t place)
{
    return x->records + (size_t)place * x->size;
}
static inline uint32_t fs_aggregate_of(const void *record) { return *(const uint32_t *)record; }
/* NULL when there is none. */
void *fs_aggregates_find(const struct fs_aggregates *x, uint64_t hash, uint32_t aggregate);
/* A new record, of zeros but for its aggregate, which is not there yet; NULL when the table is full. */
void *fs_aggregates_add(struct fs_aggregates *x, uint64_t hash, uint32_t aggregate);
void fs_aggregates_remove(struct fs_aggregates *x, void *record);
void fs_aggregates_clear(struct fs_aggregates *x);
/* Puts the records in order of their aggregates. */
void fs_aggregates_sort(struct fs_aggregates *x);
/* After aggregates were changed in the records: adds up nothing, only finds them again. */
void fs_aggregates_index(struct fs_aggregates *x);
/* The hashes of a batch's aggregates; what a look-up reads first is asked for. */
void fs_aggregates_hashes(const struct fs_aggregates *x, const struct fs_batch *batch, uint64_t hashes[FS_BATCH_MAX]);

/* ---- elements that number flows tell others which of them have ended (Click's AggregateNotifier) ---- */
struct fs_aggregate_listener {
    struct fs_element *element;
    void (*ended)(struct fs_element *e, uint32_t aggregate);
    struct fs_aggregate_listener *next;
};
/* What a notifier's state begins with; its class's `initialize` is fs_aggregate_notifier_initialize. */
struct fs_aggregate_notifier {
    struct fs_element base;
    struct fs_aggregate_listener *listeners;
    int (*begin)(struct fs_element *e, struct fs_text *error); /* NULL: nothing more to initialize */
};
int fs_aggregate_notifier_initialize(struct fs_element *e, struct fs_text *error);
/* From initialize(), with l->ended set: listens to the element of that name. 0, or -1 and a line. */
int fs_aggregate_listen(struct fs_element *e, const char *name, struct fs_aggregate_listener *l, struct fs_text *error);
static inline void fs_aggregate_ended(const struct fs_aggregate_notifier *n, uint32_t aggregate)
{
    for (const struct fs_aggregate_listener *l = n->listeners; l != NULL; l = l->next) {
        l->ended(l->element, aggregate);
    }
}

#endif
