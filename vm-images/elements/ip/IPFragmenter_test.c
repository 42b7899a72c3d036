#include "net/testing.h"

static struct fs_test *around(const char *class, bool bad)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    if (bad) {
        fs_test_add(t, "bad", "TestSink");
    }
    fs_test_add(t, "e", class);
    fs_test_chain(t, "in", "e", "out");
    if (bad) {
        fs_test_connect(t, "e", 1, "bad", 0);
    }
    return t;
}
/* A packet of `size` data bytes 0, 1, 2, ... with this header, whose length and checksum are set. */
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
#define PLAIN "4500 0000 1234 0000 40 11 0000 0a000001 c0000205"
static void send(struct fs_test *t, const struct bytes *b)
{
    fs_test_send_packet(t, "in", marked_packet(t, b->at, b->size, (b->at[0] & 15u) * 4u));
}
/* What output i has to be: header length, fragment field, and data from `from` on. */
static void is_fragment(struct fs_test *t, unsigned i, unsigned header, unsigned field, unsigned from, unsigned size)
{
    const struct fs_packet *p = fs_test_out(t, "out", i);
    FS_REQUIRE(p != NULL);
    FS_EQUAL(p->length, header + size);
    FS_EQUAL(fs_get16(p->data + 2), header + size);
    FS_EQUAL(fs_get16(p->data + 6), field);
    FS_EQUAL(plain_checksum(p->data, header), 0);
    FS_EQUAL(fs_network_header(p) - p->data, 0);
    FS_EQUAL(fs_transport_header(p) - p->data, header);
    for (unsigned k = 0; k < size; k++) {
        if (p->data[header + k] != ((from + k) & 255)) {
            FS_EQUAL(p->data[header + k], (from + k) & 255);
            return;
        }
    }
}

FS_TEST(ipfragmenter_passes_what_fits)
{
    struct fs_test *t = around("IPFragmenter", true);
    fs_test_integer(t, "MTU", 100);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(PLAIN, 80);
    put_hex(&b, "00000000"); /* padding does not count */
    send(t, &b);
    FS_FRAME(fs_test_out(t, "out", 0), b.at, b.size);
    FS_TEXT(fs_test_read(t, "e.fragments"), "0");
    fs_test_end(t);
}

/* RFC 791's example of NFB: (MTU - header) rounded down to 8 bytes. */
FS_TEST(ipfragmenter_splits)
{
    struct fs_test *t = around("IPFragmenter", true);
    fs_test_integer(t, "MTU", 100);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(PLAIN, 81);
    struct fs_packet *p = marked_packet(t, b.at, b.size, 20);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 7);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    is_fragment(t, 0, 20, 0x2000, 0, 80);
    is_fragment(t, 1, 20, 10, 80, 1);
    FS_EQUAL(fs_anno_u8(fs_test_out(t, "out", 1), FS_ANNO_PAINT), 7);
    FS_TEXT(fs_test_read(t, "e.fragments"), "2");
    fs_test_forget(t, "out");
    b = packet("4500 0000 1234 2005 40 11 0000 0a000001 c0000205", 200); /* a fragment at 40, and more behind */
    send(t, &b);
    is_fragment(t, 0, 20, 0x2005, 0, 80);
    is_fragment(t, 1, 20, 0x200f, 80, 80);
    is_fragment(t, 2, 20, 0x2019, 160, 40);
    fs_test_end(t);
}

/* Of a NOP, a record route (7: not copied) and a loose source route (131: copied) the latter alone goes along. */
FS_TEST(ipfragmenter_copies_options)
{
    struct fs_test *t = around("IPFragmenter", true);
    fs_test_integer(t, "MTU", 68);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet("4900 0000 1234 0000 40 11 0000 0a000001 c0000205 01 070704 00000000 83 0704 0a000002 00", 64);
    send(t, &b);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    is_fragment(t, 0, 36, 0x2000, 0, 32);
    is_fragment(t, 1, 28, 4, 32, 32); /* there would be room for (68 - 28) & ~7 = 40 */
    FS_EQUAL(memcmp(fs_test_out(t, "out", 1)->data + 20, "\x83\7\4\x0a\0\0\2", 8), 0);
    fs_test_end(t);
}

