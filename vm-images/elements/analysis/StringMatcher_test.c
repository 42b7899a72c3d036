#include "net/testing.h"

/* Drops what it finds. */
static struct fs_test *matcher(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "none", "TestSink");
    fs_test_add(t, "m", "StringMatcher");
    fs_test_chain(t, "in", "m", "none");
    return t;
}

static void send_text(struct fs_test *t, const char *text) { fs_test_send(t, "in", text, strlen(text)); }

FS_TEST(stringmatcher_parts_packets)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "none", "TestSink");
    fs_test_add(t, "some", "TestSink");
    fs_test_add(t, "m", "StringMatcher");
    fs_test_texts(t, "STRING", "xnet", "text1", "he", "hers", "she");
    fs_test_chain(t, "in", "m", "none");
    fs_test_connect(t, "m", 1, "some", 0);
    FS_REQUIRE(fs_test_start(t));
    send_text(t, "nothing of interest");
    send_text(t, "hxne tex xne");
    send_text(t, "");
    FS_EQUAL(fs_test_count(t, "none"), 3);
    send_text(t, "xnet");
    send_text(t, "an xxnet");
    send_text(t, "texttext1text");
    send_text(t, "ushers"); /* she, he, hers: what ends inside another */
    FS_EQUAL(fs_test_count(t, "some"), 4);
    send_text(t, "XNET");
    FS_EQUAL(fs_test_count(t, "none"), 4);
    FS_TEXT(fs_test_read(t, "m.matches"), "4");
    FS_CHECK(fs_test_write(t, "m.reset_count", ""));
    FS_TEXT(fs_test_read(t, "m.matches"), "0");
    fs_test_end(t);
}

FS_TEST(stringmatcher_drops_by_string_and_ignores_case)
{
    struct fs_test *t = matcher();
    fs_test_texts(t, "STRING", "Cmd.Exe", "[Z@`{]");
    fs_test_boolean(t, "IGNORE_CASE", true);
    FS_REQUIRE(fs_test_start(t));
    send_text(t, "GET /CMD.exe");
    send_text(t, "[z@`{]");
    send_text(t, "[z@@{]"); /* @ and `, [ and { differ by the same bit as letters do */
    send_text(t, "{Z@`{]");
    FS_EQUAL(fs_test_count(t, "none"), 2);
    FS_EQUAL(fs_test_rule_drops(t, "m", 0), 1);
    FS_EQUAL(fs_test_rule_drops(t, "m", 1), 1);
    fs_test_end(t);
}

/* All 256 values in one string, so that no column is shared. */
FS_TEST(stringmatcher_takes_any_bytes)
{
    struct bytes table = {0};
    struct fs_test *t = matcher();
    put_hex(&table, "01000000 02000000 00010000");
    for (unsigned i = 0; i < 256; i++) {
        put_number(&table, 1, 255 - i);
    }
    put_hex(&table, "00 02000000 0000 00");
    fs_test_table(t, "STRING", table.at, table.size, 2);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", table.at + 12, 255); /* all but its last byte */
    FS_EQUAL(fs_test_count(t, "none"), 1);
    fs_test_send(t, "in", table.at + 12, 256);
    fs_test_send(t, "in", "a\0\0b", 4);
    FS_EQUAL(fs_test_rule_drops(t, "m", 0), 1);
    FS_EQUAL(fs_test_rule_drops(t, "m", 1), 1);
    fs_test_end(t);
}

static const char *refusal(const void *table, size_t size)
{
    static char said[200];
    struct fs_test *t = matcher();
    fs_test_table(t, "STRING", table, size, 1);
    snprintf(said, sizeof said, "%s", fs_test_refused(t));
    fs_test_end(t);
    return said;
}

FS_TEST(stringmatcher_refuses_tables)
{
    static uint8_t large[0x8000 + 13];
    FS_CHECK(strstr(refusal("\1\0\0\0\1\0\0\0\0\0\0\0\0", 13), "string 1 is empty") != NULL);
    FS_CHECK(strstr(refusal("\2\0\0\0\1\0\0\0\1\0\0\0a\0", 14), "format 1") != NULL);
    FS_CHECK(strstr(refusal("\1\0\0\0\1\0\0\0\3\0\0\0a\0", 14), "cut off") != NULL);
    memcpy(large, "\1\0\0\0\1\0\0\0\0\x80\0\0", 12);
    FS_CHECK(strstr(refusal(large, sizeof large), "too many") != NULL);
    large[8] = 0xff, large[9] = 0x7f; /* one byte less: 256 KiB of table */
    struct fs_test *t = matcher();
    fs_test_table(t, "STRING", large, sizeof large - 1, 1);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", large + 12, 1000);
    FS_EQUAL(fs_test_count(t, "none"), 1);
    fs_test_end(t);
}

FS_TEST(stringmatcher_keeps_its_count)
{
    struct fs_test *t = matcher(), *after = matcher();
    fs_test_texts(t, "STRING", "a");
    fs_test_texts(after, "STRING", "b");
    FS_REQUIRE(fs_test_start(t) && fs_test_start(after));
    send_text(t, "a");
    struct fs_element *e = fs_test_element(after, "m");
    e->class->take_state(e, fs_test_element(t, "m"));
    FS_TEXT(fs_test_read(after, "m.matches"), "1");
    fs_test_end(t);
    fs_test_end(after);
}

