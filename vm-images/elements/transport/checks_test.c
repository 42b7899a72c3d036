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
/* An IPv4 packet of this protocol with the hexadecimal digits behind the header. */
static struct bytes packet(uint8_t protocol, const char *behind)
{
    struct bytes b = {0}, rest = hex(behind);
    put_ip(&b, 0x0a000001, 0xc0000205, protocol, rest.size);
    put_hex(&b, behind);
    return b;
}
static void send(struct fs_test *t, const struct bytes *b)
{
    fs_test_send_packet(t, "in", marked_packet(t, b->at, b->size, 20));
}
/* The plain sum over pseudo header and payload; with the checksum in it 0 when it is right. */
static uint16_t sum(const struct bytes *b, size_t length)
{
    uint8_t all[200] = {0};
    memcpy(all, b->at + 12, 8);
    all[9] = b->at[9];
    all[11] = (uint8_t)length;
    memcpy(all + 12, b->at + 20, length);
    return plain_checksum(all, 12 + length);
}

#define TCP "0400 0050 00000001 00000002 5010 1000 0000 0000 616263"
#define UDP "0400 0035 000b 0000 616263"

FS_TEST(checktcpheader_checks)
{
    struct fs_test *t = around("CheckTCPHeader", true);
    fs_test_boolean(t, "DETAILS", true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes good = packet(6, TCP), b;
    fs_put16(good.at + 36, sum(&good, 23));
    send(t, &good);
    FS_FRAME(fs_test_out(t, "out", 0), good.at, good.size);
    b = good, b.at[42] ^= 1;
    send(t, &b); /* checksum */
    b = good, b.at[32] = 0x40;
    send(t, &b); /* header of 16 bytes */
    b = good, b.at[32] = 0x60;
    send(t, &b); /* header longer than the segment */
    b = good, b.size = 42;
    send(t, &b); /* a byte cut off */
    b = packet(6, "0400 0050");
    send(t, &b);
    b = good, b.at[9] = 17;
    send(t, &b);
    fs_test_send(t, "in", good.at, good.size); /* no mark */
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_EQUAL(fs_test_count(t, "bad"), 7);
    FS_TEXT(fs_test_read(t, "e.drops"), "7");
    FS_TEXT(fs_test_read(t, "e.drop_details"), "2\tnot TCP\n4\tbad packet length\n1\tbad TCP checksum\n");
    FS_CHECK(strstr(fs_test_log(t), "e: TCP header check failed: bad TCP checksum") != NULL);
    FS_CHECK(strstr(fs_test_log(t), "not TCP") == NULL); /* the first alone is logged */
    fs_test_end(t);
}

FS_TEST(checkudpheader_checks)
{
    struct fs_test *t = around("CheckUDPHeader", false);
    fs_test_boolean(t, "VERBOSE", true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes good = packet(17, UDP), b;
    send(t, &good); /* no checksum */
    fs_put16(good.at + 26, sum(&good, 11));
    send(t, &good);
    b = good, b.at[25] = 10;
    send(t, &b); /* shorter than the packet is fine, but then the sum is wrong */
    b = good, b.at[25] = 7;
    send(t, &b);
    b = good, b.at[25] = 12;
    send(t, &b);
    b = good, b.at[9] = 6;
    send(t, &b);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_CHECKSUM), 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 2);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_PROTOCOL), 1);
    FS_CHECK(strstr(fs_test_log(t), "not UDP") != NULL && strstr(fs_test_log(t), "bad UDP checksum") != NULL);
    FS_TEXT(fs_test_read(t, "e.drop_details"), "");
    fs_test_end(t);
}

FS_TEST(checkicmpheader_checks)
{
    static const struct {
        const char *behind;
        bool good;
    } cases[] = {
        {"0800 0000 00010002", true},
        {"0800 0000 000100", false},
        {"0300 0000 00000000 4500001c000000004011000001020304050607080400003500080000", true},
        {"0300 0000 00000000 4500001c0000000040110000010203040506070804000035000800", false},
        {"0d00 0000 00000000 000000010000000200000003", true},
        {"0d00 0000 00000000 00000001000000020000000300", false},
        {"0f00 0000 00000000", true},
        {"1000 0000 00000000 00", false},
        {"0900 0000 00000000 00", true},
    };
    struct fs_test *t = around("CheckICMPHeader", false);
    FS_REQUIRE(fs_test_start(t));
    unsigned good = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes b = packet(1, cases[i].behind);
        fs_put16(b.at + 22, plain_checksum(b.at + 20, b.size - 20));
        send(t, &b);
        good += cases[i].good;
        FS_EQUAL(fs_test_count(t, "out"), good);
    }
    struct bytes b = packet(1, "0800 f7fe 00010000"); /* ~(0800 + 0001) = f7fe */
    send(t, &b);
    FS_EQUAL(fs_test_count(t, "out"), good + 1);
    b.at[22] ^= 1;
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_CHECKSUM), 1);
    fs_test_end(t);
}

FS_TEST(settcpchecksum_sets)
{
    struct fs_test *t = around("SetTCPChecksum", false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(6, TCP);
    fs_put16(b.at + 36, 0xbeef);
    send(t, &b);
    fs_put16(b.at + 36, 0);
    FS_EQUAL(fs_get16(fs_test_out(t, "out", 0)->data + 36), sum(&b, 23));
    b.at[6] = 0x20; /* a fragment */
    send(t, &b);
    FS_FRAME(fs_test_out(t, "out", 1), b.at, b.size);
    b = packet(6, TCP), b.at[32] = 0x70;
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_HEADER_LENGTH), 1);
    b = packet(6, TCP), b.size--;
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    b = packet(17, TCP);
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_PROTOCOL), 1);
    fs_test_end(t);
}

FS_TEST(settcpchecksum_fixes_the_offset)
{
    struct fs_test *t = around("SetTCPChecksum", false);
    fs_test_boolean(t, "FIXOFF", true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(6, TCP "6465666768"); /* 28 bytes are 7 words */
    b.at[32] = 0xf5;
    send(t, &b);
    FS_EQUAL(fs_test_out(t, "out", 0)->data[32], 0x75);
    fs_test_end(t);
}

FS_TEST(setudpchecksum_sets)
{
    struct fs_test *t = around("SetUDPChecksum", false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(17, UDP);
    send(t, &b);
    FS_EQUAL(fs_get16(fs_test_out(t, "out", 0)->data + 26), sum(&b, 11));
    /* A sum of 0 is written as 0xffff: the ones' complement of what the rest adds up to, as payload. */
    b = packet(17, "0400 0035 000a 0000 0000");
    fs_put16(b.at + 28, sum(&b, 10));
    send(t, &b);
    FS_EQUAL(fs_get16(fs_test_out(t, "out", 1)->data + 26), 0xffff);
    b.at[7] = 1;
    send(t, &b);
    FS_FRAME(fs_test_out(t, "out", 2), b.at, b.size);
    b = packet(17, UDP), b.at[25] = 12;
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    b = packet(1, UDP);
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_PROTOCOL), 1);
    fs_test_end(t);
}
