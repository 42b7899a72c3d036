#include "net/testing_rewriter.h"

/* A translator and its ping translator, with the errors that come from outside. */
static struct fs_test *translator(const char *maps, unsigned outputs)
{
    struct fs_test *t = fs_test_new();
    static const char *const names[] = {"in", "ping_in", "addr_in", "errors"}, *const sinks[] = {"out", "ping_out", "addr_out"};
    for (unsigned i = 0; i < 4; i++) {
        fs_test_add(t, names[i], "TestSource");
    }
    for (unsigned i = 0; i < 3; i++) {
        fs_test_add(t, sinks[i], "TestSink");
    }
    fs_test_add(t, "rw", "IPRewriter");
    specify(t, "INPUTSPEC", "pattern 1.0.0.1 1024-65535# - - 0 0");
    fs_test_integer(t, "REPLY_ANNO", FS_ANNO_PAINT);
    fs_test_add(t, "ping", "ICMPPingRewriter");
    specify(t, "INPUTSPEC", "pattern 1.0.0.2 - 5-65535# 0 0");
    fs_test_add(t, "addr", "IPAddrRewriter");
    specify(t, "INPUTSPEC", "pattern 1.0.0.3 - 0 0");
    fs_test_chain(t, "in", "rw", "out");
    fs_test_chain(t, "ping_in", "ping", "ping_out");
    fs_test_chain(t, "addr_in", "addr", "addr_out");
    fs_test_add(t, "icmp", "ICMPRewriter");
    fs_test_text(t, "MAPS", maps);
    fs_test_integer(t, "REPLY_ANNO", FS_ANNO_PAINT);
    fs_test_connect(t, "errors", 0, "icmp", 0);
    static const char *const error_sinks[] = {"e0", "e1", "e2"};
    for (unsigned i = 0; i < outputs; i++) {
        fs_test_add(t, error_sinks[i], "TestSink");
        fs_test_connect(t, "icmp", i, error_sinks[i], 0);
    }
    return t;
}

/* An error from 9.9.9.9 about what came out of a sink; `quoted` bytes of it. */
static struct bytes error_about(struct fs_test *t, const char *sink, uint8_t type, size_t quoted)
{
    const struct fs_packet *about = fs_test_out(t, sink, fs_test_count(t, sink) - 1);
    struct bytes b = {0};
    quoted = quoted < about->length ? quoted : about->length;
    put_ip(&b, ip4(9, 9, 9, 9), fs_get32(about->data + 12), 1, 8 + quoted);
    put_number(&b, 1, type);
    put_hex(&b, "01 0000 00000000");
    memcpy(b.at + b.size, about->data, quoted);
    b.size += quoted;
    fs_put16(b.at + 22, plain_checksum(b.at + 20, b.size - 20));
    return b;
}

/* The error that came out must quote the packet as it was sent, and all its checksums must be right. */
static void expect_about(struct fs_test *t, const char *sink, const struct bytes *sent, size_t quoted)
{
    FS_REQUIRE(fs_test_count(t, sink) == 1);
    const struct fs_packet *p = fs_test_out(t, sink, 0);
    quoted = quoted < sent->size ? quoted : sent->size;
    FS_EQUAL(p->length, 28 + quoted);
    FS_EQUAL(plain_checksum(p->data, 20), 0);
    FS_EQUAL(plain_checksum(p->data + 20, p->length - 20), 0);
    FS_EQUAL(fs_get32(p->data + 12), ip4(9, 9, 9, 9));
    FS_EQUAL(fs_get32(p->data + 16), fs_get32(sent->at + 12));
    FS_EQUAL(FS_SWAP32(fs_anno_u32(fs_test_out(t, sink, 0), FS_ANNO_DST_IP)), fs_get32(sent->at + 12));
    quoted -= quoted == 37 && sent->at[9] == 6; /* half a TCP checksum: cannot be brought up to date */
    FS_CHECK(memcmp(p->data + 28, sent->at, quoted) == 0);
    fs_test_forget(t, sink);
}

