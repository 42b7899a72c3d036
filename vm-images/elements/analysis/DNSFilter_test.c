#include "net/dns.h"
#include "net/testing_rewriter.h"

static const char *const FLOW = "10.0.0.1 4000 9.9.9.9 53";

/* The message of a query, with `name` as dotted text; type and class as given. */
static struct bytes query(const char *name, uint16_t type)
{
    struct bytes b = hex("1234 0100 0001 0000 0000 0000");
    while (*name != '\0') {
        size_t length = strcspn(name, ".");
        put_number(&b, 1, length);
        memcpy(b.at + b.size, name, length);
        b.size += length;
        name += length + (name[length] == '.');
    }
    put_number(&b, 1, 0);
    put_number(&b, 2, type);
    put_number(&b, 2, 1);
    return b;
}
static struct bytes over_udp(const char *flow, const struct bytes *message)
{
    struct bytes b = udp_packet(flow, message->size);
    memcpy(b.at + 28, message->at, message->size);
    put_checksum(b.at, 6);
    return b;
}
static struct bytes over_udp6(const struct bytes *message)
{
    struct bytes b = {0};
    put_ether(&b, 0x86dd);
    put_ip6(&b, 1, 2, 17, 8 + message->size);
    put_udp(&b, 4000, 53, message->size);
    memcpy(b.at + b.size - message->size, message->at, message->size);
    return b;
}

static struct fs_test *filter(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "passes", "TestSink");
    fs_test_add(t, "listed", "TestSink");
    fs_test_add(t, "malformed", "TestSink");
    fs_test_add(t, "f", "DNSFilter");
    fs_test_chain(t, "in", "f", "passes");
    fs_test_connect(t, "f", 1, "listed", 0);
    fs_test_connect(t, "f", 2, "malformed", 0);
    return t;
}
static const char *verdict(struct fs_test *t, const struct bytes *b)
{
    static const char *const sinks[] = {"passes", "listed", "malformed"};
    const char *found = "dropped";
    send_bytes(t, "in", b);
    for (unsigned i = 0; i < 3; i++) {
        if (fs_test_count(t, sinks[i]) > 0) {
            found = sinks[i];
            FS_FRAME(fs_test_out(t, sinks[i], 0), b->at, b->size);
            fs_test_forget(t, sinks[i]);
        }
    }
    return found;
}
static const char *asked(struct fs_test *t, const char *name)
{
    struct bytes m = query(name, 1), b = over_udp(FLOW, &m);
    return verdict(t, &b);
}

FS_TEST(dnsfilter_matches_whole_labels)
{
    struct fs_test *t = filter();
    fs_test_texts(t, "NAME", "example.com", "Ads.EXAMPLE.", "very.deep.example.com", "local", "example.com");
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(asked(t, "example.com"), "listed");
    FS_TEXT(asked(t, "www.example.com"), "listed");
    FS_TEXT(asked(t, "a.b.c.d.EXAMPLE.Com"), "listed");
    FS_TEXT(asked(t, "x.very.deep.example.com"), "listed");
    FS_TEXT(asked(t, "aDs.example"), "listed");
    FS_TEXT(asked(t, "local"), "listed");
    FS_TEXT(asked(t, "badexample.com"), "passes");
    FS_TEXT(asked(t, "example.com.org"), "passes");
    FS_TEXT(asked(t, "com"), "passes");
    FS_TEXT(asked(t, "example"), "passes");
    FS_TEXT(asked(t, ""), "passes"); /* the root */
    FS_TEXT(fs_test_read(t, "f.queries"), "11");
    FS_TEXT(fs_test_read(t, "f.listed"), "6");
    FS_TEXT(fs_test_read(t, "f.names"),
            "3\texample.com.\n1\tads.example.\n1\tvery.deep.example.com.\n1\tlocal.\n0\texample.com.\n");
    FS_CHECK(fs_test_write(t, "f.reset_counts", ""));
    FS_TEXT(fs_test_read(t, "f.listed"), "0");
    fs_test_end(t);

    t = filter();
    fs_test_texts(t, "NAME", ".");
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(asked(t, "anything.at.all"), "listed");
    FS_TEXT(asked(t, ""), "listed");
    FS_TEXT(fs_test_read(t, "f.names"), "2\t.\n");
    fs_test_end(t);
}

