/* DelayShaper, DelayUnqueue and LinkUnqueue. */
#include "net/testing.h"

static const uint64_t ms = 1000000;

static struct fs_test *delay(const char *class_name, bool shaper)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", class_name);
    fs_test_integer(t, "DELAY", (int64_t)(20 * ms));
    if (shaper) {
        fs_test_add(t, "u", "Unqueue");
        fs_test_chain(t, "in", "q", "e", "u", "out");
    } else {
        fs_test_chain(t, "in", "q", "e", "out");
    }
    return t;
}

FS_TEST(delays_hold_packets_back)
{
    for (unsigned shaper = 0; shaper < 2; shaper++) {
        struct fs_test *t = delay(shaper ? "DelayShaper" : "DelayUnqueue", shaper);
        FS_REQUIRE(fs_test_start(t));
        fs_test_run(t);
        fs_test_send(t, "in", "a", 1);
        fs_test_advance(t, 5 * ms);
        fs_test_send(t, "in", "b", 1);
        fs_test_send(t, "in", "c", 1);
        fs_test_run(t);
        FS_CHECK(!fs_test_round(t));
        fs_test_advance(t, 15 * ms - 1);
        FS_EQUAL(fs_test_count(t, "out"), 0);
        fs_test_advance(t, 1);
        FS_EQUAL(fs_test_count(t, "out"), 1);
        FS_EQUAL(fs_test_out(t, "out", 0)->timestamp, fs_test_now(t));
        fs_test_advance(t, 5 * ms);
        FS_EQUAL(fs_test_count(t, "out"), 3);
        FS_FRAME(fs_test_out(t, "out", 1), "b", 1);
        FS_TEXT(fs_test_read(t, "e.delay"), "20ms");
        fs_test_send(t, "in", "d", 1);
        fs_test_run(t);
        FS_CHECK(fs_test_write(t, "e.delay", "2ms"));
        fs_test_advance(t, 2 * ms);
        FS_EQUAL(fs_test_count(t, "out"), 4);
        FS_CHECK(!fs_test_write(t, "e.delay", "soon"));
        fs_test_send(t, "in", "e", 1);
        fs_test_run(t);
        fs_test_end(t); /* one is inside */
    }
}

FS_TEST(delays_lose_no_packet_of_a_long_row)
{
    struct fs_test *t = delay("DelayShaper", true);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 200; i++) {
        uint8_t byte = (uint8_t)i;
        fs_test_send(t, "in", &byte, 1);
        if (i % 10 == 0) {
            fs_test_advance(t, ms);
        }
    }
    fs_test_advance(t, 40 * ms);
    FS_REQUIRE(fs_test_count(t, "out") == 200);
    for (unsigned i = 0; i < 200; i++) {
        FS_EQUAL(fs_test_out(t, "out", i)->data[0], i);
    }
    fs_test_end(t);
}

/* 100 bytes at 1,000 bytes a second and 10 ms: sent after 100 ms, there after 110; the next one 100 ms later. */
FS_TEST(linkunqueue_is_a_serial_line)
{
    struct fs_test *t = fs_test_new();
    static const uint8_t zeros[100];
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", "LinkUnqueue");
    fs_test_integer(t, "LATENCY", (int64_t)(10 * ms));
    fs_test_integer(t, "BANDWIDTH", 1000);
    fs_test_chain(t, "in", "q", "e", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    for (unsigned i = 0; i < 3; i++) {
        fs_test_send(t, "in", zeros, 100);
    }
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "q.length"), "2"); /* it takes no more than the link has room for */
    FS_TEXT(fs_test_read(t, "e.size"), "1");
    fs_test_advance(t, 105 * ms);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_TEXT(fs_test_read(t, "e.size"), "2");
    fs_test_advance(t, 5 * ms);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_advance(t, 100 * ms);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_advance(t, 100 * ms);
    FS_EQUAL(fs_test_count(t, "out"), 3);
    FS_CHECK(!fs_test_round(t));
    fs_test_send(t, "in", zeros, 100);
    fs_test_run(t);
    FS_CHECK(fs_test_write(t, "e.reset", ""));
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_DISCARDED), 1);
    FS_TEXT(fs_test_read(t, "e.latency"), "10ms");
    FS_TEXT(fs_test_read(t, "e.bandwidth"), "8kbps");
    struct fs_packet *p = fs_test_packet(t, zeros, 50);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, 50); /* bytes that were on the line and are not here */
    fs_test_send_packet(t, "in", p);
    fs_test_run(t);
    fs_test_advance(t, 109 * ms);
    FS_EQUAL(fs_test_count(t, "out"), 3);
    fs_test_advance(t, ms);
    FS_EQUAL(fs_test_count(t, "out"), 4);
    fs_test_end(t);
}
