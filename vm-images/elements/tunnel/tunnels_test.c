#include "net/testing.h"

static struct fs_test *around(const char *class, bool bad)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    if (bad) {
        fs_test_add(t, "bad", "TestSink");
    }
    fs_test_add(t, "e", class);
    fs_test_chain(t, "in", "e", "out");
    if (bad) {
        fs_test_connect(t, "e", 1, "bad", 0);
    }
    return t;
}
static void send(struct fs_test *t, const struct bytes *b) { fs_test_send(t, "in", b->at, b->size); }

/* The UDP checksum over the pseudo header; 0 when the one in the packet is right. */
static uint16_t udp_sum(const uint8_t *ip, size_t length)
{
    uint8_t all[600] = {0};
    memcpy(all, ip + 12, 8);
    all[9] = 17;
    fs_put16(all + 10, (uint16_t)length);
    memcpy(all + 12, ip + 20, length);
    return plain_checksum(all, 12 + length);
}

static void udp_arguments(struct fs_test *t)
{
    fs_test_bytes(t, "SRC", "\x0a\0\0\1", 4);
    fs_test_integer(t, "SPORT", 1234);
    fs_test_bytes(t, "DST", "\x0a\0\0\2", 4);
    fs_test_integer(t, "DPORT", 5678);
}

FS_TEST(udpipencap_wraps)
{
    struct fs_test *t = around("UDPIPEncap", false);
    udp_arguments(t);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    struct bytes want = hex("4500 001f 0000 0000 fa 11 0000 0a000001 0a000002 04d2 162e 000b 0000 616263");
    fix_ip_checksum(want.at);
    fs_put16(want.at + 26, udp_sum(want.at, 11));
    struct fs_packet *p = fs_test_out(t, "out", 0);
    FS_FRAME(p, want.at, want.size);
    FS_EQUAL(memcmp(p->annotations, "\x0a\0\0\2", 4), 0);
    FS_EQUAL(fs_transport_header(p) - p->data, 20);
    FS_TEXT(fs_test_read(t, "e.sport"), "1234");
    FS_TEXT(fs_test_read(t, "e.dport"), "5678");
    FS_TEXT(fs_test_read(t, "e.src"), "10.0.0.1");
    FS_CHECK(fs_test_write(t, "e.dst", "10.0.0.3") && fs_test_write(t, "e.sport", "1"));
    FS_CHECK(!fs_test_write(t, "e.dport", "65536"));
    fs_test_send(t, "in", "abc", 3);
    p = fs_test_out(t, "out", 1);
    FS_EQUAL(p->data[19], 3);
    FS_EQUAL(p->data[5], 1); /* identification */
    FS_EQUAL(fs_get16(p->data + 20), 1);
    FS_EQUAL(udp_sum(p->data, 11), 0);
    fs_test_end(t);
}

FS_TEST(udpipencap_without_checksum)
{
    struct fs_test *t = around("UDPIPEncap", false);
    udp_arguments(t);
    fs_test_boolean(t, "CHECKSUM", false);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    FS_EQUAL(fs_get16(fs_test_out(t, "out", 0)->data + 26), 0);
    fs_test_end(t);
}

FS_TEST(dynamicudpipencap_counts_ports_up)
{
    struct fs_test *t = around("DynamicUDPIPEncap", false);
    udp_arguments(t);
    fs_test_integer(t, "INTERVAL", 2);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 5; i++) {
        fs_test_send(t, "in", "abc", 3);
        FS_EQUAL(fs_get16(fs_test_out(t, "out", i)->data + 20), 1234 + i / 2);
        FS_EQUAL(fs_get16(fs_test_out(t, "out", i)->data + 22), 5678 + i / 2);
    }
    fs_test_end(t);
}

/* RFC 2784: four bytes, no flags. */
FS_TEST(greencap_plain)
{
    struct fs_test *t = around("GREEncap", false);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    FS_FRAME(fs_test_out(t, "out", 0), "\0\0\x08\0abc", 7);
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    p->data -= 125;
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}

