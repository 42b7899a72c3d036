#include "net/testing.h"

/* in -> e -> out, output 1 of e to "bad" when asked for. Arguments of e are given after this, before fs_test_start(). */
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
static struct bytes packet(const char *ip)
{
    struct bytes b = hex(ip);
    fix_ip_checksum(b.at);
    return b;
}
static struct fs_packet *send(struct fs_test *t, const struct bytes *b)
{
    struct fs_packet *p = marked_packet(t, b->at, b->size, (b->at[0] & 15u) * 4u);
    fs_test_send_packet(t, "in", p);
    return fs_test_out(t, "out", fs_test_count(t, "out") - 1);
}
/* A clone, so that the element has to copy before it writes. */
static void send_clone(struct fs_test *t, struct fs_packet *p)
{
    struct fs_packet *clone = fs_packet_clone(p);
    fs_test_send_packet(t, "in", clone);
}
static void unmarked_is_dropped(struct fs_test *t)
{
    static const uint8_t short_ip[24] = {0x46};
    fs_test_send(t, "in", "nothing", 7);
    struct fs_packet *p = marked_packet(t, short_ip, 23, 20); /* header length 24, a byte less */
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 2);
}

/* 10.0.0.1 to 192.0.2.5 */
#define HEAD "4500 0020 1234 0000 40 11 0000 0a000001 c0000205"
#define UDP "0400 0035 000c 0000 01020304"

FS_TEST(ipmirror_swaps_addresses_and_ports)
{
    struct fs_test *t = around("IPMirror", false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(HEAD UDP), back = packet("4500 0020 1234 0000 40 11 0000 c0000205 0a000001"
                                                     "0035 0400 000c 0000 01020304");
    struct fs_packet *p = send(t, &b);
    FS_FRAME(p, back.at, back.size);
    FS_EQUAL(memcmp(p->annotations, "\x0a\0\0\1", 4), 0);
    b.at[6] = 0x00, b.at[7] = 1; /* a later fragment has no ports */
    FS_EQUAL(memcmp(send(t, &b)->data + 20, b.at + 20, 12), 0);
    unmarked_is_dropped(t);
    fs_test_end(t);
}

FS_TEST(ipmirror_swaps_tcp_numbers)
{
    struct fs_test *t = around("IPMirror", false);
    fs_test_boolean(t, "DST_ANNO", false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet("4500 0028 1234 0000 40 06 0000 0a000001 c0000205"
                            "0400 0050 11111111 22222222 5010 1000 0000 0000");
    struct fs_packet *p = send(t, &b);
    struct bytes back = hex("0050 0400 22222222 11111111 5010 1000 0000 0000");
    FS_EQUAL(memcmp(p->data + 20, back.at, back.size), 0);
    FS_EQUAL(fs_anno_u32(p, FS_ANNO_DST_IP), 0);
    b.at[3] = 32; /* the packet ends behind the sequence number */
    FS_EQUAL(memcmp(send(t, &b)->data + 24, "\x22\x22\x22\x22\x11", 5), 0);
    b.at[3] = 31;
    FS_EQUAL(memcmp(send(t, &b)->data + 24, "\x11\x11\x11\x11\x22", 5), 0);
    fs_test_end(t);
}

FS_TEST(stripipheader_strips_options_too)
{
    struct fs_test *t = around("StripIPHeader", false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet("4600 0020 1234 0000 40 04 0000 0a000001 c0000205 01010100 aabb");
    FS_FRAME(send(t, &b), "\xaa\xbb", 2);
    struct bytes framed = hex("ffffffffffff 020000000001 0800 4500 0016 1234 0000 40 04 0000 0a000001 c0000205 ccdd");
    struct fs_packet *p = fs_test_packet(t, framed.at, framed.size);
    fs_set_network_header(p, p->data + 14, 20);
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 1), "\xcc\xdd", 2);
    unmarked_is_dropped(t);
    fs_test_end(t);
}

FS_TEST(getipaddress_reads_the_packet)
{
    struct fs_test *t = around("GetIPAddress", false);
    fs_test_integer(t, "OFFSET", 16);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(HEAD UDP);
    FS_EQUAL(memcmp(send(t, &b)->annotations, "\xc0\0\2\5", 4), 0);
    fs_test_send(t, "in", b.at, 20); /* unmarked is fine */
    FS_EQUAL(memcmp(fs_test_out(t, "out", 1)->annotations, "\xc0\0\2\5", 4), 0);
    fs_test_send(t, "in", b.at, 19);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
    t = around("GetIPAddress", false);
    fs_test_text(t, "IP", "src");
    fs_test_integer(t, "ANNO", FS_ANNO_AGGREGATE);
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(memcmp(send(t, &b)->annotations + 20, "\x0a\0\0\1", 4), 0);
    unmarked_is_dropped(t);
    fs_test_end(t);
    t = around("GetIPAddress", false);
    FS_CHECK(strstr(fs_test_refused(t), "one of OFFSET and IP") != NULL);
    fs_test_end(t);
    t = around("GetIPAddress", false);
    fs_test_text(t, "IP", "sr");
    FS_CHECK(strstr(fs_test_refused(t), "src or dst") != NULL);
    fs_test_end(t);
    t = around("GetIPAddress", false);
    fs_test_integer(t, "OFFSET", 1);
    fs_test_integer(t, "ANNO", FS_ANNO_PAINT);
    FS_CHECK(strstr(fs_test_refused(t), "4 bytes") != NULL);
    fs_test_end(t);
}

FS_TEST(setipaddress_sets_the_annotation)
{
    struct fs_test *t = around("SetIPAddress", false);
    fs_test_bytes(t, "ADDR", "\x0a\0\0\7", 4);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "x", 1);
    FS_EQUAL(memcmp(fs_test_out(t, "out", 0)->annotations, "\x0a\0\0\7", 4), 0);
    FS_TEXT(fs_test_read(t, "e.addr"), "10.0.0.7");
    FS_CHECK(fs_test_write(t, "e.addr", " 10.0.0.8") && !fs_test_write(t, "e.addr", "10.0.0"));
    fs_test_send(t, "in", "x", 1);
    FS_EQUAL(memcmp(fs_test_out(t, "out", 1)->annotations, "\x0a\0\0\x8", 4), 0);
    fs_test_end(t);
}

