#include "net/testing.h"

enum { A = 0x12341a2c, B = 0x0a000004, C = 0xc0a80101, TCP = 6, UDP = 17, MORE = 0x2000 };
#define SECOND 1000000000u

struct sent {
    uint32_t source, destination;
    uint16_t sport, dport;
    uint8_t protocol, flags;
    uint16_t id, fragment;
};

/* Addresses, ports, protocol; then .flags, .id, .fragment. */
#define OF(from, to, from_port, to_port, ...) \
    (struct sent){.source = (from), .destination = (to), .sport = (from_port), .dport = (to_port), .protocol = __VA_ARGS__}

static struct fs_test *flows(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "bad", "TestSink");
    fs_test_add(t, "f", "AggregateIPFlows");
    fs_test_chain(t, "in", "f", "out");
    fs_test_connect(t, "f", 1, "bad", 0);
    return t;
}

/* An IP packet; a later fragment has no ports but eight bytes of data. */
static void put(struct bytes *b, const struct sent *s)
{
    size_t at = b->size;
    put_ip(b, s->source, s->destination, s->protocol, 20);
    fs_put16(b->at + at + 4, s->id);
    fs_put16(b->at + at + 6, s->fragment);
    if ((s->fragment & 0x1fff) != 0) {
        put_hex(b, "ffff ffff ffff ffff 0000 0000 0000 0000 0000 0000");
        return;
    }
    put_number(b, 2, s->sport);
    put_number(b, 2, s->dport);
    put_hex(b, "00000001 00000002 50");
    put_number(b, 1, s->flags);
    put_hex(b, "1000 0000 0000");
}
static struct fs_packet *packet(struct fs_test *t, struct sent s)
{
    struct bytes b = {0};
    put_ether(&b, 0x0800);
    put(&b, &s);
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    fs_set_network_header(p, p->data + 14, 20);
    p->timestamp = fs_test_now(t);
    return p;
}
static void send(struct fs_test *t, struct sent s) { fs_test_send_packet(t, "in", packet(t, s)); }

/* What left by output 0 since the last call: "aggregate/paint ..." */
static const char *numbers(struct fs_test *t)
{
    static char text[400];
    size_t n = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < fs_test_count(t, "out"); i++) {
        struct fs_packet *p = fs_test_out(t, "out", i);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%u/%u", i > 0 ? " " : "", fs_anno_u32(p, FS_ANNO_AGGREGATE),
                              fs_anno_u8(p, FS_ANNO_PAINT));
    }
    fs_test_forget(t, "out");
    return text;
}

FS_TEST(ip_flows_are_numbered_both_ways)
{
    struct fs_test *t = flows();
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 30, 40, UDP));
    send(t, OF(A, B, 30, 40, TCP));
    send(t, OF(B, A, 40, 30, UDP));
    send(t, OF(B, A, 30, 40, UDP)); /* other ports */
    send(t, OF(A, B, 40, 30, UDP));
    send(t, OF(B, A, 40, 30, TCP));
    FS_TEXT(numbers(t), "1/0 2/0 1/1 3/0 3/1 2/1");
    FS_TEXT(fs_test_read(t, "f.count"), "3");
    send(t, OF(C, C, 30, 40, UDP)); /* a host with itself */
    send(t, OF(C, C, 40, 30, UDP));
    send(t, OF(C, C, 7, 7, UDP));
    FS_TEXT(numbers(t), "4/0 4/1 5/0");
    fs_test_end(t);
}

FS_TEST(ip_flows_end_when_idle)
{
    struct fs_test *t = flows();
    fs_test_integer(t, "UDP_TIMEOUT", 10 * (int64_t)SECOND);
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 1, 2, UDP));
    send(t, OF(A, B, 1, 2, TCP));
    fs_test_advance(t, 10 * (uint64_t)SECOND);
    send(t, OF(A, B, 1, 2, UDP));
    fs_test_advance(t, 11 * (uint64_t)SECOND);
    send(t, OF(B, A, 2, 1, UDP));
    send(t, OF(A, B, 1, 2, TCP));
    FS_TEXT(numbers(t), "1/0 2/0 1/0 3/0 2/0"); /* the new flow began the other way */
    fs_test_end(t);
}

