#include "net/testing.h"

static const uint64_t sec = 1000000000;

#define TRANSLATOR(...) translator((const char *const[]){__VA_ARGS__, NULL})
static struct fs_test *translator(const char *const *texts)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "out", "TestSource"); /* outward, inward */
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "outside", "TestSink");
    fs_test_add(t, "inside", "TestSink");
    fs_test_add(t, "t", "AddressTranslator");
    fs_test_text_list(t, "MAPPING", texts);
    fs_test_chain(t, "out", "t", "outside");
    fs_test_connect(t, "in", 0, "t", 1);
    fs_test_connect(t, "t", 1, "inside", 0);
    return t;
}
/* The sum over pseudo header and all behind the 40 bytes at `ip6`. */
static uint16_t sum(const uint8_t *ip6, size_t length, uint8_t protocol)
{
    struct bytes whole = {0};
    memcpy(whole.at, ip6 + 8, 32);
    whole.size = 32;
    put_number(&whole, 4, length);
    put_number(&whole, 4, protocol);
    memcpy(whole.at + 40, ip6 + 40, length);
    return plain_checksum(whole.at, 40 + length);
}
/* From 2001:db8::source to 2001:db8::destination, its checksum right. */
static struct bytes packet(uint64_t source, uint64_t destination, uint8_t protocol, const char *body, unsigned at)
{
    struct bytes b = {0}, behind = hex(body);
    put_ip6(&b, source, destination, protocol, behind.size);
    put_hex(&b, body);
    if (at != 0) {
        fs_put16(b.at + 40 + at, 0);
        fs_put16(b.at + 40 + at, sum(b.at, behind.size, protocol));
    }
    return b;
}
static void send(struct fs_test *t, const char *source, const struct bytes *b)
{
    fs_test_send_packet(t, source, marked_packet(t, b->at, b->size, 40));
}
static void becomes(struct fs_test *t, bool outward, const struct bytes *from, const struct bytes *to)
{
    const char *sink = outward ? "outside" : "inside";
    unsigned before = fs_test_count(t, sink);
    send(t, outward ? "out" : "in", from);
    FS_EQUAL(fs_test_count(t, sink), before + 1);
    struct fs_packet *p = fs_test_out(t, sink, before);
    if (p != NULL) {
        FS_FRAME(p, to->at, to->size);
        FS_EQUAL(memcmp(p->annotations, to->at + 24, 16), 0);
    }
}

#define UDP "0400 0035 000c 0000 01020304"
#define TCP "0400 0050 11111111 22222222 5010 1000 0000 0000 68656c6c6f"
#define PING "8000 0000 12340001 61626364"

FS_TEST(addresstranslator_static_pairs)
{
    struct fs_test *t = TRANSLATOR("2", "0", "2001:db8::1 2001:db8::c001", "2001:db8::2  2001:db8::c002", "0");
    FS_REQUIRE(fs_test_start(t));
    static const struct {
        uint8_t protocol, checksum;
        const char *body;
    } rows[] = {{17, 6, UDP}, {6, 16, TCP}, {58, 2, PING}, {33, 6, UDP}, {132, 0, UDP}, {50, 0, "01"}, {59, 0, ""}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes a = packet(2, 9, rows[i].protocol, rows[i].body, rows[i].checksum);
        struct bytes b = packet(0xc002, 9, rows[i].protocol, rows[i].body, rows[i].checksum);
        becomes(t, true, &a, &b);
        a = packet(9, 0xc001, rows[i].protocol, rows[i].body, rows[i].checksum);
        b = packet(9, 1, rows[i].protocol, rows[i].body, rows[i].checksum);
        becomes(t, false, &a, &b);
    }
    struct bytes a = packet(3, 9, 17, UDP, 6);
    send(t, "out", &a);
    a = packet(9, 0xc003, 17, UDP, 6);
    send(t, "in", &a);
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_STATE), 2);
    a = packet(1, 9, 6, TCP, 16); /* what was wrong stays wrong */
    a.at[45] ^= 1;
    send(t, "out", &a);
    FS_CHECK(sum(fs_test_out(t, "outside", fs_test_count(t, "outside") - 1)->data, 25, 6) != 0);
    FS_TEXT(fs_test_read(t, "t.table"), "2001:db8::1 2001:db8::c001\n2001:db8::2 2001:db8::c002\n");
    fs_test_send(t, "out", a.at, a.size); /* not marked */
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

