#include "net/testing.h"

static const uint8_t my_ip[16] = {0x20, 1, 0x0d, 0xb8, [15] = 0xfe};

static struct fs_test *error(unsigned type, unsigned code)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", "ICMP6Error");
    fs_test_bytes(t, "SRC", my_ip, 16);
    fs_test_integer(t, "TYPE", type);
    fs_test_integer(t, "CODE", code);
    fs_test_chain(t, "in", "e", "out");
    return t;
}
static struct bytes packet(size_t payload)
{
    struct bytes b = {0};
    put_ip6(&b, 1, 2, 17, 8 + payload);
    put_udp(&b, 1, 2, payload);
    return b;
}
static void send(struct fs_test *t, const struct bytes *b)
{
    fs_test_send_packet(t, "in", marked_packet(t, b->at, b->size, 40));
}
/* The sum over pseudo header and message (RFC 8200 8.1). */
static uint16_t sum(const uint8_t *ip6, size_t length)
{
    struct bytes whole = {0};
    memcpy(whole.at, ip6 + 8, 32);
    whole.size = 32;
    put_number(&whole, 4, length);
    put_number(&whole, 4, 58);
    memcpy(whole.at + 40, ip6 + 40, length);
    return plain_checksum(whole.at, 40 + length);
}
static void check_head(struct fs_packet *p, uint8_t type, uint8_t code, size_t length)
{
    struct bytes head = hex("60000000 0000 3aff 20010db80000000000000000000000fe 20010db8000000000000000000000001");
    fs_put16(head.at + 4, (uint16_t)length);
    FS_EQUAL(p->length, 40 + length);
    FS_EQUAL(memcmp(p->data, head.at, 40), 0);
    FS_EQUAL(p->data[40], type);
    FS_EQUAL(p->data[41], code);
    FS_EQUAL(sum(p->data, length), 0);
    FS_EQUAL(memcmp(p->annotations, head.at + 24, 16), 0);
    FS_CHECK(fs_network_header(p) == p->data && fs_transport_header(p) == p->data + 40);
}

FS_TEST(icmp6error_carries_the_packet)
{
    struct fs_test *t = error(3, 0);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(20);
    send(t, &b);
    FS_REQUIRE(fs_test_count(t, "out") == 1);
    check_head(fs_test_out(t, "out", 0), 3, 0, 8 + b.size);
    FS_EQUAL(fs_get32(fs_test_out(t, "out", 0)->data + 44), 0);
    FS_EQUAL(memcmp(fs_test_out(t, "out", 0)->data + 48, b.at, b.size), 0);
    b = packet(1400); /* as much as fits: RFC 4443 2.4 c */
    send(t, &b);
    check_head(fs_test_out(t, "out", 1), 3, 0, 1240);
    fs_test_end(t);
}

FS_TEST(icmp6error_takes_off_what_is_in_front)
{
    struct fs_test *t = error(1, 4);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp6_frame(1, 2, 4);
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    fs_set_network_header(p, p->data + 14, 40);
    fs_test_send_packet(t, "in", p);
    check_head(fs_test_out(t, "out", 0), 1, 4, 8 + b.size - 14);
    FS_EQUAL(memcmp(fs_test_out(t, "out", 0)->data + 48, b.at + 14, b.size - 14), 0);
    fs_test_end(t);
}

FS_TEST(icmp6error_mtu_pointer_and_redirect)
{
    struct fs_test *t = error(2, 0);
    fs_test_integer(t, "PMTU", 1400);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(4);
    send(t, &b);
    check_head(fs_test_out(t, "out", 0), 2, 0, 8 + b.size);
    FS_EQUAL(fs_get32(fs_test_out(t, "out", 0)->data + 44), 1400);
    b.at[24] = 0xff; /* groups are told of it */
    send(t, &b);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_end(t);
    t = error(4, 1);
    FS_REQUIRE(fs_test_start(t));
    b = packet(4);
    struct fs_packet *p = marked_packet(t, b.at, b.size, 40);
    fs_set_anno_u8(p, FS_ANNO_ICMP_PARAMPROB, 6);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_get32(fs_test_out(t, "out", 0)->data + 44), 6);
    fs_test_end(t);
    t = error(137, 0); /* RFC 4861 4.5: target, destination, and the packet in an option whose length counts 8 bytes */
    FS_REQUIRE(fs_test_start(t));
    p = marked_packet(t, b.at, b.size, 40); /* 52 bytes */
    memset(p->annotations, 0x77, 16);
    fs_test_send_packet(t, "in", p);
    p = fs_test_out(t, "out", 0);
    check_head(p, 137, 0, 40 + 8 + 56);
    FS_EQUAL(p->data[48], 0x77);
    FS_EQUAL(memcmp(p->data + 64, b.at + 24, 16), 0);
    FS_EQUAL(fs_get64(p->data + 80), 0x0408000000000000);
    FS_EQUAL(memcmp(p->data + 88, b.at, b.size), 0);
    FS_EQUAL(fs_get32(p->data + 88 + 52), 0);
    fs_test_end(t);
}

/* RFC 4443 2.4 e */
FS_TEST(icmp6error_is_silent)
{
    struct fs_test *t = error(3, 0);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(4);
    b.at[24] = 0xff;
    send(t, &b);
    b = packet(4);
    struct fs_packet *p = marked_packet(t, b.at, b.size, 40);
    p->packet_type = FS_TYPE_MULTICAST;
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_ADDRESS), 2);
    b.at[8] = 0xff;
    send(t, &b);
    memset(b.at + 8, 0, 16);
    send(t, &b);
    b.at[23] = 1;
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_SOURCE), 3);
    struct bytes icmp = {0};
    put_ip6(&icmp, 1, 2, 58, 8);
    put_hex(&icmp, "0100 0000 00000000");
    send(t, &icmp);
    icmp.at[40] = 137;
    send(t, &icmp);
    icmp.at[5] = 0; /* its type is cut off */
    send(t, &icmp);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_PROTOCOL), 3);
    icmp.at[5] = 8, icmp.at[40] = 128;
    send(t, &icmp);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_send(t, "in", "x", 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
    t = error(128, 0);
    FS_CHECK(strstr(fs_test_refused(t), "ICMP6 type 128 is not an error or redirect type") != NULL);
    fs_test_end(t);
}
