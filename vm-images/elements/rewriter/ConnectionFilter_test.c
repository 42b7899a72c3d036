#include "net/testing_rewriter.h"

enum { SECOND = 1000000000 };

/* `in` and `out` of the two sides; what asks for rules ends in `rules2` (from inside) and `rules3`; what rules have let
 * pass is sent by `ok2` and `ok3`. */
static struct fs_test *tracker(int64_t capacity)
{
    struct fs_test *t = fs_test_new();
    static const char *const sources[] = {"inside", "outside", "ok2", "ok3"},
                             *const sinks[] = {"to_outside", "to_inside", "rules2", "rules3"};
    for (unsigned i = 0; i < 4; i++) {
        fs_test_add(t, sources[i], "TestSource");
        fs_test_add(t, sinks[i], "TestSink");
    }
    fs_test_add(t, "ct", "ConnectionFilter");
    fs_test_integer(t, "CAPACITY", capacity);
    for (unsigned i = 0; i < 4; i++) {
        fs_test_connect(t, sources[i], 0, "ct", i);
        fs_test_connect(t, "ct", i, sinks[i], 0);
    }
    return t;
}

/* Where a packet of a side comes out: "passes", "rules", or "drop". */
static const char *verdict(struct fs_test *t, const char *from, const struct bytes *b)
{
    static const char *const sinks[] = {"to_outside", "to_inside", "rules2", "rules3"};
    const char *found = "drop";
    send_bytes(t, from, b);
    for (unsigned i = 0; i < 4; i++) {
        if (fs_test_count(t, sinks[i]) > 0) {
            bool inside = strcmp(from, "inside") == 0 || strcmp(from, "ok2") == 0;
            FS_CHECK(i % 2 == (inside ? 0 : 1));
            found = i < 2 ? "passes" : "rules";
            FS_FRAME(fs_test_out(t, sinks[i], 0), b->at, b->size); /* unchanged */
            fs_test_forget(t, sinks[i]);
        }
    }
    return found;
}
static const char *tcp(struct fs_test *t, const char *from, const char *flow, uint8_t flags)
{
    struct bytes b = tcp_packet(flow, flags, 1, 1, "", "");
    return verdict(t, from, &b);
}
static const char *udp(struct fs_test *t, const char *from, const char *flow)
{
    struct bytes b = udp_packet(flow, 3);
    return verdict(t, from, &b);
}

static const char *const OUT = "10.0.0.1 4000 9.9.9.9 80", *const BACK = "9.9.9.9 80 10.0.0.1 4000";

