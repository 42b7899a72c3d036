#include "engine/testing.h"
#include "net/bytes.h"

/* What ToIPSummaryDump(-, CONTENTS contents) writes of FromIPSummaryDump(DATA dump), without the two header lines. */
static struct fs_test *dumped(const char *dump, const char *contents, bool checksum, bool binary)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "from", "FromIPSummaryDump");
    fs_test_bytes(t, "DATA", dump, strlen(dump));
    fs_test_boolean(t, "STOP", true);
    fs_test_boolean(t, "CHECKSUM", checksum);
    fs_test_add(t, "to", "ToIPSummaryDump");
    fs_test_text(t, "FILENAME", "-");
    fs_test_texts(t, "CONTENTS", contents);
    fs_test_boolean(t, "HEADER", false);
    fs_test_boolean(t, "BAD_PACKETS", binary);
    fs_test_add(t, "sink", "TestSink");
    fs_test_chain(t, "from", "to", "sink");
    if (fs_test_start(t)) {
        fs_test_run(t);
        FS_CHECK(fs_router_stopped(fs_test_router(t)));
    }
    return t;
}

static void expect(const char *dump, const char *contents, const char *lines)
{
    struct fs_test *t = dumped(dump, contents, false, false);
    const char *got = fs_test_written(t, "-");
    FS_TEXT(got != NULL ? got : "", lines);
    fs_test_end(t);
}

FS_TEST(ipsum_passes_fields_through)
{
    expect("!data timestamp ip_src sport ip_dst dport ip_proto\n1.5 1.0.0.1 10 1.0.0.2 20 T\n2.000000001 1.0.0.3 11 1.0.0.4 21 U\n",
           "timestamp src sport dst dport proto ip_len tcp_flags udp_len",
           "1.500000 1.0.0.1 10 1.0.0.2 20 T 40 . -\n2.000000001 1.0.0.3 11 1.0.0.4 21 U 28 - 8\n");
    expect("!data src 'ip dst' proto\n1.0.0.1 1.0.0.2 I\n- 1.0.0.9 -\n", "'ip src' ip_dst ip_proto ip_len ip_ttl",
           "1.0.0.1 1.0.0.2 I 28 100\n0.0.0.0 1.0.0.9 T 40 100\n");
    expect("!data tcp_seq tcp_ack tcp_flags tcp_window tcp_urp tcp_off\n1 2 SA 3 4 20\n4294967295 0 PA 0 0 -\n0 0 . 0 0 -\n1 1 0x1ff 1 1 24\n",
           "tcp_seq tcp_ack tcp_flags tcp_window tcp_urp tcp_off",
           "1 2 SA 3 4 20\n4294967295 0 PA 0 0 20\n0 0 . 0 0 20\n1 1 FSRPAUECN 1 1 24\n");
    expect("!data ip_tos ip_id ip_fragoff ip_ttl ip_sum ip_proto\n16 7 0 3 99 50\n0 8 8+ 4 1 6\n0 9 16 4 1 17\n0 9 0! 4 1 17\n",
           "ip_tos ip_dscp ip_ecn ip_id ip_frag ip_fragoff ip_ttl ip_sum ip_proto ip_hl ip_len sport",
           "16 4 no 7 . 0 3 99 50 20 20 -\n0 0 no 8 f 8+ 4 1 T 20 20 -\n0 0 no 9 f 16 4 1 U 20 20 -\n"
           "0 0 no 9 ! 0! 4 1 U 20 28 0\n");
    expect("!data ip_frag ip_ecn ip_dscp\nF ce 3\nf 1 0\n. no 63\n", "ip_frag ip_fragoff ip_tos",
           "F 0+ 15\nf 800 1\n. 0 252\n");
}

