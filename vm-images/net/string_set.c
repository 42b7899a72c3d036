#include "net/string_set.h"

#include "net/bytes.h"
#include "net/nat_pattern.h" /* tables of texts */

enum { STATE = FS_STRING_ENDS - 1, BEGINS_MOST = 1024 };

static uint8_t folded(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c; }

/* Gives each byte that is in some string a column of its own; the others share column 0. */
static FS_ONCE void set_columns(struct fs_string_set *x)
{
    uint8_t used[256] = {0};
    uint32_t columns = 0;
    for (uint32_t s = 0; s < x->count; s++) {
        for (size_t i = 0; i < x->strings[s].length; i++) {
            uint8_t c = x->strings[s].at[i];
            used[x->ignore_case ? folded(c) : c] = 1;
        }
    }
    for (uint32_t c = 0; c < 256; c++) {
        columns += used[c];
    }
    columns = columns < 256; /* else every byte is used, and none shares */
    for (uint32_t c = 0; c < 256; c++) {
        x->column[c] = used[c] != 0 ? (uint8_t)columns++ : 0;
    }
    for (uint32_t c = 'A'; c <= 'Z' && x->ignore_case; c++) {
        x->column[c] = x->column[folded((uint8_t)c)];
    }
    while (1u << x->shift < columns) {
        x->shift++;
    }
}

/* The same letter, small or capital, where case does not matter. */
static uint8_t other_case(const struct fs_string_set *x, uint8_t c)
{
    return x->column[c ^ 0x20] == x->column[c] ? c ^ 0x20 : c;
}

/* Notes with which two bytes strings begin; behind one of a single byte any may come. Where it is too many, they would be
 * met all the time, and asking for them would cost more than it saves. */
static FS_ONCE bool set_begins(struct fs_string_set *x, uint64_t *begins)
{
    uint32_t count = 0;
    for (uint32_t s = 0; s < x->count; s++) {
        struct fs_bytes string = x->strings[s];
        uint32_t first = string.length == 1 ? 0 : string.at[1], last = string.length == 1 ? 255 : first;
        for (uint32_t second = first; second <= last; second++) {
            for (unsigned i = 0; i < 4; i++) {
                uint32_t a = i & 1 ? other_case(x, string.at[0]) : string.at[0];
                uint32_t two = a | (uint32_t)(i & 2 ? other_case(x, (uint8_t)second) : second) << 8;
                count += (begins[two / 64] >> two % 64 & 1) == 0;
                begins[two / 64] |= (uint64_t)1 << two % 64;
            }
        }
    }
    return count <= BEGINS_MOST;
}

/* The tree of all strings. A string that is there already is put in front of its equal. */
static FS_ONCE void add_strings(struct fs_string_set *x, uint16_t *next, uint16_t *ends, uint16_t *shorter)
{
    x->states = 1;
    for (uint32_t s = x->count; s-- > 0;) {
        uint32_t state = 0;
        for (size_t i = 0; i < x->strings[s].length; i++) {
            uint16_t *to = &next[state << x->shift | x->column[x->strings[s].at[i]]];
            if (*to == 0) {
                *to = (uint16_t)x->states++;
            }
            state = *to;
        }
        shorter[s] = ends[state];
        ends[state] = (uint16_t)s;
    }
}

/* Works out, level by level, where each state leads when its strings do not go on: where its longest proper ending that
 * begins a string (`back`) leads. */
static void complete(struct fs_string_set *x, uint16_t *next, uint16_t *ends, uint16_t *shorter, uint16_t *back,
                     uint16_t *queue)
{
    uint32_t first = 0, last = 1, row = 1u << x->shift;
    queue[0] = 0;
    while (first < last) {
        uint32_t state = queue[first++], fallback = back[state];
        for (uint32_t c = 0; c < row; c++) {
            uint16_t *to = &next[state << x->shift | c];
            uint32_t other = state == 0 ? 0 : next[fallback << x->shift | c];
            if (*to == 0) {
                *to = (uint16_t)other;
                continue;
            }
            uint32_t child = *to, longest = ends[other & STATE];
            back[child] = (uint16_t)(other & STATE);
            queue[last++] = (uint16_t)child;
            uint16_t *link = &ends[child];
            while (*link != FS_STRING_NONE) {
                link = &shorter[*link];
            }
            *link = (uint16_t)longest;
            *to = (uint16_t)(child | (ends[child] != FS_STRING_NONE ? FS_STRING_ENDS : 0));
        }
    }
}

