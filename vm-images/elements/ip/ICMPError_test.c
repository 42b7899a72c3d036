#include "net/testing.h"

static struct fs_test *around(const char *type, const char *code)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", "ICMPError");
    fs_test_bytes(t, "SRC", "\xc0\0\2\1", 4);
    fs_test_text(t, "TYPE", type);
    if (code != NULL) {
        fs_test_text(t, "CODE", code);
    }
    fs_test_chain(t, "in", "e", "out");
    return t;
}
static struct bytes packet(const char *header, size_t size)
{
    struct bytes b = hex(header);
    fs_put16(b.at + 2, (uint16_t)(b.size + size));
    for (size_t i = 0; i < size; i++) {
        put_number(&b, 1, i & 255);
    }
    fix_ip_checksum(b.at);
    return b;
}
static struct fs_packet *marked(struct fs_test *t, const struct bytes *b)
{
    return marked_packet(t, b->at, b->size, (b->at[0] & 15u) * 4u);
}
#define UDP "4500 0000 1234 0000 01 11 0000 0a000001 c6336405"

FS_TEST(icmperror_tells_the_source)
{
    struct fs_test *t = around("timeexceeded", NULL);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(UDP, 12);
    struct fs_packet *p = marked(t, &b);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 3);
    fs_test_send_packet(t, "in", p);
    p = fs_test_out(t, "out", 0);
    FS_REQUIRE(p != NULL);
    struct bytes want = hex("4500 003c 0001 0000 c8 01 0000 c0000201 0a000001 0b00 0000 00000000");
    memcpy(want.at + 28, b.at, b.size);
    want.size += b.size;
    fix_ip_checksum(want.at);
    fs_put16(want.at + 22, plain_checksum(want.at + 20, want.size - 20));
    FS_FRAME(p, want.at, want.size);
    FS_EQUAL(memcmp(p->annotations, "\x0a\0\0\1", 4), 0);
    FS_EQUAL(fs_anno_u8(p, FS_ANNO_FIX_IP_SRC), 1);
    FS_EQUAL(fs_anno_u8(p, FS_ANNO_PAINT), 0);
    FS_EQUAL(p->timestamp, fs_test_now(t));
    FS_EQUAL(fs_transport_header(p) - p->data, 20);
    fs_test_end(t);
}

FS_TEST(icmperror_knows_the_names)
{
    static const struct {
        const char *type, *code;
        uint8_t bytes[2];
    } cases[] = {
        {"unreachable", "port", {3, 3}}, {"3", "filterprohib", {3, 13}}, {"redirect", "host", {5, 1}},
        {"timeexceeded", "reassembly", {11, 1}}, {"parameterproblem", "length", {12, 2}},
        {"sourcequench", NULL, {4, 0}}, {"11", "7", {11, 7}},
    };
    struct bytes b = packet(UDP, 12);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_test *t = around(cases[i].type, cases[i].code);
        FS_REQUIRE(fs_test_start(t));
        fs_test_send_packet(t, "in", marked(t, &b));
        FS_EQUAL(memcmp(fs_test_out(t, "out", 0)->data + 20, cases[i].bytes, 2), 0);
        fs_test_end(t);
    }
    static const char *const wrong[][2] = {{"unreachable", "transit"}, {"none", "0"}, {"256", "0"}, {"echo", "0"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct fs_test *t = around(wrong[i][0], wrong[i][1]);
        FS_CHECK(strstr(fs_test_refused(t), i < 3 ? "expected 0 to 255 or names" : "not an error type") != NULL);
        fs_test_end(t);
    }
}

FS_TEST(icmperror_says_more_where_the_type_has_more)
{
    struct bytes b = packet(UDP, 12);
    struct fs_test *t = around("unreachable", "needfrag");
    fs_test_integer(t, "PMTU", 1400);
    fs_test_boolean(t, "SET_FIX_ANNO", false);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in", marked(t, &b));
    struct fs_packet *p = fs_test_out(t, "out", 0);
    FS_EQUAL(fs_get32(p->data + 24), 1400); /* RFC 1191 section 4 */
    FS_EQUAL(fs_anno_u8(p, FS_ANNO_FIX_IP_SRC), 0);
    fs_test_end(t);
    t = around("parameterproblem", "erroratptr");
    FS_REQUIRE(fs_test_start(t));
    p = marked(t, &b);
    fs_set_anno_u8(p, FS_ANNO_ICMP_PARAMPROB, 22);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_get32(fs_test_out(t, "out", 0)->data + 24), 22u << 24);
    fs_test_end(t);
    t = around("redirect", "host");
    FS_REQUIRE(fs_test_start(t));
    p = marked(t, &b);
    memcpy(p->annotations, "\xc0\0\2\x63", 4);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_get32(fs_test_out(t, "out", 0)->data + 24), 0xc0000263);
    FS_EQUAL(plain_checksum(fs_test_out(t, "out", 0)->data + 20, b.size + 8), 0);
    fs_test_end(t);
}