/* RFC 2890 section 2: checksum and reserved, key, sequence number. */
FS_TEST(greencap_with_all)
{
    struct fs_test *t = around("GREEncap", false);
    fs_test_integer(t, "ETHERTYPE", 0x86dd);
    fs_test_integer(t, "KEY", 0xdeadbeef);
    fs_test_boolean(t, "SEQUENCE", true);
    fs_test_boolean(t, "CHECKSUM", true);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    fs_test_send(t, "in", "abc", 3);
    struct bytes want = hex("b000 86dd 0000 0000 deadbeef 00000001 616263");
    fs_put16(want.at + 4, plain_checksum(want.at, want.size));
    FS_FRAME(fs_test_out(t, "out", 1), want.at, want.size);
    fs_test_end(t);
}

FS_TEST(gredecap_takes_what_it_expects)
{
    struct fs_test *t = around("GREDecap", true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes good = hex("0000 0800 616263"), summed = hex("8000 0800 0000 0000 616263"), b;
    fs_put16(summed.at + 4, plain_checksum(summed.at, summed.size));
    send(t, &good);
    send(t, &summed);
    b = hex("1000 0800 00000005 616263"); /* numbered: no matter */
    send(t, &b);
    FS_FRAME(fs_test_out(t, "out", 0), "abc", 3);
    FS_FRAME(fs_test_out(t, "out", 1), "abc", 3);
    FS_FRAME(fs_test_out(t, "out", 2), "abc", 3);
    static const char *const bad[] = {"000008", "8000 0800 0000 00", "0000 86dd 61", "0001 0800 61", "4000 0800 61",
                                      "2000 0800 00000007 61", "8000 0800 1234 0000 616263"};
    for (unsigned i = 0; i < 7; i++) {
        b = hex(bad[i]);
        send(t, &b);
        FS_FRAME(fs_test_out(t, "bad", i), b.at, b.size);
    }
    FS_EQUAL(fs_test_count(t, "out"), 3);
    fs_test_end(t);
}

FS_TEST(gredecap_with_key_and_order)
{
    struct fs_test *t = around("GREDecap", false);
    fs_test_integer(t, "KEY", 7);
    fs_test_boolean(t, "SEQUENCE", true);
    FS_REQUIRE(fs_test_start(t));
    static const struct {
        const char *header;
        bool good;
    } cases[] = {
        {"3000 0800 00000007 fffffffe", true}, {"3000 0800 00000007 fffffffe", false}, /* a duplicate */
        {"3000 0800 00000007 00000001", true},                                         /* on across 0 */
        {"3000 0800 00000007 ffffffff", false},                                        /* late */
        {"3000 0800 00000008 00000002", false}, {"1000 0800 00000003", false},
        {"2000 0800 00000007", false},
    };
    unsigned good = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes b = hex(cases[i].header);
        send(t, &b);
        good += cases[i].good;
        FS_EQUAL(fs_test_count(t, "out"), good);
    }
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_STATE), 3);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_MATCH), 2);
    fs_test_end(t);
}

static struct fs_test *vxlan(void)
{
    struct fs_test *t = around("VXLANEncap", false);
    fs_test_integer(t, "VNI", 0x123456);
    fs_test_bytes(t, "SRC", "\xc0\0\2\1", 4);
    fs_test_bytes(t, "DST", "\xc6\x33\x64\1", 4);
    return t;
}

