#include "net/aggregates.h"

FS_ONCE int fs_aggregates_init(struct fs_aggregates *x, struct fs_element *e, uint32_t size, uint32_t capacity)
{
    *x = (struct fs_aggregates){.size = size, .capacity = capacity, .records = fs_alloc(e, (size_t)capacity * size)};
    fs_flow_seed(&x->seed, e);
    return x->records != NULL ? fs_flow_index_init(&x->index, e, capacity) : -1;
}

static uint32_t place_of(const struct fs_aggregates *x, const void *record)
{
    return (uint32_t)((size_t)((const uint8_t *)record - x->records) / x->size);
}

void *fs_aggregates_find(const struct fs_aggregates *x, uint64_t hash, uint32_t aggregate)
{
    struct fs_flow_probe probe;
    for (uint32_t i = fs_flow_first(&x->index, hash, &probe); i != FS_FLOW_NONE; i = fs_flow_next(&x->index, &probe)) {
        void *record = fs_aggregates_at(x, i);
        if (fs_aggregate_of(record) == aggregate) {
            return record;
        }
    }
    return NULL;
}

void *fs_aggregates_add(struct fs_aggregates *x, uint64_t hash, uint32_t aggregate)
{
    if (x->count == x->capacity) {
        return NULL;
    }
    fs_flow_index_insert(&x->index, hash, x->count);
    void *record = fs_aggregates_at(x, x->count++);
    __builtin_memset(record, 0, x->size);
    *(uint32_t *)record = aggregate;
    return record;
}

FS_ONCE void fs_aggregates_remove(struct fs_aggregates *x, void *record)
{
    uint32_t place = place_of(x, record), last = x->count - 1;
    fs_flow_index_remove(&x->index, fs_aggregates_hash(x, fs_aggregate_of(record)), place);
    if (place != last) {
        const void *moved = fs_aggregates_at(x, last);
        uint64_t hash = fs_aggregates_hash(x, fs_aggregate_of(moved));
        fs_flow_index_remove(&x->index, hash, last);
        fs_flow_index_insert(&x->index, hash, place);
        __builtin_memcpy(record, moved, x->size);
    }
    x->count = last;
}

void fs_aggregates_clear(struct fs_aggregates *x)
{
    fs_flow_index_clear(&x->index);
    x->count = 0;
}

FS_ONCE void fs_aggregates_index(struct fs_aggregates *x)
{
    fs_flow_index_clear(&x->index);
    for (uint32_t i = 0; i < x->count; i++) {
        fs_flow_index_insert(&x->index, fs_aggregates_hash(x, fs_aggregate_of(fs_aggregates_at(x, i))), i);
    }
}

/* Heap sort: in place, and no order of the records makes it slow. */
FS_ONCE static void sift(struct fs_aggregates *x, uint32_t root, uint32_t count)
{
    uint8_t kept[FS_AGGREGATE_RECORD_MAX];
    __builtin_memcpy(kept, fs_aggregates_at(x, root), x->size);
    uint32_t child;
    while ((child = 2 * root + 1) < count) {
        uint32_t other = child + 1;
        if (other < count && fs_aggregate_of(fs_aggregates_at(x, other)) > fs_aggregate_of(fs_aggregates_at(x, child))) {
            child = other;
        }
        uint32_t aggregate;
        __builtin_memcpy(&aggregate, kept, sizeof aggregate);
        if (fs_aggregate_of(fs_aggregates_at(x, child)) <= aggregate) {
            break;
        }
        __builtin_memcpy(fs_aggregates_at(x, root), fs_aggregates_at(x, child), x->size);
        root = child;
    }
    __builtin_memcpy(fs_aggregates_at(x, root), kept, x->size);
}

FS_ONCE void fs_aggregates_sort(struct fs_aggregates *x)
{
    for (uint32_t i = x->count / 2; i-- > 0;) {
        sift(x, i, x->count);
    }
    for (uint32_t i = x->count; i-- > 1;) {
        uint8_t greatest[FS_AGGREGATE_RECORD_MAX];
        __builtin_memcpy(greatest, x->records, x->size);
        __builtin_memcpy(x->records, fs_aggregates_at(x, i), x->size);
        __builtin_memcpy(fs_aggregates_at(x, i), greatest, x->size);
        sift(x, 0, i);
    }
    fs_aggregates_index(x);
}

void fs_aggregates_hashes(const struct fs_aggregates *x, const struct fs_batch *batch, uint64_t hashes[FS_BATCH_MAX])
{
    for (uint32_t i = 0; i < batch->count; i++) {
        hashes[i] = fs_aggregates_hash(x, fs_anno_u32(batch->packets[i], FS_ANNO_AGGREGATE));
        fs_flow_prefetch(&x->index, hashes[i]);
    }
}

int fs_aggregate_notifier_initialize(struct fs_element *e, struct fs_text *error)
{
    const struct fs_aggregate_notifier *n = (struct fs_aggregate_notifier *)e;
    return n->begin != NULL ? n->begin(e, error) : 0;
}

FS_ONCE int fs_aggregate_listen(struct fs_element *e, const char *name, struct fs_aggregate_listener *l, struct fs_text *error)
{
    struct fs_element *found = fs_find(e, name);
    if (found == NULL || found->class->initialize != fs_aggregate_notifier_initialize) {
        fs_text_format(error, "%s is not an AggregateNotifier", name);
        return -1;
    }
    struct fs_aggregate_notifier *n = (struct fs_aggregate_notifier *)found;
    l->element = e;
    l->next = n->listeners;
    n->listeners = l;
    return 0;
}