FS_TEST(ipfragmenter_leaves_df_alone)
{
    struct fs_test *t = around("IPFragmenter", true);
    fs_test_integer(t, "MTU", 100);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet("4500 0000 1234 4000 40 11 0000 0a000001 c0000205", 100);
    for (unsigned i = 0; i < 7; i++) {
        send(t, &b);
    }
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_FRAME(fs_test_out(t, "bad", 6), b.at, b.size);
    FS_TEXT(fs_test_read(t, "e.drops"), "7");
    unsigned lines = 0;
    for (const char *at = fs_test_log(t); (at = strstr(at, "IPFragmenter(100) DF 10.0.0.1 192.0.2.5 len=120")) != NULL; at++) {
        lines++;
    }
    FS_EQUAL(lines, 5);
    fs_test_end(t);
    t = around("IPFragmenter", false);
    fs_test_integer(t, "MTU", 100);
    fs_test_boolean(t, "HONOR_DF", false);
    FS_REQUIRE(fs_test_start(t));
    send(t, &b);
    is_fragment(t, 0, 20, 0x2000, 0, 80);
    is_fragment(t, 1, 20, 10, 80, 20);
    FS_EQUAL(memcmp(fs_test_out(t, "out", 0)->data + 4, fs_test_out(t, "out", 1)->data + 4, 2), 0);
    fs_test_end(t);
}

FS_TEST(ipfragmenter_refuses_what_it_cannot_split)
{
    struct fs_test *t = around("IPFragmenter", false);
    fs_test_integer(t, "MTU", 27); /* 7 bytes of data are less than one unit */
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(PLAIN, 100);
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_TOO_LONG), 1);
    b.size--; /* shorter than it says */
    send(t, &b);
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 2);
    fs_test_end(t);
}

FS_TEST(ipfragmenter_needs_buffers_for_all)
{
    struct fs_test *t = around("IPFragmenter", false);
    fs_test_integer(t, "MTU", 28);
    fs_test_pool(t, 20);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet(PLAIN, 152); /* 19 fragments: itself and 18 more */
    send(t, &b);
    FS_EQUAL(fs_test_count(t, "out"), 19);
    fs_test_forget(t, "out");
    b = packet(PLAIN, 168);
    send(t, &b);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_BUFFER), 1);
    fs_test_end(t);
}

FS_TEST(ipfragmenter_keeps_the_link_header_and_the_order)
{
    struct fs_test *t = around("IPFragmenter", false);
    fs_test_integer(t, "MTU", 100);
    FS_REQUIRE(fs_test_start(t));
    struct bytes small = packet(PLAIN, 5), large = packet(PLAIN, 1400), framed = hex("ffffffffffff 020000000001 0800");
    memcpy(framed.at + 14, large.at, large.size);
    struct fs_packet *p[3] = {marked_packet(t, small.at, small.size, 20),
                              fs_test_packet(t, framed.at, 14 + large.size),
                              marked_packet(t, small.at, small.size, 20)};
    fs_set_network_header(p[1], p[1]->data + 14, 20);
    fs_test_send_batch(t, "in", p, 3);
    FS_EQUAL(fs_test_count(t, "out"), 20); /* 1400 / 80 = 17.5 */
    FS_FRAME(fs_test_out(t, "out", 0), small.at, small.size);
    FS_FRAME(fs_test_out(t, "out", 19), small.at, small.size);
    const struct fs_packet *last = fs_test_out(t, "out", 18);
    FS_EQUAL(memcmp(last->data, framed.at, 14), 0);
    FS_EQUAL(fs_get16(last->data + 14 + 6), 170);
    FS_EQUAL(last->length, 14 + 20 + 40);
    fs_test_end(t);
}

/* ---- and together again ---- */

/* A fragment of a datagram whose data are 0, 1, 2, ... */
static struct bytes fragment(unsigned id, unsigned from, unsigned size, bool more)
{
    struct bytes b = hex("4500 0000 0000 0000 40 11 0000 0a000001 c0000205");
    fs_put16(b.at + 2, (uint16_t)(20 + size));
    fs_put16(b.at + 4, (uint16_t)id);
    fs_put16(b.at + 6, (uint16_t)(from / 8 | (more ? 0x2000 : 0)));
    for (unsigned i = 0; i < size; i++) {
        put_number(&b, 1, (from + i) & 255);
    }
    fix_ip_checksum(b.at);
    return b;
}
static void send_fragment(struct fs_test *t, unsigned id, unsigned from, unsigned size, bool more)
{
    struct bytes b = fragment(id, from, size, more);
    send(t, &b);
}

