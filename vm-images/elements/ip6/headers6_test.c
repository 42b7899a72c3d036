/* The elements that look at or change one header: GetIP6Address, SetIP6Address, MarkIP6Header, IP6Mirror, DecIP6HLIM,
 * IP6Encap, IP6Print. */
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
static struct fs_packet *last(struct fs_test *t) { return fs_test_out(t, "out", fs_test_count(t, "out") - 1); }
static struct fs_packet *send(struct fs_test *t, const struct bytes *b)
{
    fs_test_send_packet(t, "in", marked_packet(t, b->at, b->size, 40));
    return last(t);
}
static void unmarked_is_dropped(struct fs_test *t)
{
    struct bytes b = {0};
    put_ip6(&b, 1, 2, 59, 0);
    fs_test_send(t, "in", b.at, b.size);
    fs_test_send_packet(t, "in", marked_packet(t, b.at, 39, 39));
    b.at[0] = 0x45;
    fs_test_send_packet(t, "in", marked_packet(t, b.at, 40, 40));
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 3);
}
static struct bytes udp6(void)
{
    struct bytes b = udp6_frame(0x400, 53, 4);
    memmove(b.at, b.at + 14, b.size -= 14);
    return b;
}

FS_TEST(getip6address_copies_and_bounds)
{
    struct fs_test *t = around("GetIP6Address");
    fs_test_integer(t, "OFFSET", 24);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp6();
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(memcmp(last(t)->annotations, b.at + 24, 16), 0);
    fs_test_send(t, "in", b.at, 40);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_send(t, "in", b.at, 39);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

FS_TEST(setip6address_sets)
{
    static const uint8_t address[16] = {0x20, 1, 0x0d, 0xb8, [15] = 9};
    struct fs_test *t = around("SetIP6Address");
    fs_test_bytes(t, "IPADDR", address, 16);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "x", 1);
    FS_EQUAL(memcmp(last(t)->annotations, address, 16), 0);
    FS_EQUAL(last(t)->annotations[16], 0);
    fs_test_end(t);
}

FS_TEST(markip6header_marks_behind_extensions)
{
    struct fs_test *t = around("MarkIP6Header");
    fs_test_integer(t, "OFFSET", 14);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = {0};
    put_ether(&b, 0x86dd);
    put_ip6(&b, 1, 2, 0, 16);
    put_hex(&b, "11 00 0104 00000000 0035 0035 0008 0000");
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_network_header(last(t)) - last(t)->data, 14);
    FS_EQUAL(fs_transport_header(last(t)) - last(t)->data, 14 + 48);
    fs_test_send(t, "in", b.at, 30); /* no whole header: not checked, as Click says */
    FS_EQUAL(fs_network_header(last(t)) - last(t)->data, 14);
    fs_test_send(t, "in", b.at, 14);
    FS_CHECK(fs_network_header(last(t)) == NULL && fs_transport_header(last(t)) == NULL);
    fs_test_end(t);
}

FS_TEST(ip6mirror_swaps)
{
    struct fs_test *t = around("IP6Mirror");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp6(), back = {0};
    put_ip6(&back, 2, 1, 17, 12);
    put_udp(&back, 53, 0x400, 4);
    FS_FRAME(send(t, &b), back.at, back.size);
    /* A clone is copied before it is written to. */
    struct fs_packet *p = marked_packet(t, b.at, b.size, 40), *clone = fs_packet_clone(p);
    fs_test_send_packet(t, "in", clone);
    FS_EQUAL(memcmp(p->data, b.at, b.size), 0);
    fs_packet_free(p);
    unmarked_is_dropped(t);
    fs_test_end(t);
}

FS_TEST(ip6mirror_ports_of_first_fragments_alone)
{
    struct fs_test *t = around("IP6Mirror");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = {0};
    put_ip6(&b, 1, 2, 44, 12);
    put_hex(&b, "06 00 0001 00000009 1111 2222");
    FS_EQUAL(memcmp(send(t, &b)->data + 48, "\x22\x22\x11\x11", 4), 0);
    b.at[43] = 9; /* offset 8 */
    FS_EQUAL(memcmp(send(t, &b)->data + 48, "\x11\x11\x22\x22", 4), 0);
    b.at[43] = 1;
    b.at[5] = 11; /* the packet ends within the ports */
    FS_EQUAL(memcmp(send(t, &b)->data + 48, "\x11\x11\x22\x22", 4), 0);
    fs_test_end(t);
}

