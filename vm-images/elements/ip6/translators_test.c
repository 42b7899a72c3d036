/* ProtocolTranslator64 and ProtocolTranslator46. Expected packets are written out and summed word by word. */
#include "net/address6.h"
#include "net/testing.h"
#include "net/values.h"

#define A4 "c0000221" /* 192.0.2.33 */
#define B4 "c6336402" /* 198.51.100.2 */
#define WELL_KNOWN "0064ff9b0000000000000000"
#define A6 WELL_KNOWN A4
#define B6 WELL_KNOWN B4

static struct bytes prefix_of(const char *text)
{
    struct bytes b = {0};
    struct fs_address6 a = {0, 0};
    unsigned bits = 0;
    FS_CHECK(fs_parse_prefix6(text, strlen(text), &a, &bits));
    fs_put_address6(b.at, a);
    b.at[16] = (uint8_t)bits;
    b.size = 17;
    return b;
}
static struct fs_test *translator(const char *class, const char *prefix)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "bad", "TestSink");
    fs_test_add(t, "t", class);
    if (prefix != NULL) {
        struct bytes b = prefix_of(prefix);
        fs_test_bytes(t, "PREFIX", b.at, b.size);
    }
    fs_test_chain(t, "in", "t", "out");
    fs_test_connect(t, "t", 1, "bad", 0);
    FS_CHECK(fs_test_start(t));
    return t;
}
static struct fs_test *to4(void) { return translator("ProtocolTranslator64", "64:ff9b::/96"); }
static struct fs_test *to6(void) { return translator("ProtocolTranslator46", "64:ff9b::/96"); }

/* ---- packets ---- */
static struct bytes head6(const char *source, const char *destination, uint8_t next, const char *class_label, uint8_t limit,
                          size_t payload)
{
    struct bytes b = hex(class_label);
    put_number(&b, 2, payload);
    put_number(&b, 1, next);
    put_number(&b, 1, limit);
    put_hex(&b, source);
    put_hex(&b, destination);
    return b;
}
static struct bytes head4(const char *source, const char *destination, uint8_t protocol, uint8_t tos, uint16_t id,
                          uint16_t fragment, uint8_t ttl, size_t payload)
{
    struct bytes b = hex("45");
    put_number(&b, 1, tos);
    put_number(&b, 2, 20 + payload);
    put_number(&b, 2, id);
    put_number(&b, 2, fragment);
    put_number(&b, 1, ttl);
    put_number(&b, 1, protocol);
    put_hex(&b, "0000");
    put_hex(&b, source);
    put_hex(&b, destination);
    fix_ip_checksum(b.at);
    return b;
}
static void append(struct bytes *b, const struct bytes *more)
{
    memcpy(b->at + b->size, more->at, more->size);
    b->size += more->size;
}
/* The sum of what is behind the first header of a whole packet, with its pseudo header where it has one. */
static uint16_t sum_of(const uint8_t *ip, size_t header, uint8_t protocol, size_t length)
{
    struct bytes whole = {0};
    bool six = ip[0] >> 4 == 6;
    if (six || protocol != 1) {
        memcpy(whole.at, ip + (six ? 8 : 12), six ? 32 : 8);
        whole.size = six ? 32 : 8;
        put_number(&whole, 4, length);
        put_number(&whole, 4, protocol);
    }
    memcpy(whole.at + whole.size, ip + header, length);
    return plain_checksum(whole.at, whole.size + length);
}
/* Appends the hexadecimal body to a header, with the checksum at `at` in it made right. */
static struct bytes with(struct bytes b, uint8_t protocol, const char *body, unsigned at)
{
    struct bytes behind = hex(body);
    size_t header = b.size;
    append(&b, &behind);
    fs_put16(b.at + header + at, 0);
    uint16_t sum = sum_of(b.at, header, protocol, behind.size);
    fs_put16(b.at + header + at, sum == 0 && protocol == 17 ? 0xffff : sum);
    return b;
}
static void send(struct fs_test *t, const struct bytes *b)
{
    unsigned header = b->at[0] >> 4 == 6 ? 40 : (b->at[0] & 15u) * 4u;
    fs_test_send_packet(t, "in", marked_packet(t, b->at, b->size, header));
}
static struct fs_packet *last(struct fs_test *t) { return fs_test_out(t, "out", fs_test_count(t, "out") - 1); }
static void becomes(struct fs_test *t, const struct bytes *from, const struct bytes *to)
{
    unsigned before = fs_test_count(t, "out");
    send(t, from);
    FS_EQUAL(fs_test_count(t, "out"), before + 1);
    if (fs_test_count(t, "out") == before + 1) {
        FS_FRAME(last(t), to->at, to->size);
        FS_CHECK(fs_network_header(last(t)) == last(t)->data);
    }
}
/* It leaves by output 1 as it was. */
static void refused(struct fs_test *t, const struct bytes *b)
{
    unsigned before = fs_test_count(t, "bad");
    send(t, b);
    FS_EQUAL(fs_test_count(t, "bad"), before + 1);
    struct fs_packet *p = fs_test_out(t, "bad", before);
    FS_FRAME(p, b->at, b->size);
}