FS_TEST(ip_flows_of_tcp_end_by_fin_and_rst)
{
    struct fs_test *t = flows();
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 1, 2, TCP, .flags = 0x02));
    send(t, OF(A, B, 1, 2, TCP, .flags = 0x11));
    send(t, OF(A, B, 1, 2, TCP, .flags = 0x02)); /* one side only has ended */
    send(t, OF(A, B, 1, 2, TCP, .flags = 0x11));
    send(t, OF(B, A, 2, 1, TCP, .flags = 0x11));
    send(t, OF(A, B, 1, 2, TCP, .flags = 0x10)); /* the last acknowledgement */
    send(t, OF(B, A, 2, 1, TCP, .flags = 0x02)); /* a new one */
    send(t, OF(A, B, 1, 2, TCP, .flags = 0x14)); /* refused */
    FS_TEXT(numbers(t), "1/0 1/0 1/0 1/0 1/1 1/0 2/0 2/1");
    fs_test_advance(t, 31 * (uint64_t)SECOND);
    send(t, OF(B, A, 2, 1, TCP, .flags = 0x10));
    FS_TEXT(numbers(t), "3/0");
    fs_test_advance(t, 3600 * (uint64_t)SECOND);
    send(t, OF(B, A, 2, 1, TCP, .flags = 0x10));
    FS_TEXT(numbers(t), "3/0");
    fs_test_end(t);
}

static void send_error(struct fs_test *t, struct sent about, size_t cut)
{
    struct bytes b = {0};
    put_ether(&b, 0x0800);
    put_ip(&b, C, about.source, 1, 48);
    put_hex(&b, "0301 0000 0000 0000");
    put(&b, &about);
    struct fs_packet *p = fs_test_packet(t, b.at, b.size - cut);
    fs_set_network_header(p, p->data + 14, 20);
    p->timestamp = fs_test_now(t);
    fs_test_send_packet(t, "in", p);
}

FS_TEST(ip_flows_of_icmp_errors)
{
    struct fs_test *t = flows();
    fs_test_boolean(t, "ICMP", true);
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 1, 2, TCP, .flags = 0x02));
    send_error(t, OF(A, B, 1, 2, TCP, .flags = 0x04), 0); /* its flags do not count */
    send_error(t, OF(B, A, 2, 1, TCP), 16);
    send_error(t, OF(A, B, 3, 4, UDP), 0); /* of a flow that was not seen */
    send(t, OF(A, B, 1, 2, TCP, .flags = 0x02));
    FS_TEXT(numbers(t), "1/0 1/2 1/3 2/2 1/0");
    send_error(t, OF(B, A, 2, 1, TCP), 17); /* the ports are cut off */
    send_error(t, OF(B, A, 2, 1, TCP), 40);
    send_error(t, OF(B, A, 2, 1, 89), 0);
    FS_EQUAL(fs_test_count(t, "bad"), 3);
    fs_test_end(t);
    t = flows();
    FS_REQUIRE(fs_test_start(t));
    send_error(t, OF(A, B, 1, 2, TCP), 0);
    FS_EQUAL(fs_test_count(t, "bad"), 1);
    fs_test_end(t);
}

FS_TEST(ip_flows_reject_other_packets)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "f", "AggregateIPFlows");
    fs_test_integer(t, "CAPACITY", 1);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "f", "out");
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 1, 2, 89));
    send(t, OF(0, 0, 1, 2, UDP));
    send(t, OF(A, B, 1, 2, UDP));
    send(t, OF(A, B, 1, 3, UDP));
    struct fs_packet *p = packet(t, OF(A, B, 1, 2, UDP));
    p->length = 14 + 23;
    fs_test_send_packet(t, "in", p);
    p = packet(t, OF(A, B, 1, 2, UDP));
    p->network_offset = FS_OFFSET_NONE;
    fs_test_send_packet(t, "in", p);
    FS_TEXT(numbers(t), "1/0");
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_BAD_PROTOCOL), 1);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_BAD_ADDRESS), 1);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_BAD_LENGTH), 2);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_TABLE_FULL), 1);
    fs_test_advance(t, 61 * (uint64_t)SECOND);
    send(t, OF(A, B, 1, 3, UDP)); /* the idle one makes room */
    FS_TEXT(numbers(t), "2/0");
    fs_test_end(t);
}

