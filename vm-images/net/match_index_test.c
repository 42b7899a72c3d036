#include "net/match_index.h"

#include "net/testing_match.h"

/* ---- tables of format 2, section by section ---- */

enum { ROOM = 400 };
struct indexed {
    uint32_t rule_count, rest, rest_least;
    uint32_t verdicts[ROOM], starts[ROOM], lists_of[ROOM];
    struct fs_match_test tests[ROOM];
    struct fs_match_key keys[8];
    struct fs_match_list lists[ROOM];
    struct fs_match_entry entries[ROOM];
    uint32_t test_count, key_count, interval_count, list_count, entry_count;
    uint8_t table[65536];
    size_t size;
};

static void append(struct indexed *x, const void *bytes, size_t size)
{
    memcpy(x->table + x->size, bytes, size);
    x->size += size;
}

/* x86: the structs' bytes are the table's. */
static void write_table(struct indexed *x)
{
    uint32_t head[10] = {2,         x->rule_count, x->test_count, x->key_count, x->interval_count, x->list_count, x->entry_count,
                         x->rest, x->rest_least, 0};
    x->size = 0;
    append(x, head, sizeof head);
    append(x, x->verdicts, 4 * x->rule_count);
    append(x, x->tests, sizeof x->tests[0] * x->test_count);
    append(x, x->keys, sizeof x->keys[0] * x->key_count);
    append(x, x->starts, 4 * x->interval_count);
    append(x, x->lists, sizeof x->lists[0] * x->list_count);
    append(x, x->entries, sizeof x->entries[0] * x->entry_count);
    for (uint32_t i = 0; i < x->interval_count + x->interval_count % 2; i++) {
        uint16_t list = i < x->interval_count ? (uint16_t)x->lists_of[i] : 0;
        append(x, &list, 2);
    }
}

/* Rule 0 for frames that begin with 5 to 9 and have a 1 behind it; rule 1 for all others. */
static struct indexed sound(void)
{
    struct indexed x = {.rule_count = 2, .rest = FS_MATCH_LEAF | 1, .rest_least = 1};
    x.verdicts[1] = 1;
    x.tests[x.test_count++] = (struct fs_match_test){0x00ff0000, 0x00010000, 0, FS_MATCH_LEAF, FS_MATCH_NONE, 0, 0, 0};
    x.keys[x.key_count++] = (struct fs_match_key){0, FS_MATCH_FRAME, 0, 0xff000000, 0, 3};
    static const uint32_t starts[] = {0, 0x05000000, 0x0a000000}, lists[] = {0, 1, 0};
    memcpy(x.starts, starts, sizeof starts);
    memcpy(x.lists_of, lists, sizeof lists);
    x.interval_count = 3;
    x.lists[1] = (struct fs_match_list){0, 1, 0};
    x.list_count = 2;
    x.entries[x.entry_count++] = (struct fs_match_entry){0, 0};
    write_table(&x);
    return x;
}

/* ---- a second interpreter ---- */

static uint32_t plain_follow(const struct indexed *x, uint32_t at, const struct seen s[4])
{
    while (at < 0x80000000u) {
        const struct fs_match_test *t = &x->tests[at];
        uint32_t word;
        bool there = plain_word(&s[t->source], t->offset, t->mask, &word);
        bool holds = t->low + t->span >= t->low ? word >= t->low && word <= t->low + t->span
                                                : word >= t->low || word <= t->low + t->span;
        at = there && holds ? t->yes : t->no;
    }
    return at == 0xffffffffu ? at : at & 0x7fffffffu;
}

/* Every entry of every list that the packet's values lead to, and the rest: the least rule. */
static uint32_t plain_decide(const struct indexed *x, struct fs_packet *p)
{
    struct seen s[4];
    uint8_t fields[32];
    sources(p, s, fields);
    uint32_t best = plain_follow(x, x->rest, s);
    for (uint32_t k = 0; k < x->key_count; k++) {
        const struct fs_match_key *key = &x->keys[k];
        uint32_t word, at = 0;
        if (!plain_word(&s[key->source], key->offset, key->mask, &word)) {
            continue;
        }
        while (at + 1 < key->count && x->starts[key->first + at + 1] <= word) {
            at++;
        }
        for (uint32_t list = x->lists_of[key->first + at]; list != 0; list = x->lists[list].parent) {
            for (uint32_t i = 0; i < x->lists[list].count; i++) {
                const struct fs_match_entry *e = &x->entries[x->lists[list].first + i];
                if (e->rule < best && plain_follow(x, e->target, s) != FS_MATCH_NONE) {
                    best = e->rule;
                }
            }
        }
    }
    return best;
}

