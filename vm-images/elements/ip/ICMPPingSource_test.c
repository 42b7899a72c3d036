#include "net/testing.h"

static struct fs_test *source(bool input)
{
    struct fs_test *t = fs_test_new();
    if (input) {
        fs_test_add(t, "in", "TestSource");
    }
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "p", "ICMPPingSource");
    fs_test_bytes(t, "SRC", "\x0a\0\0\1", 4);
    fs_test_bytes(t, "DST", "\xc0\0\2\5", 4);
    fs_test_integer(t, "IDENTIFIER", 0x5678);
    fs_test_connect(t, "p", 0, "out", 0);
    if (input) {
        fs_test_connect(t, "in", 0, "p", 0);
    }
    return t;
}

FS_TEST(icmppingsource_sends_at_its_interval)
{
    struct fs_test *t = source(false);
    fs_test_integer(t, "LIMIT", 3);
    fs_test_bytes(t, "DATA", "abc", 3);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 999999999);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    fs_test_advance(t, 1);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    struct bytes want = hex("4500 001f 0001 0000 c8 01 0000 0a000001 c0000205 0800 0000 5678 0001 616263");
    fix_ip_checksum(want.at);
    fs_put16(want.at + 22, plain_checksum(want.at + 20, 11));
    struct fs_packet *p = fs_test_out(t, "out", 0);
    FS_FRAME(p, want.at, want.size);
    FS_EQUAL(memcmp(p->annotations, "\xc0\0\2\5", 4), 0);
    FS_EQUAL(p->timestamp, fs_test_now(t));
    fs_test_advance(t, 10000000000u);
    FS_EQUAL(fs_test_count(t, "out"), 3);
    FS_TEXT(fs_test_read(t, "p.count"), "3");
    FS_CHECK(fs_test_write(t, "p.interval", "0.25") && fs_test_write(t, "p.limit", "5"));
    FS_CHECK(fs_test_write(t, "p.dst", "192.0.2.6") && !fs_test_write(t, "p.src", "x"));
    FS_CHECK(!fs_test_write(t, "p.interval", "x"));
    fs_test_advance(t, 500000000);
    FS_EQUAL(fs_test_count(t, "out"), 5);
    FS_EQUAL(fs_test_out(t, "out", 4)->data[19], 6);
    FS_CHECK(fs_test_write(t, "p.limit", "-1") && fs_test_write(t, "p.active", "false"));
    fs_test_advance(t, 1000000000);
    FS_EQUAL(fs_test_count(t, "out"), 5);
    FS_CHECK(fs_test_write(t, "p.active", "true"));
    fs_test_advance(t, 1000000);
    FS_EQUAL(fs_test_count(t, "out"), 6);
    FS_CHECK(fs_test_write(t, "p.reset_counts", ""));
    FS_TEXT(fs_test_read(t, "p.count"), "0");
    FS_TEXT(fs_test_read(t, "p.summary"), "");
    fs_test_end(t);
}

FS_TEST(icmppingsource_gives_to_pullers)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "out", "TestPuller");
    fs_test_add(t, "p", "ICMPPingSource");
    fs_test_bytes(t, "SRC", "\x0a\0\0\1", 4);
    fs_test_bytes(t, "DST", "\xc0\0\2\5", 4);
    fs_test_integer(t, "LIMIT", 3);
    fs_test_connect(t, "p", 0, "out", 0);
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(fs_test_pull(t, "out", 2), 2);
    FS_EQUAL(fs_test_pull(t, "out", 2), 1);
    FS_EQUAL(fs_test_pull(t, "out", 2), 0);
    fs_test_end(t);
}

FS_TEST(icmppingsource_stops_after_its_last)
{
    struct fs_test *t = source(false);
    fs_test_integer(t, "LIMIT", 2);
    fs_test_boolean(t, "STOP", true);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 1999999999);
    FS_CHECK(!fs_router_stopped(fs_test_router(t)));
    fs_test_advance(t, 1);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    fs_test_end(t);

    t = fs_test_new();
    fs_test_add(t, "out", "TestPuller");
    fs_test_add(t, "p", "ICMPPingSource");
    fs_test_bytes(t, "SRC", "\x0a\0\0\1", 4);
    fs_test_bytes(t, "DST", "\xc0\0\2\5", 4);
    fs_test_integer(t, "LIMIT", 2);
    fs_test_boolean(t, "STOP", true);
    fs_test_connect(t, "p", 0, "out", 0);
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(fs_test_pull(t, "out", 1), 1);
    FS_CHECK(!fs_router_stopped(fs_test_router(t)));
    FS_EQUAL(fs_test_pull(t, "out", 8), 1);
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    fs_test_end(t);
}

/* The reply to request `sequence`, `us` microseconds after now. */
static void reply(struct fs_test *t, unsigned sequence)
{
    struct bytes b = hex("4500 001c 0000 0000 40 01 0000 c0000205 0a000001 0000 0000 5678 0000");
    fs_put16(b.at + 26, (uint16_t)sequence);
    struct fs_packet *p = marked_packet(t, b.at, b.size, 20);
    p->timestamp = fs_test_now(t);
    fs_test_send_packet(t, "in", p);
}