/* RFC 7348 section 5. */
FS_TEST(vxlanencap_wraps)
{
    struct fs_test *t = vxlan();
    fs_test_integer(t, "SPORT", 50000);
    fs_test_boolean(t, "DF", true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes inner = udp_frame(1, 2, 3);
    send(t, &inner);
    struct bytes want = hex("4500 0000 0000 4000 40 11 0000 c0000201 c6336401 c350 12b5 0000 0000 08000000 12345600");
    memcpy(want.at + 36, inner.at, inner.size);
    want.size += inner.size;
    fs_put16(want.at + 2, (uint16_t)want.size);
    fs_put16(want.at + 24, (uint16_t)(want.size - 20));
    fix_ip_checksum(want.at);
    FS_FRAME(fs_test_out(t, "out", 0), want.at, want.size);
    fs_test_end(t);
}

FS_TEST(vxlanencap_spreads_flows)
{
    struct fs_test *t = vxlan();
    fs_test_boolean(t, "CHECKSUM", true);
    FS_REQUIRE(fs_test_start(t));
    unsigned different = 0;
    for (unsigned i = 0; i < 20; i++) {
        struct bytes b = i < 10 ? udp_frame((uint16_t)i, 2, 3) : udp6_frame((uint16_t)i, 2, 3);
        send(t, &b);
        send(t, &b);
        const uint8_t *a = fs_test_out(t, "out", 2 * i)->data;
        FS_EQUAL(fs_get16(a + 20), fs_get16(fs_test_out(t, "out", 2 * i + 1)->data + 20));
        FS_CHECK(fs_get16(a + 20) >= 49152);
        FS_EQUAL(udp_sum(a, fs_test_out(t, "out", 2 * i)->length - 20), 0);
        different += i > 0 && fs_get16(a + 20) != fs_get16(fs_test_out(t, "out", 2 * i - 1)->data + 20);
    }
    FS_CHECK(different > 15);
    fs_test_send(t, "in", "short", 5);
    FS_EQUAL(fs_test_count(t, "out"), 41);
    fs_test_end(t);
}

FS_TEST(vxlandecap_undoes_vxlanencap)
{
    for (unsigned checksum = 0; checksum < 2; checksum++) {
        struct fs_test *t = vxlan();
        fs_test_boolean(t, "CHECKSUM", checksum == 1);
        fs_test_add(t, "d", "VXLANDecap");
        fs_test_integer(t, "VNI", 0x123456);
        fs_test_add(t, "inner", "TestSink");
        fs_test_add(t, "again", "TestSource");
        fs_test_connect(t, "again", 0, "d", 0);
        fs_test_connect(t, "d", 0, "inner", 0);
        FS_REQUIRE(fs_test_start(t));
        struct bytes frame = udp_frame(1, 2, 30), outer = {0};
        send(t, &frame);
        struct fs_packet *p = fs_test_out(t, "out", 0);
        memcpy(outer.at, p->data, outer.size = p->length);
        put_hex(&outer, "0000"); /* padding behind the outer packet */
        fs_test_send_packet(t, "again", marked_packet(t, outer.at, outer.size, 20));
        FS_FRAME(fs_test_out(t, "inner", 0), frame.at, frame.size);
        FS_CHECK(fs_network_header(fs_test_out(t, "inner", 0)) == NULL);
        outer.at[60] ^= 1;
        fs_test_send_packet(t, "again", marked_packet(t, outer.at, outer.size, 20));
        FS_EQUAL(fs_test_drops(t, "d", FS_DROP_BAD_CHECKSUM), checksum);
        fs_test_end(t);
    }
}

FS_TEST(vxlandecap_refuses)
{
    struct fs_test *t = around("VXLANDecap", true);
    fs_test_integer(t, "VNI", 42);
    FS_REQUIRE(fs_test_start(t));
    struct bytes good = hex("4500 0026 0000 0000 40 11 0000 c0000201 c6336401 c350 12b5 0012 0000 08000000 00002a00 6162"), b;
    static const struct {
        unsigned at;
        uint8_t value;
    } bad[] = {{9, 6}, {7, 1}, {6, 0x20}, {23, 0}, {28, 0}, {34, 43}, {25, 0x0f}, {0, 0x44}};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        b = good;
        b.at[bad[i].at] = bad[i].value;
        fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 20));
        FS_EQUAL(fs_test_count(t, "bad"), i + 1);
        FS_FRAME(fs_test_out(t, "bad", i), b.at, b.size);
    }
    fs_test_send_packet(t, "in", marked_packet(t, good.at, good.size, 20));
    FS_FRAME(fs_test_out(t, "out", 0), "ab", 2);
    fs_test_end(t);
}