#define UDP "0400 0035 000c 0000 01020304"
#define TCP "0400 0050 11111111 22222222 5010 1000 0000 0000 68656c6c6f"

FS_TEST(protocoltranslator64_udp_and_tcp)
{
    struct fs_test *t = to4();
    struct bytes six = with(head6(A6, B6, 17, "6b8abcde", 60, 12), 17, UDP, 6);
    struct bytes four = with(head4(A4, B4, 17, 0xb8, 0, 0, 60, 12), 17, UDP, 6);
    becomes(t, &six, &four);
    FS_EQUAL(memcmp(last(t)->annotations, "\xc6\x33\x64\x02", 4), 0);
    FS_EQUAL(fs_transport_header(last(t)) - last(t)->data, 20);
    six = with(head6(A6, B6, 6, "60000000", 60, 25), 6, TCP, 16);
    four = with(head4(A4, B4, 6, 0, 1, 0, 60, 25), 6, TCP, 16); /* the next identification */
    becomes(t, &six, &four);
    six.at[50] ^= 1; /* what was wrong stays wrong */
    send(t, &six);
    FS_CHECK(sum_of(last(t)->data, 20, 6, 25) != 0);
    fs_test_end(t);
}

FS_TEST(protocoltranslator46_udp_and_tcp)
{
    struct fs_test *t = to6();
    struct bytes four = with(head4(A4, B4, 17, 0xb8, 7, 0x4000, 60, 12), 17, UDP, 6);
    struct bytes six = with(head6(A6, B6, 17, "6b800000", 60, 12), 17, UDP, 6);
    becomes(t, &four, &six);
    FS_EQUAL(memcmp(last(t)->annotations, six.at + 24, 16), 0);
    FS_EQUAL(fs_transport_header(last(t)) - last(t)->data, 40);
    four.at[26] = four.at[27] = 0; /* no checksum, which IPv6 must have: 4.5 */
    becomes(t, &four, &six);
    four = with(head4(A4, B4, 6, 0, 7, 0, 60, 25), 6, TCP, 16);
    six = with(head6(A6, B6, 6, "60000000", 60, 25), 6, TCP, 16);
    becomes(t, &four, &six);
    put_hex(&four, "00000000"); /* padding of the frame */
    becomes(t, &four, &six);
    four.at[30] ^= 1;
    fix_ip_checksum(four.at);
    send(t, &four);
    FS_CHECK(sum_of(last(t)->data, 40, 6, 25) != 0);
    fs_test_end(t);
}

/* RFC 6052 section 2.4 */
FS_TEST(protocoltranslators_prefixes)
{
    static const struct {
        const char *prefix, *address;
    } rows[] = {{"2001:db8::/32", "2001:db8:c000:221::"},
                {"2001:db8:100::/40", "2001:db8:1c0:2:21::"},
                {"2001:db8:122::/48", "2001:db8:122:c000:2:2100::"},
                {"2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"},
                {"2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::"},
                {"2001:db8:122:344::/96", "2001:db8:122:344::c000:221"},
                {NULL, "::c000:221"}};
    struct bytes four = with(head4(A4, A4, 17, 0, 0, 0, 60, 12), 17, UDP, 6);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes address = prefix_of(rows[i].address);
        char text[33];
        for (unsigned k = 0; k < 16; k++) {
            snprintf(text + 2 * k, 3, "%02x", address.at[k]);
        }
        struct bytes six = with(head6(text, text, 17, "60000000", 60, 12), 17, UDP, 6);
        struct fs_test *t = translator("ProtocolTranslator46", rows[i].prefix);
        becomes(t, &four, &six);
        fs_test_end(t);
        t = translator("ProtocolTranslator64", rows[i].prefix);
        becomes(t, &six, &four);
        fs_test_end(t);
    }
    struct fs_test *t = translator("ProtocolTranslator64", NULL); /* mapped ones as well */
    struct bytes six = with(head6("00000000000000000000ffff" A4, "000000000000000000000000" A4, 17, "60000000", 60, 12), 17, UDP, 6);
    becomes(t, &six, &four);
    fs_test_end(t);
    static const char *const wrong[] = {"2001:db8::/33", "2001:db8::/72", "2001:db8::/128", "::/0"};
    for (size_t i = 0; i < 4; i++) {
        struct bytes b = prefix_of(wrong[i]);
        t = fs_test_new();
        fs_test_add(t, "in", "TestSource");
        fs_test_add(t, "t", i % 2 == 0 ? "ProtocolTranslator64" : "ProtocolTranslator46");
        fs_test_bytes(t, "PREFIX", b.at, b.size);
        fs_test_chain(t, "in", "t");
        FS_CHECK(strstr(fs_test_refused(t), "PREFIX: expected a length of 32, 40, 48, 56, 64 or 96") != NULL);
        fs_test_end(t);
    }
}

