/* match_text.c: a match program as Click's classifiers show theirs: a line a step, with the word's place and value. */
#include "net/match_text.h"

enum { STEPS_MAX = 512, MIXED = 0xfffffffe, BEYOND_NETWORK = 256, BEYOND_TRANSPORT = 512, BEYOND_FIELD = 768 };

struct listing {
    const struct fs_match *match;
    uint32_t outcome[STEPS_MAX + 1]; /* of nodes: what all ways from it lead to; MIXED: to more than one thing */
    uint16_t number[STEPS_MAX];  /* from 1; 0: not shown */
};

static bool holds_always(const struct fs_match_node *n) { return n->span == 0xffffffff; }

static uint32_t outcome_of(const struct listing *l, uint32_t target)
{
    if (target == FS_MATCH_NONE) {
        return FS_MATCH_NONE;
    }
    return target & FS_MATCH_LEAF ? l->match->verdicts[target & ~FS_MATCH_LEAF] : l->outcome[target];
}

/* Rules that say the same need no test between them. Nodes may lead to earlier ones: again, until nothing changes. */
static void find_outcomes(struct listing *l)
{
    bool changed = true;
    for (uint32_t i = 0; i < l->match->node_count; i++) {
        l->outcome[i] = MIXED;
    }
    while (changed) {
        changed = false;
        for (uint32_t i = l->match->node_count; i-- > 0;) {
            const struct fs_match_node *n = &l->match->nodes[i];
            uint32_t yes = outcome_of(l, n->yes), no = holds_always(n) ? yes : l->outcome[i + 1];
            if (yes == no && yes != l->outcome[i]) {
                l->outcome[i] = yes;
                changed = true;
            }
        }
    }
}

/* The test that is made first on the way from a target that has several outcomes. */
static uint32_t first_test(const struct listing *l, uint32_t target)
{
    const struct fs_match_node *nodes = l->match->nodes;
    while (holds_always(&nodes[target])) {
        target = nodes[target].yes;
    }
    return target;
}

static void mark(struct listing *l)
{
    bool changed = true;
    l->number[first_test(l, l->match->root)] = 1;
    while (changed) {
        changed = false;
        for (uint32_t i = 0; i < l->match->node_count; i++) {
            for (unsigned way = 0; l->number[i] != 0 && way < 2; way++) {
                uint32_t target = way == 0 ? l->match->nodes[i].yes : i + 1;
                if (outcome_of(l, target) == MIXED) {
                    uint16_t *number = &l->number[first_test(l, target)];
                    changed |= *number == 0;
                    *number = 1;
                }
            }
        }
    }
    for (uint32_t i = 0, count = 0; i < l->match->node_count; i++) {
        l->number[i] = l->number[i] != 0 ? (uint16_t)++count : 0;
    }
}

static void text_target(struct fs_text *t, const struct listing *l, const char *word, uint32_t target)
{
    uint32_t outcome = outcome_of(l, target);
    fs_text_format(t, "  %s->", word);
    if (outcome == MIXED) {
        fs_text_format(t, "step %u", l->number[first_test(l, target)] - 1u);
    } else if (outcome == FS_MATCH_NONE) {
        fs_text_string(t, "[X]");
    } else {
        fs_text_format(t, "[%u]", outcome);
    }
}

/* Where the word lies as Click counts: words begin at multiples of 4, and headers at multiples of 256. */
static uint32_t place_of(const struct fs_match_node *n, unsigned *shift)
{
    static const uint16_t begins[] = {[FS_MATCH_NETWORK] = BEYOND_NETWORK, [FS_MATCH_TRANSPORT] = BEYOND_TRANSPORT,
                                      [FS_MATCH_FIELD] = BEYOND_FIELD};
    unsigned bits = 8 * (n->offset % 4u);
    *shift = (n->mask & ((1u << bits) - 1)) == 0 && n->source != FS_MATCH_FIELD ? bits : 0;
    return begins[n->source] + n->offset - *shift / 8;
}

void fs_text_match(struct fs_text *t, const struct fs_match *m)
{
    struct listing l = {.match = m};
    uint32_t safe = 0;
    if (m->index != NULL || m->node_count > STEPS_MAX) {
        fs_text_format(t, "%u rules, by an index\n", m->rule_count);
        return;
    }
    find_outcomes(&l);
    if (outcome_of(&l, m->root) != MIXED) {
        fs_text_string(t, "all->[");
        if (outcome_of(&l, m->root) == FS_MATCH_NONE) {
            fs_text_char(t, 'X');
        } else {
            fs_text_u64(t, outcome_of(&l, m->root));
        }
        fs_text_string(t, "]\nsafe length 0\nalignment offset 0\n");
        return;
    }
    mark(&l);
    for (uint32_t i = 0; i < m->node_count; i++) {
        const struct fs_match_node *n = &m->nodes[i];
        unsigned shift;
        if (l.number[i] == 0) {
            continue;
        }
        uint32_t place = place_of(n, &shift), mask = n->mask >> shift, length = place + 4;
        fs_text_format(t, "%2u %3u/%08x", l.number[i] - 1u, place, n->low >> shift);
        if (n->span != 0) {
            fs_text_format(t, "-%08x", (n->low + n->span) >> shift);
        }
        fs_text_format(t, "%%%08x", mask);
        text_target(t, &l, "yes", n->yes);
        text_target(t, &l, "no", i + 1);
        fs_text_char(t, '\n');
        for (; mask != 0 && (mask & 0xff) == 0; mask >>= 8) {
            length--;
        }
        safe = length > safe && n->source != FS_MATCH_FIELD ? length : safe;
    }
    fs_text_format(t, "safe length %u\nalignment offset 0\n", safe);
}