FS_TEST(dnsfilter_other_packets_pass)
{
    struct fs_test *t = filter();
    fs_test_texts(t, "NAME", "example.com");
    FS_REQUIRE(fs_test_start(t));
    struct bytes m = query("example.com", 1), b = over_udp("9.9.9.9 53 10.0.0.1 4000", &m);
    FS_TEXT(verdict(t, &b), "passes"); /* not to the port */
    b = over_udp(FLOW, &m);
    b.at[28 + 2] |= 0x80;
    FS_TEXT(verdict(t, &b), "passes"); /* a response */
    b = over_udp(FLOW, &m);
    fs_put16(b.at + 6, 5);
    FS_TEXT(verdict(t, &b), "passes"); /* a later fragment */
    b = over_udp(FLOW, &m);
    b.at[28 + 5] = 0;
    FS_TEXT(verdict(t, &b), "passes"); /* no question: cookies alone (RFC 7873) */
    b = tcp_packet(FLOW, FS_TCP_SYN, 1, 0, "", "");
    FS_TEXT(verdict(t, &b), "passes");
    FS_TEXT(fs_test_read(t, "f.queries"), "0");
    fs_test_end(t);
}

FS_TEST(dnsfilter_malformed)
{
    struct fs_test *t = filter();
    fs_test_texts(t, "NAME", "example.com");
    FS_REQUIRE(fs_test_start(t));
    struct bytes whole = query("www.example.com", 1), m, b;
    for (size_t size = 0; size < whole.size; size++) {
        m = whole, m.size = size;
        b = over_udp(FLOW, &m);
        FS_TEXT(verdict(t, &b), "malformed");
    }
    m = whole, m.at[12] = 0xc0, m.at[13] = 12; /* a pointer */
    b = over_udp(FLOW, &m);
    FS_TEXT(verdict(t, &b), "malformed");
    m = whole, m.at[12] = 64;
    b = over_udp(FLOW, &m);
    FS_TEXT(verdict(t, &b), "malformed");
    m = whole, m.at[5] = 2; /* two questions */
    b = over_udp(FLOW, &m);
    FS_TEXT(verdict(t, &b), "malformed");
    b = over_udp(FLOW, &whole), fs_put16(b.at + 6, 0x2000); /* a first fragment, whole by luck */
    FS_TEXT(verdict(t, &b), "listed");
    b = over_udp(FLOW, &whole), b.size = 31, fs_put16(b.at + 2, 31), fs_put16(b.at + 6, 0x2000);
    FS_TEXT(verdict(t, &b), "malformed");
    FS_TEXT(fs_test_read(t, "f.malformed"), "37");

    /* names of 255 bytes and of 256: three labels of 63, and one of 61 or 62 */
    for (unsigned last = 61; last <= 62; last++) {
        m = hex("1234 0100 0001 0000 0000 0000");
        for (unsigned i = 0; i < 4; i++) {
            unsigned n = i < 3 ? 63 : last;
            put_number(&m, 1, n);
            memset(m.at + m.size, 'a', n);
            m.size += n;
        }
        put_hex(&m, "00 0001 0001");
        b = over_udp(FLOW, &m);
        FS_TEXT(verdict(t, &b), last == 61 ? "passes" : "malformed");
    }
    m = hex("1234 0100 0001 0000 0000 0000"); /* 127 labels of one letter, and 128 */
    for (unsigned i = 0; i < 127; i++) {
        put_hex(&m, "0161");
    }
    put_hex(&m, "00 0001 0001");
    b = over_udp(FLOW, &m);
    FS_TEXT(verdict(t, &b), "passes");
    m.size -= 5;
    put_hex(&m, "0161 00 0001 0001");
    b = over_udp(FLOW, &m);
    FS_TEXT(verdict(t, &b), "malformed");
    fs_test_end(t);
}

FS_TEST(dnsfilter_over_tcp_and_ip6)
{
    struct fs_test *t = filter();
    fs_test_texts(t, "NAME", "example.com");
    fs_test_boolean(t, "LOG", true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes m = query("www.example.com", 28), other = query("example.org", 1), b, two = {0};
    put_number(&two, 2, other.size); /* two messages in a segment */
    memcpy(two.at + two.size, other.at, other.size);
    two.size += other.size;
    put_number(&two, 2, m.size);
    memcpy(two.at + two.size, m.at, m.size);
    two.size += m.size;
    for (size_t size = 0; size <= two.size; size++) {
        b = (struct bytes){0};
        put_ip(&b, ip4(10, 0, 0, 1), ip4(9, 9, 9, 9), 6, 20 + size);
        put_hex(&b, "0fa0 0035 00000001 00000001 5018 1000 0000 0000");
        memcpy(b.at + b.size, two.at, size);
        b.size += size;
        FS_TEXT(verdict(t, &b), size == 0 || size == 2 + other.size ? "passes" : size == two.size ? "listed" : "malformed");
    }
    b = (struct bytes){0};
    put_ip(&b, ip4(10, 0, 0, 1), ip4(9, 9, 9, 9), 6, 8);
    put_hex(&b, "0fa0 0035 00000001");
    FS_TEXT(verdict(t, &b), "malformed"); /* too short for a TCP header */
    FS_TEXT(fs_test_log(t), "f: tcp 10.0.0.1:4000 > 9.9.9.9:53: www.example.com.\n");

    b = over_udp6(&m);
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_count(t, "listed"), 1);
    fs_test_end(t);
}