FS_TEST(ipreassembler_puts_together_in_any_order)
{
    static const unsigned orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    struct fs_test *t = around("IPReassembler", true);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned k = 0; k < 6; k++) {
        for (unsigned i = 0; i < 3; i++) {
            unsigned part = orders[k][i];
            FS_EQUAL(fs_test_count(t, "out"), k);
            send_fragment(t, k + 1, part * 40, part == 2 ? 13 : 40, part != 2);
        }
        FS_EQUAL(fs_test_count(t, "out"), k + 1);
        is_fragment(t, k, 20, 0, 0, 93);
    }
    FS_EQUAL(fs_test_count(t, "bad"), 0);
    fs_test_end(t);
}

FS_TEST(ipreassembler_passes_whole_packets)
{
    struct fs_test *t = around("IPReassembler", false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = packet("4500 0000 1234 4000 40 11 0000 0a000001 c0000205", 10);
    send(t, &b);
    FS_FRAME(fs_test_out(t, "out", 0), b.at, b.size);
    fs_test_end(t);
}

/* Datagrams differ by any of addresses, protocol and identification (RFC 791). */
FS_TEST(ipreassembler_tells_datagrams_apart)
{
    struct fs_test *t = around("IPReassembler", false);
    FS_REQUIRE(fs_test_start(t));
    static const unsigned places[] = {5, 9, 12, 19}; /* id, protocol, source, destination */
    for (unsigned i = 0; i < 4; i++) {
        struct bytes b = fragment(1, 8, 8, false);
        b.at[places[i]] ^= 1;
        send(t, &b);
    }
    send_fragment(t, 1, 0, 8, true);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    send_fragment(t, 1, 8, 8, false);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
    t = around("IPReassembler", false); /* four datagrams were left, and dropped at the end */
    FS_REQUIRE(fs_test_start(t));
    fs_test_end(t);
}

FS_TEST(ipreassembler_keeps_the_first_header)
{
    struct fs_test *t = around("IPReassembler", false);
    FS_REQUIRE(fs_test_start(t));
    send_fragment(t, 0x1234, 16, 4, false);
    struct bytes b = packet("4600 0000 1234 2000 3f 11 0000 0a000001 c0000205 01010100", 16), framed = {0};
    put_hex(&framed, "ffffffffffff 020000000001 8100 0005 0800");
    memcpy(framed.at + 18, b.at, b.size);
    struct fs_packet *p = fs_test_packet(t, framed.at, 18 + b.size);
    fs_set_network_header(p, p->data + 18, 24);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 9);
    fs_test_send_packet(t, "in", p);
    p = fs_test_out(t, "out", 0);
    FS_REQUIRE(p != NULL);
    FS_EQUAL(p->length, 18 + 24 + 20);
    FS_EQUAL(memcmp(p->data, framed.at, 18), 0);
    FS_EQUAL(fs_network_header(p) - p->data, 18);
    FS_EQUAL(p->data[18 + 8], 0x3f);
    FS_EQUAL(memcmp(p->data + 18 + 20, "\1\1\1\0", 4), 0);
    FS_EQUAL(plain_checksum(p->data + 18, 24), 0);
    FS_EQUAL(p->data[18 + 24 + 19], 19);
    FS_EQUAL(fs_anno_u8(p, FS_ANNO_PAINT), 9);
    fs_test_end(t);
}

FS_TEST(ipreassembler_takes_equal_overlaps_alone)
{
    struct fs_test *t = around("IPReassembler", true);
    FS_REQUIRE(fs_test_start(t));
    send_fragment(t, 1, 0, 24, true);
    send_fragment(t, 1, 0, 24, true);  /* a duplicate */
    send_fragment(t, 1, 16, 24, true); /* an overlap that says the same */
    send_fragment(t, 1, 40, 3, false);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    is_fragment(t, 0, 20, 0, 0, 43);
    send_fragment(t, 2, 0, 24, true);
    struct bytes b = fragment(2, 16, 24, true);
    b.at[21] ^= 1; /* and one that does not */
    send(t, &b);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_MALFORMED), 2);
    send_fragment(t, 2, 40, 3, false);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}