/* Against looking for each string at each place. */
FS_TEST(stringmatcher_finds_what_a_search_finds)
{
    uint64_t state = 7;
    for (unsigned round = 0; round < 60; round++) {
        char words[12][8], text[200];
        const char *list[13] = {NULL};
        unsigned count = 1 + noise(&state) % 12, letters = 2 + noise(&state) % 3;
        struct fs_test *t = fs_test_new();
        fs_test_add(t, "in", "TestSource");
        for (unsigned i = 0; i < count; i++) {
            unsigned length = 1 + noise(&state) % 7;
            for (unsigned k = 0; k < length; k++) {
                words[i][k] = (char)('a' + noise(&state) % letters);
            }
            words[i][length] = '\0';
            list[i] = words[i];
        }
        fs_test_add(t, "c", "StringClassifier");
        fs_test_text_list(t, "STRING", list);
        fs_test_connect(t, "in", 0, "c", 0);
        for (unsigned i = 0; i < count; i++) {
            char sink[16];
            snprintf(sink, sizeof sink, "out%u", i);
            fs_test_add(t, sink, "TestSink");
            fs_test_connect(t, "c", i, sink, 0);
        }
        FS_REQUIRE(fs_test_start(t));
        uint64_t lost = 0;
        for (unsigned k = 0; k < 50; k++) {
            unsigned length = (unsigned)(noise(&state) % 20), first = 0;
            for (unsigned i = 0; i < length; i++) {
                text[i] = (char)('a' + noise(&state) % (letters + 1));
            }
            text[length] = '\0';
            while (first < count && strstr(text, words[first]) == NULL) {
                first++;
            }
            send_text(t, text);
            if (first == count) {
                FS_EQUAL(fs_test_drops(t, "c", FS_DROP_NO_MATCH), ++lost);
                continue;
            }
            char sink[16];
            snprintf(sink, sizeof sink, "out%u", first);
            FS_EQUAL(fs_test_count(t, sink), 1);
            fs_test_forget(t, sink);
        }
        fs_test_end(t);
    }
}

FS_TEST(stringclassifier_shows_its_strings)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "a", "TestSink");
    fs_test_add(t, "b", "TestSink");
    fs_test_add(t, "c", "StringClassifier");
    fs_test_texts(t, "STRING", "a|b\r\n", "\xff\x01z");
    fs_test_connect(t, "in", 0, "c", 0);
    fs_test_connect(t, "c", 0, "a", 0);
    fs_test_connect(t, "c", 1, "b", 0);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "c.patterns"), "a|7c|b|0d0a|\n|ff01|z\n");
    send_text(t, "\xff\x01za|b\r\n"); /* the first in the configuration, though the other comes first */
    FS_EQUAL(fs_test_count(t, "a"), 1);
    send_text(t, "\xff\x01z");
    FS_EQUAL(fs_test_count(t, "b"), 1);
    fs_test_end(t);
}

static uint8_t folded(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c; }

/* Few and many strings of one byte and more, of all values, with case and without. */
FS_TEST(stringmatcher_finds_any_bytes_among_many)
{
    static uint8_t table[16384];
    uint64_t state = 3;
    unsigned found = 0, sent = 0;
    for (unsigned round = 0; round < 24; round++) {
        unsigned count = round % 3 == 0 ? 1500 : 1 + (unsigned)(noise(&state) % 30), shortest = round % 4 == 0 ? 1 : 2;
        bool ignore = round % 2 == 0;
        size_t size = 8, at[1500];
        put_le32(table, 1);
        put_le32(table + 4, count);
        for (unsigned i = 0; i < count; i++) {
            unsigned length = (count > 100 ? 3 : shortest) + (unsigned)(noise(&state) % 2);
            at[i] = size;
            put_le32(table + size, length);
            size += 4;
            for (unsigned k = 0; k < length; k++) {
                table[size++] = (uint8_t)(noise(&state) % 2 == 0 ? noise(&state) : 'A' + noise(&state) % 4);
            }
            table[size++] = 0;
        }
        struct fs_test *t = matcher();
        fs_test_table(t, "STRING", table, size, count);
        fs_test_boolean(t, "IGNORE_CASE", ignore);
        FS_REQUIRE(fs_test_start(t));
        for (unsigned k = 0; k < 60; k++) {
            uint8_t text[90];
            size_t length = noise(&state) % sizeof text;
            bool holds = false;
            for (size_t i = 0; i < length; i++) {
                text[i] = (uint8_t)(noise(&state) % 3 == 0 ? noise(&state) : (noise(&state) % 2 ? 'a' : 'A') + noise(&state) % 4);
            }
            for (unsigned s = 0; s < count && !holds; s++) {
                uint32_t n = table[at[s]];
                for (size_t i = 0; i + n <= length && !holds; i++) {
                    uint32_t same = 0;
                    while (same < n && (ignore ? folded(text[i + same]) == folded(table[at[s] + 4 + same])
                                               : text[i + same] == table[at[s] + 4 + same])) {
                        same++;
                    }
                    holds = same == n;
                }
            }
            fs_test_send(t, "in", text, length);
            sent++;
            found += holds;
            FS_EQUAL(fs_test_count(t, "none"), holds ? 0 : 1);
            fs_test_forget(t, "none");
        }
        fs_test_end(t);
    }
    FS_CHECK(found > sent / 10 && found < sent - sent / 10);
}
