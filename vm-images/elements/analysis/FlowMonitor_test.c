#include "net/testing.h"

static struct fs_test *monitor(int64_t capacity)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "m", "FlowMonitor");
    if (capacity > 0) {
        fs_test_integer(t, "CAPACITY", capacity);
    }
    return t;
}
static bool started(struct fs_test *t)
{
    fs_test_chain(t, "in", "m", "out");
    return fs_test_start(t);
}
static void send(struct fs_test *t, struct bytes b) { fs_test_send(t, "in", b.at, b.size); }

FS_TEST(flowmonitor_counts_by_flow)
{
    struct fs_test *t = monitor(0);
    FS_REQUIRE(started(t));
    send(t, udp_frame(1000, 53, 10));
    send(t, udp_frame(1000, 53, 20));
    fs_test_advance(t, 1500000000);
    send(t, udp_frame(1000, 53, 0));
    send(t, udp_frame(53, 1000, 0)); /* the other direction is another flow */
    send(t, udp6_frame(7, 8, 2));
    FS_EQUAL(fs_test_count(t, "out"), 5);
    FS_TEXT(fs_test_read(t, "m.flows"),
            "udp\t10.0.0.1\t1000\t10.0.0.2\t53\t3\t156\t1000000000.000000\t1000000001.500000\n"
            "udp\t10.0.0.1\t53\t10.0.0.2\t1000\t1\t42\t1000000001.500000\t1000000001.500000\n"
            "udp\t2001:db8::1\t7\t2001:db8::2\t8\t1\t64\t1000000001.500000\t1000000001.500000\n");
    FS_TEXT(fs_test_read(t, "m.count"), "3");
    FS_TEXT(fs_test_read(t, "m.packets"), "5");
    FS_TEXT(fs_test_read(t, "m.bytes"), "262");
    FS_CHECK(fs_test_write(t, "m.clear", ""));
    FS_TEXT(fs_test_read(t, "m.flows"), "");
    FS_TEXT(fs_test_read(t, "m.count"), "0");
    send(t, udp_frame(1, 2, 0));
    FS_TEXT(fs_test_read(t, "m.count"), "1");
    fs_test_end(t);
}

/* Tags, fragments, protocols without ports, what is not IP, what is cut off. */
FS_TEST(flowmonitor_of_all_kinds)
{
    struct fs_test *t = monitor(0);
    FS_REQUIRE(started(t));
    struct bytes plain = udp_frame(1000, 53, 0), tagged = {0}, b;
    put_hex(&tagged, "02000000000b 02000000000a 8100 0064 0800");
    memcpy(tagged.at + 18, plain.at + 14, 28);
    tagged.size = 46;
    send(t, plain);
    send(t, tagged); /* the same flow */
    b = plain, b.at[21] = 1;
    send(t, b); /* a later fragment: no ports */
    b = plain, b.at[23] = 1;
    send(t, b); /* ICMP */
    b = plain, b.at[23] = 47;
    send(t, b); /* GRE */
    b = plain, b.size = 14 + 22;
    send(t, b); /* ports cut off */
    b = plain, b.size = 20;
    send(t, b); /* no IP header */
    send(t, hex("ffffffffffff 02000000000a 0806 0001"));
    send(t, hex("01"));
    FS_EQUAL(fs_test_count(t, "out"), 9);
    FS_TEXT(fs_test_read(t, "m.flows"),
            "udp\t10.0.0.1\t1000\t10.0.0.2\t53\t2\t88\t1000000000.000000\t1000000000.000000\n"
            "udp\t10.0.0.1\t0\t10.0.0.2\t0\t2\t78\t1000000000.000000\t1000000000.000000\n"
            "icmp\t10.0.0.1\t0\t10.0.0.2\t0\t1\t42\t1000000000.000000\t1000000000.000000\n"
            "47\t10.0.0.1\t0\t10.0.0.2\t0\t1\t42\t1000000000.000000\t1000000000.000000\n");
    FS_TEXT(fs_test_read(t, "m.other"), "3");
    fs_test_end(t);
}