FS_TEST(decipttl_decrements)
{
    struct fs_test *t = around("DecIPTTL", true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(HEAD UDP);
    for (unsigned ttl = 255; ttl >= 2; ttl--) {
        b.at[8] = (uint8_t)ttl;
        fix_ip_checksum(b.at);
        struct fs_packet *p = send(t, &b);
        FS_EQUAL(p->data[8], ttl - 1);
        FS_EQUAL(plain_checksum(p->data, 20), 0);
        fs_test_forget(t, "out");
    }
    for (unsigned ttl = 0; ttl <= 1; ttl++) {
        b.at[8] = (uint8_t)ttl;
        fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 20));
        FS_FRAME(fs_test_out(t, "bad", ttl), b.at, b.size);
    }
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_TEXT(fs_test_read(t, "e.drops"), "2");
    FS_CHECK(fs_test_write(t, "e.active", "false"));
    FS_FRAME(send(t, &b), b.at, b.size);
    FS_CHECK(fs_test_write(t, "e.active", "true"));
    unmarked_is_dropped(t);
    b.at[8] = 9;
    struct fs_packet *p = marked_packet(t, b.at, b.size, 20); /* not in the bytes of others */
    send_clone(t, p);
    FS_EQUAL(p->data[8], 9);
    FS_EQUAL(fs_test_out(t, "out", 1)->data[8], 8);
    fs_packet_free(p);
    fs_test_end(t);
}

FS_TEST(decipttl_and_multicast)
{
    struct fs_test *t = around("DecIPTTL", false);
    fs_test_boolean(t, "MULTICAST", false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet("4500 0020 1234 0000 01 11 0000 0a000001 e0000205" UDP);
    FS_FRAME(send(t, &b), b.at, b.size);
    b.at[16] = 0xf0;
    fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 20));
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_EXPIRED), 1);
    fs_test_end(t);
}

