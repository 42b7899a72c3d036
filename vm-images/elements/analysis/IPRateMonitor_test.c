#include "net/testing.h"

enum { A = 0x12341a04, B = 0x12341b05, C = 0x0a000001 };
#define MS 1000000u

static struct fs_test *monitor(const char *type, double ratio, int64_t threshold)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "in1", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "out1", "TestSink");
    fs_test_add(t, "m", "IPRateMonitor");
    fs_test_text(t, "TYPE", type);
    fs_test_integer(t, "RATIO", (int64_t)(ratio * 4294967296.0));
    fs_test_integer(t, "THRESH", threshold);
    fs_test_chain(t, "in", "m", "out");
    fs_test_connect(t, "in1", 0, "m", 1);
    fs_test_connect(t, "m", 1, "out1", 0);
    return t;
}

static void send(struct fs_test *t, const char *source, uint32_t from, uint32_t to, size_t payload)
{
    struct bytes b = {0};
    put_ether(&b, 0x0800);
    put_ip(&b, from, to, 17, payload);
    b.size += payload;
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    fs_set_network_header(p, p->data + 14, 20);
    fs_test_send_packet(t, source, p);
}
/* So many packets in each of so many milliseconds. */
static void keep_sending(struct fs_test *t, const char *source, uint32_t from, uint32_t to, unsigned packets, unsigned ms)
{
    for (unsigned i = 0; i < ms; i++) {
        for (unsigned n = 0; n < packets; n++) {
            send(t, source, from, to, 80);
        }
        fs_test_forget(t, "out");
        fs_test_forget(t, "out1");
        fs_test_advance(t, MS);
    }
}
/* The rates that `look` has of that network; 0 where it has none. */
static double rate(struct fs_test *t, const char *network, unsigned way)
{
    char wanted[40];
    snprintf(wanted, sizeof wanted, "%s\t", network);
    for (const char *line = fs_test_read(t, "m.look"); (line = strchr(line, '\n')) != NULL;) {
        line += 1 + strspn(line + 1, "\t");
        if (strncmp(line, wanted, strlen(wanted)) == 0) {
            double forward, reverse;
            sscanf(line + strlen(wanted), "%lf\t%lf", &forward, &reverse);
            return way == 0 ? forward : reverse;
        }
    }
    return 0;
}
static bool near(double found, double expected) { return FS_CHECK(found > expected * 0.96 && found < expected * 1.04); }

FS_TEST(ip_rates_of_both_ways)
{
    struct fs_test *t = monitor("PACKETS", 1, 1000000);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "m.look"), "0\n");
    for (unsigned i = 0; i < 150; i++) { /* 15 s, 188 epochs: (31/32)^188 is 0.003 */
        keep_sending(t, "in", A, C, 2, 50);
        keep_sending(t, "in1", C, A, 1, 50);
    }
    near(rate(t, "18", 0), 1000); /* over any second, half of the time 2,000 */
    near(rate(t, "18", 1), 500);
    FS_CHECK(strncmp(fs_test_read(t, "m.look"), "1500\n18\t", 8) == 0);
    FS_CHECK(rate(t, "10", 0) == 0); /* input 0 goes by sources, 1 by destinations */
    FS_CHECK(rate(t, "18.52", 0) == 0);
    FS_CHECK(fs_test_write(t, "m.reset", ""));
    FS_TEXT(fs_test_read(t, "m.look"), "0\n");
    fs_test_end(t);
}

FS_TEST(ip_rates_of_bytes_and_annotations)
{
    struct fs_test *t = monitor("BYTES", 1, 1000000);
    FS_REQUIRE(fs_test_start(t));
    keep_sending(t, "in", A, C, 1, 15000);
    near(rate(t, "18", 0), 100 * 1000.0);
    send(t, "in", A, C, 80);
    near(fs_anno_u32(fs_test_out(t, "out", 0), FS_ANNOTATION(20, 4)), 100 * 1000.0);
    FS_EQUAL(fs_anno_u32(fs_test_out(t, "out", 0), FS_ANNOTATION(24, 4)), 0);
    fs_test_advance(t, 80 * (uint64_t)MS * 32); /* (31/32)^32 is 0.362 */
    double left = rate(t, "18", 0);
    FS_CHECK(left > 34000 && left < 38000);
    fs_test_advance(t, 60000 * (uint64_t)MS);
    FS_CHECK(rate(t, "18", 0) == 0);
    fs_test_end(t);
}