FS_TEST(connectionfilter_follows_tcp)
{
    struct fs_test *t = tracker(100);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(tcp(t, "outside", BACK, FS_TCP_ACK), "drop");
    FS_TEXT(tcp(t, "outside", BACK, FS_TCP_SYN | FS_TCP_ACK), "drop");
    FS_TEXT(tcp(t, "inside", OUT, FS_TCP_SYN), "rules");
    FS_TEXT(fs_test_read(t, "ct.count"), "0"); /* until rules say so */
    FS_TEXT(tcp(t, "ok2", OUT, FS_TCP_SYN), "passes");
    FS_TEXT(tcp(t, "inside", OUT, FS_TCP_SYN), "passes"); /* sent again */
    FS_TEXT(tcp(t, "inside", OUT, FS_TCP_ACK), "drop");
    FS_TEXT(tcp(t, "outside", BACK, FS_TCP_SYN | FS_TCP_ACK), "passes");
    FS_TEXT(tcp(t, "inside", OUT, FS_TCP_ACK), "passes");
    FS_TEXT(fs_test_read(t, "ct.connections"), "tcp\t10.0.0.1\t4000\t9.9.9.9\t80\testablished\tinside\t3\t1\t7440\n");
    FS_TEXT(tcp(t, "outside", BACK, FS_TCP_ACK), "passes");
    FS_TEXT(tcp(t, "outside", OUT, FS_TCP_ACK), "drop"); /* the inside's address, from outside */
    FS_TEXT(tcp(t, "inside", BACK, FS_TCP_ACK), "drop");
    FS_TEXT(tcp(t, "outside", "9.9.9.9 81 10.0.0.1 4000", FS_TCP_ACK), "drop");
    FS_TEXT(tcp(t, "outside", BACK, FS_TCP_SYN | FS_TCP_FIN), "drop");
    FS_EQUAL(fs_test_drops(t, "ct", FS_DROP_MALFORMED), 1);
    FS_TEXT(tcp(t, "inside", OUT, FS_TCP_FIN | FS_TCP_ACK), "passes");
    FS_TEXT(tcp(t, "outside", BACK, FS_TCP_FIN | FS_TCP_ACK), "passes");
    FS_TEXT(tcp(t, "inside", OUT, FS_TCP_ACK), "passes");
    FS_CHECK(strstr(fs_test_read(t, "ct.connections"), "\tclosed\tinside\t5\t3\t240\n") != NULL);
    FS_TEXT(tcp(t, "outside", BACK, FS_TCP_SYN), "rules"); /* a new one the other way */
    FS_TEXT(tcp(t, "ok3", BACK, FS_TCP_SYN), "passes");
    FS_TEXT(fs_test_read(t, "ct.connections"), "tcp\t9.9.9.9\t80\t10.0.0.1\t4000\tsyn\toutside\t1\t0\t240\n");
    FS_TEXT(tcp(t, "inside", OUT, FS_TCP_RST | FS_TCP_ACK), "passes");
    FS_CHECK(strstr(fs_test_read(t, "ct.connections"), "\treset\toutside\t1\t1\t10\n") != NULL);
    fs_test_advance(t, 12ll * SECOND);
    FS_TEXT(fs_test_read(t, "ct.count"), "0");
    FS_TEXT(fs_test_read(t, "ct.opened"), "2");
    fs_test_end(t);
}

FS_TEST(connectionfilter_times_out)
{
    struct fs_test *t = tracker(100);
    fs_test_integer(t, "TCP_TRANSITORY", 5ll * SECOND);
    fs_test_integer(t, "UDP_TIMEOUT", 20ll * SECOND);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(tcp(t, "ok2", OUT, FS_TCP_SYN), "passes");
    FS_TEXT(udp(t, "inside", OUT), "rules");
    FS_TEXT(udp(t, "ok2", OUT), "passes");
    fs_test_advance(t, 4ll * SECOND);
    FS_TEXT(fs_test_read(t, "ct.count"), "2");
    fs_test_advance(t, 2ll * SECOND);
    FS_TEXT(fs_test_read(t, "ct.count"), "1");
    FS_TEXT(tcp(t, "outside", BACK, FS_TCP_SYN | FS_TCP_ACK), "drop");
    FS_TEXT(udp(t, "outside", BACK), "passes");
    FS_TEXT(udp(t, "outside", "9.9.9.8 80 10.0.0.1 4000"), "rules");
    fs_test_advance(t, 19ll * SECOND);
    FS_TEXT(udp(t, "outside", BACK), "passes");
    FS_CHECK(strstr(fs_test_read(t, "ct.connections"), "udp\t10.0.0.1\t4000\t9.9.9.9\t80\tanswered\tinside\t1\t2\t20\n")
             != NULL);
    fs_test_advance(t, 21ll * SECOND);
    FS_TEXT(udp(t, "outside", BACK), "rules");
    FS_TEXT(fs_test_read(t, "ct.count"), "0");
    fs_test_end(t);
}

FS_TEST(connectionfilter_picks_up)
{
    struct fs_test *t = tracker(100);
    fs_test_boolean(t, "PICK_UP", true);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(tcp(t, "inside", OUT, FS_TCP_ACK), "rules");
    FS_TEXT(tcp(t, "ok2", OUT, FS_TCP_ACK), "passes");
    FS_TEXT(tcp(t, "outside", BACK, FS_TCP_ACK), "passes");
    FS_TEXT(tcp(t, "inside", "10.0.0.1 1 9.9.9.9 80", FS_TCP_RST), "drop");
    FS_TEXT(tcp(t, "inside", "10.0.0.1 1 9.9.9.9 80", FS_TCP_SYN | FS_TCP_ACK), "drop");
    fs_test_end(t);
}