FS_TEST(ipsum_counts_lengths)
{
    expect("!data ip_len payload_len\n1500 -\n- 100\n- -\n60 20\n", "ip_len payload_len ip_capture_len",
           "1500 1460 40\n140 100 40\n60 20 40\n");
    expect("!data ip_proto payload\nU \"ab\\\"c\\n\"\nT \"x y\"\n50 \"zz\"\n", "ip_len payload_len payload udp_len",
           "33 5 \"ab\\\"c\\n\" 13\n43 3 \"x y\" -\n22 2 \"zz\" -\n");
    expect("!data ip_proto ip_len payload\nU 30 abcd\n", "ip_len payload_len payload udp_len", "30 2 \"ab\" 10\n");
    expect("!data ip_src ip_len payload\n1.2.3.4 48 \"abcd\"\n", "ip_len tcp_off payload_len payload", "48 24 4 \"abcd\"\n");
    expect("!data count link aggregate wire_len\n3 1 77 1000\n1 > 0 20\n", "count link direction agg wire_len",
           "3 1 < 77 1000\n1 0 > 0 20\n");
}

FS_TEST(ipsum_has_options)
{
    expect("!data tcp_opt\nmss1460;sackok;wscale7\nts5:6\nsack1-2,sack3-4\n8=1:2\nnop,nop,eol\n.\n", "tcp_opt tcp_ntopt tcp_sack tcp_off",
           "mss1460;sackok;wscale7 mss1460;sackok;wscale7 sackok 32\nts5:6 . . 32\nsack1-2;sack3-4 sack1-2;sack3-4 sack1-2;sack3-4 40\n"
           "? ? ? 24\n. . . 24\n. . . 20\n");
    expect("!data ip_proto ip_opt\n50 rr{1.0.0.1,2.0.0.2}+1\n50 ssrr{1.0.0.1,^3.0.0.3}\n50 ts{1,2}+2\n50 ts.ip{1.2.3.4=5}\n"
           "50 148=0:0\n50 nop\n",
           "ip_opt ip_hl",
           "rr{1.0.0.1,2.0.0.2}+1 36\nssrr{1.0.0.1^3.0.0.3} 32\nts{1,2}+2 40\nts.ip{1.2.3.4=5^} 32\n148=0:0 24\n. 24\n");
}

FS_TEST(ipsum_has_icmp_and_ethernet)
{
    expect("!proto I\n!data icmp_type icmp_code icmp_flowid icmp_seq icmp_nextmtu\necho 0 5 6 -\nunreachable needfrag 1 1 1400\n8 3 1 2 -\n",
           "icmp_type icmp_code icmp_type_name icmp_code_name icmp_flowid icmp_seq icmp_nextmtu",
           "8 0 echo 0 5 6 -\n3 4 unreachable needfrag - - 1400\n8 3 echo 3 1 2 -\n");
    expect("!data eth_src eth_dst ip_src ip_len\n2:0:0:0:0:1 02-00-00-00-00-02 1.2.3.4 40\n", "eth_src eth_dst eth_type ip_src ip_len",
           "02-00-00-00-00-01 02-00-00-00-00-02 0800 1.2.3.4 40\n");
}

FS_TEST(ipsum_obeys_lines_with_a_mark)
{
    expect("!IPSummaryDump 1.0\n!creator \"x\"\n# nothing\n!data ip_fragoff\n\n1\n", "ip_fragoff", "8\n"); /* units of 8 bytes then */
    expect("!flowid 1.0.0.1 5 2.0.0.2 6 U\n!aggregate 9\n!data ip_id\n7\n", "ip_src sport ip_dst dport proto ip_id aggregate",
           "1.0.0.1 5 2.0.0.2 6 U 7 9\n");
    struct fs_test *t = dumped("!data ip_src strange\nhello 1\n1.2.3.4 x\nagain 2\n", "ip_src", false, false);
    FS_TEXT(fs_test_written(t, "-"), "1.2.3.4\n");
    FS_TEXT(fs_test_log(t), "DATA:1: warning: unknown content type 'strange'\nDATA:2: packet parse error\n");
    fs_test_end(t);
}

FS_TEST(ipsum_sets_checksums_and_makes_packets_whole)
{
    struct fs_test *t = dumped("!data ip_src ip_dst sport dport ip_proto ip_len\n10.0.0.1 10.0.0.2 1 2 U 30\n", "ip_len ip_capture_len", true, false);
    FS_TEXT(fs_test_written(t, "-"), "30 30\n");
    struct fs_packet *p = fs_test_out(t, "sink", 0);
    FS_REQUIRE(p != NULL);
    /* RFC 768: 10.0.0.1 10.0.0.2 17 10, 1 2 10 0, two zeros: 0a00+1+0a00+2+11+a+1+2+a = 142b; complement ebd4 */
    static const uint8_t frame[30] = {0x45, 0, 0, 30, 0, 0, 0, 0, 100, 17, 0x42, 0xcd, 10, 0, 0, 1, 10, 0, 0, 2,
                                      0,    1, 0, 2,  0, 10, 0xeb, 0xd4};
    FS_FRAME(p, frame, 30);
    fs_test_end(t);
}

