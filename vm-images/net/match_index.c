#include "net/match_index.h"

enum { TOGETHER = 32 }; /* packets whose look-ups run side by side */

/* ---- loading ---- */

static bool target_valid(uint32_t target, uint32_t first, uint32_t tests, uint32_t rules)
{
    if ((target & FS_MATCH_LEAF) != 0) {
        return target == FS_MATCH_NONE || (target & ~FS_MATCH_LEAF) < rules;
    }
    return target >= first && target < tests;
}

static bool word_valid(unsigned source, unsigned offset, unsigned zero)
{
    if (source != FS_MATCH_FIELD) {
        return source < FS_MATCH_FIELD && zero == 0;
    }
    return zero == 0 && offset % 4 == 0 && offset != 0 && offset < 4 * FS_MATCH_FIELDS;
}

/* Each test leads to later ones, so there is no cycle. */
static const char *check_tests(struct fs_match *m, const struct fs_match_test *t, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, t++) {
        if (!word_valid(t->source, t->offset, t->zero)) {
            return "a test of an unknown field";
        }
        if (!target_valid(t->yes, i + 1, count, m->rule_count) || !target_valid(t->no, i + 1, count, m->rule_count)) {
            return "a target out of range";
        }
        fs_match_note_use(m, t->source, t->offset);
    }
    return NULL;
}

static const char *check_keys(struct fs_match *m, const struct fs_match_index *x, uint32_t intervals)
{
    for (uint32_t i = 0; i < x->key_count; i++) {
        const struct fs_match_key *k = &x->keys[i];
        if (!word_valid(k->source, k->offset, k->zero)) {
            return "a key of an unknown field";
        }
        if (k->count == 0 || k->first > intervals || k->count > intervals - k->first) {
            return "a key's intervals are out of range";
        }
        fs_match_note_use(m, k->source, k->offset);
    }
    return NULL;
}

static const char *check_lists(const struct fs_match_index *x, uint32_t intervals, uint32_t lists, uint32_t entries)
{
    for (uint32_t i = 0; i < intervals; i++) {
        if (x->list_of[i] >= lists) {
            return "a list out of range";
        }
    }
    for (uint32_t i = 1; i < lists; i++) {
        const struct fs_match_list *l = &x->lists[i];
        if (l->parent >= i || l->first > entries || l->count > entries - l->first) {
            return "a list leads out of range";
        }
    }
    return NULL;
}

static const char *check(struct fs_match *m, struct fs_match_index *x, struct fs_bytes table)
{
    uint32_t head[FS_MATCH_INDEX_HEADER / 4];
    if (table.length < sizeof head || ((uintptr_t)table.at & 3) != 0) {
        return "cut off";
    }
    __builtin_memcpy(head, table.at, sizeof head);
    uint32_t tests = head[2], intervals = head[4], lists = head[5], entries = head[6];
    uint64_t length = sizeof head + 4 * (uint64_t)m->rule_count + sizeof *x->tests * (uint64_t)tests
        + sizeof *x->keys * (uint64_t)head[3] + 4 * (uint64_t)intervals + sizeof *x->lists * (uint64_t)lists
        + sizeof *x->entries * (uint64_t)entries + 2 * ((uint64_t)intervals + (intervals & 1));
    if (length != table.length || lists == 0) {
        return "its counts do not fit its length";
    }
    x->tests = (const void *)(table.at + sizeof head + 4 * (size_t)m->rule_count);
    x->keys = (const void *)(x->tests + tests);
    x->starts = (const void *)(x->keys + head[3]);
    x->lists = (const void *)(x->starts + intervals);
    x->entries = (const void *)(x->lists + lists);
    x->list_of = (const void *)(x->entries + entries);
    x->key_count = head[3];
    x->rest = head[7];
    x->rest_least = head[8];
    if (!target_valid(x->rest, 0, tests, m->rule_count)) {
        return "its root is out of range";
    }
    for (uint32_t i = 0; i < entries; i++) {
        if (x->entries[i].rule >= m->rule_count || !target_valid(x->entries[i].target, 0, tests, m->rule_count)) {
            return "an entry leads out of range";
        }
    }
    const char *wrong = check_tests(m, x->tests, tests);
    wrong = wrong != NULL ? wrong : check_keys(m, x, intervals);
    return wrong != NULL ? wrong : check_lists(x, intervals, lists, entries);
}