static struct bytes icmp(uint32_t source, uint32_t destination, uint8_t type, uint16_t identifier)
{
    struct bytes b = {0};
    put_ip(&b, source, destination, 1, 8);
    put_number(&b, 1, type);
    put_hex(&b, "00 0000");
    put_number(&b, 2, identifier);
    put_hex(&b, "0001");
    return b;
}
/* An error from a router about a packet, with its first `quoted` bytes. */
static struct bytes error_about(const struct bytes *about, uint8_t type, size_t quoted)
{
    struct bytes b = {0};
    put_ip(&b, ip4(7, 7, 7, 7), fs_get32(about->at + 12), 1, 8 + quoted);
    put_number(&b, 1, type);
    put_hex(&b, "00 0000 00000000");
    memcpy(b.at + b.size, about->at, quoted);
    b.size += quoted;
    return b;
}

FS_TEST(connectionfilter_icmp)
{
    struct fs_test *t = tracker(100);
    FS_REQUIRE(fs_test_start(t));
    uint32_t in = ip4(10, 0, 0, 1), out = ip4(9, 9, 9, 9);
    struct bytes ask = icmp(in, out, 8, 77), answer = icmp(out, in, 0, 77), other = icmp(out, in, 0, 78);
    FS_TEXT(verdict(t, "outside", &answer), "drop");
    FS_TEXT(verdict(t, "inside", &ask), "rules");
    FS_TEXT(verdict(t, "ok2", &ask), "passes");
    FS_TEXT(verdict(t, "inside", &ask), "passes");
    FS_TEXT(verdict(t, "outside", &answer), "passes");
    FS_TEXT(verdict(t, "outside", &other), "drop");
    struct bytes wrong = icmp(in, out, 0, 77), back = icmp(out, in, 8, 77);
    FS_TEXT(verdict(t, "inside", &wrong), "drop"); /* who asks does not answer himself */
    FS_TEXT(verdict(t, "outside", &back), "drop");
    FS_CHECK(strstr(fs_test_read(t, "ct.connections"), "icmp\t10.0.0.1\t77\t9.9.9.9\t77\tanswered\tinside\t2\t1\t60\n")
             != NULL);
    struct bytes timestamp = icmp(out, in, 13, 0); /* for the rules, each time */
    FS_TEXT(verdict(t, "outside", &timestamp), "rules");
    FS_TEXT(verdict(t, "ok3", &timestamp), "passes");
    FS_TEXT(verdict(t, "outside", &timestamp), "rules");

    struct bytes sent = udp_packet(OUT, 30), e = error_about(&sent, 3, 28);
    FS_TEXT(verdict(t, "outside", &e), "drop");
    FS_TEXT(verdict(t, "ok2", &sent), "passes");
    FS_TEXT(verdict(t, "outside", &e), "passes");
    e = error_about(&sent, 11, 24); /* ports alone are enough */
    FS_TEXT(verdict(t, "outside", &e), "passes");
    FS_TEXT(verdict(t, "inside", &e), "drop"); /* from the side of the one who sent it */
    e = error_about(&sent, 5, 28); /* a redirect is no error: rules */
    FS_TEXT(verdict(t, "outside", &e), "rules");
    e = error_about(&sent, 3, 23);
    FS_TEXT(verdict(t, "outside", &e), "drop");
    e = error_about(&ask, 3, 28);
    FS_TEXT(verdict(t, "outside", &e), "passes");
    struct bytes about_error = error_about(&e, 3, 56);
    FS_TEXT(verdict(t, "outside", &about_error), "drop");
    e = error_about(&sent, 3, 28), e.at[28 + 7] = 1; /* quotes a later fragment */
    FS_TEXT(verdict(t, "outside", &e), "drop");
    for (size_t size = 0; size < 52; size++) {
        e = error_about(&sent, 3, 28), e.size = size;
        FS_TEXT(verdict(t, "outside", &e), "drop");
    }
    FS_CHECK(strstr(fs_test_read(t, "ct.connections"), "udp\t10.0.0.1\t4000\t9.9.9.9\t80\topen\tinside\t1\t0\t300\n")
             != NULL); /* errors keep nothing alive */
    fs_test_end(t);
}