FS_TEST(ip_flows_take_the_clock_for_a_missing_time)
{
    struct fs_test *t = flows();
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 2; i++) {
        struct fs_packet *p = packet(t, OF(A, B, 1, 2, UDP));
        p->timestamp = 0;
        fs_test_send_packet(t, "in", p);
    }
    FS_EQUAL(fs_test_out(t, "out", 1)->timestamp, fs_test_now(t));
    FS_TEXT(fs_test_log(t), "AggregateIPFlows: warning: packet received without timestamp\n");
    fs_test_end(t);
}

/* ---- fragments ---- */

FS_TEST(ip_flows_of_fragments_in_order)
{
    struct fs_test *t = flows();
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 1, 2, UDP, .id = 5, .fragment = MORE));
    send(t, OF(A, B, 1, 2, UDP, .id = 5, .fragment = MORE | 3));
    send(t, OF(A, B, 1, 2, UDP, .id = 5, .fragment = 6));
    send(t, OF(B, A, 2, 1, UDP, .id = 5, .fragment = MORE));
    send(t, OF(B, A, 2, 1, UDP, .id = 5, .fragment = 3));
    FS_TEXT(numbers(t), "1/0 1/0 1/0 1/1 1/1"); /* none waits */
    fs_test_end(t);
}

/* Later fragments first, of two datagrams between the same hosts. */
FS_TEST(ip_flows_of_fragments_out_of_order)
{
    struct fs_test *t = flows();
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, A, 41, 30, UDP, .id = 5, .fragment = 3));
    send(t, OF(A, A, 30, 41, UDP, .id = 6, .fragment = 3));
    send(t, OF(A, A, 30, 41, UDP, .id = 7));
    FS_TEXT(numbers(t), "");
    send(t, OF(A, B, 1, 2, UDP, .id = 8)); /* other hosts do not wait */
    FS_TEXT(numbers(t), "2/0");
    send(t, OF(A, A, 41, 30, UDP, .id = 5, .fragment = MORE));
    FS_TEXT(numbers(t), "1/1"); /* the one in front; the rest waits behind 6 */
    send(t, OF(A, A, 30, 41, UDP, .id = 6, .fragment = MORE));
    FS_TEXT(numbers(t), "1/0 1/0 1/1 1/0");
    fs_test_end(t);
}

FS_TEST(ip_flows_of_fragments_do_not_wait_for_ever)
{
    struct fs_test *t = flows();
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 1, 2, UDP, .id = 5, .fragment = 3));
    send(t, OF(A, B, 1, 2, UDP, .id = 6));
    send(t, OF(A, B, 1, 2, TCP, .id = 5, .fragment = MORE)); /* says nothing about UDP's 5 */
    fs_test_advance(t, 20 * (uint64_t)SECOND);
    FS_TEXT(numbers(t), "");
    fs_test_advance(t, 12 * (uint64_t)SECOND); /* no packet comes: the clock does it */
    FS_TEXT(numbers(t), "1/0 2/0");
    FS_EQUAL(fs_test_count(t, "bad"), 1);
    send(t, OF(B, A, 2, 1, UDP, .id = 7, .fragment = 3));
    struct fs_packet *p = packet(t, OF(A, C, 1, 2, UDP, .id = 9));
    p->timestamp += 31 * (uint64_t)SECOND; /* packet time, though the clock stands */
    fs_test_send_packet(t, "in", p);
    FS_TEXT(numbers(t), "3/0");
    FS_EQUAL(fs_test_count(t, "bad"), 2);
    fs_test_end(t);
}

FS_TEST(ip_flows_let_go_when_told)
{
    struct fs_test *t = flows();
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 1, 2, UDP, .id = 5, .fragment = 3));
    send(t, OF(A, B, 1, 2, UDP, .id = 6));
    FS_CHECK(fs_test_write(t, "f.clear", ""));
    FS_TEXT(numbers(t), "1/0");
    FS_EQUAL(fs_test_count(t, "bad"), 1);
    FS_TEXT(fs_test_read(t, "f.count"), "0");
    send(t, OF(A, B, 1, 2, UDP, .id = 7));
    FS_TEXT(numbers(t), "2/0");
    send(t, OF(A, B, 1, 2, UDP, .id = 8, .fragment = 3));
    fs_test_end(t); /* with one that waits */
}

