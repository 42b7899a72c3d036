#include "net/testing.h"

static struct fs_test *fragmenter(unsigned mtu, bool bad)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    if (bad) {
        fs_test_add(t, "bad", "TestSink");
    }
    fs_test_add(t, "f", "IP6Fragmenter");
    fs_test_integer(t, "MTU", mtu);
    fs_test_chain(t, "in", "f", "out");
    if (bad) {
        fs_test_connect(t, "f", 1, "bad", 0);
    }
    return t;
}
static void send(struct fs_test *t, const struct bytes *b)
{
    fs_test_send_packet(t, "in", marked_packet(t, b->at, b->size, 40));
}
static struct bytes numbered(uint8_t next, size_t payload)
{
    struct bytes b = {0};
    put_ip6(&b, 1, 2, next, payload);
    for (size_t i = 0; i < payload; i++) {
        put_number(&b, 1, i & 255);
    }
    return b;
}
/* Fragment i: `fixed` bytes as in b, but for the length; then the header, then `n` bytes of b from `from` on. */
static void check(struct fs_test *t, unsigned i, const struct bytes *b, size_t fixed, uint8_t next, unsigned field,
                  size_t from, size_t n)
{
    struct fs_packet *p = fs_test_out(t, "out", i);
    FS_REQUIRE(p != NULL && p->length == fixed + 8 + n);
    FS_EQUAL(fs_get16(p->data + 4), fixed - 40 + 8 + n);
    FS_EQUAL(memcmp(p->data + 8, b->at + 8, 32), 0);
    FS_EQUAL(p->data[fixed], next);
    FS_EQUAL(p->data[fixed + 1], 0);
    FS_EQUAL(fs_get16(p->data + fixed + 2), field);
    FS_EQUAL(memcmp(p->data + fixed + 8, b->at + from, n), 0);
    FS_CHECK(fs_network_header(p) == p->data && fs_transport_header(p) == p->data + fixed + 8);
    FS_EQUAL(fs_get32(p->data + fixed + 4), fs_get32(fs_test_out(t, "out", 0)->data + fixed + 4)); /* identification */
}

FS_TEST(ip6fragmenter_splits)
{
    struct fs_test *t = fragmenter(100, false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = numbered(17, 60);
    send(t, &b); /* 100 bytes */
    FS_FRAME(fs_test_out(t, "out", 0), b.at, b.size);
    fs_test_forget(t, "out");
    b = numbered(17, 110); /* 48 bytes fit into a fragment, behind 40 and 8 */
    send(t, &b);
    FS_REQUIRE(fs_test_count(t, "out") == 3);
    FS_EQUAL(fs_test_out(t, "out", 0)->data[6], 44);
    check(t, 0, &b, 40, 17, 1, 40, 48);
    check(t, 1, &b, 40, 17, 48 | 1, 88, 48);
    check(t, 2, &b, 40, 17, 96, 136, 14);
    uint32_t first = fs_get32(fs_test_out(t, "out", 0)->data + 44);
    fs_test_forget(t, "out");
    send(t, &b);
    FS_CHECK(fs_get32(fs_test_out(t, "out", 0)->data + 44) != first);
    FS_TEXT(fs_test_read(t, "f.fragments"), "6");
    FS_TEXT(fs_test_read(t, "f.drops"), "0");
    fs_test_end(t);
}

/* RFC 8200 4.5: hop-by-hop options and what comes up to the routing header go with each, destination options behind not. */
FS_TEST(ip6fragmenter_keeps_headers_of_the_way)
{
    struct fs_test *t = fragmenter(100, false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = {0};
    put_ip6(&b, 1, 2, 0, 24 + 8 + 40);
    put_hex(&b, "3c 00 0104 00000000  2b 00 0104 00000000  3c 00 0000 00000000  11 00 0104 00000000");
    for (unsigned i = 0; i < 40; i++) {
        put_number(&b, 1, i);
    }
    send(t, &b);
    FS_REQUIRE(fs_test_count(t, "out") == 2);
    FS_EQUAL(fs_test_out(t, "out", 0)->data[6], 0);
    FS_EQUAL(fs_test_out(t, "out", 0)->data[56], 44); /* behind the routing header */
    FS_EQUAL(fs_get16(fs_test_out(t, "out", 0)->data + 64 + 2), 1);
    check(t, 1, &b, 64, 60, 24, 64 + 24, 24);
    fs_test_end(t);
}

FS_TEST(ip6fragmenter_splits_fragments)
{
    struct fs_test *t = fragmenter(64, false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = {0};
    put_ip6(&b, 1, 2, 44, 8 + 24);
    put_hex(&b, "11 00 0051 01020304 000102030405060708090a0b0c0d0e0f 1011121314151617"); /* offset 80, more */
    send(t, &b);
    FS_REQUIRE(fs_test_count(t, "out") == 2);
    check(t, 0, &b, 40, 17, 80 | 1, 48, 16);
    check(t, 1, &b, 40, 17, 96 | 1, 64, 8);
    FS_EQUAL(fs_get32(fs_test_out(t, "out", 1)->data + 44), 0x01020304);
    b.at[42] = 0xff, b.at[43] = 0xf9; /* it would end behind byte 65,535 */
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_MALFORMED), 1);
    fs_test_end(t);
}

FS_TEST(ip6fragmenter_what_cannot_be_split)
{
    struct fs_test *t = fragmenter(56, true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = {0};
    put_ip6(&b, 1, 2, 0, 8 + 40);
    put_hex(&b, "11 00 0104 00000000");
    b.size += 40;
    send(t, &b);
    FS_FRAME(fs_test_out(t, "bad", 0), b.at, b.size);
    FS_TEXT(fs_test_read(t, "f.drops"), "1");
    b.at[41] = 9; /* options beyond the packet */
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_MALFORMED), 1);
    fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size - 1, 40)); /* shorter than it says */
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_BAD_LENGTH), 2);
    fs_test_end(t);
}

FS_TEST(ip6fragmenter_all_or_none)
{
    struct fs_test *t = fragmenter(100, false);
    fs_test_pool(t, 3);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = numbered(17, 110);
    send(t, &b); /* three fragments, and two places beside its own */
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_NO_BUFFER), 1);
    fs_test_end(t);
}