FS_TEST(connectionfilter_fragments)
{
    struct fs_test *t = tracker(100);
    FS_REQUIRE(fs_test_start(t));
    struct bytes first = udp_packet(OUT, 16), later = udp_packet(OUT, 16);
    fs_put16(first.at + 6, 0x2000);
    fs_put16(later.at + 6, 3);
    FS_TEXT(verdict(t, "inside", &later), "drop");
    FS_TEXT(verdict(t, "inside", &first), "rules");
    FS_TEXT(verdict(t, "inside", &later), "drop"); /* rules have not spoken */
    FS_TEXT(verdict(t, "ok2", &first), "passes");
    FS_TEXT(verdict(t, "inside", &later), "passes");
    fs_put16(later.at + 4, 0x4321); /* another datagram */
    FS_TEXT(verdict(t, "inside", &later), "drop");
    fs_put16(first.at + 4, 0x4321);
    FS_TEXT(verdict(t, "inside", &first), "passes"); /* of the known connection */
    FS_TEXT(verdict(t, "inside", &later), "passes");
    fs_test_advance(t, 31ll * SECOND);
    FS_TEXT(verdict(t, "inside", &later), "drop");
    fs_test_end(t);
}

static struct bytes tcp6(bool back, uint8_t flags)
{
    struct bytes b = {0};
    put_ip6(&b, back ? 2 : 1, back ? 1 : 2, 6, 20);
    put_number(&b, 2, back ? 80 : 4000);
    put_number(&b, 2, back ? 4000 : 80);
    put_hex(&b, "00000001 00000001 50");
    put_number(&b, 1, flags);
    put_hex(&b, "1000 0000 0000");
    return b;
}

FS_TEST(connectionfilter_ip6)
{
    struct fs_test *t = tracker(100);
    FS_REQUIRE(fs_test_start(t));
    struct bytes syn = tcp6(false, FS_TCP_SYN), syn_ack = tcp6(true, FS_TCP_SYN | FS_TCP_ACK), ack = tcp6(false, FS_TCP_ACK);
    FS_TEXT(verdict(t, "outside", &syn_ack), "drop");
    FS_TEXT(verdict(t, "inside", &syn), "rules");
    FS_TEXT(verdict(t, "ok2", &syn), "passes");
    FS_TEXT(verdict(t, "outside", &syn_ack), "passes");
    FS_TEXT(verdict(t, "inside", &ack), "passes");
    FS_TEXT(fs_test_read(t, "ct.connections"),
            "tcp\t2001:db8::1\t4000\t2001:db8::2\t80\testablished\tinside\t2\t1\t7440\n");
    struct bytes big = {0}; /* packet too big, about what went out */
    put_ip6(&big, 7, 1, 58, 8 + 60);
    put_hex(&big, "02 00 0000 00000500");
    memcpy(big.at + big.size, ack.at, 60);
    big.size += 60;
    FS_TEXT(verdict(t, "outside", &big), "passes");
    big.at[40] = 135; /* neighbour discovery is for the rules */
    FS_TEXT(verdict(t, "outside", &big), "rules");
    FS_TEXT(verdict(t, "ok3", &big), "passes");
    struct bytes first = {0}, later; /* fragments: 8 bytes each, identification 5 */
    put_ip6(&first, 1, 2, 44, 8 + 16);
    put_hex(&first, "11 00 0001 00000005");
    put_udp(&first, 4000, 53, 8);
    later = first;
    fs_put16(later.at + 42, 16);
    FS_TEXT(verdict(t, "inside", &later), "drop");
    FS_TEXT(verdict(t, "ok2", &first), "passes");
    FS_TEXT(verdict(t, "inside", &later), "passes");
    fs_test_end(t);
}

