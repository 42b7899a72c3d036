/* AdjustTimestamp, StoreTimestamp, AggregatePaint, AggregateLength. */
#include "net/testing.h"

static struct fs_test *with(const char *class_name)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "e", class_name);
    fs_test_chain(t, "in", "e");
    return t;
}
static void end_in_sink(struct fs_test *t)
{
    fs_test_add(t, "out", "TestSink");
    fs_test_connect(t, "e", 0, "out", 0);
}
static struct fs_packet *packet(struct fs_test *t, size_t size)
{
    static const uint8_t zeros[1500];
    return fs_test_packet(t, zeros, size);
}

static uint64_t adjusted(struct fs_test *t, uint64_t time)
{
    struct fs_packet *p = packet(t, 10);
    p->timestamp = time;
    fs_test_send_packet(t, "in", p);
    time = fs_test_out(t, "out", 0)->timestamp;
    fs_test_forget(t, "out");
    return time;
}

FS_TEST(adjust_timestamp_adds)
{
    struct fs_test *t = with("AdjustTimestamp");
    fs_test_integer(t, "TIME", -1000000000);
    end_in_sink(t);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "e.time"), "-1.000000");
    FS_EQUAL(adjusted(t, 5500000000), 4500000000);
    FS_EQUAL(adjusted(t, 0), 0); /* not set: stays */
    FS_EQUAL((int64_t)adjusted(t, 100000000), -900000000);
    FS_CHECK(fs_test_write(t, "e.time", "+1.5"));
    FS_TEXT(fs_test_read(t, "e.time"), "1.500000");
    FS_EQUAL(adjusted(t, (uint64_t)-900000000), 600000000);
    FS_CHECK(fs_test_write(t, "e.time", "-2ns"));
    FS_TEXT(fs_test_read(t, "e.time"), "-0.000000002");
    FS_CHECK(!fs_test_write(t, "e.time", "soon"));
    FS_CHECK(!fs_test_write(t, "e.time", "-"));
    FS_TEXT(fs_test_read(t, "e.time"), "-0.000000002");
    fs_test_end(t);
}

FS_TEST(adjust_timestamp_all_and_first)
{
    struct fs_test *t = with("AdjustTimestamp");
    fs_test_integer(t, "TIME", 7);
    fs_test_boolean(t, "ALL", true);
    fs_test_boolean(t, "FIRST", true);
    end_in_sink(t);
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(adjusted(t, 5), 5);
    struct fs_packet *p = packet(t, 10);
    fs_set_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP, 0);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_anno_u64(fs_test_out(t, "out", 0), FS_ANNO_FIRST_TIMESTAMP), 7);
    fs_test_end(t);
}

FS_TEST(store_timestamp_at_an_offset)
{
    struct fs_test *t = with("StoreTimestamp");
    fs_test_integer(t, "OFFSET", 4);
    end_in_sink(t);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 2; i++) { /* one that is long enough, one that grows */
        struct fs_packet *p = fs_test_packet(t, "abcdefghijklmnop", i == 0 ? 16 : 2);
        p->timestamp = 0x11223344 * (uint64_t)1000000000 + 0x2f1c4908;
        fs_test_send_packet(t, "in", p);
    }
    static const uint8_t whole[] = "abcd\x08\x49\x1c\x2f\x44\x33\x22\x11mnop", grown[] = "ab\0\0\x08\x49\x1c\x2f\x44\x33\x22\x11";
    FS_FRAME(fs_test_out(t, "out", 0), whole, 16);
    FS_FRAME(fs_test_out(t, "out", 1), grown, 12);
    fs_test_end(t);
}

FS_TEST(store_timestamp_behind)
{
    struct fs_test *t = with("StoreTimestamp");
    fs_test_boolean(t, "TAIL", true);
    end_in_sink(t);
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    p->timestamp = 3000000001;
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 0), "abc\1\0\0\0\3\0\0\0", 11);
    p = packet(t, 100);
    fs_packet_append(p, fs_tailroom(p) - 7); /* one byte too few */
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}

FS_TEST(store_timestamp_writes_into_no_other_packet)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "tee", "Tee");
    fs_test_add(t, "e", "StoreTimestamp");
    fs_test_integer(t, "OFFSET", 0);
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "other", "TestSink");
    fs_test_chain(t, "in", "tee", "other");
    fs_test_connect(t, "tee", 1, "e", 0);
    fs_test_connect(t, "e", 0, "out", 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "12345678", 8);
    FS_FRAME(fs_test_out(t, "other", 0), "12345678", 8);
    FS_FRAME(fs_test_out(t, "out", 0), "\0\0\0\0\x00\xca\x9a\x3b", 8); /* 10^9 s */
    fs_test_end(t);
}

FS_TEST(store_timestamp_needs_one_place)
{
    struct fs_test *t = with("StoreTimestamp");
    end_in_sink(t);
    FS_CHECK(strstr(fs_test_refused(t), "exactly one of 'OFFSET' and 'TAIL'") != NULL);
    fs_test_end(t);
    t = with("StoreTimestamp");
    fs_test_integer(t, "OFFSET", 0);
    fs_test_boolean(t, "TAIL", true);
    end_in_sink(t);
    FS_CHECK(strstr(fs_test_refused(t), "exactly one of 'OFFSET' and 'TAIL'") != NULL);
    fs_test_end(t);
}

static uint32_t aggregate(struct fs_test *t)
{
    uint32_t found = fs_anno_u32(fs_test_out(t, "out", 0), FS_ANNO_AGGREGATE);
    fs_test_forget(t, "out");
    return found;
}
static uint32_t of_paint(int64_t bits, bool incremental)
{
    struct fs_test *t = with("AggregatePaint");
    if (bits != 0) {
        fs_test_integer(t, "BITS", bits);
    }
    fs_test_boolean(t, "INCREMENTAL", incremental);
    end_in_sink(t);
    if (!FS_CHECK(fs_test_start(t))) {
        return 0;
    }
    struct fs_packet *p = packet(t, 1);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 0xa5);
    fs_set_anno_u32(p, FS_ANNO_AGGREGATE, 0x87654321);
    fs_test_send_packet(t, "in", p);
    uint32_t found = aggregate(t);
    fs_test_end(t);
    return found;
}

FS_TEST(aggregate_paint_takes_low_bits)
{
    FS_EQUAL(of_paint(0, false), 0xa5);
    FS_EQUAL(of_paint(3, false), 5);
    FS_EQUAL(of_paint(0, true), 0x654321a5);
    FS_EQUAL(of_paint(4, true), 0x76543215);
}

FS_TEST(aggregate_length_counts_all)
{
    struct fs_test *t = with("AggregateLength");
    end_in_sink(t);
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = packet(t, 100);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, 11);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(aggregate(t), 111);
    fs_test_end(t);
}

FS_TEST(aggregate_length_from_the_ip_header)
{
    struct fs_test *t = with("AggregateLength");
    fs_test_boolean(t, "IP", true);
    end_in_sink(t);
    fs_test_add(t, "bad", "TestSink");
    fs_test_connect(t, "e", 1, "bad", 0);
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = packet(t, 100);
    fs_set_network_header(p, p->data + 14, 20);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(aggregate(t), 86);
    p = packet(t, 100);
    p->network_offset = FS_OFFSET_NONE;
    fs_test_send_packet(t, "in", p);
    p = packet(t, 10);
    fs_set_network_header(p, p->data + 14, 20); /* the mark lies behind the frame */
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_EQUAL(fs_test_count(t, "bad"), 2);
    fs_test_end(t);
}