FS_TEST(decip6hlim_decrements)
{
    struct fs_test *t = around("DecIP6HLIM");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp6();
    FS_EQUAL(send(t, &b)->data[7], 63);
    b.at[7] = 2;
    FS_EQUAL(send(t, &b)->data[7], 1);
    b.at[7] = 1;
    send(t, &b);
    b.at[7] = 0;
    send(t, &b);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_EXPIRED), 2);
    FS_TEXT(fs_test_read(t, "e.drops"), "2");
    b.at[7] = 9;
    struct fs_packet *p = marked_packet(t, b.at, b.size, 40), *clone = fs_packet_clone(p);
    fs_test_send_packet(t, "in", clone);
    FS_EQUAL(p->data[7], 9);
    fs_packet_free(p);
    unmarked_is_dropped(t);
    fs_test_end(t);
}

FS_TEST(decip6hlim_expired_leave_by_output_1)
{
    struct fs_test *t = around("DecIP6HLIM");
    fs_test_add(t, "bad", "TestSink");
    fs_test_connect(t, "e", 1, "bad", 0);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp6();
    b.at[7] = 1;
    fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 40));
    FS_FRAME(fs_test_out(t, "bad", 0), b.at, b.size);
    fs_test_end(t);
}

static struct fs_test *encap(const char *protocol, const char *destination)
{
    static const uint8_t source[16] = {0x20, 1, 0x0d, 0xb8, [15] = 1};
    struct fs_test *t = around("IP6Encap");
    fs_test_text(t, "PROTO", protocol);
    fs_test_bytes(t, "SRC", source, 16);
    fs_test_text(t, "DST", destination);
    return t;
}

FS_TEST(ip6encap_puts_a_header_in_front)
{
    struct fs_test *t = encap("ipip", "2001:db8::2");
    fs_test_integer(t, "HLIM", 20);
    fs_test_integer(t, "CLASS", 0xb8);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abcde", 5);
    struct bytes front = hex("6b800000 0005 04 14 20010db8000000000000000000000001 20010db8000000000000000000000002 6162636465");
    FS_FRAME(last(t), front.at, front.size);
    FS_CHECK(fs_network_header(last(t)) == last(t)->data && fs_transport_header(last(t)) == last(t)->data + 40);
    FS_EQUAL(memcmp(last(t)->annotations, front.at + 24, 16), 0);
    FS_TEXT(fs_test_read(t, "e.src"), "2001:db8::1");
    FS_TEXT(fs_test_read(t, "e.dst"), "2001:db8::2");
    FS_CHECK(fs_test_write(t, "e.src", "2001:db8::9"));
    FS_CHECK(!fs_test_write(t, "e.dst", "10.0.0.1"));
    FS_TEXT(fs_test_said(t), "DST argument should be IP address or 'DST_ANNO'");
    FS_CHECK(!fs_test_write(t, "e.src", "x"));
    FS_TEXT(fs_test_read(t, "e.dst"), "2001:db8::2");
    fs_test_send(t, "in", "abcde", 5);
    FS_EQUAL(last(t)->data[23], 9);
    struct fs_packet *p = fs_test_packet(t, "x", 1);
    p->data = p->head + 39; /* a byte less than the header */
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}

FS_TEST(ip6encap_by_annotation)
{
    struct fs_test *t = encap("41", "DST_ANNO");
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = fs_test_packet(t, "x", 1);
    memset(p->annotations, 0x33, 16);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(last(t)->data[6], 41);
    FS_EQUAL(last(t)->data[7], 250);
    FS_EQUAL(last(t)->data[24], 0x33);
    FS_EQUAL(last(t)->data[39], 0x33);
    FS_TEXT(fs_test_read(t, "e.dst"), "DST_ANNO");
    fs_test_end(t);
    t = encap("256", "2001:db8::2");
    FS_CHECK(strstr(fs_test_refused(t), "PROTO: expected an IP protocol") != NULL);
    fs_test_end(t);
    t = encap("udp", "nobody");
    FS_CHECK(strstr(fs_test_refused(t), "DST argument should be IP address") != NULL);
    fs_test_end(t);
}

FS_TEST(ip6print_lines)
{
    struct fs_test *t = around("IP6Print");
    fs_test_text(t, "LABEL", "six");
    fs_test_boolean(t, "CONTENTS", true);
    fs_test_integer(t, "NBYTES", 30);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp6();
    send(t, &b);
    FS_TEXT(fs_test_log(t), "six: 2001:db8::1 -> 2001:db8::2 plen 12, next 17, hlim 64\n"
                            "  60000000 000c1140 20010db8 00000000 00000000 00000001\n"
                            "  20010db8 0000\n");
    fs_test_send(t, "in", b.at, b.size); /* not marked */
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_end(t);
    t = around("IP6Print");
    FS_REQUIRE(fs_test_start(t));
    send(t, &b);
    FS_TEXT(fs_test_log(t), "2001:db8::1 -> 2001:db8::2 plen 12, next 17, hlim 64\n");
    fs_test_end(t);
}