static FS_ONCE bool read_strings(struct fs_string_set *x, struct fs_element *e, struct fs_nat_items *items, size_t *bytes)
{
    struct fs_bytes *strings = fs_alloc(e, (items->count + 1) * sizeof *strings);
    if (strings == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < items->count; i++) {
        const char *text;
        size_t length;
        fs_nat_next_item(items, &text, &length);
        strings[i] = (struct fs_bytes){(const uint8_t *)text, length};
        x->longest = length > x->longest ? (uint32_t)length : x->longest;
        *bytes += length;
    }
    x->strings = strings;
    x->count = items->count;
    return true;
}

FS_ONCE int fs_string_set_configure(struct fs_string_set *x, struct fs_element *e, struct fs_bytes table, bool ignore_case,
                            struct fs_text *error)
{
    struct fs_nat_items items;
    size_t bytes = 0;
    if (!fs_nat_items(&items, table, error)) {
        return -1;
    }
    x->ignore_case = ignore_case;
    if (items.count >= FS_STRING_NONE || !read_strings(x, e, &items, &bytes) || bytes >= FS_STRING_STATES_MAX) {
        fs_text_format(error, "%u strings are too many, or their %llu bytes (of %u)", items.count,
                       (unsigned long long)bytes, (unsigned)FS_STRING_STATES_MAX);
        return -1;
    }
    for (uint32_t i = 0; i < x->count; i++) {
        if (x->strings[i].length == 0) {
            fs_text_format(error, "string %u is empty", i + 1);
            return -1;
        }
    }
    set_columns(x);
    size_t states = bytes + 1;
    uint16_t *next = fs_alloc(e, states * sizeof *next << x->shift), *each = fs_alloc(e, 3 * states * sizeof *each);
    uint16_t *shorter = fs_alloc(e, (x->count + 1) * sizeof *shorter);
    uint64_t *begins = fs_alloc(e, 65536 / 8);
    if (begins == NULL || next == NULL || each == NULL || shorter == NULL) {
        fs_text_format(error, "no memory for strings of %llu bytes", (unsigned long long)bytes);
        return -1;
    }
    __builtin_memset(each, 0xff, states * sizeof *each); /* FS_STRING_NONE */
    x->begins = set_begins(x, begins) ? begins : NULL;
    add_strings(x, next, each, shorter);
    complete(x, next, each, shorter, each + states, each + 2 * states);
    x->next = next;
    x->ends = each;
    x->shorter = shorter;
    return 0;
}

FS_ONCE bool fs_string_set_same(const struct fs_string_set *a, const struct fs_string_set *b)
{
    bool same = a->count == b->count && a->ignore_case == b->ignore_case;
    for (uint32_t i = 0; same && i < a->count; i++) {
        same = a->strings[i].length == b->strings[i].length
            && __builtin_memcmp(a->strings[i].at, b->strings[i].at, a->strings[i].length) == 0;
    }
    return same;
}

FS_ONCE void fs_text_pattern(struct fs_text *t, struct fs_bytes string)
{
    bool bars = false;
    for (size_t i = 0; i < string.length; i++) {
        uint8_t c = string.at[i];
        bool plain = c >= ' ' && c < 0x7f && c != '|';
        if (plain == bars) {
            fs_text_char(t, '|');
            bars = !bars;
        }
        if (plain) {
            fs_text_char(t, (char)c);
        } else {
            fs_text_hex(t, &c, 1);
        }
    }
    if (bars) {
        fs_text_char(t, '|');
    }
}