FS_TEST(fixipsrc_fixes_what_is_annotated)
{
    struct fs_test *t = around("FixIPSrc", false);
    fs_test_bytes(t, "IPADDR", "\x0a\0\0\7", 4);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(HEAD UDP);
    FS_FRAME(send(t, &b), b.at, b.size);
    struct fs_packet *p = marked_packet(t, b.at, b.size, 20);
    fs_set_anno_u8(p, FS_ANNO_FIX_IP_SRC, 1);
    fs_test_send_packet(t, "in", p);
    p = fs_test_out(t, "out", 1);
    FS_EQUAL(memcmp(p->data + 12, "\x0a\0\0\7", 4), 0);
    FS_EQUAL(plain_checksum(p->data, 20), 0);
    FS_EQUAL(fs_anno_u8(p, FS_ANNO_FIX_IP_SRC), 0);
    fs_test_end(t);
}

FS_TEST(setipchecksum_sets_it)
{
    struct fs_test *t = around("SetIPChecksum", false);
    FS_REQUIRE(fs_test_start(t));
    /* RFC 1071's sum by hand: 4500+001c+0000+0000+4011+0a00+0001+c000+0205 = 15133 -> 5134 -> ~ = aecb */
    struct bytes b = hex("4500 001c 0000 0000 40 11 1234 0a000001 c0000205 0000000000000000");
    FS_EQUAL(fs_get16(send(t, &b)->data + 10), 0xaecb);
    unmarked_is_dropped(t);
    FS_TEXT(fs_test_read(t, "e.drops"), "2");
    fs_test_end(t);
}

FS_TEST(setipdscp_keeps_ecn)
{
    struct fs_test *t = around("SetIPDSCP", false);
    fs_test_integer(t, "DSCP", 46);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet("4503 0020 1234 0000 40 11 0000 0a000001 c0000205" UDP);
    struct fs_packet *p = send(t, &b);
    FS_EQUAL(p->data[1], 46 << 2 | 3);
    FS_EQUAL(plain_checksum(p->data, 20), 0);
    FS_TEXT(fs_test_read(t, "e.dscp"), "46");
    FS_CHECK(fs_test_write(t, "e.dscp", "0x3f") && !fs_test_write(t, "e.dscp", "64"));
    FS_EQUAL(send(t, &b)->data[1], 0xff);
    unmarked_is_dropped(t);
    fs_test_end(t);
}

FS_TEST(setipecn_takes_words)
{
    static const struct {
        const char *word;
        uint8_t tos;
    } cases[] = {{"no", 0xb8}, {"1", 0xb9}, {"ect2", 0xba}, {"ECT(0)", 0xba}, {"ce", 0xbb}, {"ECT(1)", 0xb9}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_test *t = around("SetIPECN", false);
        fs_test_text(t, "ECN", cases[i].word);
        FS_REQUIRE(fs_test_start(t));
        struct bytes b = packet("45ba 0020 1234 0000 40 11 0000 0a000001 c0000205" UDP);
        struct fs_packet *p = send(t, &b);
        FS_EQUAL(p->data[1], cases[i].tos);
        FS_EQUAL(plain_checksum(p->data, 20), 0);
        FS_CHECK(fs_test_write(t, "e.ecn", "3") && !fs_test_write(t, "e.ecn", "4"));
        FS_TEXT(fs_test_read(t, "e.ecn"), "3");
        fs_test_end(t);
    }
    struct fs_test *t = around("SetIPECN", false);
    fs_test_text(t, "ECN", "ect3");
    FS_CHECK(strstr(fs_test_refused(t), "expected 0 to 3") != NULL);
    fs_test_end(t);
}

FS_TEST(markipce_marks_what_is_capable)
{
    struct fs_test *t = around("MarkIPCE", false);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned ecn = 1; ecn <= 3; ecn++) {
        struct bytes b = packet("4500 0020 1234 0000 40 11 0000 0a000001 c0000205" UDP);
        b.at[1] = (uint8_t)ecn;
        fix_ip_checksum(b.at);
        struct fs_packet *p = send(t, &b);
        FS_EQUAL(p->data[1], 3);
        FS_EQUAL(plain_checksum(p->data, 20), 0);
    }
    struct bytes b = packet(HEAD UDP);
    fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 20));
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_RATE), 1);
    FS_TEXT(fs_test_read(t, "e.drops"), "1");
    fs_test_end(t);
    t = around("MarkIPCE", false);
    fs_test_boolean(t, "FORCE", true);
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(send(t, &b)->data[1], 3);
    fs_test_end(t);
}