FS_TEST(protocoltranslators_refuse_addresses)
{
    static const char *const wrong[] = {"00000001", "7f000001", "e0000001", "ffffffff"};
    struct fs_test *four = to6(), *six = to4();
    for (size_t i = 0; i < 4; i++) {
        char mapped[40];
        snprintf(mapped, sizeof mapped, WELL_KNOWN "%s", wrong[i]);
        struct bytes b = with(head4(wrong[i], B4, 17, 0, 0, 0, 60, 12), 17, UDP, 6);
        refused(four, &b);
        b = with(head4(A4, wrong[i], 17, 0, 0, 0, 60, 12), 17, UDP, 6);
        refused(four, &b);
        b = with(head6(mapped, B6, 17, "60000000", 60, 12), 17, UDP, 6);
        refused(six, &b);
        b = with(head6(A6, mapped, 17, "60000000", 60, 12), 17, UDP, 6);
        refused(six, &b);
    }
    struct bytes b = with(head6(A6, "20010db8000000000000000000000001", 17, "60000000", 60, 12), 17, UDP, 6);
    refused(six, &b);
    FS_EQUAL(fs_test_count(four, "out") + fs_test_count(six, "out"), 0);
    fs_test_end(four);
    fs_test_end(six);
}

/* ---- fragments: RFC 7915 4 and 5.1.1 ---- */
FS_TEST(protocoltranslators_fragments)
{
    struct fs_test *t = to6();
    struct bytes four = head4(A4, B4, 17, 0, 0x1234, 0x2001, 60, 8), data = hex("0001020304050607");
    struct bytes six = head6(A6, B6, 44, "60000000", 60, 16), more = hex("11 00 0009 00001234");
    append(&four, &data);
    append(&six, &more);
    append(&six, &data);
    becomes(t, &four, &six);
    fs_test_end(t);
    t = to4();
    six.at[44] = 0xab, six.at[45] = 0xcd; /* the upper half of the identification has no place */
    becomes(t, &six, &four);
    fs_test_end(t);
}

FS_TEST(protocoltranslators_first_fragments_have_checksums)
{
    struct fs_test *t = to6();
    struct bytes four = with(head4(A4, B4, 17, 0, 0x1234, 0x2000, 60, 8), 17, "0400 0035 0018 0000", 6);
    struct bytes six = with(head6(A6, B6, 17, "60000000", 60, 8), 17, "0400 0035 0018 0000", 6);
    memmove(six.at + 48, six.at + 40, 8);
    memcpy(six.at + 40, "\x11\0\0\1\0\0\x12\x34", 8);
    six.size = 56, six.at[5] = 16, six.at[6] = 44;
    becomes(t, &four, &six); /* the sums differ by the pseudo headers alone, whose length is another in both */
    four.at[26] = four.at[27] = 0;
    refused(t, &four); /* no checksum, and not all to make one of */
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}

FS_TEST(protocoltranslator46_fragments_what_may_be)
{
    struct fs_test *t = to6();
    struct bytes four = head4(A4, B4, 50, 0, 0x1234, 0x4000, 60, 1400);
    four.size += 1400;
    for (unsigned i = 0; i < 1400; i++) {
        four.at[20 + i] = (uint8_t)(i / 8);
    }
    send(t, &four); /* Don't Fragment: a router will say that it is too big */
    FS_EQUAL(last(t)->length, 1440);
    FS_EQUAL(last(t)->data[6], 50);
    fs_test_forget(t, "out");
    four.at[6] = 0;
    fix_ip_checksum(four.at);
    send(t, &four);
    FS_REQUIRE(fs_test_count(t, "out") == 2); /* 1232 bytes, and 168 */
    struct fs_packet *a = fs_test_out(t, "out", 0), *b = fs_test_out(t, "out", 1);
    FS_REQUIRE(a->length == 1280 && b->length == 40 + 8 + 168);
    struct bytes first = head6(A6, B6, 44, "60000000", 60, 1240), second = head6(A6, B6, 44, "60000000", 60, 176);
    put_hex(&first, "32 00 0001 00001234");
    put_hex(&second, "32 00 04d0 00001234");
    FS_EQUAL(memcmp(a->data, first.at, 48), 0);
    FS_EQUAL(memcmp(b->data, second.at, 48), 0);
    FS_EQUAL(memcmp(a->data + 48, four.at + 20, 1232), 0);
    FS_EQUAL(memcmp(b->data + 48, four.at + 20 + 1232, 168), 0);
    fs_test_end(t);
}