FS_TEST(icmprewriter_undoes_each_rewriter)
{
    struct fs_test *t = translator("rw ping addr", 1);
    FS_REQUIRE(fs_test_start(t));
    static const uint8_t types[] = {3, 4, 5, 11, 12};
    struct bytes sent[4] = {udp_packet("3.3.3.3 3 4.4.4.4 4", 30), tcp_packet("3.3.3.3 3 4.4.4.4 4", 2, 7, 0, "", "xyz"),
                            udp_packet("3.3.3.3 9 4.4.4.4 4", 31), {0}};
    fs_put16(sent[2].at + 26, 0); /* no UDP checksum */
    for (unsigned i = 0; i < 3; i++) {
        send_bytes(t, "in", &sent[i]);
        for (size_t quoted = 28; quoted < 60; quoted++) {
            struct bytes e = error_about(t, "out", types[quoted % 5], quoted);
            send_bytes(t, "errors", &e);
            expect_about(t, "e0", &sent[i], quoted);
        }
    }
    struct bytes ping = {0};
    put_ip(&ping, ip4(3, 3, 3, 3), ip4(4, 4, 4, 4), 1, 12);
    put_hex(&ping, "0800 0000 1234 0001 61626364");
    fs_put16(ping.at + 22, plain_checksum(ping.at + 20, 12));
    send_bytes(t, "ping_in", &ping);
    struct bytes e = error_about(t, "ping_out", 11, 28);
    send_bytes(t, "errors", &e);
    expect_about(t, "e0", &ping, 28);
    struct bytes gre = udp_packet("5.5.5.5 3 4.4.4.4 4", 4);
    gre.at[9] = 47;
    fix_ip_checksum(gre.at);
    send_bytes(t, "addr_in", &gre);
    e = error_about(t, "addr_out", 3, 28);
    send_bytes(t, "errors", &e);
    expect_about(t, "e0", &gre, 28);
    fs_test_end(t);
}

FS_TEST(icmprewriter_lets_nothing_else_pass)
{
    struct fs_test *t = translator("rw", 2);
    FS_REQUIRE(fs_test_start(t));
    struct bytes sent = udp_packet("3.3.3.3 3 4.4.4.4 4", 30);
    struct fs_packet *p = marked_packet(t, sent.at, sent.size, 20);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 9);
    fs_test_send_packet(t, "in", p);
    struct bytes good = error_about(t, "out", 3, 40), b;
    send_bytes(t, "errors", &good);
    FS_REQUIRE(fs_test_count(t, "e0") == 1);
    FS_EQUAL(fs_anno_u8(fs_test_out(t, "e0", 0), FS_ANNO_PAINT), 9);
    fs_test_forget(t, "e0");
    b = good, b.at[20] = 8; /* a request */
    send_bytes(t, "errors", &b);
    b = good, b.at[9] = 17; /* no ICMP */
    send_bytes(t, "errors", &b);
    b = good, b.at[7] = 1; /* a later fragment */
    send_bytes(t, "errors", &b);
    b = good, b.at[28] = 0x65; /* quotes IPv6 */
    send_bytes(t, "errors", &b);
    b = good, b.at[28] = 0x44; /* a header that is too short */
    send_bytes(t, "errors", &b);
    b = good, b.at[28] = 0x4f; /* and one longer than what is there */
    send_bytes(t, "errors", &b);
    b = good, b.at[51] ^= 1; /* another port */
    send_bytes(t, "errors", &b);
    b = good, b.at[35] = 1; /* quotes a later fragment */
    send_bytes(t, "errors", &b);
    FS_EQUAL(fs_test_count(t, "e1"), 8);
    FS_EQUAL(fs_test_count(t, "e0"), 0);
    for (size_t size = 0; size < 56; size++) {
        b = good, b.size = size;
        send_bytes(t, "errors", &b);
    }
    FS_EQUAL(fs_test_count(t, "e1"), 8 + 56);
    fs_test_end(t);

    t = translator("rw", 1);
    FS_REQUIRE(fs_test_start(t));
    send_bytes(t, "errors", &good);
    FS_EQUAL(fs_test_drops(t, "icmp", FS_DROP_STATE), 1);
    fs_test_end(t);
}

FS_TEST(icmprewriter_outputs)
{
    struct fs_test *t = translator("ping:0 rw:1", 3);
    FS_REQUIRE(fs_test_start(t));
    struct bytes sent = udp_packet("3.3.3.3 3 4.4.4.4 4", 30);
    send_bytes(t, "in", &sent);
    struct bytes e = error_about(t, "out", 3, 40);
    send_bytes(t, "errors", &e);
    expect_about(t, "e1", &sent, 40);
    e.at[51] ^= 1;
    send_bytes(t, "errors", &e);
    FS_EQUAL(fs_test_drops(t, "icmp", FS_DROP_STATE), 1);
    fs_test_end(t);
    static const struct {
        const char *maps, *said;
    } wrong[] = {{"", "no IP rewriters supplied"},
                 {"rw in", "in not an IP rewriter"},
                 {"nobody", "nobody not an IP rewriter"},
                 {"rw:x", "rw:x not an IP rewriter"},
                 {"rw:1", "rw:1 port offset requires more than 1 output"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        t = translator(wrong[i].maps, 1);
        FS_CHECK(strstr(fs_test_refused(t), wrong[i].said) != NULL);
        fs_test_end(t);
    }
}