static uint32_t decide(const struct indexed *x, const char *frame)
{
    struct fs_test *t = filter_with(x->table, x->size, x->rule_count, 2);
    uint32_t found = 12345;
    if (fs_test_start(t)) {
        struct fs_element *e = fs_test_element(t, "c");
        struct bytes b = hex(frame);
        struct fs_packet *p = fs_test_packet(t, b.at, b.size);
        struct fs_match m;
        struct fs_match_view v;
        struct fs_text error = {0};
        FS_EQUAL(fs_match_load(&m, e, fs_args_bytes(e->args, 0), &error), 0);
        fs_match_look(&m, &v, p);
        found = fs_match_decide(&m, &v);
        FS_EQUAL(found, plain_decide(x, p));
        fs_packet_free(p);
    }
    fs_test_end(t);
    return found;
}

FS_TEST(match_index_looks_up_a_field)
{
    struct indexed x = sound();
    FS_EQUAL(decide(&x, "05 01 00 00"), 0);
    FS_EQUAL(decide(&x, "09 01 00 00"), 0);
    FS_EQUAL(decide(&x, "04 01 00 00"), 1);
    FS_EQUAL(decide(&x, "0a 01 00 00"), 1);
    FS_EQUAL(decide(&x, "ff 01 00 00"), 1);
    FS_EQUAL(decide(&x, "05 02 00 00"), 1);
}

/* A field whose bytes are missing leads to no list; one that is cut behind them does. */
FS_TEST(match_index_at_the_end_of_the_frame)
{
    struct indexed x = sound();
    FS_EQUAL(decide(&x, "07 01"), 0);
    FS_EQUAL(decide(&x, "07"), 1);
    x.keys[0].mask = 0xff00ffff;
    x.tests[0].mask = x.tests[0].low = 0;
    write_table(&x);
    FS_EQUAL(decide(&x, "07 00 00"), 1);
    FS_EQUAL(decide(&x, "07 00 00 00"), 0);
}

static const char *refused(const struct indexed *x)
{
    static char text[512];
    struct fs_test *t = filter_with(x->table, x->size, x->rule_count, 2);
    snprintf(text, sizeof text, "%s", fs_test_refused(t));
    fs_test_end(t);
    return text;
}

FS_TEST(match_index_refuses_what_is_wrong)
{
    struct indexed x = sound();
    FS_TEXT(refused(&x), "");
    for (size_t cut = 1; cut < x.size; cut += 7) {
        x = sound();
        x.size -= cut;
        FS_CHECK(strstr(refused(&x), "match program") != NULL);
    }
    static const struct {
        unsigned at; /* in the table */
        uint8_t value;
        const char *said;
    } bytes[] = {
        {8, 2, "counts do not fit"},
        {19, 1, "counts do not fit"},
        {23, 0xff, "counts do not fit"},
        {28, 2, "root is out of range"}, /* a rule that there is not */
        {31, 0, "root is out of range"}, /* a test */
        {44, 2, "output 2 does not exist"},
        {60, 2, "target out of range"},
        {63, 0, "target out of range"}, /* test 0 leads to itself */
        {70, 4, "unknown field"},
        {70, 3, "unknown field"},
        {71, 1, "unknown field"},
        {74, 3, "key of an unknown field"},
        {80, 1, "intervals are out of range"},
        {84, 0, "intervals are out of range"},
        {84, 4, "intervals are out of range"},
        {108, 1, "list leads out of range"}, /* first entry */
        {112, 2, "list leads out of range"},
        {114, 1, "list leads out of range"}, /* its own parent */
        {116, 2, "entry leads out of range"},
        {120, 1, "entry leads out of range"},
        {126, 2, "list out of range"},
    };
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        x = sound();
        x.table[bytes[i].at] = bytes[i].value;
        if (!FS_CHECK(strstr(refused(&x), bytes[i].said) != NULL)) {
            printf("    case %zu: %s\n", i, refused(&x));
        }
    }
}

static uint32_t random_target(uint64_t *state, uint32_t first, uint32_t tests, uint32_t rules)
{
    uint64_t choice = noise(state) % 8;
    return first < tests && choice < 5 ? first + (uint32_t)(noise(state) % (tests - first))
         : choice == 7                 ? FS_MATCH_NONE
                                       : FS_MATCH_LEAF | (uint32_t)(noise(state) % rules);
}

