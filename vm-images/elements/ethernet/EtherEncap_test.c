#include "net/testing.h"

static struct fs_test *encap(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", "EtherEncap");
    fs_test_integer(t, "ETHERTYPE", 0x0800);
    fs_test_bytes(t, "SRC", "\x02\x00\x00\x00\x00\x01", 6);
    fs_test_bytes(t, "DST", "\x02\x00\x00\x00\x00\x02", 6);
    fs_test_chain(t, "in", "e", "out");
    return t;
}

FS_TEST(etherencap_puts_a_header_in_front)
{
    struct fs_test *t = encap();
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "data", 4);
    struct bytes expected = hex("020000000002 020000000001 0800 64617461");
    FS_FRAME(fs_test_out(t, "out", 0), expected.at, expected.size);
    FS_CHECK(fs_mac_header(fs_test_out(t, "out", 0)) == fs_test_out(t, "out", 0)->data);
    FS_TEXT(fs_test_read(t, "e.src"), "02-00-00-00-00-01");
    FS_TEXT(fs_test_read(t, "e.dst"), "02-00-00-00-00-02");
    FS_TEXT(fs_test_read(t, "e.ethertype"), "2048");
    fs_test_end(t);
}

FS_TEST(etherencap_header_can_be_changed)
{
    struct fs_test *t = encap();
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "e.src", "0a:00:00:00:00:0a") && fs_test_write(t, "e.dst", "ff-ff-ff-ff-ff-ff"));
    FS_CHECK(fs_test_write(t, "e.ethertype", "0x806"));
    FS_CHECK(!fs_test_write(t, "e.src", "10.0.0.1") && !fs_test_write(t, "e.ethertype", "65536"));
    fs_test_send(t, "in", "", 0);
    struct bytes expected = hex("ffffffffffff 0a000000000a 0806");
    FS_FRAME(fs_test_out(t, "out", 0), expected.at, expected.size);
    fs_test_end(t);
}

FS_TEST(etherencap_without_headroom_drops)
{
    struct fs_test *t = encap();
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = fs_test_packet(t, "data", 4);
    FS_CHECK(fs_packet_prepend(p, FS_HEADROOM - 13));
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}