int fs_match_index_load(struct fs_match *m, struct fs_element *e, struct fs_bytes table, struct fs_text *error)
{
    struct fs_match_index *x = fs_alloc(e, sizeof *x);
    const char *wrong = x == NULL ? "out of memory" : check(m, x, table);
    if (wrong != NULL) {
        fs_text_format(error, "match program: %s", wrong);
        return -1;
    }
    m->index = x;
    return 0;
}

/* ---- deciding ---- */

/* Where a graph of tests ends. */
static inline uint32_t follow(const struct fs_match_test *tests, uint32_t at, const struct fs_match_view *v, bool whole)
{
    while ((at & FS_MATCH_LEAF) == 0) {
        const struct fs_match_test *t = &tests[at];
        const uint8_t *bytes = v->at[t->source];
        uint32_t word;
        bool there = true;
        if (whole || t->offset + 4u <= v->size[t->source]) {
            word = fs_get32(bytes + t->offset);
        } else {
            there = fs_match_word_at_end(bytes, v->size[t->source], t->offset, t->mask, &word);
        }
        at = there && (word & t->mask) - t->low <= t->span ? t->yes : t->no;
    }
    return at;
}

/* The least rule of a packet's lists for one field, if it is below `best`. */
static inline uint32_t least_of_lists(const struct fs_match_index *x, uint32_t list, const struct fs_match_view *v,
                                      bool whole, uint32_t best)
{
    while (list != 0) {
        const struct fs_match_list *l = &x->lists[list];
        const struct fs_match_entry *e = x->entries + l->first, *end = e + l->count;
        for (; e < end && e->rule < best; e++) {
            if (follow(x->tests, e->target, v, whole) != FS_MATCH_NONE) {
                best = e->rule;
                break;
            }
        }
        list = l->parent;
    }
    return best;
}

/* The interval that each value lies in, by halving; the packets' steps do not wait for each other. */
static void find(const uint32_t *starts, uint32_t count, const uint32_t *values, uint32_t *at, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        at[i] = 0;
    }
    while (count > 1) {
        uint32_t half = count / 2;
        for (uint32_t i = 0; i < n; i++) {
            at[i] += starts[at[i] + half] <= values[i] ? half : 0;
        }
        count -= half;
    }
}

static void decide_by_key(const struct fs_match_index *x, const struct fs_match_key *k,
                          const struct fs_match_view *views, const bool *whole, uint32_t n, uint32_t *rules)
{
    uint32_t values[TOGETHER], at[TOGETHER];
    bool there[TOGETHER];
    for (uint32_t i = 0; i < n; i++) {
        const struct fs_match_view *v = &views[i];
        there[i] = true;
        if (whole[i] || k->offset + 4u <= v->size[k->source]) {
            values[i] = fs_get32(v->at[k->source] + k->offset) & k->mask;
        } else {
            there[i] = fs_match_word_at_end(v->at[k->source], v->size[k->source], k->offset, k->mask, &values[i]);
            values[i] &= k->mask;
        }
    }
    find(x->starts + k->first, k->count, values, at, n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t list = x->list_of[k->first + at[i]];
        if (list != 0 && there[i]) {
            rules[i] = least_of_lists(x, list, &views[i], whole[i], rules[i]);
        }
    }
}

void fs_match_index_decide(const struct fs_match *m, const struct fs_match_view *views, const bool *whole, uint32_t n,
                           uint32_t *rules)
{
    const struct fs_match_index *x = m->index;
    uint32_t always = (x->rest & FS_MATCH_LEAF) == 0 || x->rest == FS_MATCH_NONE ? FS_MATCH_NONE
                                                                               : x->rest & ~FS_MATCH_LEAF;
    for (; n > 0; n -= n < TOGETHER ? n : TOGETHER) {
        uint32_t now = n < TOGETHER ? n : TOGETHER;
        for (uint32_t i = 0; i < now; i++) {
            rules[i] = always;
        }
        for (uint32_t k = 0; k < x->key_count; k++) {
            decide_by_key(x, &x->keys[k], views, whole, now, rules);
        }
        for (uint32_t i = 0; i < now && (x->rest & FS_MATCH_LEAF) == 0; i++) {
            if (rules[i] > x->rest_least) {
                uint32_t found = follow(x->tests, x->rest, &views[i], whole[i]);
                found = found == FS_MATCH_NONE ? found : found & ~FS_MATCH_LEAF;
                rules[i] = found < rules[i] ? found : rules[i];
            }
        }
        views += now;
        whole += now;
        rules += now;
    }
}