/* RFC 1321 section A.5; the short form: its bits, the least first, six a character of a-z A-Z 0-9 _ @. */
FS_TEST(ipsum_digests_payloads)
{
    expect("!data ip_proto payload\nU abc\n50 \"message digest\"\nT -\n", "payload_md5_hex payload_md5",
           "900150983cd24fb0d6963f7d28e17f72 qgauyYJ0pbR1w_tFOe_FYb\n"
           "f96b697d7cb7938d525a2f31aaf161d0 5VwA9X3Tt2OuA9smQgFyqd\n"
           "d41d8cd98f00b204e9800998ecf8427e u3bJz@iaYsq6aMaMSJVq_b\n");
    expect("!data ip_len\n1500\n", "payload_len payload_md5 payload_md5_hex", "1460 - -\n"); /* none of it is there */
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "to", "ToIPSummaryDump");
    fs_test_text(t, "FILENAME", "f");
    fs_test_texts(t, "CONTENTS", "payload_md5");
    fs_test_boolean(t, "BINARY", true);
    fs_test_chain(t, "in", "to");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    static const uint8_t digest[16] = {0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0,
                                       0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72};
    size_t size = fs_test_written_size(t, "f");
    FS_CHECK(size > 16 && memcmp(fs_test_written(t, "f") + size - 16, digest, 16) == 0);
    fs_test_end(t);
}

FS_TEST(ipsum_tells_bad_packets)
{
    struct fs_test *t = dumped("!data ip_proto ip_len\n6 1000\nU 28\nI 28\n", "tcp_seq ip_len", false, true);
    FS_TEXT(fs_test_written(t, "-"), "0 1000\n- 28\n- 28\n"); /* another protocol is not bad */
    fs_test_end(t);
    struct fs_test *u = fs_test_new();
    fs_test_add(u, "in", "TestSource");
    fs_test_add(u, "to", "ToIPSummaryDump");
    fs_test_text(u, "FILENAME", "f");
    fs_test_texts(u, "CONTENTS", "ip_src payload");
    fs_test_boolean(u, "BAD_PACKETS", true);
    fs_test_text(u, "BANNER", "me");
    fs_test_chain(u, "in", "to");
    FS_REQUIRE(fs_test_start(u));
    fs_test_send(u, "in", "abc", 3);
    struct fs_packet *p = fs_test_packet(u, "\x65zzzzzzzzzzzzzzzzzzzzzzz", 24);
    fs_set_network_header(p, p->data, 20);
    fs_test_send_packet(u, "in", p);
    FS_TEXT(fs_test_written(u, "f"), "!IPSummaryDump 1.3\n!creator \"me\"\n!data ip_src payload\n"
                                     "!bad no IP header\n- \"abc\"\n!bad IP version 6\n- \"ezzzzzzzzzzzzzzzzzzzzzzz\"\n");
    FS_EQUAL(fs_test_drops(u, "to", FS_DROP_DISCARDED), 2);
    fs_test_end(u);
}

FS_TEST(ipsum_makes_several_packets_of_a_line)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "from", "FromIPSummaryDump");
    fs_test_text(t, "FILENAME", "in");
    fs_test_boolean(t, "MULTIPACKET", true);
    fs_test_texts(t, "CONTENTS", "first_timestamp timestamp count ip_len ip_proto");
    fs_test_add(t, "to", "ToIPSummaryDump");
    fs_test_text(t, "FILENAME", "out");
    fs_test_texts(t, "CONTENTS", "timestamp ip_len");
    fs_test_boolean(t, "HEADER", false);
    fs_test_chain(t, "from", "to");
    fs_test_file(t, "in", "1 3 3 300 U\n", 12);
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    FS_TEXT(fs_test_written(t, "out"), "1.000000 100\n2.000000 100\n3.000000 100\n");
    fs_test_end(t);
}