FS_TEST(protocoltranslator64_says_what_may_be_fragmented)
{
    struct fs_test *t = to4();
    struct bytes six = head6(A6, B6, 50, "60000000", 60, 1240);
    six.size += 1240;
    send(t, &six);
    FS_EQUAL(last(t)->length, 1260);
    FS_EQUAL(fs_get16(last(t)->data + 6), 0);
    six.at[5]++, six.size++;
    send(t, &six);
    FS_EQUAL(fs_get16(last(t)->data + 6), 0x4000);
    FS_EQUAL(plain_checksum(last(t)->data, 20), 0);
    fs_test_end(t);
}

/* ---- extension headers and options ---- */
FS_TEST(protocoltranslator64_extension_headers)
{
    struct fs_test *t = to4();
    struct bytes udp = with(head6(A6, B6, 17, "60000000", 60, 12), 17, UDP, 6);
    struct bytes four = with(head4(A4, B4, 17, 0, 0, 0, 60, 12), 17, UDP, 6);
    struct bytes six = head6(A6, B6, 0, "60000000", 60, 8 + 8 + 8 + 12);
    put_hex(&six, "2b 00 0104 00000000  3c 00 0000 00000000  11 00 0104 00000000");
    memcpy(six.at + six.size, udp.at + 40, 12);
    six.size += 12;
    becomes(t, &six, &four); /* they are left out */
    six.at[51] = 1;          /* the route is not used up: 5.1 */
    refused(t, &six);
    six = head6(A6, B6, 51, "60000000", 60, 12 + 12);
    put_hex(&six, "11 01 0000 00000001 00000001");
    six.size += 12;
    refused(t, &six);
    six = head6(A6, B6, 44, "60000000", 60, 8 + 8 + 8); /* what is fragmented is not cut out of */
    put_hex(&six, "3c 00 0001 00000001  11 00 0104 00000000  0000000000000000");
    refused(t, &six);
    six = head6(A6, B6, 60, "60000000", 60, 8);
    put_hex(&six, "11 01 0104 00000000");
    refused(t, &six);
    six = head6(A6, B6, 1, "60000000", 60, 8);
    six.size += 8;
    refused(t, &six);
    fs_test_end(t);
}

FS_TEST(protocoltranslator46_options)
{
    struct fs_test *t = to6();
    struct bytes udp = with(head4(A4, B4, 17, 0, 0, 0, 60, 12), 17, UDP, 6);
    struct bytes six = with(head6(A6, B6, 17, "60000000", 60, 12), 17, UDP, 6), four = {0};
    memcpy(four.at, udp.at, 20);
    memcpy(four.at + 20, "\x83\x07\x08\x0a\0\0\1\0", 8); /* a source route, used up */
    memcpy(four.at + 28, udp.at + 20, 12);
    four.size = 40, four.at[0] = 0x47, four.at[3] = 40;
    fix_ip_checksum(four.at);
    becomes(t, &four, &six);
    four.at[22] = 4;
    fix_ip_checksum(four.at);
    refused(t, &four);
    static const uint8_t numbers[] = {0, 43, 44, 51, 58, 60};
    for (size_t i = 0; i < sizeof numbers; i++) {
        four = head4(A4, B4, numbers[i], 0, 0, 0, 60, 8);
        four.size += 8;
        refused(t, &four);
    }
    fs_test_end(t);
}

/* ---- ICMP ---- */
FS_TEST(protocoltranslators_pings)
{
    struct fs_test *four = to6(), *six = to4();
    static const char *const rows[][2] = {{"0800 0000 1234 0001 6162636465", "8000 0000 1234 0001 6162636465"},
                                          {"0000 0000 1234 0001 6162636465", "8100 0000 1234 0001 6162636465"}};
    for (size_t i = 0; i < 2; i++) {
        struct bytes a = with(head4(A4, B4, 1, 0, 0, 0, 60, 13), 1, rows[i][0], 2);
        struct bytes b = with(head6(A6, B6, 58, "60000000", 60, 13), 58, rows[i][1], 2);
        becomes(four, &a, &b);
        a.at[5] = (uint8_t)i;
        fix_ip_checksum(a.at);
        becomes(six, &b, &a);
    }
    /* Nothing else that is no error, and no fragments. */
    static const uint8_t not4[] = {4, 5, 9, 10, 13, 14, 15, 16, 17, 18, 42}, not6[] = {100, 130, 131, 133, 134, 135, 136, 137, 143};
    for (size_t i = 0; i < sizeof not4; i++) {
        struct bytes a = with(head4(A4, B4, 1, 0, 0, 0, 60, 13), 1, rows[0][0], 2);
        a.at[20] = not4[i];
        refused(four, &a);
    }
    for (size_t i = 0; i < sizeof not6; i++) {
        struct bytes b = with(head6(A6, B6, 58, "60000000", 60, 13), 58, rows[0][1], 2);
        b.at[40] = not6[i];
        refused(six, &b);
    }
    struct bytes a = with(head4(A4, B4, 1, 0, 0, 0x2000, 60, 13), 1, rows[0][0], 2);
    refused(four, &a);
    a = with(head4(A4, B4, 1, 0, 0, 0, 60, 7), 1, "0800 0000 123400", 2);
    refused(four, &a);
    fs_test_end(four);
    fs_test_end(six);
}