/* Fragments without a first one fill all places: those who wait longest go, and nothing is lost uncounted. */
FS_TEST(ip_flows_hold_so_many_fragments_only)
{
    struct fs_test *t = flows();
    FS_REQUIRE(fs_test_start(t));
    for (uint32_t i = 0; i < 400; i++) {
        send(t, OF(A, B + i, 1, 2, UDP, .id = 5, .fragment = 3));
        fs_test_forget(t, "bad");
    }
    for (uint32_t i = 0; i < 400; i++) {
        send(t, OF(A, C, 1, 2, UDP, .id = (uint16_t)i, .fragment = 3));
        fs_test_forget(t, "bad");
    }
    FS_TEXT(numbers(t), "");
    send(t, OF(A, 0x01010101, 1, 2, UDP, .id = 5, .fragment = MORE));
    FS_TEXT(numbers(t), "1/0");
    fs_test_end(t);
}

FS_TEST(ip_flows_without_fragments)
{
    struct fs_test *t = flows();
    fs_test_boolean(t, "FRAGMENTS", false);
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 1, 2, UDP, .id = 5, .fragment = MORE));
    send(t, OF(A, B, 1, 2, UDP, .id = 5, .fragment = 3));
    FS_TEXT(numbers(t), "1/0");
    FS_EQUAL(fs_test_count(t, "bad"), 1);
    fs_test_end(t);
}

FS_TEST(ip_flows_pull)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "f", "AggregateIPFlows");
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "f", "out");
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 1, 2, UDP));
    send(t, OF(A, B, 1, 2, UDP, .fragment = 3));
    send(t, OF(B, A, 2, 1, UDP));
    fs_test_pull(t, "out", 3);
    FS_TEXT(numbers(t), "1/0 1/1");
    fs_test_end(t);
    t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "f", "AggregateIPFlows");
    fs_test_boolean(t, "FRAGMENTS", true);
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "f", "out");
    FS_CHECK(strstr(fs_test_refused(t), "'FRAGMENTS true' is incompatible with pull") != NULL);
    fs_test_end(t);
}

/* ---- what others learn ---- */

FS_TEST(ip_flows_tell_when_they_end)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "f", "AggregateIPFlows");
    fs_test_integer(t, "REAP", 100 * (int64_t)SECOND);
    fs_test_add(t, "first", "AggregateFirst");
    fs_test_text(t, "NOTIFIER", "f");
    fs_test_integer(t, "CAPACITY", 2);
    fs_test_add(t, "last", "AggregateLast");
    fs_test_text(t, "NOTIFIER", "f");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "bad", "TestSink");
    fs_test_chain(t, "in", "f", "first", "bad");
    fs_test_connect(t, "first", 1, "last", 0);
    fs_test_connect(t, "last", 0, "out", 0);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 2; i++) { /* the second packets go to the one that keeps the last */
        send(t, OF(A, B, 1, 2, UDP));
        send(t, OF(A, B, 1, 3, UDP));
    }
    FS_EQUAL(fs_test_count(t, "bad"), 2);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    fs_test_advance(t, 101 * (uint64_t)SECOND);
    send(t, OF(A, B, 1, 3, UDP)); /* 2 has ended, 3 begins, and the time has come to look for 1 */
    FS_EQUAL(fs_test_count(t, "out"), 2);
    FS_EQUAL(fs_test_count(t, "bad"), 3);
    FS_TEXT(fs_test_read(t, "f.count"), "1");
    fs_test_end(t);
}

FS_TEST(ip_flows_are_taken_over)
{
    struct fs_test *t = flows();
    fs_test_add(t, "other", "TestSource");
    fs_test_add(t, "new", "AggregateIPFlows");
    fs_test_chain(t, "other", "new", "out");
    FS_REQUIRE(fs_test_start(t));
    send(t, OF(A, B, 1, 2, UDP));
    send(t, OF(A, B, 1, 3, TCP));
    struct fs_element *new = fs_test_element(t, "new");
    new->class->take_state(new, fs_test_element(t, "f"));
    numbers(t);
    fs_test_send_packet(t, "other", packet(t, OF(B, A, 3, 1, TCP)));
    fs_test_send_packet(t, "other", packet(t, OF(A, B, 1, 4, TCP)));
    FS_TEXT(numbers(t), "2/1 3/0");
    fs_test_end(t);
}
