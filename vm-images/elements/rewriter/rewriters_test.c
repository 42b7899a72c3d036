/* TCPRewriter, UDPRewriter, IPAddrRewriter, IPAddrPairRewriter, ICMPPingRewriter: what differs from IPRewriter. */
#include "net/testing_rewriter.h"

static struct fs_test *two_way(const char *class_name, const char *pattern)
{
    struct fs_test *t = rewriter(class_name, 2, 2);
    specify(t, "INPUTSPEC", pattern, "drop");
    return t;
}

FS_TEST(tcprewriter_takes_tcp_alone)
{
    struct fs_test *t = two_way("TCPRewriter", "pattern 1.0.0.1 1024-65535# - - 0 1");
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "3.3.3.3 3 4.4.4.4 4");
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_BAD_PROTOCOL), 1);
    send_tcp(t, "in0", "3.3.3.3 3 4.4.4.4 4", FS_TCP_SYN, "");
    FS_TEXT(came(t, "out0"), "1.0.0.1 1024 4.4.4.4 4");
    send_tcp(t, "in1", "4.4.4.4 4 1.0.0.1 1024", FS_TCP_SYN | FS_TCP_ACK, "");
    FS_TEXT(came(t, "out1"), "4.4.4.4 4 3.3.3.3 3");
    FS_TEXT(ask(t, "rw.lookup", "3.3.3.3 3 4.4.4.4 4"), "1.0.0.1 1024 4.4.4.4 4");
    FS_TEXT(fs_test_read(t, "rw.table"), "(3.3.3.3, 3, 4.4.4.4, 4) => (1.0.0.1, 1024, 4.4.4.4, 4) [*0 1] i0 exp300\n"
                                         "(4.4.4.4, 4, 1.0.0.1, 1024) => (4.4.4.4, 4, 3.3.3.3, 3) [0 *1] i0 exp300\n");
    fs_test_end(t);
}

FS_TEST(udprewriter_is_blind_to_protocols)
{
    struct fs_test *t = two_way("UDPRewriter", "pattern 1.0.0.1 1024-65535# - - 0 1");
    fs_test_integer(t, "TIMEOUT", 40000000000);
    fs_test_integer(t, "STREAMING_TIMEOUT", 50000000000);
    FS_REQUIRE(fs_test_start(t));
    send_tcp(t, "in0", "3.3.3.3 3 4.4.4.4 4", FS_TCP_SYN, "x");
    FS_TEXT(came(t, "out0"), "1.0.0.1 1024 4.4.4.4 4");
    send_udp(t, "in0", "3.3.3.3 3 4.4.4.4 4");
    FS_TEXT(came(t, "out0"), "1.0.0.1 1024 4.4.4.4 4");
    FS_CHECK(strstr(fs_test_read(t, "rw.table"), " exp40\n") != NULL);
    send_tcp(t, "in1", "4.4.4.4 4 1.0.0.1 1024", FS_TCP_RST, "");
    FS_TEXT(came(t, "out1"), "4.4.4.4 4 3.3.3.3 3");
    FS_CHECK(strstr(fs_test_read(t, "rw.table"), " exp50\n") != NULL);
    struct bytes dccp = udp_packet("5.5.5.5 5 4.4.4.4 4", 8); /* RFC 4340: the checksum is where UDP has it */
    dccp.at[9] = 33;
    fix_ip_checksum(dccp.at);
    put_checksum(dccp.at, 6);
    send_bytes(t, "in0", &dccp);
    FS_REQUIRE(fs_test_count(t, "out0") == 1);
    struct bytes came_out = {.size = fs_test_out(t, "out0", 0)->length};
    memcpy(came_out.at, fs_test_out(t, "out0", 0)->data, came_out.size);
    uint16_t found = fs_get16(came_out.at + 26);
    put_checksum(came_out.at, 6);
    FS_EQUAL(found, fs_get16(came_out.at + 26));
    fs_test_end(t);
}

