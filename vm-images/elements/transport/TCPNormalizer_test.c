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
/* The sum over pseudo header and segment, of an IPv4 or IPv6 packet; 0 when the checksum is right. */
static uint16_t sum(const struct bytes *b)
{
    uint8_t all[200] = {0};
    bool six = b->at[0] >> 4 == 6;
    size_t header = six ? 40 : 20, addresses = six ? 32 : 8, length = b->size - header;
    memcpy(all, b->at + (six ? 8 : 12), addresses);
    all[addresses + 1] = 6;
    fs_put16(all + addresses + 2, (uint16_t)length);
    memcpy(all + addresses + 4, b->at + header, length);
    return plain_checksum(all, addresses + 4 + length);
}
/* A segment with these flags, options and data; its checksum is right. */
static struct bytes segment(bool six, unsigned flags, const char *options, const char *data)
{
    struct bytes b = {0}, o = hex(options), d = hex(data);
    size_t size = 20 + o.size + d.size;
    if (six) {
        put_ip6(&b, 1, 2, 6, size);
    } else {
        put_ip(&b, 0x0a000001, 0x0a000002, 6, size);
    }
    size_t tcp = b.size;
    put_hex(&b, "0400 0050 00000001 00000002");
    put_number(&b, 1, (20 + o.size) << 2);
    put_number(&b, 1, flags);
    put_hex(&b, "1000 0000 0000");
    put_hex(&b, options);
    put_hex(&b, data);
    fs_put16(b.at + tcp + 16, sum(&b));
    return b;
}
static struct fs_packet *send(struct fs_test *t, const struct bytes *b)
{
    fs_test_send_packet(t, "in", marked_packet(t, b->at, b->size, b->at[0] >> 4 == 6 ? 40 : 20));
    return fs_test_out(t, "out", fs_test_count(t, "out") - 1);
}
static void is(struct fs_test *t, const struct bytes *sent, bool six, unsigned flags, const char *options)
{
    struct bytes want = segment(six, flags, options, "6162");
    FS_FRAME(send(t, sent), want.at, want.size);
}

/* 1400 - 40 = 1360 = 0x550; 1400 - 60 = 1340 = 0x53c. The option stands at even and odd places. */
FS_TEST(tcpmssclamp_clamps)
{
    struct fs_test *t = around("TCPMSSClamp", false);
    fs_test_integer(t, "MTU", 1400);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = segment(false, 0x02, "020405b4", "6162");
    is(t, &b, false, 0x02, "02040550");
    b = segment(false, 0x12, "01020405b4010402 00000000", "6162");
    is(t, &b, false, 0x12, "0102040550010402 00000000");
    b = segment(true, 0x02, "020405a0", "6162");
    is(t, &b, true, 0x02, "0204053c");
    FS_TEXT(fs_test_read(t, "e.clamped"), "3");
    FS_TEXT(fs_test_read(t, "e.mss"), "1360 1340");
    static const char *const same[] = {"02040550", "02040218", "", "0103030702", "01010101", "020305b4", "0204"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct bytes o = hex(same[i]);
        char padded[40] = {0};
        strcpy(padded, same[i]);
        for (size_t k = o.size; k % 4 != 0; k++) {
            strcat(padded, "00");
        }
        b = segment(false, 0x02, padded, "");
        FS_FRAME(send(t, &b), b.at, b.size);
    }
    b = segment(false, 0x10, "020405b4", ""); /* no SYN */
    FS_FRAME(send(t, &b), b.at, b.size);
    b = segment(false, 0x02, "020405b4", "");
    b.at[7] = 1; /* a later fragment */
    FS_FRAME(send(t, &b), b.at, b.size);
    b = segment(false, 0x02, "020405b4", ""), b.size = 43; /* cut off */
    FS_FRAME(send(t, &b), b.at, b.size);
    FS_TEXT(fs_test_read(t, "e.clamped"), "3");
    FS_CHECK(fs_test_write(t, "e.mtu", "576") && !fs_test_write(t, "e.mtu", "67"));
    b = segment(false, 0x02, "020405b4", "6162");
    is(t, &b, false, 0x02, "02040218");
    fs_test_send(t, "in", b.at, b.size); /* unmarked */
    FS_FRAME(fs_test_out(t, "out", fs_test_count(t, "out") - 1), b.at, b.size);
    fs_test_end(t);
}

FS_TEST(tcpmssclamp_leaves_clones_alone)
{
    struct fs_test *t = around("TCPMSSClamp", false);
    fs_test_integer(t, "MSS", 1000);
    fs_test_integer(t, "MSS6", 900);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = segment(false, 0x02, "020405b4", "");
    struct fs_packet *p = marked_packet(t, b.at, b.size, 20);
    fs_test_send_packet(t, "in", fs_packet_clone(p));
    FS_FRAME(p, b.at, b.size);
    FS_EQUAL(fs_get16(fs_test_out(t, "out", 0)->data + 42), 1000);
    fs_packet_free(p);
    fs_test_end(t);
}