/* A full table: what timed out makes room, then what is half open; what is established stays. */
FS_TEST(connectionfilter_full)
{
    struct fs_test *t = tracker(3);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 3; i++) {
        char out[60], back[60];
        snprintf(out, sizeof out, "10.0.0.%u 4000 9.9.9.9 80", i);
        snprintf(back, sizeof back, "9.9.9.9 80 10.0.0.%u 4000", i);
        FS_TEXT(tcp(t, "ok2", out, FS_TCP_SYN), "passes");
        if (i != 1) {
            tcp(t, "outside", back, FS_TCP_SYN | FS_TCP_ACK);
            FS_TEXT(tcp(t, "inside", out, FS_TCP_ACK), "passes");
        }
    }
    FS_TEXT(udp(t, "ok2", OUT), "passes"); /* in place of the half-open one */
    FS_TEXT(fs_test_read(t, "ct.count"), "3");
    FS_TEXT(tcp(t, "inside", "10.0.0.0 4000 9.9.9.9 80", FS_TCP_ACK), "passes");
    FS_TEXT(udp(t, "outside", BACK), "passes");
    FS_TEXT(udp(t, "ok2", "10.0.0.9 1 9.9.9.9 80"), "drop"); /* all three are meant */
    FS_EQUAL(fs_test_drops(t, "ct", FS_DROP_TABLE_FULL), 1);
    FS_TEXT(fs_test_read(t, "ct.refused"), "1");
    FS_CHECK(fs_test_write(t, "ct.clear", ""));
    FS_TEXT(fs_test_read(t, "ct.count"), "0");
    FS_TEXT(udp(t, "ok2", "10.0.0.9 1 9.9.9.9 80"), "passes");
    fs_test_end(t);
}

FS_TEST(connectionfilter_takes_state)
{
    struct fs_test *old = tracker(100), *new = tracker(2);
    FS_REQUIRE(fs_test_start(old) && fs_test_start(new));
    tcp(old, "ok2", OUT, FS_TCP_SYN);
    tcp(old, "outside", BACK, FS_TCP_SYN | FS_TCP_ACK);
    udp(old, "ok3", "9.9.9.9 9 10.0.0.1 4000");
    udp(old, "ok3", "9.9.9.9 9 10.0.0.1 4001");
    struct fs_element *e = fs_test_element(new, "ct");
    e->class->take_state(e, fs_test_element(old, "ct"));
    FS_TEXT(tcp(new, "inside", OUT, FS_TCP_ACK), "passes");
    FS_TEXT(udp(new, "inside", "10.0.0.1 4000 9.9.9.9 9"), "passes");
    FS_TEXT(udp(new, "inside", "10.0.0.1 4001 9.9.9.9 9"), "rules"); /* there was no room */
    FS_TEXT(fs_test_read(new, "ct.opened"), "3");
    fs_test_end(old);
    fs_test_end(new);
}

FS_TEST(connectionfilter_broken_packets)
{
    struct fs_test *t = tracker(100);
    FS_REQUIRE(fs_test_start(t));
    struct bytes good = tcp_packet(OUT, FS_TCP_SYN, 1, 1, "", ""), good6 = tcp6(false, FS_TCP_SYN), b;
    for (size_t size = 0; size < 60; size++) {
        b = good, b.size = size < 40 ? size : 39;
        FS_TEXT(verdict(t, "inside", &b), "drop");
        b = good6, b.size = size < 60 ? size : 59;
        FS_TEXT(verdict(t, "inside", &b), "drop");
    }
    b = good, b.at[0] = 0x4f;
    FS_TEXT(verdict(t, "inside", &b), "drop");
    b = good, fs_put16(b.at + 2, 12);
    FS_TEXT(verdict(t, "inside", &b), "drop");
    b = good, fs_put16(b.at + 2, 39); /* the rest is padding */
    FS_TEXT(verdict(t, "inside", &b), "drop");
    fs_test_send(t, "inside", good.at, good.size); /* not marked */
    FS_EQUAL(fs_test_count(t, "rules2"), 0);
    fs_test_end(t);
}
