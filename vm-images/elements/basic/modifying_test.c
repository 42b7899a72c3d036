/* Pad, CheckLength, MarkMACHeader, SetAnnoByte, SetPacketType, StoreData, Align, PushNull and PullNull. */
#include "net/testing.h"

static struct fs_test *one(const char *class_name)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "rest", "TestSink");
    fs_test_add(t, "e", class_name);
    fs_test_chain(t, "in", "e", "out");
    return t;
}

FS_TEST(pad_to_a_length)
{
    struct fs_test *t = one("Pad");
    fs_test_integer(t, "LENGTH", 6);
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = fs_test_packet(t, "abcdefgh", 8);
    p->length = 3; /* old bytes behind it */
    fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, 99);
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 0), "abc\0\0\0", 6);
    FS_EQUAL(fs_anno_u32(fs_test_out(t, "out", 0), FS_ANNO_EXTRA_LENGTH), 0);
    fs_test_send(t, "in", "abcdefgh", 8);
    FS_EQUAL(fs_test_out(t, "out", 1)->length, 8);
    fs_test_end(t);
}

FS_TEST(pad_by_annotation)
{
    struct fs_test *t = one("Pad");
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, 2);
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 0), "abc\0\0", 5);
    p = fs_test_packet(t, "abc", 3);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, 0xffffffff);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}

FS_TEST(checklength_parts_by_length)
{
    struct fs_test *t = one("CheckLength");
    fs_test_integer(t, "LENGTH", 3);
    fs_test_boolean(t, "EXTRA_LENGTH", true);
    fs_test_connect(t, "e", 1, "rest", 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    fs_test_send(t, "in", "abcd", 4);
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, 0xffffffff);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_EQUAL(fs_test_count(t, "rest"), 2);
    FS_CHECK(fs_test_write(t, "e.length", "4"));
    fs_test_send(t, "in", "abcd", 4);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    FS_TEXT(fs_test_read(t, "e.length"), "4");
    fs_test_end(t);
    t = one("CheckLength");
    fs_test_integer(t, "LENGTH", 3);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abcd", 4);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_TOO_LONG), 1);
    fs_test_end(t);
}

FS_TEST(markmacheader_marks)
{
    struct fs_test *t = one("MarkMACHeader");
    fs_test_integer(t, "OFFSET", 2);
    fs_test_integer(t, "LENGTH", 14);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "0123456789abcdefXY", 18);
    struct fs_packet *p = fs_test_out(t, "out", 0);
    FS_REQUIRE(p != NULL);
    FS_CHECK(fs_mac_header(p) == p->data + 2 && fs_network_header(p) == p->data + 16);
    fs_test_send(t, "in", "0123456789abcde", 15);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

FS_TEST(setannobyte_sets)
{
    struct fs_test *t = one("SetAnnoByte");
    fs_test_integer(t, "ANNO", FS_ANNOTATION(20, 1));
    fs_test_integer(t, "VALUE", 9);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "a", 1);
    FS_EQUAL(fs_test_out(t, "out", 0)->annotations[20], 9);
    FS_CHECK(fs_test_write(t, "e.value", "255"));
    FS_CHECK(!fs_test_write(t, "e.value", "256"));
    fs_test_send(t, "in", "a", 1);
    FS_EQUAL(fs_test_out(t, "out", 1)->annotations[20], 255);
    FS_TEXT(fs_test_read(t, "e.anno"), "20");
    fs_test_end(t);
    t = one("SetAnnoByte");
    fs_test_integer(t, "ANNO", FS_ANNO_DST_IP);
    fs_test_integer(t, "VALUE", 9);
    FS_CHECK(strstr(fs_test_refused(t), "one byte") != NULL);
    fs_test_end(t);
}

FS_TEST(setpackettype_sets)
{
    struct fs_test *t = one("SetPacketType");
    fs_test_text(t, "TYPE", "MULTICAST");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "a", 1);
    FS_EQUAL(fs_test_out(t, "out", 0)->packet_type, FS_TYPE_MULTICAST);
    fs_test_end(t);
    t = one("SetPacketType");
    fs_test_text(t, "TYPE", "LOOPBACK");
    FS_CHECK(strstr(fs_test_refused(t), "found 'LOOPBACK'") != NULL);
    fs_test_end(t);
}

FS_TEST(storedata_writes_masked_bytes)
{
    struct fs_test *t = one("StoreData");
    fs_test_integer(t, "OFFSET", 1);
    fs_test_bytes(t, "DATA", "\xff\xff\xff", 3);
    fs_test_bytes(t, "MASK", "\x0f\xff", 2);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "\x10\x20\x30\x40\x50", 5);
    FS_FRAME(fs_test_out(t, "out", 0), "\x10\x2f\xff\x40\x50", 5);
    fs_test_send(t, "in", "\x10\x20", 2);
    FS_FRAME(fs_test_out(t, "out", 1), "\x10\x2f", 2);
    fs_test_send(t, "in", "", 0);
    FS_EQUAL(fs_test_out(t, "out", 2)->length, 0);
    fs_test_end(t);
    t = one("StoreData");
    fs_test_integer(t, "OFFSET", 3);
    fs_test_bytes(t, "DATA", "xy", 2);
    fs_test_boolean(t, "GROW", true);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "a", 1);
    FS_FRAME(fs_test_out(t, "out", 0), "a\0\0xy", 5);
    fs_test_end(t);
}

FS_TEST(align_moves_bytes)
{
    struct fs_test *t = one("Align");
    fs_test_integer(t, "MODULUS", 8);
    fs_test_integer(t, "OFFSET", 2);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 8; i++) {
        struct fs_packet *p = fs_test_packet(t, "xxxxxxxxabc", 11);
        fs_packet_strip(p, i);
        memcpy(p->data, "abc", 3);
        p->length = 3;
        fs_test_send_packet(t, "in", p);
        FS_FRAME(fs_test_out(t, "out", i), "abc", 3);
        FS_EQUAL((uintptr_t)fs_test_out(t, "out", i)->data % 8, 2);
    }
    fs_test_end(t);
    t = one("Align");
    fs_test_integer(t, "MODULUS", 3);
    fs_test_integer(t, "OFFSET", 0);
    FS_CHECK(strstr(fs_test_refused(t), "2, 4 or 8") != NULL);
    fs_test_end(t);
}

FS_TEST(pushnull_and_pullnull_pass_on)
{
    struct fs_test *t = one("PushNull");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "a", 1);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
    t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "e", "PullNull");
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "e", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "a", 1);
    FS_EQUAL(fs_test_pull(t, "out", 5), 1);
    fs_test_end(t);
}