/* An error from A to B about `inner`; `first` are its 8 bytes. */
static struct bytes error4(const char *first, const struct bytes *inner)
{
    struct bytes b = head4(A4, B4, 1, 0, 0, 0, 60, 8 + inner->size), message = hex(first);
    append(&b, &message);
    append(&b, inner);
    fs_put16(b.at + 22, 0);
    fs_put16(b.at + 22, sum_of(b.at, 20, 1, 8 + inner->size));
    return b;
}
static struct bytes error6(const char *first, const struct bytes *inner)
{
    struct bytes b = head6(A6, B6, 58, "60000000", 60, 8 + inner->size), message = hex(first);
    append(&b, &message);
    append(&b, inner);
    fs_put16(b.at + 42, 0);
    fs_put16(b.at + 42, sum_of(b.at, 40, 58, 8 + inner->size));
    return b;
}

/* RFC 7915 4.2; the MTU grows by 20, and is 1280 at least. */
FS_TEST(protocoltranslator46_errors)
{
    static const char *const rows[][2] = {
        {"0300 0000 00000000", "0100 0000 00000000"}, {"0301 0000 00000000", "0100 0000 00000000"},
        {"0302 0000 00000000", "0401 0000 00000006"}, {"0303 0000 00000000", "0104 0000 00000000"},
        {"0304 0000 00000578", "0200 0000 0000058c"}, {"0304 0000 00000240", "0200 0000 00000500"},
        {"0304 0000 00000000", "0200 0000 00000500"}, {"0305 0000 00000000", "0100 0000 00000000"},
        {"0306 0000 00000000", "0100 0000 00000000"}, {"0307 0000 00000000", "0100 0000 00000000"},
        {"0308 0000 00000000", "0100 0000 00000000"}, {"0309 0000 00000000", "0101 0000 00000000"},
        {"030a 0000 00000000", "0101 0000 00000000"}, {"030b 0000 00000000", "0100 0000 00000000"},
        {"030c 0000 00000000", "0100 0000 00000000"}, {"030d 0000 00000000", "0101 0000 00000000"},
        {"030e 0000 00000000", NULL},                 {"030f 0000 00000000", "0101 0000 00000000"},
        {"0310 0000 00000000", NULL},                 {"0b00 0000 00000000", "0300 0000 00000000"},
        {"0b01 0000 00000000", "0301 0000 00000000"}, {"0c00 0000 00000000", "0400 0000 00000000"},
        {"0c00 0000 01000000", "0400 0000 00000001"}, {"0c00 0000 02000000", "0400 0000 00000004"},
        {"0c02 0000 08000000", "0400 0000 00000007"}, {"0c00 0000 09000000", "0400 0000 00000006"},
        {"0c00 0000 0f000000", "0400 0000 00000008"}, {"0c00 0000 13000000", "0400 0000 00000018"},
        {"0c00 0000 04000000", NULL},                 {"0c00 0000 0a000000", NULL},
        {"0c00 0000 14000000", NULL},                 {"0c01 0000 00000000", NULL},
        {"0500 0000 0a000001", NULL},                 {"0400 0000 00000000", NULL},
    };
    struct bytes udp4 = with(head4(B4, A4, 17, 0, 0, 0, 1, 12), 17, UDP, 6);
    struct bytes udp6 = with(head6(B6, A6, 17, "60000000", 1, 12), 17, UDP, 6);
    struct fs_test *t = to6();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes from = error4(rows[i][0], &udp4);
        if (rows[i][1] == NULL) {
            refused(t, &from);
        } else {
            struct bytes to = error6(rows[i][1], &udp6);
            becomes(t, &from, &to);
        }
    }
    /* Of a long packet, from a router that does not know RFC 1191: the plateau below 1400 is 1006. */
    struct bytes much = head4(B4, A4, 17, 0, 0, 0, 1, 1980), much6 = head6(B6, A6, 17, "60000000", 1, 1980);
    much.at[6] = 0x40;
    fix_ip_checksum(much.at);
    put_hex(&much, "0400 0035 07bc 1111");
    put_hex(&much6, "0400 0035 07bc 1111");
    struct bytes from = error4("0304 0000 00000000", &much), to = error6("0200 0000 000005e8", &much6); /* 1492 + 20 */
    send(t, &from);
    FS_EQUAL(fs_get32(last(t)->data + 44), 1492 + 20);
    FS_EQUAL(last(t)->length, to.size);
    FS_EQUAL(sum_of(last(t)->data, 40, 58, to.size - 40), 0);
    fs_test_end(t);
}

