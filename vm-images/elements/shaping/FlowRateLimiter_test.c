#include "net/testing.h"

static const uint64_t ms = 1000000, sec = 1000000000;

static struct fs_test *limiter(int64_t packets)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "rest", "TestSink");
    fs_test_add(t, "e", "FlowRateLimiter");
    if (packets != 0) {
        fs_test_integer(t, "PACKET_RATE", packets);
    }
    fs_test_chain(t, "in", "e", "out");
    fs_test_connect(t, "e", 1, "rest", 0);
    return t;
}
static struct bytes frame(uint32_t source, uint32_t destination, uint16_t port)
{
    struct bytes b = {0};
    put_ether(&b, 0x0800);
    put_ip(&b, source, destination, 17, 12);
    put_udp(&b, port, 53, 4);
    return b;
}
/* How many of `count` such frames pass. */
static unsigned passed(struct fs_test *t, const struct bytes *b, unsigned count)
{
    unsigned before = fs_test_count(t, "out");
    for (unsigned i = 0; i < count; i++) {
        struct fs_packet *p = fs_test_packet(t, b->at, b->size);
        p->network_offset = p->transport_offset = FS_OFFSET_NONE;
        fs_test_send_packet(t, "in", p);
    }
    return fs_test_count(t, "out") - before;
}

FS_TEST(flowratelimiter_gives_each_source_its_rate)
{
    struct fs_test *t = limiter(100);
    FS_REQUIRE(fs_test_start(t));
    struct bytes a = frame(0x0a000001, 0x0a000009, 1), b = frame(0x0a000002, 0x0a000009, 1);
    FS_EQUAL(passed(t, &a, 50), 10); /* 100 ms of 100 a second at once */
    FS_EQUAL(passed(t, &b, 5), 5);
    fs_test_advance(t, 50 * ms);
    FS_EQUAL(passed(t, &a, 50), 5);
    FS_EQUAL(passed(t, &b, 50), 10);
    FS_TEXT(fs_test_read(t, "e.count"), "2");
    FS_TEXT(fs_test_read(t, "e.passed"), "30");
    FS_TEXT(fs_test_read(t, "e.limited"), "125");
    FS_EQUAL(fs_test_count(t, "rest"), 125);
    fs_test_advance(t, sec);
    FS_TEXT(fs_test_read(t, "e.count"), "0");
    FS_CHECK(fs_test_write(t, "e.rate", "20"));
    FS_TEXT(fs_test_read(t, "e.rate"), "20");
    FS_EQUAL(passed(t, &a, 50), 2);
    FS_CHECK(fs_test_write(t, "e.clear", ""));
    FS_EQUAL(passed(t, &a, 50), 2);
    FS_CHECK(fs_test_write(t, "e.reset_counts", ""));
    FS_TEXT(fs_test_read(t, "e.limited"), "0");
    fs_test_end(t);
}

/* Who has used its share has used it in the next configuration too, unless the rate is another. */
FS_TEST(flowratelimiter_takes_state)
{
    static const int64_t rates[] = {100, 200};
    for (unsigned i = 0; i < 2; i++) {
        struct fs_test *t = limiter(100);
        fs_test_add(t, "next", "FlowRateLimiter");
        fs_test_integer(t, "PACKET_RATE", rates[i]);
        fs_test_add(t, "next_out", "TestSink");
        fs_test_add(t, "next_in", "TestSource");
        fs_test_chain(t, "next_in", "next", "next_out");
        FS_REQUIRE(fs_test_start(t));
        struct bytes a = frame(0x0a000001, 0x0a000009, 1);
        FS_EQUAL(passed(t, &a, 50), 10);
        struct fs_element *next = fs_test_element(t, "next");
        next->class->take_state(next, fs_test_element(t, "e"));
        FS_TEXT(fs_test_read(t, "next.limited"), "40");
        FS_TEXT(fs_test_read(t, "next.count"), i == 0 ? "1" : "0");
        for (unsigned n = 0; n < 50; n++) {
            struct fs_packet *p = fs_test_packet(t, a.at, a.size);
            p->network_offset = p->transport_offset = FS_OFFSET_NONE;
            fs_test_send_packet(t, "next_in", p);
        }
        FS_EQUAL(fs_test_count(t, "next_out"), i == 0 ? 0 : 20);
        fs_test_end(t);
    }
}

FS_TEST(flowratelimiter_counts_bytes)
{
    struct fs_test *t = limiter(0);
    fs_test_integer(t, "RATE", 10000);
    FS_REQUIRE(fs_test_start(t));
    struct bytes a = frame(0x0a000001, 0x0a000009, 1); /* 46 bytes; 1,000 at once: the 22nd overdraws the bucket */
    FS_EQUAL(passed(t, &a, 50), 22);
    FS_TEXT(fs_test_read(t, "e.rate"), "80kbps");
    FS_CHECK(fs_test_write(t, "e.rate", "16kbps"));
    FS_EQUAL(passed(t, &a, 50), 5); /* 200 bytes */
    fs_test_end(t);
}

