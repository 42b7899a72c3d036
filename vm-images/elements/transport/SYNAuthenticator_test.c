#include "net/siphash.h"
#include "net/testing_rewriter.h"

#define SECOND 1000000000ull
static const char *const FLOW = "10.0.0.1 4000 9.9.9.9 80";

/* The reference's vector for the key 00 01 ... 0f and the input 00 01 ... 0f. */
FS_TEST(siphash_of_the_reference)
{
    const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    FS_EQUAL(fs_siphash(key, key[0], key[1]), 0x3f2acc7f57c29bdb);
}

static struct fs_test *authenticator(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "passes", "TestSink");
    fs_test_add(t, "back", "TestSink");
    fs_test_add(t, "consumed", "TestSink");
    fs_test_add(t, "a", "SYNAuthenticator");
    fs_test_chain(t, "in", "a", "passes");
    fs_test_connect(t, "a", 1, "back", 0);
    fs_test_connect(t, "a", 2, "consumed", 0);
    return t;
}
static const char *tcp(struct fs_test *t, const char *flow, uint8_t flags, uint32_t sequence)
{
    static const char *const sinks[] = {"passes", "back", "consumed"};
    struct bytes b = tcp_packet(flow, flags, sequence, 0, "", "");
    const char *found = "dropped";
    send_bytes(t, "in", &b);
    for (unsigned i = 0; i < 3; i++) {
        found = fs_test_count(t, sinks[i]) > 0 ? sinks[i] : found;
    }
    fs_test_forget(t, "passes");
    fs_test_forget(t, "consumed");
    return found;
}
/* The number that the SYN-ACK which came back acknowledges. */
static uint32_t number(struct fs_test *t)
{
    const struct fs_packet *p = fs_test_out(t, "back", 0);
    uint32_t found = p != NULL ? fs_get32(p->data + 28) : 0;
    fs_test_forget(t, "back");
    return found;
}

FS_TEST(synauthenticator_asks_and_remembers)
{
    struct fs_test *t = authenticator();
    FS_REQUIRE(fs_test_start(t));
    struct bytes syn = tcp_packet(FLOW, FS_TCP_SYN, 700, 0, "020405b4 0101", "data");
    syn.at[32] = 0x60; /* six bytes of options do not fit a header of 24: the rest is data */
    put_checksum(syn.at, 16);
    send_bytes(t, "in", &syn);
    const struct fs_packet *p = fs_test_out(t, "back", 0);
    FS_REQUIRE(p != NULL);
    FS_EQUAL(p->length, 40);
    FS_EQUAL(p->data[33], FS_TCP_SYN | FS_TCP_ACK);
    FS_EQUAL(p->data[32], 0x50);
    FS_EQUAL(fs_get16(p->data + 2), 40);
    FS_EQUAL(p->data[8], 64);
    uint32_t asked = fs_get32(p->data + 28);
    FS_CHECK(asked - 701 > 0xffff); /* nothing that an end would take for an answer */
    FS_TEXT(came(t, "back"), "9.9.9.9 80 10.0.0.1 4000");

    FS_TEXT(tcp(t, FLOW, FS_TCP_RST, asked + 1), "passes"); /* not that number */
    FS_TEXT(tcp(t, "10.0.0.1 4001 9.9.9.9 80", FS_TCP_RST, asked), "passes");
    FS_TEXT(tcp(t, "10.0.0.2 4000 9.9.9.9 80", FS_TCP_RST, asked), "passes");
    FS_TEXT(tcp(t, FLOW, FS_TCP_SYN, 700), "back");
    FS_EQUAL(number(t), asked); /* the same for the same SYN, and nothing was kept */
    FS_TEXT(fs_test_read(t, "a.count"), "0");
    FS_TEXT(tcp(t, FLOW, FS_TCP_RST, asked), "consumed");
    FS_TEXT(tcp(t, FLOW, FS_TCP_SYN, 700), "passes");
    FS_TEXT(tcp(t, "10.0.0.1 5 8.8.8.8 443", FS_TCP_SYN, 1), "passes"); /* the source is known */
    FS_TEXT(tcp(t, "10.0.0.2 4000 9.9.9.9 80", FS_TCP_SYN, 1), "back");
    FS_TEXT(fs_test_read(t, "a.count"), "1");
    FS_TEXT(fs_test_read(t, "a.passed"), "2");
    FS_TEXT(fs_test_read(t, "a.challenged"), "3");
    FS_TEXT(fs_test_read(t, "a.authenticated"), "1");
    FS_CHECK(fs_test_write(t, "a.clear", ""));
    FS_TEXT(tcp(t, FLOW, FS_TCP_SYN, 700), "back");
    fs_test_end(t);
}

FS_TEST(synauthenticator_other_segments_pass)
{
    struct fs_test *t = authenticator();
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(tcp(t, FLOW, FS_TCP_ACK, 1), "passes");
    FS_TEXT(tcp(t, FLOW, FS_TCP_SYN | FS_TCP_ACK, 1), "passes");
    FS_TEXT(tcp(t, FLOW, FS_TCP_RST, 1), "passes");
    FS_TEXT(tcp(t, FLOW, FS_TCP_FIN, 1), "passes");
    send_udp(t, "in", FLOW);
    FS_EQUAL(fs_test_count(t, "passes"), 1);
    struct bytes syn = tcp_packet(FLOW, FS_TCP_SYN, 1, 0, "", "");
    fs_put16(syn.at + 6, 0x2000);
    send_bytes(t, "in", &syn); /* a fragment cannot be asked */
    FS_EQUAL(fs_test_drops(t, "a", FS_DROP_MALFORMED), 1);
    syn.size = 25; /* no TCP header */
    send_bytes(t, "in", &syn);
    FS_EQUAL(fs_test_count(t, "passes"), 2);
    fs_test_end(t);
}

