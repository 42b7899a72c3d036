/* string_set.h: many byte strings looked for at once: the automaton of Aho and Corasick ("Efficient String Matching", CACM
 * 18(6), 1975) with every transition worked out, so that each byte costs one look-up, however many strings there are.
 *
 * Bytes that no string tells apart share a column, as do small and capital letters where case does not matter: a row is as
 * long as the strings' alphabet, mostly 32 or 64 numbers of 16 bits. A state is a number that can be kept: what comes
 * later goes on from there.
 */
#ifndef NET_STRING_SET_H
#define NET_STRING_SET_H

#include <flowstream/element.h>

enum {
    FS_STRING_NONE = 0xffff,       /* no string */
    FS_STRING_ENDS = 0x8000,       /* in an answer: strings end here */
    FS_STRING_STATES_MAX = 0x8000, /* bytes of all strings, but for what they begin with in common */
};

struct fs_string_set {
    const uint16_t *next; /* of state s and column c: [s << shift | c] */
    uint8_t column[256];
    const uint64_t *begins; /* a bit for each two bytes that a string begins with; NULL: not worth asking */
    uint32_t shift, states;
    const uint16_t *ends;    /* of a state: the longest string that ends there */
    const uint16_t *shorter; /* of a string: the next one that ends wherever it does */
    const struct fs_bytes *strings;
    uint32_t count, longest;
    bool ignore_case;
};

/* From configure(): of an argument of the type `strings`. 0, or -1 and a line. */
int fs_string_set_configure(struct fs_string_set *x, struct fs_element *e, struct fs_bytes table, bool ignore_case,
                            struct fs_text *error);
/* Whether the same strings are looked for in the same way: then states and numbers mean the same. */
bool fs_string_set_same(const struct fs_string_set *a, const struct fs_string_set *b);
/* The string as it may be written: bytes that are not plain text between bars. */
void fs_text_pattern(struct fs_text *t, struct fs_bytes string);

static inline bool fs_string_begins(const struct fs_string_set *x, const uint8_t *p)
{
    uint32_t two = p[0] | (uint32_t)p[1] << 8;
    return (x->begins[two / 64] >> two % 64 & 1) != 0;
}
/* Goes on from the state over bytes, up to the first at which strings end, or all: *at is then behind it. At the start
 * the state is 0. The answer is the new state, with FS_STRING_ENDS where strings end. */
static inline uint32_t fs_string_set_scan(const struct fs_string_set *x, uint32_t state, const uint8_t **at,
                                          const uint8_t *end)
{
    const uint16_t *next = x->next;
    const uint32_t shift = x->shift;
    const uint8_t *p = *at;
    if (x->begins == NULL) {
        while (p < end && (state & FS_STRING_ENDS) == 0) {
            state = next[state << shift | x->column[*p++]];
        }
        *at = p;
        return state;
    }
    while (p < end && (state & FS_STRING_ENDS) == 0) {
        if (state == 0) { /* where most bytes leave it: looked at without the one waiting for the other */
            while (p + 1 < end && !fs_string_begins(x, p)) {
                p++;
            }
        }
        state = next[state << shift | x->column[*p++]];
    }
    *at = p;
    return state;
}

/* The strings that end in a state, longest first: for (s = fs_string_first(x, state); s != FS_STRING_NONE; s =
 * x->shorter[s]). */
static inline uint32_t fs_string_first(const struct fs_string_set *x, uint32_t state)
{
    return x->ends[state & ~(uint32_t)FS_STRING_ENDS];
}

#endif