FS_TEST(dnsfilter_drops_and_refuses)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "f", "DNSFilter");
    fs_test_texts(t, "NAME", "a", "b");
    fs_test_integer(t, "PORT", 5353);
    fs_test_chain(t, "in", "f", "out");
    FS_REQUIRE(fs_test_start(t));
    struct bytes m = query("x.b", 1), b = over_udp("10.0.0.1 4000 9.9.9.9 5353", &m);
    send_bytes(t, "in", &b);
    FS_EQUAL(fs_test_rule_drops(t, "f", 1), 1);
    m.size = 5;
    b = over_udp("10.0.0.1 4000 9.9.9.9 5353", &m);
    send_bytes(t, "in", &b);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_MALFORMED), 1);
    b = over_udp(FLOW, &m);
    send_bytes(t, "in", &b);
    FS_EQUAL(fs_test_count(t, "out"), 1);

    struct fs_test *after = filter();
    fs_test_texts(after, "NAME", "c", "b");
    FS_REQUIRE(fs_test_start(after));
    struct fs_element *e = fs_test_element(after, "f");
    e->class->take_state(e, fs_test_element(t, "f"));
    FS_TEXT(fs_test_read(after, "f.names"), "0\tc.\n1\tb.\n");
    fs_test_end(after);
    fs_test_end(t);

    static const char *const wrong[] = {"a..b", ".a", "*.a",
                                        "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaa.com"};
    for (unsigned i = 0; i < 4; i++) {
        t = filter();
        fs_test_texts(t, "NAME", wrong[i]);
        FS_CHECK(strstr(fs_test_refused(t), "expected a domain name") != NULL);
        fs_test_end(t);
    }
}

FS_TEST(dns_names_are_bounded)
{
    uint8_t name[FS_DNS_NAME_MAX];
    char text[300];
    memset(text, 'a', sizeof text);
    for (unsigned i = 63; i < sizeof text; i += 64) {
        text[i] = '.';
    }
    FS_EQUAL(fs_dns_name(name, (const uint8_t *)text, 253), 255);
    FS_EQUAL(fs_dns_name(name, (const uint8_t *)text, 254), 0);
    FS_EQUAL(fs_dns_name(name, (const uint8_t *)text, 63), 65);
    FS_EQUAL(fs_dns_name(name, (const uint8_t *)text, 64), 65); /* with its dot */
    FS_EQUAL(fs_dns_name(name, (const uint8_t *)"", 0), 0);
    FS_EQUAL(fs_dns_name(name, (const uint8_t *)"..", 2), 0);
}

/* ---- answers ---- */

static struct fs_test *responder(const char *answer)
{
    static const uint8_t address[4] = {192, 0, 2, 1}, address6[16] = {1, 0, [15] = 9};
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "other", "TestSink");
    fs_test_add(t, "r", "DNSResponder");
    fs_test_text(t, "ANSWER", answer);
    fs_test_bytes(t, "ADDRESS", address, 4);
    fs_test_bytes(t, "ADDRESS6", address6, 16);
    fs_test_integer(t, "TTL", 300000000000);
    fs_test_chain(t, "in", "r", "out");
    fs_test_connect(t, "r", 1, "other", 0);
    return t;
}
/* The message that came out, and that everything in front of it is right. */
static void check_answer(struct fs_test *t, const struct bytes *message)
{
    const struct fs_packet *p = fs_test_out(t, "out", 0);
    if (!FS_CHECK(p != NULL && p->length == 28 + message->size)) {
        return;
    }
    FS_CHECK(memcmp(p->data + 28, message->at, message->size) == 0);
    FS_EQUAL(p->data[8], 64);
    FS_CHECK(fs_get16(p->data + 26) != 0);
    FS_TEXT(came(t, "out"), "9.9.9.9 53 10.0.0.1 4000"); /* checksums, too */
}

