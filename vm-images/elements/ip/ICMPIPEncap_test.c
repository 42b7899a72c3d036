#include "net/testing.h"

static struct fs_test *encap(const char *type, const char *code)
{
    static const uint8_t from[4] = {10, 0, 0, 1}, to[4] = {10, 0, 0, 2};
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", "ICMPIPEncap");
    fs_test_bytes(t, "SRC", from, 4);
    fs_test_bytes(t, "DST", to, 4);
    fs_test_text(t, "TYPE", type);
    fs_test_text(t, "CODE", code);
    fs_test_integer(t, "IDENTIFIER", 0x1234);
    fs_test_chain(t, "in", "e", "out");
    return t;
}

FS_TEST(icmpipencap_puts_headers_on)
{
    struct fs_test *t = encap("unreachable", "host");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "ab", 2);
    fs_test_send(t, "in", "ab", 2);
    /* RFC 792: type 3, code 1; sums worked out by hand: 0x0301 + 0x1234 + 1 + 0x6162 = 0x7698 */
    static const uint8_t icmp[] = {3, 1, 0x89, 0x67, 0x12, 0x34, 0, 1, 'a', 'b'};
    const struct fs_packet *p = fs_test_out(t, "out", 0);
    FS_EQUAL(p->length, 30);
    FS_CHECK(memcmp(p->data + 20, icmp, sizeof icmp) == 0);
    FS_EQUAL(p->data[9], 1);
    FS_EQUAL(fs_test_out(t, "out", 1)->data[27], 2); /* the next sequence number */
    FS_TEXT(fs_test_read(t, "e.src"), "10.0.0.1");
    FS_CHECK(fs_test_write(t, "e.dst", "10.0.0.9"));
    FS_TEXT(fs_test_read(t, "e.dst"), "10.0.0.9");
    fs_test_end(t);
}

FS_TEST(icmpipencap_refuses_what_is_no_type)
{
    struct fs_test *t = encap("nonsense", "0");
    FS_CHECK(strstr(fs_test_refused(t), "TYPE: expected an ICMP type") != NULL);
    fs_test_end(t);
    t = encap("8", "nonsense");
    FS_CHECK(strstr(fs_test_refused(t), "CODE: expected an ICMP code") != NULL);
    fs_test_end(t);
}