FS_TEST(addresstranslator_static_ports)
{
    struct fs_test *t = TRANSLATOR("1", "1", "2001:db8::1 80 2001:db8::c001 8080", "false");
    FS_REQUIRE(fs_test_start(t));
    struct bytes a = packet(1, 9, 6, "0050 0400 11111111 22222222 5010 1000 0000 0000", 16);
    struct bytes b = packet(0xc001, 9, 6, "1f90 0400 11111111 22222222 5010 1000 0000 0000", 16);
    becomes(t, true, &a, &b);
    a = packet(9, 0xc001, 17, "0400 1f90 0008 0000", 6), b = packet(9, 1, 17, "0400 0050 0008 0000", 6);
    becomes(t, false, &a, &b);
    a = packet(1, 9, 6, TCP, 16); /* another port */
    send(t, "out", &a);
    a = packet(1, 9, 58, PING, 2);
    send(t, "out", &a);
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_STATE), 2);
    FS_TEXT(fs_test_read(t, "t.table"), "2001:db8::1 80 2001:db8::c001 8080\n");
    /* An error about what went out quotes it with the port it had there. */
    struct bytes quoted = packet(0xc001, 9, 17, "1f90 0400 0008 0000", 6), inner = packet(1, 9, 17, "0050 0400 0008 0000", 6);
    a = packet(7, 0xc001, 58, "0104 0000 00000000", 0), b = packet(7, 1, 58, "0104 0000 00000000", 0);
    fs_put16(a.at + 4, 56), fs_put16(b.at + 4, 56);
    memcpy(a.at + 48, quoted.at, 48), memcpy(b.at + 48, inner.at, 48);
    a.size = b.size = 96;
    send(t, "in", &a); /* the error itself has no port, so no pair */
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_STATE), 3);
    fs_test_end(t);
}

FS_TEST(addresstranslator_binds_outward)
{
    struct fs_test *t = TRANSLATOR("0", "1", "0", "0", "2001:db8::c001 2", "2001:db8::d001");
    FS_REQUIRE(fs_test_start(t));
    struct bytes to = packet(9, 0xc001, 17, UDP, 6);
    send(t, "in", &to); /* nobody has it yet */
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_STATE), 1);
    static const unsigned outer[] = {0xc001, 0xc002, 0xd001};
    for (unsigned i = 0; i < 3; i++) {
        struct bytes a = packet(i + 1, 9, 17, UDP, 6), b = packet(outer[i], 9, 17, UDP, 6);
        becomes(t, true, &a, &b);
        becomes(t, true, &a, &b);
        a = packet(9, outer[i], 6, TCP, 16), b = packet(9, i + 1, 6, TCP, 16);
        becomes(t, false, &a, &b);
    }
    FS_TEXT(fs_test_read(t, "t.count"), "3");
    struct bytes a = packet(4, 9, 17, UDP, 6);
    send(t, "out", &a);
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_TABLE_FULL), 1);
    /* The one idle longest gives way, once it has been idle for TIMEOUT. */
    fs_test_advance(t, 7000 * sec);
    struct bytes used = packet(1, 9, 17, UDP, 6), same = packet(0xc001, 9, 17, UDP, 6), b = packet(0xc002, 9, 17, UDP, 6);
    becomes(t, true, &used, &same);
    fs_test_advance(t, 440 * sec);
    becomes(t, true, &a, &b);
    FS_TEXT(fs_test_read(t, "t.table"), "2001:db8::1 2001:db8::c001\n2001:db8::4 2001:db8::c002\n2001:db8::3 2001:db8::d001\n");
    fs_test_end(t);
}

FS_TEST(addresstranslator_binds_inward)
{
    struct fs_test *t = TRANSLATOR("0", "1", "0", "1", "2001:db8::1");
    FS_REQUIRE(fs_test_start(t));
    struct bytes a = packet(9, 0xc001, 17, UDP, 6), b = packet(9, 1, 17, UDP, 6);
    becomes(t, false, &a, &b);
    a = packet(1, 9, 17, UDP, 6), b = packet(0xc001, 9, 17, UDP, 6);
    becomes(t, true, &a, &b);
    a = packet(2, 9, 17, UDP, 6);
    send(t, "out", &a);
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_STATE), 1);
    fs_test_end(t);
}

/* An error from `source` to `destination` about the packet. */
static struct bytes error(uint64_t source, uint64_t destination, const struct bytes *quoted)
{
    struct bytes b = {0};
    put_ip6(&b, source, destination, 58, 8 + quoted->size);
    put_hex(&b, "0300 0000 00000000");
    memcpy(b.at + 48, quoted->at, quoted->size);
    b.size += quoted->size;
    fs_put16(b.at + 42, sum(b.at, 8 + quoted->size, 58));
    return b;
}