FS_TEST(dnsresponder_answers)
{
    struct fs_test *t = responder("address");
    FS_REQUIRE(fs_test_start(t));
    struct bytes ask4 = query("a.example", 1), expect4 = query("a.example", 1), with_edns = ask4;
    put_hex(&with_edns, "00 0029 04d0 00000000 0000"); /* an OPT record, which goes */
    with_edns.at[11] = 1;
    fs_put16(expect4.at + 2, 0x8180);
    expect4.at[7] = 1;
    put_hex(&expect4, "c00c 0001 0001 0000012c 0004 c0000201");
    struct bytes b = over_udp(FLOW, &ask4);
    send_bytes(t, "in", &b);
    check_answer(t, &expect4);
    b = over_udp(FLOW, &with_edns);
    send_bytes(t, "in", &b);
    check_answer(t, &expect4);

    struct bytes ask6 = query("a.example", 28), expect6 = ask6;
    fs_put16(expect6.at + 2, 0x8180);
    expect6.at[7] = 1;
    put_hex(&expect6, "c00c 001c 0001 0000012c 0010 01000000000000000000000000000009");
    b = over_udp(FLOW, &ask6);
    send_bytes(t, "in", &b);
    check_answer(t, &expect6);

    struct bytes mx = query("a.example", 15), none = mx;
    fs_put16(none.at + 2, 0x8180);
    b = over_udp(FLOW, &mx);
    send_bytes(t, "in", &b);
    check_answer(t, &none); /* a name, but no such record */
    FS_TEXT(fs_test_read(t, "r.answered"), "4");

    b = over_udp6(&ask4);
    fs_test_send(t, "in", b.at, b.size);
    const struct fs_packet *p = fs_test_out(t, "out", 0);
    FS_REQUIRE(p != NULL && p->length == 14 + 48 + expect4.size);
    FS_CHECK(memcmp(p->data + 62, expect4.at, expect4.size) == 0);
    FS_CHECK(p->data[14 + 8 + 15] == 2 && p->data[14 + 24 + 15] == 1);
    FS_EQUAL(fs_get16(p->data + 18), 8 + expect4.size);
    uint8_t pseudo[400] = {0};
    memcpy(pseudo, p->data + 22, 32);
    fs_put16(pseudo + 34, (uint16_t)(8 + expect4.size));
    pseudo[39] = 17;
    memcpy(pseudo + 40, p->data + 54, 8 + expect4.size);
    FS_EQUAL(plain_checksum(pseudo, 48 + expect4.size), 0);
    fs_test_end(t);
}

FS_TEST(dnsresponder_denies)
{
    static const struct {
        const char *answer;
        uint16_t flags;
    } cases[] = {{"nxdomain", 0x8183}, {"refused", 0x8185}};
    for (unsigned i = 0; i < 2; i++) {
        struct fs_test *t = responder(cases[i].answer);
        FS_REQUIRE(fs_test_start(t));
        struct bytes m = query("a.example", 1), expect = m, b = over_udp(FLOW, &m);
        fs_put16(expect.at + 2, cases[i].flags);
        send_bytes(t, "in", &b);
        check_answer(t, &expect);
        fs_test_end(t);
    }
    struct fs_test *t = responder("none");
    FS_REQUIRE(fs_test_start(t));
    struct bytes m = query("a.example", 1), b = over_udp(FLOW, &m);
    send_bytes(t, "in", &b);
    FS_EQUAL(fs_test_drops(t, "r", FS_DROP_DENIED), 1);
    fs_test_end(t);
    t = responder("nonsense");
    FS_CHECK(strstr(fs_test_refused(t), "expected nxdomain, refused, address or none") != NULL);
    fs_test_end(t);
}

FS_TEST(dnsresponder_rejects)
{
    struct fs_test *t = responder("nxdomain");
    FS_REQUIRE(fs_test_start(t));
    struct bytes m = query("a.example", 1), b;
    m.at[2] |= 0x80;
    b = over_udp(FLOW, &m);
    send_bytes(t, "in", &b); /* a response */
    m = query("a.example", 1), m.size--;
    b = over_udp(FLOW, &m);
    send_bytes(t, "in", &b);
    m = query("a.example", 1), b = over_udp(FLOW, &m), fs_put16(b.at + 6, 0x2000);
    send_bytes(t, "in", &b);
    b = tcp_packet(FLOW, FS_TCP_ACK, 1, 1, "", "....................");
    send_bytes(t, "in", &b);
    fs_test_send(t, "in", "short", 5);
    FS_EQUAL(fs_test_count(t, "other"), 5);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    fs_test_end(t);
}
