/* IPRewriterPatterns, RoundRobinIPMapper, SourceIPHashMapper, BackendMapper. */
#include "net/testing_rewriter.h"

static struct fs_test *with(const char *mapper, const char *specification)
{
    struct fs_test *t = rewriter("IPRewriter", 2, 3);
    specify(t, "INPUTSPEC", specification, "drop");
    if (mapper != NULL) {
        fs_test_add(t, "m", mapper);
    }
    return t;
}

FS_TEST(iprewriterpatterns_are_shared)
{
    struct fs_test *t = rewriter("IPRewriter", 2, 2);
    specify(t, "INPUTSPEC", "pattern pat 0 1", "pattern pat 1 0");
    fs_test_add(t, "p", "IPRewriterPatterns");
    specify(t, "PATTERN", "pat 1.0.0.1 1024-65535# - -", "other 2.0.0.1 -");
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "3.3.3.3 3 4.4.4.4 4");
    FS_TEXT(came(t, "out0"), "1.0.0.1 1024 4.4.4.4 4");
    send_udp(t, "in1", "3.3.3.3 4 4.4.4.4 4");
    FS_TEXT(came(t, "out1"), "1.0.0.1 1025 4.4.4.4 4");
    FS_TEXT(fs_test_read(t, "rw.patterns"), "1.0.0.1 1024-65535 - - [1]\n1.0.0.1 1024-65535 - - [1]\n");
    FS_CHECK(fs_test_write(t, "rw.pattern0", "pattern pat 1 1"));
    FS_TEXT(fs_test_read(t, "rw.pattern0"), "pattern pat 1 1");
    fs_test_end(t);

    t = with(NULL, "drop");
    fs_test_add(t, "p", "IPRewriterPatterns");
    specify(t, "PATTERN", "pat 1.0.0.1 1024-65535# - -");
    fs_test_add(t, "q", "IPRewriterPatterns");
    specify(t, "PATTERN", "pat 1.0.0.1 1024-65535# - -");
    FS_CHECK(strstr(fs_test_refused(t), "pattern 'pat' already defined") != NULL);
    fs_test_end(t);
    t = with(NULL, "drop");
    fs_test_add(t, "p", "IPRewriterPatterns");
    specify(t, "PATTERN", "pat 1.0.0 - - -");
    FS_CHECK(strstr(fs_test_refused(t), "bad source address") != NULL);
    fs_test_end(t);
}

FS_TEST(roundrobinipmapper_takes_turns)
{
    struct fs_test *t = with("RoundRobinIPMapper", "m");
    specify(t, "PATTERN", "- - - - 0 0", "- - - - 1 0", "- - - - 2 0");
    FS_REQUIRE(fs_test_start(t));
    static const char *const flows[] = {"1.0.0.1 1 1.0.0.2 2", "1.0.0.1 1 1.0.0.2 3", "1.0.0.1 1 1.0.0.2 2",
                                        "1.0.0.1 1 1.0.0.3 2", "1.0.0.1 1 1.0.0.4 2", "1.0.0.1 1 1.0.0.2 3",
                                        "1.0.0.1 1 1.0.0.2 3"};
    static const unsigned outputs[] = {0, 1, 0, 2, 0, 1, 1};
    for (unsigned i = 0; i < 7; i++) {
        char sink[] = "out0";
        sink[3] = (char)('0' + outputs[i]);
        send_udp(t, "in0", flows[i]);
        FS_TEXT(came(t, sink), flows[i]);
    }
    FS_TEXT(fs_test_read(t, "rw.patterns"), "<mapper> [4]\n<drop>\n");
    FS_TEXT(fs_test_read(t, "rw.pattern0"), "m");
    fs_test_end(t);

    /* A pattern with no port left is passed over; when none has one, there is no mapping. */
    t = with("RoundRobinIPMapper", "m");
    specify(t, "PATTERN", "5.5.5.5 7-8 - - 0 1", "6.6.6.6 7-8 - - 0 1");
    FS_REQUIRE(fs_test_start(t));
    unsigned fives = 0;
    for (unsigned i = 0; i < 5; i++) {
        char flow[60];
        snprintf(flow, sizeof flow, "3.3.3.%u 3 4.4.4.4 4", i);
        send_udp(t, "in0", flow);
        fives += strncmp(came(t, "out0"), "5.5.5.5 ", 8) == 0;
    }
    FS_EQUAL(fives, 2);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_TABLE_FULL), 1);
    FS_TEXT(fs_test_read(t, "rw.mapping_failures"), "1");
    fs_test_end(t);

    t = with("RoundRobinIPMapper", "m");
    specify(t, "PATTERN", "- - - - 0 3", "- - - - 1 0");
    FS_CHECK(strstr(fs_test_refused(t), "output port out of range in m pattern 0") != NULL);
    fs_test_end(t);
    t = with("RoundRobinIPMapper", "m");
    specify(t, "PATTERN", "- - x - 0 0");
    FS_CHECK(strstr(fs_test_refused(t), "bad destination address") != NULL);
    fs_test_end(t);
}

