#include "net/testing.h"

FS_TEST(striptcpheader_strips_to_the_data)
{
    uint8_t segment[64] = {0x45, 0, 0, 47, [9] = 6, [32] = 0x60, [44] = 'a', 'b', 'c'}; /* 24 bytes of TCP header */
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "m", "MarkIPHeader");
    fs_test_add(t, "i", "StripIPHeader");
    fs_test_add(t, "s", "StripTCPHeader");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "m", "i", "s", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", segment, 47);
    FS_FRAME(fs_test_out(t, "out", 0), "abc", 3);
    fs_test_send(t, "in", segment, 43); /* the header is cut off */
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_LENGTH), 1);
    segment[32] = 0x40; /* shorter than a TCP header can be */
    fs_test_send(t, "in", segment, 47);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_LENGTH), 2);
    fs_test_end(t);
}

FS_TEST(striptcpheader_needs_a_marked_header)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "s", "StripTCPHeader");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "s", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}