FS_TEST(ipsum_keeps_time)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "from", "FromIPSummaryDump");
    fs_test_text(t, "FILENAME", "in");
    fs_test_boolean(t, "TIMING", true);
    fs_test_add(t, "sink", "TestSink");
    fs_test_chain(t, "from", "sink");
    fs_test_file(t, "in", "!data timestamp ip_id\n1 1\n1.5 2\n3 3\n", 37);
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "sink"), 1);
    fs_test_advance(t, 499999999);
    FS_EQUAL(fs_test_count(t, "sink"), 1);
    fs_test_advance(t, 1);
    FS_EQUAL(fs_test_count(t, "sink"), 2);
    FS_TEXT(fs_test_read(t, "from.encap"), "IP");
    fs_test_end(t); /* the third is held */
}

FS_TEST(ipsum_is_binary)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "from", "FromIPSummaryDump");
    static const char lines[] = "!data timestamp ip_src sport tcp_opt tcp_flags\n7.5 1.2.3.4 80 mss9 S\n8 5.6.7.8 81 . A\n";
    fs_test_bytes(t, "DATA", lines, sizeof(lines) - 1);
    fs_test_add(t, "to", "ToIPSummaryDump");
    fs_test_text(t, "FILENAME", "binary");
    fs_test_texts(t, "CONTENTS", "timestamp ip_src sport tcp_opt tcp_flags");
    fs_test_boolean(t, "BINARY", true);
    fs_test_chain(t, "from", "to");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    static const char head[] = "!IPSummaryDump 1.3\n!data timestamp ip_src sport tcp_opt tcp_flags\n!binary\n";
    static const uint8_t record[] = {0, 0, 0, 24, 0, 0, 0, 7, 0, 7, 0xa1, 0x20, 1, 2, 3, 4, 0, 80, 4, 2, 4, 0, 9, 2};
    const char *written = fs_test_written(t, "binary");
    FS_REQUIRE(written != NULL && fs_test_written_size(t, "binary") == sizeof(head) - 1 + 24 + 20);
    FS_CHECK(memcmp(written, head, sizeof(head) - 1) == 0 && memcmp(written + sizeof(head) - 1, record, 24) == 0);

    struct fs_test *u = fs_test_new();
    fs_test_add(u, "from", "FromIPSummaryDump");
    fs_test_bytes(u, "DATA", written, fs_test_written_size(t, "binary"));
    fs_test_add(u, "to", "ToIPSummaryDump");
    fs_test_text(u, "FILENAME", "text");
    fs_test_texts(u, "CONTENTS", "timestamp ip_src sport tcp_opt tcp_flags");
    fs_test_boolean(u, "HEADER", false);
    fs_test_chain(u, "from", "to");
    FS_REQUIRE(fs_test_start(u));
    fs_test_run(u);
    FS_TEXT(fs_test_written(u, "text"), "7.500000 1.2.3.4 80 mss9 S\n8.000000 5.6.7.8 81 . A\n");
    fs_test_end(u);
    fs_test_end(t);
}

FS_TEST(ipsum_is_refused)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "from", "FromIPSummaryDump");
    fs_test_text(t, "FILENAME", "nowhere");
    fs_test_add(t, "to", "ToIPSummaryDump");
    fs_test_text(t, "FILENAME", "x");
    fs_test_texts(t, "CONTENTS", "ip_src odd even");
    fs_test_chain(t, "from", "to");
    const char *said = fs_test_refused(t);
    FS_CHECK(strstr(said, "unknown content type 'odd'") != NULL && strstr(said, "unknown content type 'even'") != NULL);
    fs_test_end(t);
    struct fs_test *u = fs_test_new();
    fs_test_add(u, "from", "FromIPSummaryDump");
    fs_test_text(u, "FILENAME", "nowhere");
    fs_test_add(u, "k", "TestSink");
    fs_test_chain(u, "from", "k");
    FS_CHECK(strstr(fs_test_refused(u), "nowhere: No such file or directory") != NULL);
    fs_test_end(u);
}