/* Round trips of 1 ms and 3 ms: mean 2 ms, deviation sqrt((1 + 9)/2 - 4) = 1 ms. */
FS_TEST(icmppingsource_counts_replies)
{
    struct fs_test *t = source(true);
    fs_test_integer(t, "LIMIT", 3);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 1000000000);
    fs_test_advance(t, 1000000);
    reply(t, 1);
    fs_test_advance(t, 999000000);
    fs_test_advance(t, 3000000);
    reply(t, 2);
    FS_CHECK(strstr(fs_test_log(t), "p: 0 bytes from 192.0.2.5: icmp_seq=2 ttl=64 time=3.000 ms") != NULL);
    fs_test_advance(t, 1000000000);
    reply(t, 9); /* never asked */
    FS_TEXT(fs_test_read(t, "p.summary"), "3 packets transmitted, 2 received, 33% packet loss\n"
                                          "rtt min/avg/max/mdev = 1.000/2.000/3.000/1.000\n");
    FS_TEXT(fs_test_read(t, "p.rtt_min"), "0.001");
    FS_TEXT(fs_test_read(t, "p.rtt_avg"), "0.002");
    FS_TEXT(fs_test_read(t, "p.rtt_max"), "0.003");
    reply(t, 2);
    FS_CHECK(strstr(fs_test_read(t, "p.summary"), "2 received, +1 duplicates, 33% packet loss") != NULL);
    FS_EQUAL(fs_test_drops(t, "p", FS_DROP_DISCARDED), 4);
    struct bytes b = hex("4500 001c 0000 0000 40 01 0000 c0000205 0a000001 0000 0000 1111 0003"); /* another's */
    fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 20));
    fs_test_send(t, "in", b.at, b.size);
    FS_CHECK(strstr(fs_test_read(t, "p.summary"), "2 received") != NULL);
    fs_test_end(t);
}

FS_TEST(icmppingencap_wraps)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", "ICMPPingEncap");
    fs_test_bytes(t, "SRC", "\x0a\0\0\1", 4);
    fs_test_bytes(t, "DST", "\xc0\0\2\5", 4);
    fs_test_integer(t, "IDENTIFIER", 0x5678);
    fs_test_chain(t, "in", "e", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    fs_test_send(t, "in", "abc", 3);
    struct bytes want = hex("4500 001f 0002 0000 ff 01 0000 0a000001 c0000205 0800 0000 5678 0002 616263");
    fix_ip_checksum(want.at);
    fs_put16(want.at + 22, plain_checksum(want.at + 20, 11));
    FS_FRAME(fs_test_out(t, "out", 1), want.at, want.size);
    FS_TEXT(fs_test_read(t, "e.src"), "10.0.0.1");
    FS_CHECK(fs_test_write(t, "e.src", "10.0.0.2") && !fs_test_write(t, "e.dst", ""));
    fs_test_end(t);
}

FS_TEST(ipencap_wraps)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", "IPEncap");
    fs_test_text(t, "PROTO", "ipip");
    fs_test_bytes(t, "SRC", "\x0a\0\0\1", 4);
    fs_test_bytes(t, "DST", "\xc0\0\2\5", 4);
    fs_test_integer(t, "TTL", 9);
    fs_test_integer(t, "DSCP", 46);
    fs_test_text(t, "ECT", "2");
    fs_test_boolean(t, "DF", true);
    fs_test_chain(t, "in", "e", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    fs_test_send(t, "in", "abc", 3);
    struct bytes want = hex("45ba 0017 0001 4000 09 04 0000 0a000001 c0000205 616263");
    fix_ip_checksum(want.at);
    struct fs_packet *p = fs_test_out(t, "out", 1);
    FS_FRAME(p, want.at, want.size);
    FS_EQUAL(memcmp(p->annotations, "\xc0\0\2\5", 4), 0);
    FS_EQUAL(fs_transport_header(p) - p->data, 20);
    FS_TEXT(fs_test_read(t, "e.dst"), "192.0.2.5");
    FS_CHECK(fs_test_write(t, "e.dst", "192.0.2.6"));
    fs_test_send(t, "in", "abc", 3);
    FS_EQUAL(fs_test_out(t, "out", 2)->data[19], 6);
    p = fs_test_packet(t, "abc", 3);
    p->data -= 109; /* headroom of 19 */
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}

FS_TEST(ipencap_refuses)
{
    static const char *const cases[][3] = {{"PROTO", "ipipip", "PROTO"}, {"ECT", "3", "ECT"}, {"ECN", "x", "ECN"}};
    for (size_t i = 0; i < 4; i++) {
        struct fs_test *t = fs_test_new();
        fs_test_add(t, "in", "TestSource");
        fs_test_add(t, "out", "TestSink");
        fs_test_add(t, "e", "IPEncap");
        if (i != 0) {
            fs_test_text(t, "PROTO", "47");
        }
        fs_test_bytes(t, "SRC", "\x0a\0\0\1", 4);
        fs_test_bytes(t, "DST", "\xc0\0\2\5", 4);
        if (i < 3) {
            fs_test_text(t, cases[i][0], cases[i][1]);
        } else {
            fs_test_integer(t, "TOS", 1);
            fs_test_boolean(t, "CE", true);
        }
        fs_test_chain(t, "in", "e", "out");
        FS_CHECK(strstr(fs_test_refused(t), i < 3 ? cases[i][2] : "TOS") != NULL);
        fs_test_end(t);
    }
}