/* RFC 7915 5.2 */
FS_TEST(protocoltranslator64_errors)
{
    static const char *const rows[][2] = {
        {"0100 0000 00000000", "0301 0000 00000000"}, {"0101 0000 00000000", "030a 0000 00000000"},
        {"0102 0000 00000000", "0301 0000 00000000"}, {"0103 0000 00000000", "0301 0000 00000000"},
        {"0104 0000 00000000", "0303 0000 00000000"}, {"0105 0000 00000000", NULL},
        {"0200 0000 00000500", "0304 0000 000004ec"}, {"0200 0000 00000010", "0304 0000 00000044"},
        {"0200 0000 00020000", "0304 0000 0000ffff"}, {"0300 0000 00000000", "0b00 0000 00000000"},
        {"0301 0000 00000000", "0b01 0000 00000000"}, {"0401 0000 00000006", "0302 0000 00000000"},
        {"0402 0000 00000028", NULL},                 {"0400 0000 00000000", "0c00 0000 00000000"},
        {"0400 0000 00000001", "0c00 0000 01000000"}, {"0400 0000 00000002", NULL},
        {"0400 0000 00000003", NULL},                 {"0400 0000 00000004", "0c00 0000 02000000"},
        {"0400 0000 00000005", "0c00 0000 02000000"}, {"0400 0000 00000006", "0c00 0000 09000000"},
        {"0400 0000 00000007", "0c00 0000 08000000"}, {"0400 0000 00000008", "0c00 0000 0c000000"},
        {"0400 0000 00000017", "0c00 0000 0c000000"}, {"0400 0000 00000018", "0c00 0000 10000000"},
        {"0400 0000 00000027", "0c00 0000 10000000"}, {"0400 0000 00000028", NULL},
        {"6400 0000 00000000", NULL},
    };
    struct bytes udp6 = with(head6(B6, A6, 17, "60000000", 1, 12), 17, UDP, 6);
    struct fs_test *t = to4();
    uint16_t id = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes from = error6(rows[i][0], &udp6);
        if (rows[i][1] == NULL) {
            refused(t, &from);
            continue;
        }
        struct bytes udp4 = with(head4(B4, A4, 17, 0, id, 0, 1, 12), 17, UDP, 6), to = error4(rows[i][1], &udp4);
        fs_put16(to.at + 4, id++);
        fix_ip_checksum(to.at);
        becomes(t, &from, &to);
    }
    fs_test_end(t);
}

/* What an error quotes: pings, fragments, the beginning of a packet alone; errors not. */
FS_TEST(protocoltranslators_quotations)
{
    struct fs_test *four = to6(), *six = to4();
    struct bytes ping4 = with(head4(B4, A4, 1, 0, 0, 0, 1, 12), 1, "0800 0000 12340001 61626364", 2);
    struct bytes ping6 = with(head6(B6, A6, 58, "60000000", 1, 12), 58, "8000 0000 12340001 61626364", 2);
    struct bytes a = error4("0b00 0000 00000000", &ping4), b = error6("0300 0000 00000000", &ping6);
    becomes(four, &a, &b);
    becomes(six, &b, &a);
    ping4.size -= 4, ping6.size -= 4; /* cut off, and the checksum is updated all the same */
    a = error4("0b00 0000 00000000", &ping4), b = error6("0300 0000 00000000", &ping6);
    becomes(four, &a, &b);
    ping4.size--, ping6.size--;
    a = error4("0b00 0000 00000000", &ping4), b = error6("0300 0000 00000000", &ping6);
    refused(four, &a);
    refused(six, &b);
    ping4.size++, ping6.size++;
    ping4.at[20] = 3, ping6.at[40] = 1; /* an error about an error: 4.3 */
    a = error4("0b00 0000 00000000", &ping4), b = error6("0300 0000 00000000", &ping6);
    refused(four, &a);
    refused(six, &b);
    struct bytes later = head4(B4, A4, 17, 0, 0x1234, 3, 1, 8), later6 = head6(B6, A6, 44, "60000000", 1, 16);
    put_hex(&later, "0102030405060708");
    put_hex(&later6, "11 00 0018 00001234 0102030405060708");
    a = error4("0b01 0000 00000000", &later), b = error6("0301 0000 00000000", &later6);
    becomes(four, &a, &b);
    fs_put16(a.at + 4, 1);
    fix_ip_checksum(a.at);
    becomes(six, &b, &a);
    /* Extensions (RFC 4884) go: 32 bytes are the quotation. */
    struct bytes udp4 = with(head4(B4, A4, 17, 0, 0, 0, 1, 12), 17, UDP, 6);
    struct bytes udp6 = with(head6(B6, A6, 17, "60000000", 1, 12), 17, UDP, 6), padded = udp4;
    put_hex(&padded, "2000 0000 00080101 deadbeef");
    a = error4("0b00 0000 00080000", &padded), b = error6("0300 0000 00000000", &udp6);
    becomes(four, &a, &b);
    a.at[40] ^= 1; /* a wrong checksum would be hidden */
    refused(four, &a);
    fs_test_end(four);
    fs_test_end(six);
}

