#include "net/testing.h"

static struct fs_test *responder(bool second)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "r", "ICMPPingResponder");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "r", "out");
    if (second) {
        fs_test_add(t, "rest", "TestSink");
        fs_test_connect(t, "r", 1, "rest", 0);
    }
    return t;
}
/* An echo request, identifier 1, sequence 2, with data; both checksums right. */
static struct bytes echo(void)
{
    struct bytes b = {0};
    put_ip(&b, 0x0a000001, 0x0a000002, 1, 8 + 5);
    put_hex(&b, "08 00 0000 0001 0002 6162636465");
    b.at[6] = 0x40; /* don't fragment */
    b.at[8] = 7;
    fix_ip_checksum(b.at);
    fs_put16(b.at + 22, plain_checksum(b.at + 20, 13));
    return b;
}

FS_TEST(pingresponder_answers)
{
    struct fs_test *t = responder(false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = echo(), reply = {0};
    struct fs_packet *p = marked_packet(t, b.at, b.size, 20);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 9);
    fs_test_send_packet(t, "in", p);
    FS_REQUIRE(fs_test_count(t, "out") == 1);
    p = fs_test_out(t, "out", 0);
    put_hex(&reply, "45 00 0021 1234 0000 ff 01 0000 0a000002 0a000001 00 00 0000 0001 0002 6162636465");
    fix_ip_checksum(reply.at);
    fs_put16(reply.at + 22, plain_checksum(reply.at + 20, 13));
    FS_FRAME(p, reply.at, reply.size);
    FS_EQUAL(fs_anno_u8(p, FS_ANNO_PAINT), 0);
    FS_EQUAL(memcmp(p->annotations, "\x0a\x00\x00\x01", 4), 0);
    FS_EQUAL(p->timestamp, fs_test_now(t));
    fs_test_end(t);
}

FS_TEST(pingresponder_checksums_are_right_for_any_data)
{
    struct fs_test *t = responder(false);
    FS_REQUIRE(fs_test_start(t));
    uint64_t state = 6;
    for (unsigned i = 0; i < 500; i++) {
        struct bytes b = echo();
        fs_put32(b.at + 12, (uint32_t)noise(&state));
        fs_put32(b.at + 24, (uint32_t)noise(&state));
        b.at[8] = (uint8_t)noise(&state);
        b.at[21] = (uint8_t)noise(&state); /* code */
        fix_ip_checksum(b.at);
        fs_put16(b.at + 22, 0);
        fs_put16(b.at + 22, plain_checksum(b.at + 20, 13));
        fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 20));
        struct fs_packet *p = fs_test_out(t, "out", 0);
        FS_REQUIRE(p != NULL);
        FS_EQUAL(plain_checksum(p->data, 20), 0);
        FS_EQUAL(plain_checksum(p->data + 20, 13), 0);
        fs_test_forget(t, "out");
    }
    fs_test_end(t);
}

/* All zeros but the checksum: 0xffff is the one's complement of their sum, and 0 would not verify (RFC 1071). */
FS_TEST(pingresponder_answers_with_zeros)
{
    static const uint8_t request[] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0x66, 0xdf, 10, 0, 0, 1, 10, 0, 0, 2,
                                      8, 0, 0xf7, 0xff, 0, 0, 0, 0};
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "m", "MarkIPHeader");
    fs_test_add(t, "r", "ICMPPingResponder");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "m", "r", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", request, sizeof request);
    FS_CHECK(memcmp(fs_test_out(t, "out", 0)->data + 20, "\0\0\xff\xff\0\0\0\0", 8) == 0);
    fs_test_end(t);
}

FS_TEST(pingresponder_passes_the_rest_by_output_1)
{
    struct fs_test *t = responder(true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = echo();
    b.at[20] = 0; /* a reply */
    fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 20));
    b = echo(), b.at[9] = 17; /* UDP */
    fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 20));
    b = echo(), b.at[7] = 1; /* a later fragment has no ICMP header */
    fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 20));
    b = echo();
    fs_test_send_packet(t, "in", marked_packet(t, b.at, 27, 20)); /* cut off */
    fs_test_send(t, "in", b.at, b.size);                          /* not marked */
    FS_EQUAL(fs_test_count(t, "rest"), 5);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    fs_test_end(t);
}

FS_TEST(pingresponder_drops_the_rest_without_output_1)
{
    struct fs_test *t = responder(false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = echo();
    fs_test_send_packet(t, "in", marked_packet(t, b.at, 27, 20));
    b.at[20] = 0;
    fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 20));
    FS_EQUAL(fs_test_drops(t, "r", FS_DROP_BAD_LENGTH), 1);
    FS_EQUAL(fs_test_drops(t, "r", FS_DROP_BAD_PROTOCOL), 1);
    fs_test_end(t);
}