/* Which server a client's flow is given: the last byte of the destination. */
static unsigned server_of(struct fs_test *t, unsigned client, unsigned port)
{
    char flow[60];
    snprintf(flow, sizeof flow, "20.0.%u.%u %u 4.4.4.4 80", client >> 8, client & 255, port);
    send_udp(t, "in0", flow);
    if (fs_test_count(t, "out0") == 0) {
        return 0;
    }
    unsigned server = fs_test_out(t, "out0", 0)->data[19];
    FS_CHECK(intact(fs_test_out(t, "out0", 0)));
    fs_test_forget(t, "out0");
    return server;
}

static struct fs_test *hashed(unsigned servers)
{
    struct fs_test *t = with("SourceIPHashMapper", "m");
    fs_test_text(t, "HASH", "50 0xbeef");
    static const char *const patterns[] = {"- - 10.0.0.11 - 0 1 11", "- - 10.0.0.12 - 0 1 12", "- - 10.0.0.13 - 0 1 13",
                                           "- - 10.0.0.14 - 0 1 14"};
    specify_texts(t, "PATTERN",
                  (const char *const[]){patterns[0], patterns[1], patterns[2], servers == 4 ? patterns[3] : NULL, NULL});
    return t;
}

/* A client's flows go to one server; the fourth server takes its share from the others and moves nobody else. */
FS_TEST(sourceiphashmapper_is_consistent)
{
    struct fs_test *three = hashed(3), *four = hashed(4);
    FS_REQUIRE(fs_test_start(three) && fs_test_start(four));
    unsigned counts[20] = {0}, moved = 0;
    for (unsigned c = 0; c < 1000; c++) {
        unsigned a = server_of(three, c, 5), b = server_of(four, c, 5);
        FS_EQUAL(server_of(three, c, 6), a);
        FS_CHECK(a >= 11 && a <= 13 && (b == a || b == 14));
        counts[a < 20 ? a : 0]++;
        moved += b == 14;
    }
    FS_CHECK(counts[11] > 150 && counts[12] > 150 && counts[13] > 150);
    FS_CHECK(moved > 100 && moved < 450); /* a quarter, more or less */
    fs_test_end(three);
    fs_test_end(four);

    struct fs_test *t = with("SourceIPHashMapper", "m");
    fs_test_text(t, "HASH", "50");
    specify(t, "PATTERN", "- - 10.0.0.11 - 0 1 11");
    FS_CHECK(strstr(fs_test_refused(t), "hash seed must be an integer") != NULL);
    fs_test_end(t);
    t = with("SourceIPHashMapper", "m");
    fs_test_text(t, "HASH", "50 1");
    specify(t, "PATTERN", "- - 10.0.0.11 - 0 1 x");
    FS_CHECK(strstr(fs_test_refused(t), "bad server ID in pattern spec") != NULL);
    fs_test_end(t);
}