static void send_proto(struct fs_test *t, const char *source, const char *flow, uint8_t protocol, uint16_t fragment)
{
    struct bytes b = udp_packet(flow, 4);
    b.at[9] = protocol;
    fs_put16(b.at + 6, fragment);
    fix_ip_checksum(b.at);
    send_bytes(t, source, &b);
}
/* Addresses of what came out, `A > B`. */
static const char *addresses(struct fs_test *t, const char *sink)
{
    static char text[60];
    unsigned count = fs_test_count(t, sink);
    text[0] = '\0';
    if (count > 0) {
        const uint8_t *ip = fs_test_out(t, sink, count - 1)->data;
        FS_EQUAL(plain_checksum(ip, 20), 0);
        snprintf(text, sizeof text, "%u.%u.%u.%u > %u.%u.%u.%u", ip[12], ip[13], ip[14], ip[15], ip[16], ip[17], ip[18],
                 ip[19]);
    }
    fs_test_forget(t, sink);
    return text;
}

FS_TEST(ipaddrrewriter_by_address)
{
    struct fs_test *t = two_way("IPAddrRewriter", "pattern 3.0.0.1-3.0.0.3# - 0 1");
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "1.0.0.1 5 9.9.9.9 9");
    FS_TEXT(came(t, "out0"), "3.0.0.1 5 9.9.9.9 9");
    send_tcp(t, "in0", "1.0.0.2 5 9.9.9.8 9", FS_TCP_SYN, "");
    FS_TEXT(came(t, "out0"), "3.0.0.2 5 9.9.9.8 9");
    send_proto(t, "in0", "1.0.0.1 5 9.9.9.7 9", 47, 0); /* any protocol, */
    FS_TEXT(addresses(t, "out0"), "3.0.0.1 > 9.9.9.7");
    send_proto(t, "in0", "1.0.0.1 5 9.9.9.7 9", 17, 100); /* and later fragments, whose bytes are left alone */
    FS_TEXT(addresses(t, "out0"), "3.0.0.1 > 9.9.9.7");
    send_udp(t, "in1", "9.9.9.6 9 3.0.0.1 5");
    FS_TEXT(came(t, "out1"), "9.9.9.6 9 1.0.0.1 5");
    send_udp(t, "in1", "9.9.9.6 9 3.0.0.3 5");
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_STATE), 1);
    FS_TEXT(fs_test_read(t, "rw.table"),
            "1.0.0.1 => 3.0.0.1 [*0 1] i0 exp7200\n3.0.0.1 => 1.0.0.1 [0 *1] i0 exp7200\n"
            "1.0.0.2 => 3.0.0.2 [*0 1] i0 exp7200\n3.0.0.2 => 1.0.0.2 [0 *1] i0 exp7200\n");
    send_udp(t, "in0", "1.0.0.3 5 9.9.9.9 9");
    FS_TEXT(came(t, "out0"), "3.0.0.3 5 9.9.9.9 9");
    send_udp(t, "in0", "1.0.0.4 5 9.9.9.9 9"); /* no address is left */
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_TABLE_FULL), 1);
    FS_TEXT(fs_test_read(t, "rw.patterns"), "3.0.0.1-3.0.0.3 - [3]\n<drop>\n");
    fs_test_end(t);

    t = two_way("IPAddrRewriter", "pattern - 9.9.9.9 0 1"); /* destinations are not its business */
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "1.0.0.3 5 9.9.9.8 9");
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_TABLE_FULL), 1);
    fs_test_end(t);

    t = two_way("IPAddrRewriter", "pattern 3.0.0.77/30 - 0 1"); /* .77 and .78 of .76/30 */
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "rw.patterns"), "3.0.0.77-3.0.0.78 -\n<drop>\n");
    FS_TEXT(fs_test_read(t, "rw.pattern0"), "pattern 3.0.0.77-3.0.0.78 - 0 1");
    FS_CHECK(fs_test_write(t, "rw.pattern0", "pattern 3.0.0.1-3.0.0.3# - 0 1"));
    FS_TEXT(fs_test_read(t, "rw.pattern0"), "pattern 3.0.0.1-3.0.0.3# - 0 1");
    fs_test_end(t);
}

