#include "net/checksum.h"
#include "net/testing.h"

static const uint64_t ms = 1000000;

static struct fs_test *source(int64_t rate, int64_t limit, int64_t length)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "s", "FastUDPSource");
    fs_test_integer(t, "RATE", rate);
    fs_test_integer(t, "LIMIT", limit);
    fs_test_integer(t, "LENGTH", length);
    fs_test_bytes(t, "SRCETH", "\2\0\0\0\0\1", 6);
    fs_test_bytes(t, "SRCIP", "\x0a\0\0\1", 4);
    fs_test_integer(t, "SPORT", 1000);
    fs_test_bytes(t, "DSTETH", "\2\0\0\0\0\2", 6);
    fs_test_bytes(t, "DSTIP", "\xc0\0\2\5", 4);
    fs_test_integer(t, "DPORT", 65535);
    return t;
}
static bool start(struct fs_test *t)
{
    fs_test_add(t, "k", "TestPuller");
    fs_test_chain(t, "s", "k");
    return fs_test_start(t);
}
/* What leaves with these ports: 18 bytes of data, or more where the frame is longer. */
static struct bytes frame(uint16_t from, uint16_t to, bool checksum)
{
    struct bytes b = hex("020000000002 020000000001 0800 4500 002e 0000 0000 fa 11 0000 0a000001 c0000205"
                         "0000 0000 001a 0000 000000000000000000000000000000000000");
    fix_ip_checksum(b.at + 14);
    fs_put16(b.at + 34, from);
    fs_put16(b.at + 36, to);
    if (checksum) {
        uint64_t sum = fs_sum_pseudo4(0, b.at + 26, b.at + 30, 17, 26);
        fs_put16(b.at + 40, fs_sum_fold(fs_sum_bytes(sum, b.at + 34, 26)));
    }
    return b;
}

FS_TEST(fastudpsource_moves_its_ports_on)
{
    struct fs_test *t = source(0, 5, 60);
    fs_test_integer(t, "INTERVAL", 2);
    FS_REQUIRE(start(t));
    FS_EQUAL(fs_test_pull(t, "k", 3), 3);
    FS_EQUAL(fs_test_pull(t, "k", 8), 2);
    FS_EQUAL(fs_test_pull(t, "k", 8), 0);
    struct bytes first = frame(1000, 65535, true), third = frame(1001, 0, true), fifth = frame(1002, 1, true);
    FS_FRAME(fs_test_out(t, "k", 0), first.at, first.size);
    FS_FRAME(fs_test_out(t, "k", 1), first.at, first.size);
    FS_FRAME(fs_test_out(t, "k", 2), third.at, third.size);
    FS_FRAME(fs_test_out(t, "k", 4), fifth.at, fifth.size);
    struct fs_packet *p = fs_test_out(t, "k", 0);
    FS_EQUAL(fs_network_header(p) - p->data, 14);
    FS_EQUAL(memcmp(p->annotations, "\xc0\0\2\5", 4), 0);
    FS_TEXT(fs_test_read(t, "s.count"), "5");
    FS_CHECK(fs_test_write(t, "s.limit", "6"));
    FS_EQUAL(fs_test_pull(t, "k", 8), 1);
    FS_CHECK(fs_test_write(t, "s.reset", ""));
    FS_EQUAL(fs_test_pull(t, "k", 8), 6);
    fs_test_end(t);
}

FS_TEST(fastudpsource_keeps_its_rate)
{
    struct fs_test *t = source(1000, 21, 100);
    fs_test_boolean(t, "CHECKSUM", false);
    FS_REQUIRE(start(t));
    FS_EQUAL(fs_test_pull(t, "k", 8), 1); /* at once */
    FS_EQUAL(fs_test_out(t, "k", 0)->length, 100);
    FS_EQUAL(fs_get16(fs_test_out(t, "k", 0)->data + 40), 0);
    fs_test_advance(t, ms - 1);
    FS_EQUAL(fs_test_pull(t, "k", 8), 0);
    fs_test_advance(t, 1);
    FS_EQUAL(fs_test_pull(t, "k", 8), 1);
    fs_test_advance(t, 1000 * ms); /* the bucket holds ten */
    FS_EQUAL(fs_test_pull(t, "k", 64), 10);
    FS_CHECK(fs_test_write(t, "s.rate", "100") && !fs_test_write(t, "s.rate", "x"));
    FS_TEXT(fs_test_read(t, "s.rate"), "0");
    for (unsigned i = 0; i < 9; i++) {
        fs_test_advance(t, 11 * ms);
        fs_test_pull(t, "k", 8);
    }
    FS_TEXT(fs_test_read(t, "s.count"), "21");
    FS_TEXT(fs_test_read(t, "s.rate"), "19"); /* 21 packets in 1.1 seconds */
    fs_test_end(t);
}

FS_TEST(fastudpsource_waits_to_be_active)
{
    struct fs_test *t = source(0, 2, 20); /* too short for a frame: a remark, and 60 */
    fs_test_boolean(t, "ACTIVE", false);
    FS_REQUIRE(start(t));
    FS_EQUAL(fs_test_pull(t, "k", 8), 0);
    FS_CHECK(fs_test_write(t, "s.active", "true"));
    FS_EQUAL(fs_test_pull(t, "k", 8), 2);
    FS_EQUAL(fs_test_out(t, "k", 0)->length, 60);
    FS_CHECK(fs_test_write(t, "s.active", "false"));
    FS_CHECK(fs_test_write(t, "s.active", "true")); /* from the beginning */
    FS_EQUAL(fs_test_pull(t, "k", 8), 2);
    fs_test_end(t);
}