static struct fs_test *spread(bool by_flow)
{
    static const uint8_t servers[] = {10, 0, 0, 11, 10, 0, 0, 12, 10, 0, 0, 13};
    struct fs_test *t = with("BackendMapper", "m");
    fs_test_value(t, "BACKEND", servers, sizeof servers, 3);
    fs_test_boolean(t, "BY_FLOW", by_flow);
    return t;
}

FS_TEST(backendmapper_leaves_out_what_is_down)
{
    struct fs_test *t = spread(true);
    FS_REQUIRE(fs_test_start(t));
    unsigned before[600], counts[20] = {0};
    for (unsigned i = 0; i < 600; i++) {
        before[i] = server_of(t, i % 7, i);
        counts[before[i] % 20]++;
    }
    FS_CHECK(counts[11] > 100 && counts[12] > 100 && counts[13] > 100);
    char expected[100];
    snprintf(expected, sizeof expected, "10.0.0.11 up %u\n10.0.0.12 up %u\n10.0.0.13 up %u\n", counts[11], counts[12],
             counts[13]);
    FS_TEXT(fs_test_read(t, "m.backends"), expected);
    FS_CHECK(fs_test_write(t, "m.down", "10.0.0.12"));
    for (unsigned i = 0; i < 600; i++) { /* known flows stay, */
        FS_EQUAL(server_of(t, i % 7, i), before[i]);
    }
    FS_CHECK(fs_test_write(t, "rw.clear", ""));
    for (unsigned i = 0; i < 600; i++) { /* new ones go elsewhere, those of the others where they went */
        unsigned now = server_of(t, i % 7, i);
        FS_CHECK(before[i] == 12 ? now == 11 || now == 13 : now == before[i]);
    }
    FS_CHECK(fs_test_write(t, "m.down", "10.0.0.11"));
    FS_CHECK(fs_test_write(t, "m.down", "10.0.0.13"));
    FS_EQUAL(server_of(t, 1, 9000), 0);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_TABLE_FULL), 1);
    FS_CHECK(fs_test_write(t, "m.up", "10.0.0.12"));
    FS_EQUAL(server_of(t, 1, 9000), 12);
    FS_CHECK(!fs_test_write(t, "m.up", "10.0.0.9"));
    FS_CHECK(!fs_test_write(t, "m.up", "all"));
    FS_TEXT(fs_test_said(t), "up: expected the address of a backend");
    send_udp(t, "in1", "10.0.0.12 80 20.0.0.1 9000"); /* the answer comes from whom the client asked */
    FS_TEXT(came(t, "out1"), "4.4.4.4 80 20.0.0.1 9000");
    fs_test_end(t);
}

FS_TEST(backendmapper_by_source)
{
    struct fs_test *t = spread(false);
    fs_test_integer(t, "PORT", 8080);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned c = 0; c < 20; c++) {
        unsigned server = server_of(t, c, 1);
        for (unsigned port = 2; port < 10; port++) {
            FS_EQUAL(server_of(t, c, port), server);
        }
    }
    send_udp(t, "in0", "20.0.0.1 5 4.4.4.4 80");
    const char *out = came(t, "out0");
    FS_TEXT(out + strlen(out) - 5, " 8080");
    struct fs_test *new = spread(false);
    FS_REQUIRE(fs_test_start(new));
    FS_CHECK(fs_test_write(t, "m.down", "10.0.0.13"));
    struct fs_element *e = fs_test_element(new, "m");
    e->class->take_state(e, fs_test_element(t, "m"));
    FS_CHECK(strstr(fs_test_read(new, "m.backends"), "10.0.0.13 down ") != NULL);
    fs_test_end(t);
    fs_test_end(new);
}