FS_TEST(storeipaddress_stores)
{
    struct fs_test *t = around("StoreIPAddress", false);
    fs_test_text(t, "ADDRESS", "2");
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = fs_test_packet(t, "abcdefg", 6);
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 0), "abcdef", 6); /* no annotation */
    p = fs_test_packet(t, "abcdefg", 6);
    memcpy(p->annotations, "1234", 4);
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 1), "ab1234", 6);
    p = fs_test_packet(t, "abcde", 5);
    memcpy(p->annotations, "1234", 4);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
    t = around("StoreIPAddress", false);
    fs_test_text(t, "ADDRESS", "0.0.0.0");
    fs_test_text(t, "OFFSET", "0");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abcdef", 6);
    FS_FRAME(fs_test_out(t, "out", 0), "\0\0\0\0ef", 6);
    fs_test_end(t);
}

/* The checksums over the pseudo header, before and after, by the RFC's plain sum. */
static uint16_t transport_sum(const uint8_t *ip, size_t length)
{
    uint8_t all[100] = {0};
    memcpy(all, ip + 12, 8);
    all[9] = ip[9];
    all[11] = (uint8_t)length;
    memcpy(all + 12, ip + 20, length);
    return plain_checksum(all, 12 + length);
}

FS_TEST(storeipaddress_updates_checksums)
{
    struct fs_test *t = around("StoreIPAddress", false);
    fs_test_text(t, "ADDRESS", "198.51.100.77");
    fs_test_text(t, "OFFSET", "dst");
    FS_REQUIRE(fs_test_start(t));
    struct bytes udp = packet(HEAD UDP), tcp = packet("4500 0028 1234 0000 40 06 0000 0a000001 c0000205"
                                                      "0400 0050 11111111 22222222 5010 1000 0000 0000");
    fs_put16(udp.at + 26, transport_sum(udp.at, 12));
    fs_put16(tcp.at + 36, transport_sum(tcp.at, 20));
    struct fs_packet *p = send(t, &udp);
    FS_EQUAL(memcmp(p->data + 16, "\xc6\x33\x64\x4d", 4), 0);
    FS_EQUAL(plain_checksum(p->data, 20), 0);
    FS_EQUAL(transport_sum(p->data, 12), 0);
    p = send(t, &tcp);
    FS_EQUAL(plain_checksum(p->data, 20), 0);
    FS_EQUAL(transport_sum(p->data, 20), 0);
    fs_put16(udp.at + 26, 0); /* none stays none */
    FS_EQUAL(fs_get16(send(t, &udp)->data + 26), 0);
    fs_test_send(t, "in", "nothing", 7);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
    static const char *const wrong[][2] = {{"10.0.0", "16"}, {"10.0.0.1", "dest"}, {"10.0.0.1", "-1"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        t = around("StoreIPAddress", false);
        fs_test_text(t, "ADDRESS", wrong[i][0]);
        fs_test_text(t, "OFFSET", wrong[i][1]);
        FS_CHECK(strstr(fs_test_refused(t), "expected") != NULL);
        fs_test_end(t);
    }
}

FS_TEST(setrandipaddress_stays_within)
{
    struct fs_test *t = around("SetRandIPAddress", false);
    fs_test_bytes(t, "PREFIX", "\x0a\1\2\3\xff\xff\0\0", 8);
    fs_test_integer(t, "LIMIT", 3);
    FS_REQUIRE(fs_test_start(t));
    uint32_t seen[4], count = 0;
    for (unsigned i = 0; i < 200; i++) {
        fs_test_send(t, "in", "x", 1);
        uint32_t a = fs_get32(fs_test_out(t, "out", i)->annotations), k = 0;
        FS_EQUAL(a >> 16, 0x0a01);
        while (k < count && seen[k] != a) {
            k++;
        }
        if (k == count && count < 4) {
            seen[count++] = a;
        }
    }
    FS_CHECK(count > 1 && count <= 3);
    fs_test_end(t);
}