/* RFC 4443 2.4: a message of 1280 bytes at most. */
FS_TEST(protocoltranslator46_errors_are_cut)
{
    struct fs_test *t = to6();
    struct bytes udp4 = head4(B4, A4, 17, 0, 0, 0x4000, 1, 1400);
    put_hex(&udp4, "0400 0035 0578 1111");
    udp4.size = 1420;
    struct bytes a = error4("0303 0000 00000000", &udp4);
    send(t, &a);
    FS_EQUAL(last(t)->length, 1280);
    FS_EQUAL(fs_get16(last(t)->data + 4), 1240);
    FS_EQUAL(last(t)->data[6], 58);
    FS_EQUAL(sum_of(last(t)->data, 40, 58, 1240), 0);
    FS_EQUAL(fs_get16(last(t)->data + 52), 1400); /* what it quotes was so long */
    fs_test_end(t);
}

/* ---- what is cut off anywhere, and what there is no room for ---- */
FS_TEST(protocoltranslators_bounds)
{
    struct bytes udp4 = with(head4(B4, A4, 17, 0, 0, 0, 1, 12), 17, UDP, 6), a = error4("0b00 0000 00000000", &udp4);
    struct bytes udp6 = with(head6(B6, A6, 17, "60000000", 1, 12), 17, UDP, 6), b = error6("0300 0000 00000000", &udp6);
    struct fs_test *four = to6(), *six = to4();
    for (size_t size = 0; size < b.size; size++) { /* shorter than its header says */
        if (size < a.size) {
            fs_test_send_packet(four, "in", marked_packet(four, a.at, size, 20));
        }
        fs_test_send_packet(six, "in", marked_packet(six, b.at, size, 40));
    }
    FS_EQUAL(fs_test_count(four, "out") + fs_test_count(six, "out"), 0);
    for (size_t size = 20; size < a.size; size++) { /* and as long as it says */
        struct bytes cut = a;
        cut.size = size;
        fs_put16(cut.at + 2, (uint16_t)size);
        if (size >= 24) {
            fs_put16(cut.at + 22, 0);
            fs_put16(cut.at + 22, plain_checksum(cut.at + 20, size - 20));
        }
        fix_ip_checksum(cut.at);
        send(four, &cut);
    }
    for (size_t size = 40; size < b.size; size++) {
        struct bytes cut = b;
        cut.size = size;
        fs_put16(cut.at + 4, (uint16_t)(size - 40));
        if (size >= 44) {
            fs_put16(cut.at + 42, 0);
            fs_put16(cut.at + 42, sum_of(cut.at, 40, 58, size - 40));
        }
        send(six, &cut);
    }
    FS_EQUAL(fs_test_count(four, "out"), 12); /* all with a whole quoted header */
    FS_EQUAL(fs_test_count(six, "out"), 12);
    fs_test_send(four, "in", a.at, a.size); /* nothing is marked */
    struct fs_packet *p = marked_packet(four, udp4.at, udp4.size, 20);
    memmove(p->head + 19, p->data, p->length);
    p->data = p->head + 19;
    fs_set_network_header(p, p->data, 20);
    fs_test_send_packet(four, "in", p); /* a byte of headroom is missing */
    FS_FRAME(fs_test_out(four, "bad", fs_test_count(four, "bad") - 1), udp4.at, udp4.size);
    p = marked_packet(four, a.at, a.size, 20);
    memmove(p->head + 39, p->data, p->length);
    p->data = p->head + 39;
    fs_set_network_header(p, p->data, 20);
    fs_test_send_packet(four, "in", p);
    FS_FRAME(fs_test_out(four, "bad", fs_test_count(four, "bad") - 1), a.at, a.size);
    fs_test_end(four);
    fs_test_end(six);
}

FS_TEST(protocoltranslators_count_drops)
{
    struct fs_test *t = fs_test_new();
    struct bytes prefix = prefix_of("64:ff9b::/96");
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "t", "ProtocolTranslator46");
    fs_test_bytes(t, "PREFIX", prefix.at, prefix.size);
    fs_test_chain(t, "in", "t", "out");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = with(head4("e0000001", B4, 17, 0, 0, 0, 60, 12), 17, UDP, 6);
    send(t, &b);
    b = with(head4(A4, B4, 58, 0, 0, 0, 60, 12), 17, UDP, 6);
    send(t, &b);
    b = with(head4(A4, B4, 17, 0, 0, 0, 60, 12), 17, UDP, 6);
    struct fs_packet *batch[2];
    for (unsigned i = 0; i < 2; i++) {
        batch[i] = marked_packet(t, b.at, b.size, 20);
    }
    fs_test_send_batch(t, "in", batch, 2);
    struct fs_packet *p = marked_packet(t, b.at, b.size, 20), *clone = fs_packet_clone(p);
    fs_test_send_packet(t, "in", clone); /* the other holder's bytes stay */
    FS_EQUAL(memcmp(p->data, b.at, b.size), 0);
    fs_packet_free(p);
    FS_EQUAL(fs_test_count(t, "out"), 3);
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_BAD_ADDRESS), 1);
    FS_EQUAL(fs_test_drops(t, "t", FS_DROP_BAD_PROTOCOL), 1);
    fs_test_end(t);
}

