#include "net/testing.h"

FS_TEST(ipinputcombo_is_paint_strip_check)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "bad", "TestSink");
    fs_test_add(t, "e", "IPInputCombo");
    fs_test_integer(t, "COLOR", 3);
    fs_test_text(t, "INTERFACES", "10.0.0.9/24");
    fs_test_chain(t, "in", "e", "out");
    fs_test_connect(t, "e", 1, "bad", 0);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp_frame(1, 2, 5);
    put_hex(&b, "0000"); /* padding */
    fs_test_send(t, "in", b.at, b.size);
    struct fs_packet *p = fs_test_out(t, "out", 0);
    FS_FRAME(p, b.at + 14, b.size - 16);
    FS_EQUAL(fs_anno_u8(p, FS_ANNO_PAINT), 3);
    FS_EQUAL(memcmp(p->annotations, "\x0a\0\0\2", 4), 0);
    FS_EQUAL(fs_network_header(p) - p->data, 0);
    b.at[20]++;
    fs_test_send(t, "in", b.at, b.size); /* checksum */
    fs_test_send(t, "in", b.at, 13);
    fs_test_send(t, "in", b.at, 33);
    b = udp_frame(1, 2, 5);
    memcpy(b.at + 26, "\x0a\0\0\xff", 4); /* from the broadcast address */
    fix_ip_checksum(b.at + 14);
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_count(t, "bad"), 4);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_TEXT(fs_test_read(t, "e.drops"), "4");
    fs_test_end(t);
}

FS_TEST(checkipheader2_looks_not_at_the_checksum)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", "CheckIPHeader2");
    fs_test_integer(t, "OFFSET", 14);
    fs_test_chain(t, "in", "e", "out");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp_frame(1, 2, 5);
    b.at[24] ^= 1;
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    b.at[17] = 200;
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

static struct fs_packet *to(struct fs_test *t, const struct bytes *b, uint8_t paint)
{
    struct fs_packet *p = marked_packet(t, b->at, b->size, (b->at[0] & 15u) * 4u);
    fs_set_anno_u8(p, FS_ANNO_PAINT, paint);
    return p;
}

FS_TEST(ipoutputcombo_has_five_ways)
{
    static const char *const sinks[] = {"good", "same", "options", "expired", "long"};
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    for (unsigned i = 0; i < 5; i++) {
        fs_test_add(t, sinks[i], "TestSink");
    }
    fs_test_add(t, "e", "IPOutputCombo");
    fs_test_integer(t, "COLOR", 3);
    fs_test_bytes(t, "IPADDR", "\x0a\0\0\x9", 4);
    fs_test_integer(t, "MTU", 40);
    fs_test_connect(t, "in", 0, "e", 0);
    for (unsigned i = 0; i < 5; i++) {
        fs_test_connect(t, "e", i, sinks[i], 0);
    }
    FS_REQUIRE(fs_test_start(t));
    struct bytes frame = udp_frame(1, 2, 12), b = {0};
    memcpy(b.at, frame.at + 14, b.size = frame.size - 14);
    fs_test_send_packet(t, "in", to(t, &b, 0));
    struct fs_packet *p = fs_test_out(t, "good", 0);
    FS_EQUAL(p->data[8], 63);
    FS_EQUAL(plain_checksum(p->data, 20), 0);
    p = to(t, &b, 3);
    fs_set_anno_u8(p, FS_ANNO_FIX_IP_SRC, 1);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_count(t, "good"), 2);
    FS_FRAME(fs_test_out(t, "same", 0), b.at, b.size); /* as it came */
    p = fs_test_out(t, "good", 1);
    FS_EQUAL(memcmp(p->data + 12, "\x0a\0\0\x9", 4), 0);
    FS_EQUAL(plain_checksum(p->data, 20), 0);
    b.at[8] = 1;
    fs_test_send_packet(t, "in", to(t, &b, 0));
    FS_EQUAL(fs_test_count(t, "expired"), 1);
    b.at[8] = 9;
    put_hex(&b, "00");
    fs_test_send_packet(t, "in", to(t, &b, 0));
    FS_EQUAL(fs_test_out(t, "long", 0)->data[8], 8);
    struct bytes options = hex("4600 0018 1234 0000 40 11 0000 0a000001 c0000205 07030400");
    fs_test_send_packet(t, "in", to(t, &options, 0)); /* 3 bytes, pointer at 4: full */
    options.at[22] = 3;
    fs_test_send_packet(t, "in", to(t, &options, 0));
    FS_EQUAL(fs_test_count(t, "options"), 1);
    FS_EQUAL(fs_test_count(t, "good"), 3);
    p = to(t, &b, 0);
    p->packet_type = FS_TYPE_MULTICAST;
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_ADDRESS), 1);
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}