/* Which frames share a bucket, by key: the first one uses it up. */
FS_TEST(flowratelimiter_keys)
{
    static const struct {
        const char *key;
        unsigned other_source, other_destination, other_port; /* how many still pass */
    } cases[] = {{"source", 10, 0, 0}, {"destination", 0, 10, 0}, {"pair", 10, 10, 0}, {"flow", 10, 10, 10}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_test *t = limiter(100);
        fs_test_text(t, "KEY", cases[i].key);
        FS_REQUIRE(fs_test_start(t));
        struct bytes first = frame(0x0a000001, 0x0a000009, 1), source = frame(0x0a000002, 0x0a000009, 1),
                     destination = frame(0x0a000001, 0x0a00000a, 1), port = frame(0x0a000001, 0x0a000009, 2);
        FS_EQUAL(passed(t, &first, 20), 10);
        FS_EQUAL(passed(t, &source, 20), cases[i].other_source);
        FS_EQUAL(passed(t, &destination, 20), cases[i].other_destination);
        FS_EQUAL(passed(t, &port, 20), cases[i].other_port);
        fs_test_end(t);
    }
    struct fs_test *t = limiter(100);
    fs_test_text(t, "KEY", "colour");
    FS_CHECK(strstr(fs_test_refused(t), "KEY: expected") != NULL);
    fs_test_end(t);
}

FS_TEST(flowratelimiter_prefixes_vlan_and_ip6)
{
    struct fs_test *t = limiter(100);
    fs_test_integer(t, "PREFIX", 24);
    FS_REQUIRE(fs_test_start(t));
    struct bytes a = frame(0x0a000001, 1, 1), same_net = frame(0x0a0000ff, 1, 1), other_net = frame(0x0a000101, 1, 1);
    FS_EQUAL(passed(t, &a, 20), 10);
    FS_EQUAL(passed(t, &same_net, 20), 0);
    FS_EQUAL(passed(t, &other_net, 20), 10);
    struct bytes tagged = {0};
    memcpy(tagged.at, a.at, 12);
    tagged.size = 12;
    put_hex(&tagged, "8100 0007");
    memcpy(tagged.at + 16, a.at + 12, a.size - 12);
    tagged.size = a.size + 4;
    FS_EQUAL(passed(t, &tagged, 20), 0); /* the same source */
    struct bytes six = {0}, same64 = {0};
    put_ether(&six, 0x86dd);
    same64 = six;
    put_ip6(&six, 1, 2, 59, 0);
    put_ip6(&same64, 77, 2, 59, 0);
    FS_EQUAL(passed(t, &six, 20), 10);
    FS_EQUAL(passed(t, &same64, 20), 0);
    struct bytes arp = {0};
    put_ether(&arp, 0x0806);
    FS_EQUAL(passed(t, &arp, 30), 30);
    FS_TEXT(fs_test_read(t, "e.other"), "30");
    struct bytes cut = six;
    cut.size = 20;
    FS_EQUAL(passed(t, &cut, 5), 5);
    fs_test_end(t);
}

/* More keys than places: those without one share a bucket, and those with one keep theirs. */
FS_TEST(flowratelimiter_bounds_its_table)
{
    struct fs_test *t = limiter(100);
    fs_test_integer(t, "CAPACITY", 4);
    FS_REQUIRE(fs_test_start(t));
    unsigned of_known = 0, of_others = 0;
    for (unsigned i = 0; i < 4; i++) {
        struct bytes b = frame(0x0a000001 + i, 1, 1);
        of_known += passed(t, &b, 20);
    }
    FS_EQUAL(of_known, 40);
    for (unsigned i = 4; i < 100; i++) {
        struct bytes b = frame(0x0a000001 + i, 1, 1);
        of_others += passed(t, &b, 2);
    }
    FS_EQUAL(of_others, 10);
    FS_TEXT(fs_test_read(t, "e.untracked"), "192");
    fs_test_advance(t, sec); /* all are full again, so their places are free */
    struct bytes b = frame(0x0b000001, 1, 1);
    FS_EQUAL(passed(t, &b, 20), 10);
    FS_TEXT(fs_test_read(t, "e.untracked"), "192");
    fs_test_end(t);
}

FS_TEST(flowratelimiter_needs_one_rate)
{
    struct fs_test *t = limiter(0);
    FS_CHECK(strstr(fs_test_refused(t), "either RATE or PACKET_RATE") != NULL);
    fs_test_end(t);
}