FS_TEST(ip_rates_of_parts)
{
    struct fs_test *t = monitor("PACKETS", 1, 300);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 400; i++) { /* 20 s */
        keep_sending(t, "in", A, C, 1, 25);
        keep_sending(t, "in", B, C, 1, 25);
    }
    near(rate(t, "18", 0), 1000);
    near(rate(t, "18.52", 0), 1000);
    near(rate(t, "18.52.26", 0), 500);
    near(rate(t, "18.52.27", 0), 500);
    near(rate(t, "18.52.26.4", 0), 500);
    FS_CHECK(strstr(fs_test_read(t, "m.look"), "\n\t18.52\t") != NULL);
    FS_CHECK(strstr(fs_test_read(t, "m.look"), "\n\t\t\t18.52.27.5\t") != NULL);
    keep_sending(t, "in", A, C, 1, 10000); /* the other one is quiet: put together again */
    FS_CHECK(rate(t, "18.52.27.5", 0) == 0);
    near(rate(t, "18.52.26.4", 0), 1000);
    FS_CHECK(!fs_test_write(t, "m.anno_level", "18.52.26.4 4 10"));
    FS_CHECK(!fs_test_write(t, "m.anno_level", "18.52.26.4 1"));
    FS_CHECK(!fs_test_write(t, "m.anno_level", "18.52.26.4 1 0"));
    FS_CHECK(fs_test_write(t, "m.anno_level", "18.52.0.0, 1, 2"));
    keep_sending(t, "in", A, C, 1, 1000);
    near(rate(t, "18.52", 0), 1000);
    FS_CHECK(rate(t, "18.52.26", 0) == 0);
    keep_sending(t, "in", A, C, 1, 2000); /* the two seconds are over */
    near(rate(t, "18.52.26.4", 0), 1000);
    fs_test_end(t);
}

FS_TEST(ip_rates_of_a_sample)
{
    struct fs_test *t = monitor("PACKETS", 0.25, 100000);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "m.thresh"), "25000");
    keep_sending(t, "in", A, C, 4, 15000);
    double found = rate(t, "18", 0); /* 1,000 expected; the average has seen some 5,000 packets: 3 % is three deviations */
    FS_CHECK(found > 930 && found < 1070);
    fs_test_end(t);
}

FS_TEST(ip_rates_within_memory)
{
    struct fs_test *t = monitor("PACKETS", 1, 0); /* parts everything */
    fs_test_integer(t, "MEMORY", 1);
    FS_REQUIRE(fs_test_start(t));
    for (uint32_t i = 0; i < 2000; i++) { /* more networks than 100 KB have room for */
        send(t, "in", i * 2654435761u, C, 80);
        fs_test_forget(t, "out");
        fs_test_advance(t, 10 * MS);
    }
    struct fs_packet *p = fs_test_packet(t, "not IP", 6);
    p->network_offset = FS_OFFSET_NONE;
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}

FS_TEST(ip_rates_pull_and_are_taken_over)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "m", "IPRateMonitor");
    fs_test_text(t, "TYPE", "PACKETS");
    fs_test_integer(t, "RATIO", (int64_t)1 << 32);
    fs_test_integer(t, "THRESH", 1000000);
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "m", "out");
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 50; i++) {
        send(t, "in", A, C, 80);
    }
    FS_EQUAL(fs_test_pull(t, "out", 60), 50);
    fs_test_advance(t, 80 * MS); /* 50 in one epoch of 12.5 a second, of which 1/32 counts */
    FS_CHECK(rate(t, "18", 0) > 19 && rate(t, "18", 0) < 20);
    struct fs_element *m = fs_test_element(t, "m");
    struct fs_test *u = monitor("PACKETS", 1, 5);
    FS_REQUIRE(fs_test_start(u));
    struct fs_element *new = fs_test_element(u, "m");
    new->class->take_state(new, m);
    FS_CHECK(rate(u, "18", 0) > 19);
    fs_test_end(u);
    fs_test_end(t);
}

FS_TEST(ip_rates_refuse)
{
    struct fs_test *t = monitor("BITS", 1, 5);
    FS_CHECK(strstr(fs_test_refused(t), "monitor type should be \"PACKETS\" or \"BYTES\"") != NULL);
    fs_test_end(t);
}
