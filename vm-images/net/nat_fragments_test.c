/* FRAGMENTS of the rewriters: later fragments become what the first of their datagram became. */
#include "net/testing_rewriter.h"

enum { SECOND = 1000000000, WAITING = 64, MORE = 0x2000 };

static struct fs_test *nat(int datagrams)
{
    struct fs_test *t = rewriter("IPRewriter", 2, 2);
    specify(t, "INPUTSPEC", "pattern 1.0.0.1 1024-65535# - - 0 1", "drop");
    fs_test_integer(t, "FRAGMENTS", datagrams);
    return t;
}

/* A fragment of a datagram with that identification; `fragment` as in the header. */
static void send_fragment(struct fs_test *t, const char *source, const char *flow, uint16_t id, uint16_t fragment)
{
    struct bytes b = udp_packet(flow, 8);
    fs_put16(b.at + 4, id);
    fs_put16(b.at + 6, fragment);
    fix_ip_checksum(b.at);
    send_bytes(t, source, &b);
}

/* What came out: `A > B @OFFSET` each, parted by blanks. Forgets it. */
static const char *pieces(struct fs_test *t, const char *sink)
{
    static char text[1000];
    size_t length = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < fs_test_count(t, sink); i++) {
        const uint8_t *ip = fs_test_out(t, sink, i)->data;
        FS_EQUAL(plain_checksum(ip, 20), 0);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%u.%u.%u.%u > %u.%u.%u.%u @%u", i > 0 ? " " : "",
                                   ip[12], ip[13], ip[14], ip[15], ip[16], ip[17], ip[18], ip[19],
                                   fs_get16(ip + 6) & 0x1fffu);
    }
    fs_test_forget(t, sink);
    return text;
}

FS_TEST(nat_fragments_follow_their_first)
{
    struct fs_test *t = nat(4); /* one set: what is told apart is not so by chance */
    FS_REQUIRE(fs_test_start(t));
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 7, MORE);
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 7, MORE | 2);
    const uint8_t *ip = fs_test_out(t, "out0", 1)->data;
    FS_EQUAL(fs_get16(ip + 20), 30); /* its bytes are data: they stay */
    FS_EQUAL(fs_get16(ip + 4), 7);
    FS_TEXT(pieces(t, "out0"), "1.0.0.1 > 9.9.9.9 @0 1.0.0.1 > 9.9.9.9 @2");
    send_fragment(t, "in1", "9.9.9.9 40 1.0.0.1 1024", 8, MORE);
    send_fragment(t, "in1", "9.9.9.9 40 1.0.0.1 1024", 8, 2);
    FS_TEXT(pieces(t, "out1"), "9.9.9.9 > 10.0.0.4 @0 9.9.9.9 > 10.0.0.4 @2");
    send_fragment(t, "in1", "10.0.0.4 30 9.9.9.9 40", 7, 2); /* as if from inside, by the other input */
    send_fragment(t, "in0", "10.0.0.5 30 9.9.9.9 40", 7, 2); /* another sender's */
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 8, 2); /* another datagram's */
    FS_TEXT(pieces(t, "out0"), "");
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_STATE), 0);
    fs_test_advance(t, 5ll * SECOND);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_STATE), 3);
    fs_test_end(t);
}

FS_TEST(nat_fragments_wait_for_their_first)
{
    struct fs_test *t = nat(16);
    FS_REQUIRE(fs_test_start(t));
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 7, 4);
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 6, MORE | 2); /* whose first never comes */
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 7, MORE | 2);
    fs_test_advance(t, 4ll * SECOND);
    FS_TEXT(pieces(t, "out0"), "");
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 7, MORE);
    FS_TEXT(pieces(t, "out0"), "1.0.0.1 > 9.9.9.9 @0 1.0.0.1 > 9.9.9.9 @4 1.0.0.1 > 9.9.9.9 @2");
    fs_test_advance(t, 2ll * SECOND); /* 6: has given up waiting, and what is known is still known */
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_STATE), 1);
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 7, 6);
    FS_TEXT(pieces(t, "out0"), "1.0.0.1 > 9.9.9.9 @6");
    fs_test_advance(t, 4ll * SECOND); /* 10: too long ago */
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 7, 6);
    FS_TEXT(pieces(t, "out0"), "");
    fs_test_end(t); /* one waits yet */
}

