/* FTPPortMapper with TCPRewriter behind it: commands, and what becomes of sequence numbers. */
#include "net/testing_rewriter.h"

static struct fs_test *ftp(const char *pattern)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "back", "TestSource");
    fs_test_add(t, "out0", "TestSink");
    fs_test_add(t, "out1", "TestSink");
    fs_test_add(t, "ftp", "FTPPortMapper");
    fs_test_text(t, "CONTROL_REWRITER", "rw");
    fs_test_text(t, "DATA_REWRITER", "rw");
    fs_test_integer(t, "DATA_REWRITER_INPUT", 0);
    fs_test_add(t, "rw", "TCPRewriter");
    specify(t, "INPUTSPEC", pattern, "drop");
    fs_test_connect(t, "in", 0, "ftp", 0);
    fs_test_connect(t, "ftp", 0, "rw", 0);
    fs_test_connect(t, "back", 0, "rw", 1);
    fs_test_connect(t, "rw", 0, "out0", 0);
    fs_test_connect(t, "rw", 1, "out1", 0);
    return t;
}

static const char *const OUT = "200.200.200.200 30 2.0.0.2 21", *const BACK = "2.0.0.2 21 1.0.0.1 1024";

static void go(struct fs_test *t, uint32_t sequence, const char *payload)
{
    struct bytes b = tcp_packet(OUT, FS_TCP_ACK, sequence, 0, "", payload);
    send_bytes(t, "in", &b);
}
/* Sequence number and payload of the segment that came out last. */
static const char *segment(struct fs_test *t)
{
    static char text[120];
    unsigned count = fs_test_count(t, "out0");
    if (count == 0) {
        return "";
    }
    const struct fs_packet *p = fs_test_out(t, "out0", count - 1);
    FS_CHECK(intact(p));
    FS_EQUAL(fs_get16(p->data + 2), p->length);
    snprintf(text, sizeof text, "%u %.*s", fs_get32(p->data + 24), (int)(p->length - 40), (const char *)p->data + 40);
    fs_test_forget(t, "out0");
    return text;
}
/* What an answer acknowledges, and the edges that it acknowledges selectively, once it has come through. */
static const char *acknowledged(struct fs_test *t, uint32_t number, const char *options_hex)
{
    static char text[120];
    struct bytes b = tcp_packet(BACK, FS_TCP_ACK, 0, number, options_hex, "");
    send_bytes(t, "back", &b);
    FS_EQUAL(fs_test_count(t, "out1"), 1);
    const struct fs_packet *p = fs_test_out(t, "out1", 0);
    FS_CHECK(intact(p));
    int n = snprintf(text, sizeof text, "%u", fs_get32(p->data + 28));
    for (unsigned at = 40; at < 20 + (p->data[32] >> 4) * 4u; at++) {
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%02x", at == 40 ? " " : "", p->data[at]);
    }
    fs_test_forget(t, "out1");
    return text;
}

/* A command that grows shorter by 12: `200,200,200,200,200,200` has 23 characters, `1,0,0,1,4,1` has 11. */
FS_TEST(ftpportmapper_shortens)
{
    struct fs_test *t = ftp("pattern 1.0.0.1 1024-65535# - - 0 1");
    FS_REQUIRE(fs_test_start(t));
    go(t, 0, "x");
    FS_TEXT(segment(t), "0 x");
    go(t, 1, "PORT 200,200,200,200,200,200\n"); /* 29 bytes: to 30 */
    FS_TEXT(segment(t), "1 PORT 1,0,0,1,4,1\n");
    go(t, 30, "more");
    FS_TEXT(segment(t), "18 more");
    go(t, 1, "PORT 200,200,200,200,200,200\n"); /* sent again */
    FS_TEXT(segment(t), "1 PORT 1,0,0,1,4,1\n");
    go(t, 34, "");
    FS_TEXT(segment(t), "22 ");
    FS_CHECK(strstr(fs_test_read(t, "rw.table"), "(200.200.200.200, 30, 2.0.0.2, 21) => (1.0.0.1, 1024, 2.0.0.2, 21)"
                                                 " seq -12 [*0 1] i0") != NULL);
    FS_TEXT(ask(t, "rw.lookup", "200.200.200.200 51400 2.0.0.2 20"), "1.0.0.1 1025 2.0.0.2 20");
    FS_TEXT(ask(t, "rw.lookup", "2.0.0.2 20 1.0.0.1 1025"), "2.0.0.2 20 200.200.200.200 51400");

    FS_TEXT(acknowledged(t, 0, ""), "0");
    FS_TEXT(acknowledged(t, 1, ""), "1");
    FS_TEXT(acknowledged(t, 18, ""), "30");
    FS_TEXT(acknowledged(t, 22, ""), "34");
    /* SACK 1-18, at an even and at an odd place; a block before the shift; three blocks */
    FS_TEXT(acknowledged(t, 0, "0101 050a 00000001 00000012"), "0 0101050a000000010000001e");
    FS_TEXT(acknowledged(t, 0, "01 050a 00000001 00000012 00"), "0 01050a000000010000001e00");
    FS_TEXT(acknowledged(t, 0, "0101 050a 00000001 0000000a"), "0 0101050a000000010000000a");
    FS_TEXT(acknowledged(t, 0, "0101 051a 00000001 0000000a 00000001 00000012 00000012 00000014"),
            "0 0101051a000000010000000a000000010000001e0000001e00000020");
    /* options that lie about their length */
    FS_TEXT(acknowledged(t, 0, "050a 0000"), "0 050a0000");
    FS_TEXT(acknowledged(t, 0, "0500 0000"), "0 05000000");
    FS_TEXT(acknowledged(t, 0, "01010105"), "0 01010105");
    FS_CHECK(fs_test_write(t, "rw.clear", ""));
    fs_test_end(t);
}