FS_TEST(tcpnormalizer_strips_unknown_options)
{
    struct fs_test *t = around("TCPNormalizer", true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = segment(false, 0x02, "020405b4 1e0c0081aabbccdd11223344 01030307", "6162"); /* MPTCP */
    is(t, &b, false, 0x02, "020405b4 010101010101010101010101 01030307");
    b = segment(true, 0x10, "fd03aa 080a0000000100000002 fe02 00", "6162");
    is(t, &b, true, 0x10, "010101 080a0000000100000002 0101 00");
    FS_TEXT(fs_test_read(t, "e.stripped"), "3");
    b = segment(false, 0x10, "0101080a0000000100000002", "6162");
    is(t, &b, false, 0x10, "0101080a0000000100000002");
    fs_test_end(t);
}

FS_TEST(tcpnormalizer_keeps_or_drops_them)
{
    struct bytes b = segment(false, 0x02, "1e0c0081aabbccdd11223344", ""), other = segment(false, 0x02, "fd020101", "");
    struct fs_test *t = around("TCPNormalizer", true);
    fs_test_text(t, "UNKNOWN", "keep");
    FS_REQUIRE(fs_test_start(t));
    FS_FRAME(send(t, &b), b.at, b.size);
    fs_test_end(t);
    t = around("TCPNormalizer", true);
    fs_test_text(t, "UNKNOWN", "drop");
    fs_test_text(t, "KNOWN", "mptcp 4");
    FS_REQUIRE(fs_test_start(t));
    FS_FRAME(send(t, &b), b.at, b.size);
    send(t, &other);
    FS_FRAME(fs_test_out(t, "bad", 0), other.at, other.size);
    FS_TEXT(fs_test_read(t, "e.drops"), "1");
    fs_test_end(t);
    t = around("TCPNormalizer", false);
    fs_test_text(t, "UNKNOWN", "what");
    FS_CHECK(strstr(fs_test_refused(t), "keep, strip or drop") != NULL);
    fs_test_end(t);
    t = around("TCPNormalizer", false);
    fs_test_text(t, "KNOWN", "mss 256");
    FS_CHECK(strstr(fs_test_refused(t), "option kinds") != NULL);
    fs_test_end(t);
}

FS_TEST(tcpnormalizer_clears_bits)
{
    struct fs_test *t = around("TCPNormalizer", true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes want = segment(false, 0x10, "", "6162"), b = want;
    b.at[32] |= 0x0f;
    b.at[38] = 0xbe, b.at[39] = 0xef; /* an urgent pointer without URG */
    fs_put16(b.at + 36, 0);
    fs_put16(b.at + 36, sum(&b));
    FS_FRAME(send(t, &b), want.at, want.size);
    FS_TEXT(fs_test_read(t, "e.cleared"), "1");
    b.at[32] &= 0xf0, b.at[33] |= 0x20; /* with URG it stays */
    fs_put16(b.at + 36, 0);
    fs_put16(b.at + 36, sum(&b));
    FS_FRAME(send(t, &b), b.at, b.size);
    fs_test_end(t);
    t = around("TCPNormalizer", true);
    fs_test_boolean(t, "URGENT", true);
    FS_REQUIRE(fs_test_start(t));
    FS_FRAME(send(t, &b), want.at, want.size);
    fs_test_end(t);
}

FS_TEST(tcpnormalizer_refuses_what_cannot_be)
{
    static const uint8_t bad[] = {0x00, 0x01, 0x03, 0x06, 0x05, 0x15, 0x20, 0x29, 0x3f}, good[] = {0x02, 0x12, 0x10, 0x11, 0x18, 0x04, 0x14, 0xc2};
    struct fs_test *t = around("TCPNormalizer", false);
    fs_test_boolean(t, "SYN_DATA", false);
    FS_REQUIRE(fs_test_start(t));
    for (size_t i = 0; i < sizeof bad; i++) {
        struct bytes b = segment(false, bad[i], "", "");
        send(t, &b);
    }
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_MALFORMED), sizeof bad);
    for (size_t i = 0; i < sizeof good; i++) {
        struct bytes b = segment(false, good[i], "", "");
        FS_FRAME(send(t, &b), b.at, b.size);
    }
    struct bytes b = segment(false, 0x02, "", "61");
    send(t, &b);
    b = segment(false, 0x10, "08010000", ""); /* an option of one byte */
    send(t, &b);
    b = segment(false, 0x10, "01010108", ""); /* cut off */
    send(t, &b);
    b = segment(false, 0x10, "080a0000", ""); /* beyond the header */
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_MALFORMED), sizeof bad + 4);
    struct bytes udp = udp_frame(1, 2, 3);
    fs_test_send(t, "in", udp.at, udp.size);
    FS_EQUAL(fs_test_count(t, "out"), sizeof good + 1);
    fs_test_end(t);
}
