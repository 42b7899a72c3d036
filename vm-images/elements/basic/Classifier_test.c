#include "net/testing.h"

/* Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -) of Click's documentation: a node a word. */
FS_TEST(classifier_of_the_documentation)
{
    struct program p = {0};
    uint32_t query = rule(&p, 0), reply = rule(&p, 1), ip = rule(&p, 2), rest = rule(&p, 3);
    node(&p, FS_MATCH_FRAME, 12, 0, 0xffff0000, 0x08060000, 1, 3);
    node(&p, FS_MATCH_FRAME, 20, 0, 0xffff0000, 0x00010000, query, 2);
    node(&p, FS_MATCH_FRAME, 20, 0, 0xffff0000, 0x00020000, reply, rest);
    node(&p, FS_MATCH_FRAME, 12, 0, 0xffff0000, 0x08000000, ip, rest);
    finish(&p, 0);
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "c", "Classifier");
    fs_test_table(t, "PATTERN", p.table, p.size, 4);
    fs_test_chain(t, "in", "c");
    static const char *const sinks[] = {"0", "1", "2", "3"};
    for (unsigned i = 0; i < 4; i++) {
        char name[] = {'s', sinks[i][0], '\0'};
        fs_test_add(t, name, "TestSink");
        fs_test_connect(t, "c", i, name, 0);
    }
    FS_REQUIRE(fs_test_start(t));
    static const struct {
        const char *type, *rest, *sink;
    } cases[] = {
        {"0806", "0001 0800 0604 0001", "s0"}, {"0806", "0001 0800 0604 0002", "s1"}, {"0800", "4500", "s2"},
        {"86dd", "6000", "s3"},                {"0806", "0001 0800 0604 0003", "s3"}, {"0806", "0001 0800 0604 00",
         "s3"},
        {"08", "", "s3"},
    };
    unsigned counts[4] = {0};
    struct fs_packet *packets[7];
    for (size_t i = 0; i < 7; i++) {
        struct bytes b = hex("ffffffffffff 02000000000a");
        put_hex(&b, cases[i].type);
        put_hex(&b, cases[i].rest);
        packets[i] = fs_test_packet(t, b.at, b.size);
        counts[cases[i].sink[1] - '0']++;
    }
    fs_test_send_batch(t, "in", packets, 7);
    for (size_t i = 0; i < 7; i++) {
        bool there = false;
        for (unsigned k = 0; k < fs_test_count(t, cases[i].sink); k++) {
            there = there || fs_test_out(t, cases[i].sink, k) == packets[i];
        }
        if (!FS_CHECK(there)) {
            printf("    case %zu\n", i);
        }
    }
    FS_EQUAL(fs_test_count(t, "s3"), counts[3]);
    FS_TEXT(fs_test_read(t, "c.program"), " 0  12/08060000%ffff0000  yes->step 2  no->step 1\n"
                                          " 1  12/08000000%ffff0000  yes->[2]  no->[3]\n"
                                          " 2  20/00010000%ffff0000  yes->[0]  no->step 3\n"
                                          " 3  20/00020000%ffff0000  yes->[1]  no->[3]\n"
                                          "safe length 22\nalignment offset 0\n");
    fs_test_end(t);
}

/* A byte at 1 and one at 9 are shown in the words that begin at 0 and 8; tests between what is the same are not shown. */
FS_TEST(classifier_shows_its_program)
{
    struct program p = {0};
    uint32_t first = rule(&p, 0), same = rule(&p, 0);
    node(&p, FS_MATCH_FRAME, 1, 0, 0xff000000, 0x01000000, 1, FS_MATCH_NONE);
    node(&p, FS_MATCH_FRAME, 9, 0, 0xff000000, 0x02000000, first, same);
    finish(&p, 0);
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "c", "IPFilter");
    fs_test_table(t, "RULE", p.table, p.size, 2);
    fs_test_chain(t, "in", "c", "out");
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "c.program"),
            " 0   0/00010000%00ff0000  yes->[0]  no->[X]\nsafe length 2\nalignment offset 0\n");
    fs_test_end(t);
}

FS_TEST(classifier_drops_what_matches_nothing)
{
    struct program p = {0};
    finish(&p, node(&p, FS_MATCH_FRAME, 12, 0, 0xffff0000, 0x08000000, rule(&p, 0), FS_MATCH_NONE));
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "c", "Classifier");
    fs_test_table(t, "PATTERN", p.table, p.size, 1);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "c", "out");
    FS_REQUIRE(fs_test_start(t));
    struct bytes ip = udp_frame(1, 2, 0), ip6 = udp6_frame(1, 2, 0);
    fs_test_send(t, "in", ip.at, ip.size);
    fs_test_send(t, "in", ip6.at, ip6.size);
    fs_test_send(t, "in", ip.at, 13);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_NO_MATCH), 2);
    fs_test_end(t);
}

FS_TEST(classifier_without_a_program_is_refused)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "c", "Classifier");
    fs_test_table(t, "PATTERN", "", 0, 1);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "c", "out");
    FS_CHECK(strstr(fs_test_refused(t), "match program: cut off") != NULL);
    fs_test_end(t);
}
