/* match_index.h: match programs with an index (docs/contracts.md section 2, table format 2), used where they are in the
 * table, which outlives the element.
 *
 * Rules that need a narrow range of some field stand in lists by that field's value; a packet meets those of its own
 * values only. The rest is a graph of tests. The least rule found wins. For match.c alone.
 */
#ifndef NET_MATCH_INDEX_H
#define NET_MATCH_INDEX_H

#include "net/match.h"

enum { FS_MATCH_INDEXED = 2, FS_MATCH_INDEX_HEADER = 40 };

/* Holds when (word & mask) - low <= span. Leads to a later test, to FS_MATCH_LEAF | rule, or to FS_MATCH_NONE. */
struct fs_match_test {
    uint32_t mask, low, span, yes, no;
    uint16_t offset; /* of a computed field: four times its number */
    uint8_t source, zero;
};
/* A field that is looked up: its intervals are `count` starts in ascending order, the first of them 0. */
struct fs_match_key {
    uint16_t offset;
    uint8_t source, zero;
    uint32_t mask, first, count;
};
/* Entries in order of their rules; then those of `parent`, a list before this one; list 0 is the end. */
struct fs_match_list {
    uint32_t first;
    uint16_t count, parent;
};
/* The rule matches when `target` leads to any rule. */
struct fs_match_entry {
    uint32_t rule, target;
};
_Static_assert(sizeof(struct fs_match_test) == 24 && sizeof(struct fs_match_key) == 16, "as in the table");
_Static_assert(sizeof(struct fs_match_list) == 8 && sizeof(struct fs_match_entry) == 8, "as in the table");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the table is used where it is");

struct fs_match_index {
    const struct fs_match_test *tests;
    const struct fs_match_key *keys;
    const uint32_t *starts;
    const uint16_t *list_of; /* by interval */
    const struct fs_match_list *lists;
    const struct fs_match_entry *entries;
    uint32_t key_count, rest, rest_least; /* the graph of the rest, and the least rule in it */
};

/* Checks all of a table but its verdicts, which fs_match_load() did. 0, or -1 and a line. */
int fs_match_index_load(struct fs_match *m, struct fs_element *e, struct fs_bytes table, struct fs_text *error);
/* The rules of packets that were looked at; whole[i] when no test can come to the end of packet i. */
void fs_match_index_decide(const struct fs_match *m, const struct fs_match_view *views, const bool *whole, uint32_t n,
                           uint32_t *rules);

/* The field's word as one test sees it. Answers whether all bytes are there that the mask wants. */
bool fs_match_word_at_end(const uint8_t *at, uint32_t size, uint32_t offset, uint32_t mask, uint32_t *word);
void fs_match_note_use(struct fs_match *m, unsigned source, unsigned offset);

#endif