FS_TEST(ipreassembler_refuses_contradictions)
{
    struct fs_test *t = around("IPReassembler", true);
    FS_REQUIRE(fs_test_start(t));
    send_fragment(t, 1, 16, 8, false);
    send_fragment(t, 1, 24, 8, true); /* behind the end */
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_MALFORMED), 2);
    send_fragment(t, 2, 24, 8, true);
    send_fragment(t, 2, 16, 8, false); /* an end before what was seen */
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_MALFORMED), 4);
    send_fragment(t, 3, 16, 8, false);
    send_fragment(t, 3, 16, 4, false); /* two ends */
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_MALFORMED), 6);
    send_fragment(t, 4, 0, 9, true); /* not in units of 8 */
    send_fragment(t, 4, 65528, 8, false); /* beyond what an IP packet can have */
    struct bytes b = fragment(4, 0, 16, true);
    b.size--;
    send(t, &b);
    send_fragment(t, 4, 8, 0, false);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 4);
    send_fragment(t, 4, 1792, 8, false);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_TOO_LONG), 1);
    FS_EQUAL(fs_test_count(t, "out") + fs_test_count(t, "bad"), 0);
    fs_test_end(t);
}

FS_TEST(ipreassembler_takes_the_longest)
{
    struct fs_test *t = around("IPReassembler", false);
    FS_REQUIRE(fs_test_start(t));
    send_fragment(t, 1, 0, 1480, true);
    send_fragment(t, 1, 1480, 312, false);
    is_fragment(t, 0, 20, 0, 0, 1792);
    fs_test_end(t);
}

FS_TEST(ipreassembler_times_out)
{
    struct fs_test *t = around("IPReassembler", true);
    FS_REQUIRE(fs_test_start(t));
    send_fragment(t, 1, 0, 16, true);
    send_fragment(t, 1, 32, 16, true);
    send_fragment(t, 2, 16, 8, false); /* without its first fragment nobody can be told */
    fs_test_advance(t, 30000000000u);
    FS_EQUAL(fs_test_count(t, "bad"), 0);
    fs_test_advance(t, 10000000000u);
    FS_EQUAL(fs_test_count(t, "bad"), 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_EXPIRED), 1);
    const struct fs_packet *p = fs_test_out(t, "bad", 0);
    FS_EQUAL(p->length, 20 + 48);
    FS_EQUAL(fs_get16(p->data + 6), 0x2000);
    FS_EQUAL(p->data[20 + 15], 15);
    FS_EQUAL(p->data[20 + 47], 47);
    send_fragment(t, 1, 16, 16, false); /* too late: a new datagram */
    FS_EQUAL(fs_test_count(t, "out"), 0);
    fs_test_end(t);
}

FS_TEST(ipreassembler_stays_alive_while_fragments_come)
{
    struct fs_test *t = around("IPReassembler", true);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 8; i++) {
        send_fragment(t, 1, i * 8, 8, i != 7);
        fs_test_advance(t, 29000000000u);
    }
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}

FS_TEST(ipreassembler_bounds_its_memory)
{
    struct fs_test *t = around("IPReassembler", false);
    fs_test_integer(t, "HIMEM", 5000);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 6; i++) { /* 1040 bytes each by Click's reckoning: 5200 with the fifth */
        send_fragment(t, i, 8, 1000, false);
    }
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_TABLE_FULL), 2); /* to 3120, below 3750 */
    fs_test_end(t);
    t = around("IPReassembler", false);
    fs_test_pool(t, 400);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 300; i++) {
        send_fragment(t, i, 8, 8, false);
    }
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_TABLE_FULL), 44);
    fs_test_end(t);
    t = around("IPReassembler", false);
    fs_test_pool(t, 10);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 12; i++) {
        send_fragment(t, i, 8, 8, false);
    }
    FS_CHECK(fs_test_drops(t, "e", FS_DROP_NO_BUFFER) > 0);
    fs_test_end(t);
}

/* What one splits the other puts together. */
FS_TEST(ipreassembler_undoes_ipfragmenter)
{
    struct fs_test *t = fs_test_new();
    uint64_t state = 7;
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "f", "IPFragmenter");
    fs_test_integer(t, "MTU", 48);
    fs_test_add(t, "e", "IPReassembler");
    fs_test_chain(t, "in", "f", "e", "out");
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 50; i++) {
        struct bytes b = packet(PLAIN, (size_t)(noise(&state) % 1500));
        send(t, &b);
        FS_FRAME(fs_test_out(t, "out", 0), b.at, b.size);
        fs_test_forget(t, "out");
    }
    fs_test_end(t);
}