/* Commands that grow, one after the other: shifts add up; earlier numbers keep theirs; numbers go around 2^32. */
FS_TEST(ftpportmapper_lengthens)
{
    struct fs_test *t = ftp("pattern 111.222.133.144 40000-65535# - - 0 1");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b;
    uint32_t start = 0xfffffff0;
    go(t, start - 1, "x");
    segment(t);
    for (unsigned i = 0; i < 6; i++) { /* 19 bytes each become 29: `PORT 111,222,133,144,156,6N\r\n` */
        char command[40], expected[60];
        snprintf(command, sizeof command, "PORT 10,0,0,1,8,%u\r\n", i);
        snprintf(expected, sizeof expected, "%u PORT 111,222,133,144,156,%u\r\n", start + i * (19 + 10), 65 + i);
        FS_EQUAL(strlen(command), 19);
        go(t, start + i * 19, command);
        FS_TEXT(segment(t), expected);
    }
    FS_CHECK(strstr(fs_test_read(t, "rw.table"), " seq +60 ") != NULL);
    go(t, start + 3 * 19, "again"); /* an old number: the shift that it had then */
    char expected[60];
    snprintf(expected, sizeof expected, "%u again", start + 3 * (19 + 10));
    FS_TEXT(segment(t), expected);
    b = tcp_packet("2.0.0.2 21 111.222.133.144 40000", FS_TCP_ACK, 7, start + 6 * (19 + 10), "", "");
    send_bytes(t, "back", &b);
    FS_REQUIRE(fs_test_count(t, "out1") == 1);
    FS_CHECK(intact(fs_test_out(t, "out1", 0)));
    FS_EQUAL(fs_get32(fs_test_out(t, "out1", 0)->data + 28), start + 6 * 19);
    FS_EQUAL(fs_get32(fs_test_out(t, "out1", 0)->data + 24), 7);
    fs_test_end(t);
}

FS_TEST(ftpportmapper_leaves_the_rest_alone)
{
    struct fs_test *t = ftp("pattern 1.0.0.1 1024-65535# - - 0 1");
    FS_REQUIRE(fs_test_start(t));
    go(t, 0, "PORT 1,2,3,4,5,6\n"); /* the connection is not known yet */
    FS_TEXT(segment(t), "0 PORT 1,2,3,4,5,6\n");
    static const char *const others[] = {"PORT 1,2,3,4,5\n",    "PORT 1,2,3,4,5,6,7\n", "PORT 1,2,3,4,5,256\n",
                                         "PORT 1,2,3,4,5,6",    "PORT 1,2,,4,5,6\n",    "PORT\n",
                                         "PORT 1,2,3,4,5,6 \n", "QUIT\n",               "PORT 0001,2,3,4,5,6\n",
                                         "PASV 1,2,3,4,5,6\n",  "P",                    ""};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char expected[60];
        snprintf(expected, sizeof expected, "0 %s", others[i]);
        go(t, 0, others[i]);
        FS_TEXT(segment(t), expected);
    }
    FS_TEXT(fs_test_read(t, "rw.size"), "1");
    go(t, 0, "port  1,2,3,4,5,6\r\n");
    FS_TEXT(segment(t), "0 port  1,0,0,1,4,1\r\n");
    struct bytes b = tcp_packet(OUT, FS_TCP_ACK, 100, 0, "", "PORT 1,2,3,4,5,7\n");
    b.size += 6; /* Ethernet padding behind the packet */
    send_bytes(t, "in", &b);
    FS_TEXT(segment(t), "100 PORT 1,0,0,1,4,2\n");
    b = tcp_packet(OUT, FS_TCP_ACK, 200, 0, "", "PORT 1,2,3,4,5,8\n");
    b.at[6] |= 0x20; /* a fragment */
    fix_ip_checksum(b.at);
    send_bytes(t, "in", &b);
    FS_EQUAL(fs_test_count(t, "out0"), 1);
    fs_test_forget(t, "out0");
    for (unsigned cut = 20; cut < 41; cut++) {
        b = tcp_packet(OUT, FS_TCP_ACK, 200, 0, "", "PORT 1,2,3,4,5,8\n");
        b.size = cut;
        send_bytes(t, "in", &b);
    }
    fs_test_end(t);
}

FS_TEST(ftpportmapper_refuses)
{
    struct fs_test *t = ftp("pattern 1.0.0.1 1024-65535# - - 0 1");
    fs_test_add(t, "other", "FTPPortMapper");
    fs_test_text(t, "CONTROL_REWRITER", "in");
    fs_test_text(t, "DATA_REWRITER", "rw");
    fs_test_integer(t, "DATA_REWRITER_INPUT", 0);
    fs_test_add(t, "third", "FTPPortMapper");
    fs_test_text(t, "CONTROL_REWRITER", "rw");
    fs_test_text(t, "DATA_REWRITER", "rw");
    fs_test_integer(t, "DATA_REWRITER_INPUT", 2);
    const char *said = fs_test_refused(t);
    FS_CHECK(strstr(said, "CONTROL_REWRITER must be a TCPRewriter or an IPRewriter") != NULL);
    FS_CHECK(strstr(said, "DATA_REWRITER_INPUT out of range") != NULL);
    fs_test_end(t);
}