FS_TEST(ipaddrpairrewriter_by_pair)
{
    struct fs_test *t = two_way("IPAddrPairRewriter", "pattern 3.0.0.1-3.0.0.255# - 0 1");
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "1.0.0.1 5 9.9.9.9 9");
    FS_TEXT(came(t, "out0"), "3.0.0.1 5 9.9.9.9 9");
    send_udp(t, "in0", "1.0.0.2 5 9.9.9.8 9");
    FS_TEXT(came(t, "out0"), "3.0.0.2 5 9.9.9.8 9");
    send_udp(t, "in0", "1.0.0.1 6 9.9.9.9 8");
    FS_TEXT(came(t, "out0"), "3.0.0.1 6 9.9.9.9 8");
    send_udp(t, "in0", "1.0.0.1 5 9.9.9.7 9");
    FS_TEXT(came(t, "out0"), "3.0.0.3 5 9.9.9.7 9");
    send_udp(t, "in1", "9.9.9.7 9 3.0.0.3 5");
    FS_TEXT(came(t, "out1"), "9.9.9.7 9 1.0.0.1 5");
    send_udp(t, "in1", "9.9.9.6 9 3.0.0.3 5"); /* from another */
    FS_TEXT(came(t, "out1"), "");
    send_proto(t, "in1", "9.9.9.7 9 3.0.0.3 5", 6, 0x2000); /* TCP's first fragment, cut off: addresses alone */
    FS_TEXT(addresses(t, "out1"), "9.9.9.7 > 1.0.0.1");
    FS_CHECK(strstr(fs_test_read(t, "rw.table"), "(1.0.0.1, 9.9.9.7) => (3.0.0.3, 9.9.9.7) [*0 1] i0 exp7200\n"
                                                 "(9.9.9.7, 3.0.0.3) => (9.9.9.7, 1.0.0.1) [0 *1] i0 exp7200\n") != NULL);
    fs_test_end(t);
}

static struct bytes echo(const char *addresses_and_zero_ports, uint8_t type, uint16_t identifier, size_t payload)
{
    struct flow f = flow_of(addresses_and_zero_ports);
    struct bytes b = {0};
    put_ip(&b, f.source, f.destination, 1, 8 + payload);
    put_number(&b, 1, type);
    put_hex(&b, "00 0000");
    put_number(&b, 2, identifier);
    put_number(&b, 2, 7);
    for (size_t i = 0; i < payload; i++) {
        put_number(&b, 1, i);
    }
    fs_put16(b.at + 22, plain_checksum(b.at + 20, 8 + payload));
    return b;
}
/* `A > B ID`, checksums checked. */
static const char *echoed(struct fs_test *t, const char *sink)
{
    static char text[80];
    unsigned count = fs_test_count(t, sink);
    text[0] = '\0';
    if (count > 0) {
        const struct fs_packet *p = fs_test_out(t, sink, count - 1);
        const uint8_t *ip = p->data;
        FS_EQUAL(plain_checksum(ip, 20), 0);
        FS_EQUAL(plain_checksum(ip + 20, p->length - 20), 0);
        snprintf(text, sizeof text, "%u.%u.%u.%u > %u.%u.%u.%u %u", ip[12], ip[13], ip[14], ip[15], ip[16], ip[17], ip[18],
                 ip[19], fs_get16(ip + 24));
    }
    fs_test_forget(t, sink);
    return text;
}
static void send_echo(struct fs_test *t, const char *source, const char *flow, uint8_t type, uint16_t identifier)
{
    struct bytes b = echo(flow, type, identifier, 9);
    send_bytes(t, source, &b);
}

