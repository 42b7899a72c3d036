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
static struct fs_packet *send(struct fs_test *t, const struct bytes *frame)
{
    struct fs_packet *p = fs_test_packet(t, frame->at, frame->size);
    fs_set_network_header(p, p->data + 14, frame->at[12] == 0x86 ? 40 : 20);
    fs_test_send_packet(t, "in", p);
    return fs_test_out(t, "out", fs_test_count(t, "out") - 1);
}
/* The UDP checksum of udp_frame() or udp6_frame(). */
static uint16_t sum(const uint8_t *frame, size_t size)
{
    uint8_t all[200] = {0};
    bool six = frame[12] == 0x86;
    size_t header = six ? 40 : 20, addresses = six ? 32 : 8, length = size - 14 - header;
    memcpy(all, frame + 14 + (six ? 8 : 12), addresses);
    all[addresses + 1] = 17;
    fs_put16(all + addresses + 2, (uint16_t)length);
    memcpy(all + addresses + 4, frame + 14 + header, length);
    return plain_checksum(all, addresses + 4 + length);
}

FS_TEST(setipfields_sets_what_it_is_told)
{
    struct fs_test *t = around("SetIPFields");
    fs_test_integer(t, "DSCP", 46);
    fs_test_integer(t, "ECN", 2);
    fs_test_integer(t, "TTL", 7);
    fs_test_bytes(t, "SRC", "\xc0\0\2\1", 4);
    fs_test_bytes(t, "DST", "\xc6\x33\x64\1", 4);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp_frame(1, 2, 9);
    fs_put16(b.at + 40, sum(b.at, b.size));
    struct fs_packet *p = send(t, &b);
    FS_EQUAL(p->data[15], 46 << 2 | 2);
    FS_EQUAL(p->data[22], 7);
    FS_EQUAL(memcmp(p->data + 26, "\xc0\0\2\1\xc6\x33\x64\1", 8), 0);
    FS_EQUAL(plain_checksum(p->data + 14, 20), 0);
    FS_EQUAL(sum(p->data, p->length), 0);
    FS_EQUAL(memcmp(p->annotations, "\xc6\x33\x64\1", 4), 0);
    b = udp6_frame(1, 2, 9);
    b.at[14] = 0x61, b.at[15] = 0x23; /* class 0x12, the label's first digit 3 */
    p = send(t, &b);
    FS_EQUAL(fs_get16(p->data + 14), 0x6ba3); /* 46 << 2 | 2 = 0xba */
    FS_EQUAL(p->data[21], 7);
    FS_EQUAL(memcmp(p->data + 22, b.at + 22, 32), 0);
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

FS_TEST(setipfields_keeps_the_rest)
{
    struct fs_test *t = around("SetIPFields");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp_frame(1, 2, 9);
    FS_FRAME(send(t, &b), b.at, b.size);
    b = udp6_frame(1, 2, 9);
    FS_FRAME(send(t, &b), b.at, b.size);
    fs_test_end(t);
    t = around("SetIPFields");
    fs_test_integer(t, "TTL", 0);
    fs_test_integer(t, "ECN", 0);
    FS_REQUIRE(fs_test_start(t));
    b.at[14] = 0x6f, b.at[15] = 0xf3;
    FS_EQUAL(fs_get16(send(t, &b)->data + 14), 0x6fc3);
    FS_EQUAL(fs_test_out(t, "out", 0)->data[21], 0);
    fs_test_end(t);
}

FS_TEST(markipce_marks_ip6_too)
{
    struct fs_test *t = around("MarkIPCE");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp6_frame(1, 2, 9);
    send(t, &b); /* not ECN-capable */
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_RATE), 1);
    b.at[15] = 0x10;
    FS_EQUAL(fs_get16(send(t, &b)->data + 14), 0x6030);
    fs_test_end(t);
}