FS_TEST(addresstranslator_errors_and_fragments)
{
    struct fs_test *t = TRANSLATOR("1", "no", "2001:db8::1 2001:db8::c001", "no");
    FS_REQUIRE(fs_test_start(t));
    static const struct {
        uint8_t protocol, checksum;
        const char *body;
    } rows[] = {{17, 6, UDP}, {6, 16, TCP}, {58, 2, PING}};
    for (size_t i = 0; i < 3; i++) {
        struct bytes outer = packet(0xc001, 9, rows[i].protocol, rows[i].body, rows[i].checksum);
        struct bytes inner = packet(1, 9, rows[i].protocol, rows[i].body, rows[i].checksum);
        struct bytes a = error(7, 0xc001, &outer), b = error(7, 1, &inner);
        becomes(t, false, &a, &b);
        outer = packet(9, 0xc001, rows[i].protocol, rows[i].body, rows[i].checksum);
        inner = packet(9, 1, rows[i].protocol, rows[i].body, rows[i].checksum);
        a = error(1, 9, &inner), b = error(0xc001, 9, &outer);
        becomes(t, true, &a, &b);
        outer.size = inner.size = 40; /* the header alone */
        a = error(1, 9, &inner), b = error(0xc001, 9, &outer);
        becomes(t, true, &a, &b);
    }
    struct bytes stranger = packet(9, 5, 17, UDP, 6), a = error(1, 9, &stranger);
    send(t, "out", &a);
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_STATE), 1);
    stranger.size = 39;
    a = error(1, 9, &stranger);
    send(t, "out", &a);
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_MALFORMED), 1);
    a = packet(1, 9, 44, "06 00 0008 00000009 0400 0050 11111111", 0); /* a later fragment */
    struct bytes b = packet(0xc001, 9, 44, "06 00 0008 00000009 0400 0050 11111111", 0);
    becomes(t, true, &a, &b);
    a = packet(1, 9, 17, "0400 0035 000c 0000 01020304", 0); /* no checksum to update */
    b = packet(0xc001, 9, 17, "0400 0035 000c 0000 01020304", 0);
    becomes(t, true, &a, &b);
    fs_test_end(t);
}

FS_TEST(addresstranslator_maps_ports)
{
    struct fs_test *t = TRANSLATOR("0", "1", "1", "0", "2001:db8::c001 6000 6002");
    FS_REQUIRE(fs_test_start(t));
    struct bytes a = packet(1, 9, 17, "0400 0035 0008 0000", 6), b = packet(0xc001, 9, 17, "1770 0035 0008 0000", 6);
    becomes(t, true, &a, &b);
    becomes(t, true, &a, &b);
    a = packet(9, 0xc001, 17, "0035 1770 0008 0000", 6), b = packet(9, 1, 17, "0035 0400 0008 0000", 6);
    becomes(t, false, &a, &b);
    a = packet(2, 9, 6, TCP, 16), b = packet(0xc001, 9, 6, TCP, 0);
    memcpy(b.at + 40, "\x17\x71", 2);
    fs_put16(b.at + 56, 0);
    fs_put16(b.at + 56, sum(b.at, 25, 6));
    becomes(t, true, &a, &b);
    a = packet(2, 9, 58, "8000 0000 00000001", 2), b = packet(0xc001, 9, 58, "8000 0000 17720001", 2);
    becomes(t, true, &a, &b);
    a = packet(9, 0xc001, 58, "8100 0000 17720001", 2), b = packet(9, 2, 58, "8100 0000 00000001", 2);
    becomes(t, false, &a, &b);
    FS_TEXT(fs_test_read(t, "t.table"), "2001:db8::1 1024 2001:db8::c001 6000 2001:db8::9 53\n"
                                        "2001:db8::2 1024 2001:db8::c001 6001 2001:db8::9 80\n"
                                        "2001:db8::2 2001:db8::c001 6002 2001:db8::9\n");
    /* Not from another, to another port, of another protocol, to another address; not without ports. */
    static const struct {
        unsigned from, to;
        uint8_t protocol, checksum;
        const char *body;
    } rows[] = {{8, 0xc001, 17, 6, "0035 1770 0008 0000"}, {9, 0xc001, 17, 6, "0036 1770 0008 0000"},
                {9, 0xc001, 17, 6, "0035 1771 0008 0000"}, {9, 0xc001, 17, 6, "0035 176f 0008 0000"},
                {9, 0xc001, 33, 6, "0035 1770 0008 0000"}, {9, 0xc002, 17, 6, "0035 1770 0008 0000"},
                {9, 0xc001, 50, 0, "0035 1770 0008 0000"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        a = packet(rows[i].from, rows[i].to, rows[i].protocol, rows[i].body, rows[i].checksum);
        send(t, "in", &a);
    }
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_STATE), 7);
    a = packet(3, 9, 17, UDP, 6);
    send(t, "out", &a);
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_TABLE_FULL), 1);
    fs_test_advance(t, 7440 * sec);
    b = packet(0xc001, 9, 17, "1770 0035 000c 0000 01020304", 6);
    becomes(t, true, &a, &b);
    FS_TEXT(fs_test_read(t, "t.count"), "3");
    fs_test_end(t);
}