FS_TEST(flowmonitor_table_full)
{
    struct fs_test *t = monitor(10);
    fs_test_integer(t, "TIMEOUT", 5000000000);
    FS_REQUIRE(started(t));
    for (uint16_t i = 0; i < 12; i++) {
        send(t, udp_frame(i, 1, 0));
    }
    FS_TEXT(fs_test_read(t, "m.count"), "10");
    FS_TEXT(fs_test_read(t, "m.untracked"), "2");
    fs_test_advance(t, 4000000000);
    send(t, udp_frame(3, 1, 0)); /* still in use */
    fs_test_advance(t, 1000000000);
    for (uint16_t i = 20; i < 29; i++) {
        send(t, udp_frame(i, 1, 0)); /* nine idle flows make room */
    }
    FS_TEXT(fs_test_read(t, "m.untracked"), "2");
    FS_CHECK(strstr(fs_test_read(t, "m.flows"), "udp\t10.0.0.1\t3\t10.0.0.2\t1\t2\t") != NULL);
    send(t, udp_frame(40, 1, 0));
    FS_TEXT(fs_test_read(t, "m.untracked"), "3");
    FS_EQUAL(fs_test_count(t, "out"), 23); /* all packets passed */
    fs_test_end(t);
}

/* Many flows in random order against a plain array of counts. */
FS_TEST(flowmonitor_against_a_plain_count)
{
    struct fs_test *t = monitor(300);
    FS_REQUIRE(started(t));
    unsigned counts[256] = {0};
    uint64_t state = 7;
    for (unsigned i = 0; i < 3000; i++) {
        uint16_t port = (uint16_t)(noise(&state) % 256);
        counts[port]++;
        send(t, udp_frame(port, 9, 0));
        fs_test_forget(t, "out");
    }
    const char *flows = fs_test_read(t, "m.flows");
    for (unsigned port = 0; port < 256; port++) {
        char line[64];
        snprintf(line, sizeof line, "udp\t10.0.0.1\t%u\t10.0.0.2\t9\t%u\t", port, counts[port]);
        FS_CHECK(counts[port] == 0 || strstr(flows, line) != NULL);
    }
    fs_test_end(t);
}

FS_TEST(flowmonitor_both_directions_and_pulled)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "store", "TestStore");
    fs_test_add(t, "puller", "TestPuller");
    fs_test_add(t, "m", "FlowMonitor");
    fs_test_chain(t, "in", "m", "out");
    fs_test_connect(t, "store", 0, "m", 1);
    fs_test_connect(t, "m", 1, "puller", 0);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp_frame(1, 2, 0);
    fs_test_send(t, "in", b.at, b.size);
    fs_test_send(t, "store", b.at, b.size);
    FS_EQUAL(fs_test_pull(t, "puller", 8), 1);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_EQUAL(fs_test_count(t, "puller"), 1);
    FS_TEXT(fs_test_read(t, "m.packets"), "2");
    FS_TEXT(fs_test_read(t, "m.count"), "1");
    fs_test_end(t);
}

FS_TEST(flowmonitor_refuses_unequal_ports)
{
    struct fs_test *t = monitor(0);
    fs_test_add(t, "in2", "TestSource");
    fs_test_connect(t, "in2", 0, "m", 1);
    fs_test_chain(t, "in", "m", "out");
    FS_CHECK(strstr(fs_test_refused(t), "2 inputs but 1 outputs") != NULL);
    fs_test_end(t);
}

FS_TEST(flowmonitor_hands_over_its_flows)
{
    struct fs_test *t = monitor(0);
    fs_test_add(t, "in2", "TestSource");
    fs_test_add(t, "new", "FlowMonitor");
    fs_test_integer(t, "CAPACITY", 2);
    fs_test_add(t, "out2", "TestSink");
    fs_test_chain(t, "in2", "new", "out2");
    FS_REQUIRE(started(t));
    send(t, udp_frame(1, 9, 0));
    send(t, udp_frame(2, 9, 0));
    send(t, udp_frame(1, 9, 0));
    send(t, udp_frame(3, 9, 0));
    struct fs_element *new = fs_test_element(t, "new");
    new->class->take_state(new, fs_test_element(t, "m"));
    struct bytes b = udp_frame(1, 9, 0);
    fs_test_send(t, "in2", b.at, b.size);
    FS_TEXT(fs_test_read(t, "new.packets"), "5");
    FS_TEXT(fs_test_read(t, "new.flows"),
            "udp\t10.0.0.1\t1\t10.0.0.2\t9\t3\t126\t1000000000.000000\t1000000000.000000\n"
            "udp\t10.0.0.1\t2\t10.0.0.2\t9\t1\t42\t1000000000.000000\t1000000000.000000\n");
    fs_test_end(t);
}
