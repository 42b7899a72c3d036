#include "net/nat_shift.h"

/* A table of FEW mappings is looked at as a whole when its capacity is lowered. */
enum { FS_NAT_LOOKS = 64, WAYS_FIRST = 16, FEW = 1024 };

int fs_nat_table_init(struct fs_nat_table *t, struct fs_element *e, uint32_t capacity)
{
    t->flows = fs_alloc(e, (size_t)capacity * sizeof *t->flows);
    if (t->flows == NULL || fs_flow_index_init(&t->index, e, 2 * (uint64_t)capacity) != 0) {
        return -1;
    }
    fs_flow_seed(&t->seed, e);
    t->room = t->capacity = capacity;
    t->free = FS_FLOW_NONE;
    t->way_count = 1;
    return 0;
}

uint32_t fs_nat_add_ways(struct fs_nat_table *t, struct fs_element *e, uint32_t count)
{
    uint32_t first = t->way_count;
    if (count > FS_NAT_WAYS - first) {
        return 0;
    }
    if (t->ways == NULL || first + count > t->way_room) {
        uint32_t room = first + count > 2 * t->way_room ? first + count : 2 * t->way_room;
        room = room < WAYS_FIRST ? WAYS_FIRST : room;
        struct fs_nat_way *ways = fs_alloc(e, room * sizeof *ways);
        if (ways == NULL) {
            return 0;
        }
        if (t->ways != NULL) {
            __builtin_memcpy(ways, t->ways, first * sizeof *ways);
        }
        t->ways = ways;
        t->way_room = room;
    }
    t->way_count += count;
    return first;
}

uint32_t fs_nat_find(const struct fs_nat_table *t, const struct fs_nat_key *k, uint16_t map)
{
    struct fs_flow_probe p;
    uint32_t v = fs_flow_first(&t->index, fs_nat_hash(t, k, map), &p);
    while (v != FS_FLOW_NONE && !fs_nat_is(t, v, k, map)) {
        v = fs_flow_next(&t->index, &p);
    }
    return v;
}

void fs_nat_remove(struct fs_nat_table *t, uint32_t record)
{
    struct fs_nat_flow *f = &t->flows[record];
    struct fs_nat_way *way = &t->ways[f->way];
    if (way->gone != NULL) {
        way->gone(way, f);
    }
    if (f->state & FS_NAT_SHIFTED) {
        fs_nat_shift_forget(t, record);
    }
    --*way->count;
    for (unsigned d = 0; d < 2; d++) { /* a flow that is its own answer has one place */
        fs_flow_index_remove(&t->index, fs_nat_hash(t, &f->key[d], way->map), record << 1 | d);
    }
    f->way = 0;
    f->key[0].source = t->free;
    t->free = record;
    t->size--;
}

void fs_nat_remove_of(struct fs_nat_table *t, const struct fs_element *owner, int input)
{
    for (uint32_t i = 0; i < t->fresh; i++) {
        const struct fs_nat_way *way = &t->ways[t->flows[i].way];
        if (t->flows[i].way != 0 && way->owner == owner && (input < 0 || way->input == input)) {
            fs_nat_remove(t, i);
        }
    }
}

void fs_nat_clear(struct fs_nat_table *t)
{
    for (uint32_t i = 0; i < t->fresh; i++) {
        if (t->flows[i].way != 0) {
            fs_nat_remove(t, i);
        }
    }
}

/* The one that would go first, among `looks` records from the hand on; FS_FLOW_NONE when all are guaranteed (if that
 * counts), or would outlive `limit` milliseconds. */
static uint32_t first_to_go(struct fs_nat_table *t, uint32_t looks, bool guaranteed, int64_t limit, uint32_t now)
{
    uint32_t best = FS_FLOW_NONE;
    for (looks = looks < t->fresh ? looks : t->fresh; looks > 0; looks--) {
        uint32_t i = t->hand < t->fresh ? t->hand : 0;
        const struct fs_nat_flow *f = &t->flows[i];
        t->hand = i + 1;
        if (f->way == 0 || (guaranteed && now - f->last < t->ways[f->way].times->guarantee)) {
            continue;
        }
        int64_t remaining = fs_nat_remaining(t, f, now);
        if (remaining < limit) {
            limit = remaining;
            best = i;
        }
    }
    return best;
}

static bool make_room(struct fs_nat_table *t, uint16_t way, uint32_t now)
{
    const struct fs_nat_times *times = t->ways[way].times;
    if (t->size < t->capacity) {
        return true;
    }
    uint32_t victim = first_to_go(t, FS_NAT_LOOKS, true, times->guarantee != 0 ? INT64_MAX : times->timeout[0], now);
    if (victim == FS_FLOW_NONE) {
        return false;
    }
    fs_nat_remove(t, victim);
    return true;
}

uint32_t fs_nat_add(struct fs_nat_table *t, uint16_t way, const struct fs_nat_key *key, const struct fs_nat_key *answer,
                    uint32_t now)
{
    uint16_t map = t->ways[way].map;
    uint32_t holder = fs_nat_find(t, answer, map);
    if (holder != FS_FLOW_NONE) {
        fs_nat_remove(t, holder >> 1);
    }
    if (!make_room(t, way, now)) {
        return FS_FLOW_NONE;
    }
    uint32_t record = t->free;
    if (record != FS_FLOW_NONE) {
        t->free = t->flows[record].key[0].source;
    } else {
        record = t->fresh++;
    }
    t->flows[record] = (struct fs_nat_flow){.key = {*key, *answer}, .last = now, .way = way};
    t->size++;
    ++*t->ways[way].count;
    if (!fs_nat_same(key, answer)) { /* else the flow is its own answer, and found as that, as in Click */
        fs_flow_index_insert(&t->index, fs_nat_hash(t, key, map), record << 1);
    }
    fs_flow_index_insert(&t->index, fs_nat_hash(t, answer, map), record << 1 | 1);
    return record << 1;
}

bool fs_nat_sweep(struct fs_nat_table *t, uint32_t *from, uint32_t most, uint32_t now)
{
    for (; most > 0 && *from < t->fresh; most--, ++*from) {
        const struct fs_nat_flow *f = &t->flows[*from];
        if (f->way != 0 && now - f->last >= t->ways[f->way].times->guarantee && fs_nat_remaining(t, f, now) <= 0) {
            fs_nat_remove(t, *from);
        }
    }
    return *from >= t->fresh;
}

void fs_nat_set_capacity(struct fs_nat_table *t, uint32_t capacity, uint32_t now)
{
    t->capacity = capacity < t->room ? capacity : t->room;
    while (t->size > t->capacity) {
        uint32_t looks = t->fresh < FEW ? t->fresh : FS_NAT_LOOKS;
        uint32_t victim = first_to_go(t, looks, true, INT64_MAX, now);
        while (victim == FS_FLOW_NONE) { /* as in Click: then guarantees do not count */
            victim = first_to_go(t, looks, false, INT64_MAX, now);
        }
        fs_nat_remove(t, victim);
    }
}
