#include "net/testing.h"

/* The line for this packet, whose IP header is at its front. */
static void expect_line(const char *digits, const char *line)
{
    struct bytes b = hex(digits);
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "p", "IPPrint");
    fs_test_boolean(t, "TIMESTAMP", false);
    fs_test_add(t, "k", "TestSink");
    fs_test_chain(t, "in", "p", "k");
    if (fs_test_start(t)) {
        struct fs_packet *p = fs_test_packet(t, b.at, b.size);
        fs_set_network_header(p, p->data, 20);
        fs_test_send_packet(t, "in", p);
        FS_TEXT(fs_test_log(t), line);
    }
    fs_test_end(t);
}

#define IP(length, fragment, protocol) "4500" length "0007" fragment "40" protocol "0000 01000001 01000002"

FS_TEST(ip_print_writes_lines)
{
    expect_line(IP("001c", "0000", "11") "000a0014 00080000", "1.0.0.1.10 > 1.0.0.2.20: udp 8\n");
    expect_line(IP("0028", "0000", "06") "000a0014 00000001 00000002 50120200 00000000",
                "1.0.0.1.10 > 1.0.0.2.20: S 1:2(1,40,40) ack 2 win 512\n");
    expect_line(IP("05dc", "0000", "06") "000a0014 00000000 00000000 50100000 00000000",
                "1.0.0.1.10 > 1.0.0.2.20: . 0:1460(1460,40,1500) ack 0 win 0\n");
    expect_line(IP("001c", "0000", "01") "08000000 000a0001", "1.0.0.1 > 1.0.0.2: icmp echo (10, 1)\n");
    expect_line(IP("001c", "0000", "01") "00000000 000a0001", "1.0.0.1 > 1.0.0.2: icmp echo-reply (10, 1)\n");
    expect_line(IP("001c", "0000", "01") "0b010000 00000000", "1.0.0.1 > 1.0.0.2: icmp timeexceeded reassembly\n");
    expect_line(IP("001c", "0000", "01") "1e010000 00000000", "1.0.0.1 > 1.0.0.2: icmp type 30 code 1\n");
    expect_line(IP("0038", "0000", "01") "03030000 00000000" IP("0040", "0000", "11") "000a0035 00000000",
                "1.0.0.1 > 1.0.0.2: icmp 1.0.0.2 unreachable port udp/53\n");
    expect_line(IP("0038", "0000", "01") "03040000 000005dc" IP("0040", "0000", "11") "000a0035 00000000",
                "1.0.0.1 > 1.0.0.2: icmp 1.0.0.2 unreachable needfrag (mtu 1500)\n");
    expect_line(IP("0018", "0000", "2f") "00000000", "1.0.0.1 > 1.0.0.2: ip-proto-47\n");
    expect_line(IP("001c", "2000", "11") "000a0014 00080000", "1.0.0.1.10 > 1.0.0.2.20: udp 8 (frag 7:8@0+)\n");
    expect_line(IP("001c", "0003", "11") "000a0014 00080000", "1.0.0.1 > 1.0.0.2: udp (frag 7:8@24)\n");
    expect_line(IP("001c", "0000", "11") "000a", "1.0.0.1 > 1.0.0.2: truncated-udp\n");
    expect_line(IP("0028", "0000", "06") "000a0014 00000001", "1.0.0.1.10 > 1.0.0.2.20: truncated-tcp\n");
    expect_line("45000014", "truncated-ip\n");
}

FS_TEST(ip_print_shows_what_is_asked_for)
{
    struct bytes b = hex(IP("0020", "0000", "11") "000a0014 000c0000 61626301");
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "p", "IPPrint");
    fs_test_text(t, "LABEL", "a");
    fs_test_text(t, "PAYLOAD", "ascii");
    static const char *const on[] = {"ID", "TTL", "TOS", "LENGTH", "PAINT", "AGGREGATE"};
    for (unsigned i = 0; i < 6; i++) {
        fs_test_boolean(t, on[i], true);
    }
    fs_test_chain(t, "in", "p");
    fs_test_add(t, "k", "TestSink");
    fs_test_chain(t, "p", "k");
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    fs_set_network_header(p, p->data, 20);
    p->timestamp = 1000020000;
    fs_set_anno_u8(p, FS_ANNO_PAINT, 3);
    fs_set_anno_u32(p, FS_ANNO_AGGREGATE, 9);
    fs_test_send_packet(t, "in", p);
    FS_TEXT(fs_test_log(t), "a: 1.000020: #9.3: id 7 ttl 64 tos 0 length 32 1.0.0.1.10 > 1.0.0.2.20: udp 12\n  abc.\n");
    fs_test_send(t, "in", "abc", 3); /* no network header: no line */
    FS_CHECK(fs_test_write(t, "p.active", "false"));
    size_t before = strlen(fs_test_log(t));
    p = fs_test_packet(t, b.at, b.size);
    fs_set_network_header(p, p->data, 20);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(strlen(fs_test_log(t)), before);
    fs_test_end(t);
    t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "p", "IPPrint");
    fs_test_text(t, "CONTENTS", "hex");
    fs_test_integer(t, "MAXLENGTH", 26);
    fs_test_text(t, "OUTFILE", "lines");
    fs_test_add(t, "k", "TestSink");
    fs_test_chain(t, "in", "p", "k");
    FS_REQUIRE(fs_test_start(t));
    p = fs_test_packet(t, b.at, b.size);
    fs_set_network_header(p, p->data, 20);
    fs_test_send_packet(t, "in", p);
    FS_TEXT(fs_test_written(t, "lines"), "0.000000: 1.0.0.1.10 > 1.0.0.2.20: udp 12\n"
                                         "  45000020 00070000 40110000 01000001 01000002 000a0014\n  000c\n");
    fs_test_end(t);
}
