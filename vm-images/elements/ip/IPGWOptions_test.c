#include "net/testing.h"

static struct fs_test *around(bool bad)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    if (bad) {
        fs_test_add(t, "bad", "TestSink");
    }
    fs_test_add(t, "e", "IPGWOptions");
    fs_test_bytes(t, "MYADDR", "\x0a\0\0\x9", 4);
    fs_test_bytes(t, "OTHERADDRS", "\x0a\1\0\x9\x0a\2\0\x9", 8);
    fs_test_chain(t, "in", "e", "out");
    if (bad) {
        fs_test_connect(t, "e", 1, "bad", 0);
    }
    return t;
}
static struct bytes packet(const char *options)
{
    struct bytes b = hex("4500 0000 1234 0000 40 11 0000 0a000001 c0000205");
    put_hex(&b, options);
    b.at[0] = (uint8_t)(0x40 | b.size / 4);
    put_hex(&b, "aabbccdd");
    b.at[3] = (uint8_t)b.size;
    fix_ip_checksum(b.at);
    return b;
}
static struct fs_packet *send(struct fs_test *t, const struct bytes *b)
{
    fs_test_send_packet(t, "in", marked_packet(t, b->at, b->size, (b->at[0] & 15u) * 4u));
    return fs_test_out(t, "out", fs_test_count(t, "out") - 1);
}

/* 1,000,000,000 s since 1970 is 01:46:40 UT: 6,400,000 ms since midnight = 0x0061a800. */
FS_TEST(ipgwoptions_changes_what_a_router_changes)
{
    static const struct {
        const char *before, *after;
    } cases[] = {
        {"01 070704 00000000", "01 070708 0a000009"},                          /* record route */
        {"01 070708 0a000001", "01 070708 0a000001"},                          /* full */
        {"4408 0500 00000000", "4408 0900 0061a800"},                          /* time alone */
        {"4408 0900 0061a800", "4408 0910 0061a800"},                          /* full: overflow counts */
        {"440c 0501 00000000 00000000", "440c 0d01 0a000009 0061a800"},        /* address and time */
        {"440c 0503 0a010009 00000000", "440c 0d03 0a010009 0061a800"},        /* one that we are asked for */
        {"440c 0503 0a030009 00000000", "440c 0503 0a030009 00000000"},        /* not ours */
        {"83 0704 0a000005 00", "83 0704 0a000005 00"},                        /* source routes are for others */
        {"00 070704 00000000", "00 070704 00000000"},                          /* behind the end */
    };
    struct fs_test *t = around(true);
    FS_REQUIRE(fs_test_start(t));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes b = packet(cases[i].before), after = packet(cases[i].after);
        FS_FRAME(send(t, &b), after.at, after.size);
    }
    FS_TEXT(fs_test_read(t, "e.drops"), "0");
    fs_test_end(t);
}

FS_TEST(ipgwoptions_refuses_what_is_wrong)
{
    static const struct {
        const char *options;
        unsigned place; /* of the wrong byte, from the header's start */
    } cases[] = {
        {"01010107", 24 },        /* cut off behind the type */
        {"07010400", 21},         /* length 1 */
        {"07050400", 21},         /* longer than the header */
        {"0707030000000000", 22}, /* pointer before the data */
        {"0707060000000000", 22}, /* pointer within a place */
        {"0707000000000000", 22}, /* pointer nought: counted from 1, it would be before the option */
        {"44080000 00000000", 22},
        {"44080400 00000000", 22},
        {"440805f0 00000000", 0}, /* overflow full, but there is room */
        {"440809f0 00000000", 23},
        {"44080502 00000000", 23}, /* no such flag */
        {"44030500", 21},
    };
    struct fs_test *t = around(true);
    FS_REQUIRE(fs_test_start(t));
    unsigned bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes b = packet(cases[i].options);
        send(t, &b);
        bad += cases[i].place != 0;
        FS_EQUAL(fs_test_count(t, "bad"), bad);
        if (cases[i].place != 0) {
            FS_EQUAL(fs_anno_u8(fs_test_out(t, "bad", bad - 1), FS_ANNO_ICMP_PARAMPROB), cases[i].place);
        }
    }
    fs_test_send(t, "in", "x", 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}
