#include "net/testing.h"

static struct fs_test *around(const char *class)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", class);
    fs_test_chain(t, "in", "e", "out");
    return t;
}
static void send(struct fs_test *t, const char *behind, uint8_t protocol)
{
    struct bytes b = {0}, rest = hex(behind);
    put_ether(&b, 0x0800);
    put_ip(&b, 1, 2, protocol, rest.size);
    put_hex(&b, behind);
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    fs_set_network_header(p, p->data + 14, 20);
    fs_test_send_packet(t, "in", p);
}

FS_TEST(striptransportheader_leaves_the_data)
{
    struct fs_test *t = around("StripTransportHeader");
    FS_REQUIRE(fs_test_start(t));
    send(t, "0400 0035 000b 0000 616263", 17);
    send(t, "0800 0000 00010002 616263", 1);
    send(t, "0400 0050 00000001 00000002 6010 1000 0000 0000 01010101 616263", 6);
    for (unsigned i = 0; i < 3; i++) {
        FS_FRAME(fs_test_out(t, "out", i), "abc", 3);
    }
    send(t, "616263", 50);
    send(t, "0400 0035 000b 00", 17);
    send(t, "0400 0050 00000001 00000002 7010 1000 0000 0000 01010101 616263", 6);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_PROTOCOL), 3);
    fs_test_send(t, "in", "abc", 3);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

FS_TEST(striptonetworkheader_strips)
{
    struct fs_test *t = around("StripToNetworkHeader");
    FS_REQUIRE(fs_test_start(t));
    send(t, "616263", 50);
    struct fs_packet *p = fs_test_out(t, "out", 0);
    FS_EQUAL(p->length, 23);
    FS_EQUAL(p->data[0], 0x45);
    p = fs_test_packet(t, "abcdef", 6);
    fs_set_network_header(p, p->data + 1, 2);
    fs_packet_strip(p, 3); /* has to come back */
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 1), "bcdef", 5);
    fs_test_send(t, "in", "abc", 3);
    p = fs_test_packet(t, "abc", 3);
    fs_set_network_header(p, p->data + 4, 20);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 2);
    fs_test_end(t);
}

FS_TEST(unstripipheader_brings_it_back)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "s", "StripIPHeader");
    fs_test_add(t, "e", "UnstripIPHeader");
    fs_test_chain(t, "in", "s", "e", "out");
    fs_test_add(t, "again", "TestSource");
    fs_test_connect(t, "again", 0, "e", 0);
    FS_REQUIRE(fs_test_start(t));
    send(t, "616263", 50);
    struct fs_packet *p = fs_test_out(t, "out", 0);
    FS_EQUAL(p->length, 23);
    FS_EQUAL(p->data[0], 0x45);
    p = fs_test_packet(t, "abcd", 4);
    fs_set_network_header(p, p->data + 1, 2);
    fs_test_send_packet(t, "again", p);
    FS_FRAME(fs_test_out(t, "out", 1), "abcd", 4);
    fs_test_send(t, "again", "x", 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}