/* There and back again: nothing but identification and Don't Fragment may differ. */
FS_TEST(protocoltranslators_undo_each_other)
{
    struct fs_test *t = fs_test_new();
    struct bytes prefix = prefix_of("2001:db8:122:344::/64");
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "six", "ProtocolTranslator46");
    fs_test_bytes(t, "PREFIX", prefix.at, prefix.size);
    fs_test_add(t, "four", "ProtocolTranslator64");
    fs_test_bytes(t, "PREFIX", prefix.at, prefix.size);
    fs_test_chain(t, "in", "six", "four", "out");
    FS_REQUIRE(fs_test_start(t));
    uint64_t seed = 46;
    static const uint8_t protocols[] = {6, 17, 33, 132, 136, 50, 1};
    for (unsigned i = 0; i < 700; i++) {
        uint8_t protocol = protocols[i % 7];
        size_t payload = 8 + noise(&seed) % 200;
        char a[9], b[9], body[500];
        snprintf(a, sizeof a, "0a%06x", (unsigned)noise(&seed) & 0xffffff);
        snprintf(b, sizeof b, "c0%06x", (unsigned)noise(&seed) & 0xffffff);
        for (size_t k = 0; k < payload; k++) {
            snprintf(body + 2 * k, 3, "%02x", (unsigned)noise(&seed) & 0xff);
        }
        struct bytes from = head4(a, b, protocol, (uint8_t)noise(&seed), (uint16_t)i, 0, 9, payload), data = hex(body);
        if (protocol == 1) {
            memcpy(data.at, i % 2 == 0 ? "\x08\0\0\0" : "\0\0\0\0", 4);
            fs_put16(data.at + 2, plain_checksum(data.at, data.size));
        }
        append(&from, &data);
        becomes(t, &from, &from); /* the identification counts from 0, as i does */
        fs_test_forget(t, "out");
    }
    fs_test_end(t);
}

/* The hosts of the IPv6 side under another prefix; what an error quotes went the other way. */
FS_TEST(protocoltranslators_hosts)
{
    struct bytes prefix = prefix_of("64:ff9b::/96"), hosts = prefix_of("::ffff:0:0/96");
    struct fs_test *both[2];
    for (unsigned i = 0; i < 2; i++) {
        both[i] = fs_test_new();
        fs_test_add(both[i], "in", "TestSource");
        fs_test_add(both[i], "out", "TestSink");
        fs_test_add(both[i], "t", i == 0 ? "ProtocolTranslator46" : "ProtocolTranslator64");
        fs_test_bytes(both[i], "PREFIX", prefix.at, prefix.size);
        fs_test_bytes(both[i], "HOSTS", hosts.at, hosts.size);
        fs_test_chain(both[i], "in", "t", "out");
        FS_REQUIRE(fs_test_start(both[i]));
    }
#define HOST "00000000000000000000ffff" B4
    struct bytes four = with(head4(A4, B4, 17, 0, 0, 0, 60, 12), 17, UDP, 6);
    struct bytes six = with(head6(A6, HOST, 17, "60000000", 60, 12), 17, UDP, 6);
    becomes(both[0], &four, &six);
    becomes(both[1], &six, &four);
    four = with(head4(B4, A4, 17, 0, 0, 0, 60, 12), 17, UDP, 6);
    six = with(head6(HOST, A6, 17, "60000000", 60, 12), 17, UDP, 6);
    struct bytes error_to_host = error4("0b00 0000 00000000", &four), expected = error6("0300 0000 00000000", &six);
    memcpy(expected.at + 24, six.at + 8, 16); /* from A to the host */
    fs_put16(expected.at + 42, 0);
    fs_put16(expected.at + 42, sum_of(expected.at, 40, 58, expected.size - 40));
    becomes(both[0], &error_to_host, &expected);
    fs_put16(error_to_host.at + 4, 1);
    fix_ip_checksum(error_to_host.at);
    fs_put16(error_to_host.at + 28 + 4, 1); /* the quoted packet is numbered as the error is */
    fix_ip_checksum(error_to_host.at + 28);
    fs_put16(error_to_host.at + 22, 0);
    fs_put16(error_to_host.at + 22, sum_of(error_to_host.at, 20, 1, error_to_host.size - 20));
    becomes(both[1], &expected, &error_to_host);
    fs_test_end(both[0]);
    fs_test_end(both[1]);
}