FS_TEST(icmperror_keeps_within_the_mtu)
{
    struct fs_test *t = around("timeexceeded", NULL);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(UDP, 1400);
    struct fs_packet *p = marked(t, &b), *other = fs_packet_clone(p);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_out(t, "out", 0)->length, 576);
    FS_FRAME(other, b.at, b.size);
    fs_packet_free(other);
    fs_test_end(t);
}

/* RFC 1812 4.3.2.7. */
FS_TEST(icmperror_is_silent)
{
    static const struct {
        const char *header;
        enum fs_drop_reason reason;
    } cases[] = {
        {"4500 0000 1234 0001 01 11 0000 0a000001 c6336405", FS_DROP_DISCARDED},    /* a later fragment */
        {"4500 0000 1234 0000 01 11 0000 0a000001 ffffffff", FS_DROP_BAD_ADDRESS},
        {"4500 0000 1234 0000 01 11 0000 0a000001 e0000001", FS_DROP_BAD_ADDRESS},
        {"4500 0000 1234 0000 01 11 0000 0a000001 c63364ff", FS_DROP_BAD_ADDRESS},  /* BADADDRS */
        {"4500 0000 1234 0000 01 11 0000 c63364ff c6336405", FS_DROP_BAD_SOURCE},
        {"4500 0000 1234 0000 01 11 0000 00000001 c6336405", FS_DROP_BAD_SOURCE},
        {"4500 0000 1234 0000 01 11 0000 7f000001 c6336405", FS_DROP_BAD_SOURCE},
        {"4500 0000 1234 0000 01 11 0000 e0000001 c6336405", FS_DROP_BAD_SOURCE},
        {"4500 0000 1234 0000 01 11 0000 f0000001 c6336405", FS_DROP_BAD_SOURCE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_test *t = around("unreachable", "host");
        fs_test_bytes(t, "BADADDRS", "\xc6\x33\x64\xff", 4);
        FS_REQUIRE(fs_test_start(t));
        struct bytes b = packet(cases[i].header, 12);
        fs_test_send_packet(t, "in", marked(t, &b));
        FS_EQUAL(fs_test_drops(t, "e", cases[i].reason), 1);
        FS_EQUAL(fs_test_count(t, "out"), 0);
        fs_test_end(t);
    }
    struct fs_test *t = around("unreachable", "host");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet("4500 0000 1234 0000 01 01 0000 0a000001 c6336405", 12); /* type 0: an echo reply */
    fs_test_send_packet(t, "in", marked(t, &b));
    FS_EQUAL(fs_test_count(t, "out"), 1);
    static const uint8_t errors[] = {3, 4, 5, 11, 12};
    for (size_t i = 0; i < sizeof errors; i++) {
        b.at[20] = errors[i];
        fs_test_send_packet(t, "in", marked(t, &b));
    }
    b.size = 23; /* a message that is cut off could be one */
    fs_test_send_packet(t, "in", marked(t, &b));
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_PROTOCOL), 6);
    b = packet(UDP, 12);
    struct fs_packet *p = marked(t, &b);
    p->packet_type = FS_TYPE_BROADCAST;
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_ADDRESS), 1);
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}

/* RFC 1812 4.3.2.6: of 1.1.1.1, 2.2.2.2 | 3.3.3.3 the first two have been passed. */
FS_TEST(icmperror_reverses_source_routes)
{
    struct bytes b = packet("4900 0000 1234 0000 01 11 0000 0a000001 c6336405 830f0c 01010101 02020202 03030303 00", 12);
    struct fs_test *t = around("timeexceeded", NULL);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in", marked(t, &b));
    struct bytes option = hex("830b04 02020202 01010101 00");
    struct fs_packet *p = fs_test_out(t, "out", 0);
    FS_EQUAL(p->data[0], 0x48);
    FS_EQUAL(memcmp(p->data + 20, option.at, 12), 0);
    FS_EQUAL(plain_checksum(p->data, 32), 0);
    FS_EQUAL(p->data[32], 11);
    FS_EQUAL(memcmp(p->data + 40, b.at, b.size), 0);
    fs_test_end(t);
    t = around("redirect", "host");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in", marked(t, &b));
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_DISCARDED), 1);
    fs_test_end(t);
    t = around("parameterproblem", NULL);
    FS_REQUIRE(fs_test_start(t));
    p = marked(t, &b);
    fs_set_anno_u8(p, FS_ANNO_ICMP_PARAMPROB, 22); /* the route itself is at fault */
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_out(t, "out", 0)->data[0], 0x45);
    fs_test_end(t);
}