FS_TEST(icmppingrewriter_by_identifier)
{
    struct fs_test *t = two_way("ICMPPingRewriter", "pattern 2.0.0.2 - 0-65535# 0 1");
    FS_REQUIRE(fs_test_start(t));
    send_echo(t, "in0", "1.0.0.1 0 5.0.0.5 0", 8, 10230);
    FS_TEXT(echoed(t, "out0"), "2.0.0.2 > 5.0.0.5 0");
    send_echo(t, "in0", "1.0.0.1 0 5.0.0.5 0", 8, 10230);
    FS_TEXT(echoed(t, "out0"), "2.0.0.2 > 5.0.0.5 0");
    send_echo(t, "in0", "1.0.0.2 0 5.0.0.5 0", 8, 0);
    FS_TEXT(echoed(t, "out0"), "2.0.0.2 > 5.0.0.5 1");
    send_echo(t, "in1", "5.0.0.5 0 2.0.0.2 0", 0, 0);
    FS_TEXT(echoed(t, "out1"), "5.0.0.5 > 1.0.0.1 10230");
    send_echo(t, "in1", "5.0.0.5 0 2.0.0.2 0", 0, 1);
    FS_TEXT(echoed(t, "out1"), "5.0.0.5 > 1.0.0.2 0");
    send_echo(t, "in1", "5.0.0.5 0 2.0.0.2 0", 0, 2); /* answers to nothing */
    send_echo(t, "in0", "5.0.0.5 0 2.0.0.2 0", 0, 3);
    send_echo(t, "in1", "5.0.0.5 0 2.0.0.2 0", 8, 0); /* a request */
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_STATE), 3);
    send_echo(t, "in0", "1.0.0.1 0 5.0.0.5 0", 3, 1);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_BAD_PROTOCOL), 1);
    FS_TEXT(fs_test_read(t, "rw.table"), "(1.0.0.1, 5.0.0.5, 10230) => (2.0.0.2, 5.0.0.5, 0) [*0 1] i0 exp300\n"
                                         "(5.0.0.5, 2.0.0.2, 0) => (5.0.0.5, 1.0.0.1, 10230) [0 *1] i0 exp300\n"
                                         "(1.0.0.2, 5.0.0.5, 0) => (2.0.0.2, 5.0.0.5, 1) [*0 1] i0 exp300\n"
                                         "(5.0.0.5, 2.0.0.2, 1) => (5.0.0.5, 1.0.0.2, 0) [0 *1] i0 exp300\n");
    fs_test_end(t);

    t = two_way("ICMPPingRewriter", "pattern 2.0.0.2 - 65534-65535 0 1"); /* the last two, of which the own comes first */
    FS_REQUIRE(fs_test_start(t));
    send_echo(t, "in0", "1.0.0.1 0 5.0.0.5 0", 8, 65535);
    FS_TEXT(echoed(t, "out0"), "2.0.0.2 > 5.0.0.5 65535");
    send_echo(t, "in0", "1.0.0.2 0 5.0.0.5 0", 8, 65535);
    FS_TEXT(echoed(t, "out0"), "2.0.0.2 > 5.0.0.5 65534");
    send_echo(t, "in0", "1.0.0.3 0 5.0.0.5 0", 8, 65535);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_TABLE_FULL), 1);
    send_echo(t, "in1", "5.0.0.5 0 2.0.0.2 0", 0, 65535);
    FS_TEXT(echoed(t, "out1"), "5.0.0.5 > 1.0.0.1 65535");
    fs_test_end(t);

    t = two_way("ICMPPingRewriter", "pattern 2.0.0.2 - - 0 1"); /* identifiers stay */
    FS_REQUIRE(fs_test_start(t));
    send_echo(t, "in0", "1.0.0.1 0 5.0.0.5 0", 8, 77);
    FS_TEXT(echoed(t, "out0"), "2.0.0.2 > 5.0.0.5 77");
    send_echo(t, "in1", "5.0.0.5 0 2.0.0.2 0", 0, 77);
    FS_TEXT(echoed(t, "out1"), "5.0.0.5 > 1.0.0.1 77");
    fs_test_end(t);
}

/* A router that takes another's mappings over. */
FS_TEST(rewriters_take_state)
{
    struct fs_test *old = two_way("IPRewriter", "pattern 1.0.0.1 1024-65535# - - 0 1");
    struct fs_test *new = two_way("IPRewriter", "pattern 1.0.0.9 1024-65535# - - 0 1");
    FS_REQUIRE(fs_test_start(old) && fs_test_start(new));
    send_udp(old, "in0", "3.3.3.3 3 4.4.4.4 4");
    send_tcp(old, "in0", "3.3.3.3 3 4.4.4.4 4", FS_TCP_SYN, "");
    struct fs_element *e = fs_test_element(new, "rw");
    e->class->take_state(e, fs_test_element(old, "rw"));
    send_udp(new, "in1", "4.4.4.4 4 1.0.0.1 1024");
    FS_TEXT(came(new, "out1"), "4.4.4.4 4 3.3.3.3 3");
    send_tcp(new, "in0", "3.3.3.3 3 4.4.4.4 4", FS_TCP_ACK, "");
    FS_TEXT(came(new, "out0"), "1.0.0.1 1025 4.4.4.4 4");
    send_udp(new, "in0", "3.3.3.3 9 4.4.4.4 4");
    FS_TEXT(came(new, "out0"), "1.0.0.9 1024 4.4.4.4 4");
    FS_TEXT(fs_test_read(new, "rw.nmappings"), "3");
    fs_test_end(old);
    fs_test_end(new);
}