FS_TEST(addresstranslator_errors_about_flows)
{
    struct fs_test *t = TRANSLATOR("0", "1", "1", "0", "2001:db8::c001 6000 6002");
    FS_REQUIRE(fs_test_start(t));
    struct bytes inner = packet(1, 9, 17, "0400 0035 0008 0000", 6), outer = packet(0xc001, 9, 17, "1770 0035 0008 0000", 6);
    becomes(t, true, &inner, &outer);
    struct bytes a = error(7, 0xc001, &outer), b = error(7, 1, &inner); /* from a router on the way */
    becomes(t, false, &a, &b);
    a = error(7, 0xc002, &outer);
    send(t, "in", &a);
    inner = packet(9, 1, 17, "0035 0400 0008 0000", 6), outer = packet(9, 0xc001, 17, "0035 1770 0008 0000", 6);
    a = error(1, 9, &inner), b = error(0xc001, 9, &outer);
    becomes(t, true, &a, &b);
    a = error(5, 9, &inner), b = error(0xc001, 9, &outer); /* from a router inside */
    becomes(t, true, &a, &b);
    inner = packet(9, 1, 17, "0035 0401 0008 0000", 6);
    a = error(1, 9, &inner);
    send(t, "out", &a);
    inner.size = 40;
    a = error(1, 9, &inner);
    send(t, "out", &a);
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_STATE), 3);
    FS_TEXT(fs_test_read(t, "t.count"), "1");
    fs_test_end(t);
}

FS_TEST(addresstranslator_refuses_arguments)
{
    static const struct {
        const char *texts[6], *said;
    } rows[] = {{{"x"}, "argument 0 should be : integer"},
                {{"1", "2"}, "argument 1 should be : bool"},
                {{"1", "0", "2001:db8::1"}, "argument 2 should be : <IP6Address> <IP6Address>"},
                {{"1", "0", "2001:db8::1 80 2001:db8::2 80"}, "argument 2 should be : <IP6Address> <IP6Address>"},
                {{"1", "1", "2001:db8::1 0 2001:db8::2 80"}, "argument 2 should be : <IP6Address> <port>"},
                {{"0"}, "argument 1 should be : bool"},
                {{"0", "1", "0"}, "argument 3 should be : bool"},
                {{"0", "1", "1", "1", "::1.0.0.1 6000 6010"}, "ports are mapped for outward packets only"},
                {{"0", "1", "1", "0", "::1.0.0.1 6000 5999"}, "argument 4 should be : <IP6Address> <port> <port>"},
                {{"0", "1", "1", "0"}, "argument 4 should be : <IP6Address> <port> <port>"},
                {{"0", "1", "0", "0", "10.0.0.1"}, "argument 4 should be : <IP6Address>"},
                {{"0", "1", "0", "0", "::1 65537"}, "argument 4 should be : <IP6Address> [<count>]"},
                {{"0", "1", "0", "0", "::1 x"}, "argument 4 should be : <IP6Address> [<count>]"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fs_test *t = translator(rows[i].texts);
        FS_CHECK(strstr(fs_test_refused(t), rows[i].said) != NULL);
        fs_test_end(t);
    }
}

FS_TEST(addresstranslator_takes_over_bindings)
{
    struct fs_test *t = TRANSLATOR("0", "1", "0", "0", "2001:db8::c001 3");
    static const char *const texts[] = {"0", "1", "0", "0", "2001:db8::c002 3", NULL};
    fs_test_add(t, "late", "TestSource");
    fs_test_add(t, "next", "AddressTranslator");
    fs_test_text_list(t, "MAPPING", texts);
    fs_test_ports(t, 2, 2);
    fs_test_connect(t, "late", 0, "next", 0);
    fs_test_connect(t, "next", 0, "outside", 0);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 1; i <= 3; i++) { /* ::1 to ::c001, ::2 to ::c002, ::3 to ::c003 */
        struct bytes a = packet(i, 9, 17, UDP, 6);
        send(t, "out", &a);
    }
    struct fs_element *next = fs_test_element(t, "next");
    next->class->take_state(next, fs_test_element(t, "t"));
    FS_TEXT(fs_test_read(t, "next.table"), "2001:db8::2 2001:db8::c002\n2001:db8::3 2001:db8::c003\n");
    fs_test_forget(t, "outside");
    for (unsigned i = 1; i <= 2; i++) { /* ::1 gets what is left, ::2 what it had */
        struct bytes a = packet(i, 9, 17, UDP, 6);
        send(t, "late", &a);
    }
    FS_EQUAL(fs_get16(fs_test_out(t, "outside", 0)->data + 22), 0xc004);
    FS_EQUAL(fs_get16(fs_test_out(t, "outside", 1)->data + 22), 0xc002);
    fs_test_end(t);
}