static void random_field(uint64_t *state, uint16_t *offset, uint8_t *source, uint32_t *mask)
{
    static const uint32_t masks[] = {0xffffffff, 0xffff0000, 0xff000000, 0x0000ffff, 0x00010000, 0};
    *source = (uint8_t)(noise(state) % 4);
    *offset = (uint16_t)(*source == 3 ? 4 + 4 * (noise(state) % 4) : noise(state) % 50);
    *mask = masks[noise(state) % 6];
}

static void random_key(struct indexed *x, uint64_t *state)
{
    struct fs_match_key *k = &x->keys[x->key_count++];
    *k = (struct fs_match_key){.first = x->interval_count, .count = 1 + (uint32_t)(noise(state) % 30)};
    random_field(state, &k->offset, &k->source, &k->mask);
    uint32_t start = 0;
    for (uint32_t i = 0; i < k->count; i++) {
        x->starts[x->interval_count] = start;
        x->lists_of[x->interval_count++] = (uint32_t)(noise(state) % x->list_count);
        start += 1 + ((uint32_t)noise(state) & 0x01010101 & k->mask);
    }
}

static struct indexed random_index(uint64_t *state)
{
    struct indexed x = {.rule_count = 40};
    for (uint32_t i = 0; i < x.rule_count; i++) {
        x.verdicts[i] = (uint32_t)(noise(state) % 2);
    }
    x.test_count = (uint32_t)(noise(state) % 30);
    for (uint32_t i = 0; i < x.test_count; i++) {
        struct fs_match_test *t = &x.tests[i];
        random_field(state, &t->offset, &t->source, &t->mask);
        t->low = (uint32_t)noise(state) & t->mask & 0x03030303;
        t->span = noise(state) % 2 != 0 ? 0 : (uint32_t)noise(state) & 0x01010101;
        t->yes = random_target(state, i + 1, x.test_count, x.rule_count);
        t->no = random_target(state, i + 1, x.test_count, x.rule_count);
    }
    x.rest = random_target(state, 0, x.test_count, x.rule_count);
    x.rest_least = 0;
    x.list_count = 1 + (uint32_t)(noise(state) % 20);
    for (uint32_t i = 1; i < x.list_count; i++) {
        struct fs_match_list *l = &x.lists[i];
        *l = (struct fs_match_list){x.entry_count, (uint16_t)(noise(state) % 5), (uint16_t)(noise(state) % i)};
        uint32_t lowest = 0;
        for (uint32_t k = 0; k < l->count; k++) {
            lowest += (uint32_t)(noise(state) % 8);
            x.entries[x.entry_count++] =
                (struct fs_match_entry){lowest, random_target(state, 0, x.test_count, x.rule_count)};
        }
    }
    for (unsigned keys = 1 + (unsigned)(noise(state) % 4); keys > 0; keys--) {
        random_key(&x, state);
    }
    write_table(&x);
    return x;
}

/* Random tables on batches of random packets: both interpreters agree, however many are decided together. */
FS_TEST(match_index_interpreters_agree)
{
    uint64_t state = 11;
    unsigned none = 0, some = 0;
    for (unsigned round = 0; round < 300; round++) {
        struct indexed x = random_index(&state);
        struct fs_test *t = filter_with(x.table, x.size, x.rule_count, 2);
        struct fs_match m;
        struct fs_text error = {0};
        FS_REQUIRE(fs_test_start(t));
        struct fs_element *e = fs_test_element(t, "c");
        FS_EQUAL(fs_match_load(&m, e, fs_args_bytes(e->args, 0), &error), 0);
        struct fs_batch batch = {.count = 1 + (uint32_t)(noise(&state) % FS_BATCH_MAX)};
        uint32_t found[FS_BATCH_MAX];
        for (uint32_t i = 0; i < batch.count; i++) {
            batch.packets[i] = noise_packet(t, &state);
        }
        fs_match_batch(&m, &batch, found);
        for (uint32_t i = 0; i < batch.count; i++) {
            FS_EQUAL(found[i], plain_decide(&x, batch.packets[i]));
            none += found[i] == FS_MATCH_NONE;
            some += found[i] != FS_MATCH_NONE;
            fs_packet_free(batch.packets[i]);
        }
        fs_test_end(t);
    }
    FS_CHECK(none > 500 && some > 500); /* both answers were tried */
}