FS_TEST(synauthenticator_numbers_and_sources_age)
{
    struct fs_test *t = authenticator();
    fs_test_integer(t, "LIFETIME", 100 * SECOND);
    FS_REQUIRE(fs_test_start(t)); /* at 1 s of the steady clock */
    FS_TEXT(tcp(t, FLOW, FS_TCP_SYN, 1), "back");
    uint32_t asked = number(t);
    fs_test_advance(t, 30 * SECOND); /* of the slot before */
    FS_TEXT(tcp(t, FLOW, FS_TCP_RST, asked), "consumed");
    fs_test_advance(t, SECOND); /* now it is too old */
    FS_TEXT(tcp(t, FLOW, FS_TCP_RST, asked), "passes");
    FS_TEXT(tcp(t, "10.0.0.7 1 9.9.9.9 80", FS_TCP_SYN, 1), "back");
    asked = number(t);
    fs_test_advance(t, 48 * SECOND); /* nothing came for some slots: there is none before this one */
    FS_TEXT(tcp(t, "10.0.0.7 1 9.9.9.9 80", FS_TCP_RST, asked), "passes");
    fs_test_advance(t, 42 * SECOND);
    FS_TEXT(tcp(t, FLOW, FS_TCP_SYN, 1), "passes"); /* remembered for as long again */
    fs_test_advance(t, 99 * SECOND);
    FS_TEXT(tcp(t, FLOW, FS_TCP_SYN, 1), "passes");
    fs_test_advance(t, 100 * SECOND);
    FS_TEXT(fs_test_read(t, "a.count"), "0");
    FS_TEXT(tcp(t, FLOW, FS_TCP_SYN, 1), "back");
    fs_test_end(t);
}

/* The answer of a source by its own number. */
static void prove(struct fs_test *t, const char *flow)
{
    FS_TEXT(tcp(t, flow, FS_TCP_SYN, 1), "back");
    FS_TEXT(tcp(t, flow, FS_TCP_RST, number(t)), "consumed");
}

FS_TEST(synauthenticator_evicts_and_takes_state)
{
    struct fs_test *t = authenticator(), *after = authenticator();
    fs_test_integer(t, "CAPACITY", 1); /* four places */
    FS_REQUIRE(fs_test_start(t) && fs_test_start(after));
    static const char *const flows[] = {"10.0.0.1 1 9.9.9.9 80", "10.0.0.2 1 9.9.9.9 80", "10.0.0.3 1 9.9.9.9 80",
                                        "10.0.0.4 1 9.9.9.9 80", "10.0.0.5 1 9.9.9.9 80"};
    for (unsigned i = 0; i < 5; i++) {
        if (i == 4) {
            FS_TEXT(tcp(t, flows[0], FS_TCP_SYN, 1), "passes"); /* heard of again: the second is the oldest */
        }
        prove(t, flows[i]);
        fs_test_advance(t, 2 * SECOND);
    }
    FS_TEXT(fs_test_read(t, "a.count"), "4");
    struct fs_element *e = fs_test_element(after, "a");
    fs_test_advance(after, 10 * SECOND); /* both have the same clock */
    FS_TEXT(tcp(t, flows[1], FS_TCP_SYN, 1), "back");
    uint32_t asked = number(t);
    e->class->take_state(e, fs_test_element(t, "a"));
    FS_TEXT(tcp(after, flows[1], FS_TCP_RST, asked), "consumed"); /* a number of the configuration before */
    for (unsigned i = 0; i < 5; i++) {
        FS_TEXT(tcp(after, flows[i], FS_TCP_SYN, 1), "passes");
    }
    fs_test_end(t);
    fs_test_end(after);
}

FS_TEST(synauthenticator_ip6_by_the_first_half)
{
    struct fs_test *t = authenticator();
    FS_REQUIRE(fs_test_start(t));
    uint32_t asked = 0;
    for (unsigned i = 0; i < 3; i++) {
        struct bytes b = {0};
        put_ether(&b, 0x8100);
        put_hex(&b, "0005 86dd");
        put_ip6(&b, i == 2 ? 77 : 1, 2, 6, 20); /* at last another address of the same half */
        put_hex(&b, "1111 0050");
        put_number(&b, 4, i == 1 ? asked : 5);
        put_hex(&b, "00000000 50");
        put_number(&b, 1, i == 1 ? FS_TCP_RST : FS_TCP_SYN);
        put_hex(&b, "1000 0000 0000");
        fs_test_send(t, "in", b.at, b.size);
        if (i == 0) {
            const struct fs_packet *p = fs_test_out(t, "back", 0);
            FS_REQUIRE(p != NULL);
            FS_EQUAL(p->length, 18 + 60);
            asked = fs_get32(p->data + 18 + 48);
            FS_CHECK(p->data[18 + 23] == 2 && p->data[18 + 39] == 1);
            FS_EQUAL(fs_get32(p->data + 18 + 40), 0x00501111);
            uint8_t pseudo[60] = {0};
            memcpy(pseudo, p->data + 18 + 8, 32);
            pseudo[35] = 20, pseudo[39] = 6;
            memcpy(pseudo + 40, p->data + 18 + 40, 20);
            FS_EQUAL(plain_checksum(pseudo, 60), 0);
        }
    }
    FS_EQUAL(fs_test_count(t, "consumed"), 1);
    FS_EQUAL(fs_test_count(t, "passes"), 1);
    fs_test_end(t);
}