/* A first fragment that gets no mapping takes the others with it. */
FS_TEST(nat_fragments_of_what_is_refused)
{
    struct fs_test *t = nat(16);
    FS_REQUIRE(fs_test_start(t));
    send_fragment(t, "in1", "9.9.9.9 40 1.0.0.1 1024", 8, MORE);
    send_fragment(t, "in1", "9.9.9.9 40 1.0.0.1 1024", 8, 2);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_STATE), 1);
    fs_test_advance(t, 6ll * SECOND);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_STATE), 2);
    FS_TEXT(pieces(t, "out1"), "");
    fs_test_end(t);
}

/* Both memories are bounded, and the newest stay. */
FS_TEST(nat_fragments_limits)
{
    struct fs_test *t = nat(4 * WAITING);
    FS_REQUIRE(fs_test_start(t));
    for (uint16_t id = 0; id < 2 * WAITING; id++) {
        send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", id, 2);
    }
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_STATE), WAITING);
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 0, MORE);
    FS_TEXT(pieces(t, "out0"), "1.0.0.1 > 9.9.9.9 @0");
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 2 * WAITING - 1, MORE);
    FS_TEXT(pieces(t, "out0"), "1.0.0.1 > 9.9.9.9 @0 1.0.0.1 > 9.9.9.9 @2");
    fs_test_end(t);

    t = nat(4);
    FS_REQUIRE(fs_test_start(t));
    for (uint16_t id = 1; id <= 5; id++) {
        send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", id, MORE);
        fs_test_advance(t, SECOND / 100);
    }
    fs_test_forget(t, "out0");
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 1, 2);
    FS_TEXT(pieces(t, "out0"), "");
    for (uint16_t id = 2; id <= 5; id++) {
        send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", id, 2);
        FS_TEXT(pieces(t, "out0"), "1.0.0.1 > 9.9.9.9 @2");
    }
    fs_test_end(t);
}

/* An input that passes what is unknown passes later fragments of it too. */
FS_TEST(nat_fragments_pass)
{
    struct fs_test *t = rewriter("IPRewriter", 2, 2);
    specify(t, "INPUTSPEC", "pass 1", "drop");
    fs_test_integer(t, "FRAGMENTS", 4);
    FS_REQUIRE(fs_test_start(t));
    send_fragment(t, "in0", "10.0.0.4 30 9.9.9.9 40", 7, 2);
    FS_TEXT(pieces(t, "out1"), "10.0.0.4 > 9.9.9.9 @2");
    fs_test_end(t);
}

FS_TEST(nat_fragments_take_state)
{
    struct fs_test *old = nat(16), *new = nat(16);
    FS_REQUIRE(fs_test_start(old) && fs_test_start(new));
    send_fragment(old, "in0", "10.0.0.4 30 9.9.9.9 40", 7, MORE);
    struct fs_element *e = fs_test_element(new, "rw");
    e->class->take_state(e, fs_test_element(old, "rw"));
    send_fragment(new, "in0", "10.0.0.4 30 9.9.9.9 40", 7, 2);
    FS_TEXT(pieces(new, "out0"), "1.0.0.1 > 9.9.9.9 @2");
    fs_test_end(old);
    fs_test_end(new);
}

FS_TEST(nat_fragments_of_pings)
{
    struct fs_test *t = rewriter("ICMPPingRewriter", 2, 2);
    specify(t, "INPUTSPEC", "pattern 2.0.0.2 - 0-65535# 0 1", "drop");
    fs_test_integer(t, "FRAGMENTS", 4);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = {0};
    put_ip(&b, ip4(10, 0, 0, 4), ip4(9, 9, 9, 9), 1, 16);
    put_hex(&b, "0800 0000 04d2 0001 0000000000000000");
    fs_put16(b.at + 6, MORE);
    fix_ip_checksum(b.at);
    send_bytes(t, "in0", &b);
    fs_put16(b.at + 6, 2);
    fix_ip_checksum(b.at);
    send_bytes(t, "in0", &b);
    FS_TEXT(pieces(t, "out0"), "2.0.0.2 > 9.9.9.9 @0 2.0.0.2 > 9.9.9.9 @2");
    fs_test_end(t);
}
