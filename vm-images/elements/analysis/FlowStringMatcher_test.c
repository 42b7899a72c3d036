#include "net/testing_rewriter.h"

#define SECOND 1000000000ull
static const char *const OUT = "10.0.0.1 4000 9.9.9.9 80", *const BACK = "9.9.9.9 80 10.0.0.1 4000";

/* Sides `a` and `b`; what passes comes out at `to_b` and `to_a`, what is found at `found_a` and `found_b`. */
static struct fs_test *matcher(void)
{
    struct fs_test *t = fs_test_new();
    static const char *const sinks[] = {"to_b", "to_a", "found_a", "found_b"};
    fs_test_add(t, "a", "TestSource");
    fs_test_add(t, "b", "TestSource");
    for (unsigned i = 0; i < 4; i++) {
        fs_test_add(t, sinks[i], "TestSink");
    }
    fs_test_add(t, "m", "FlowStringMatcher");
    fs_test_connect(t, "a", 0, "m", 0);
    fs_test_connect(t, "b", 0, "m", 1);
    for (unsigned i = 0; i < 4; i++) {
        fs_test_connect(t, "m", i, sinks[i], 0);
    }
    return t;
}
static struct fs_test *started(const char *string)
{
    struct fs_test *t = matcher();
    fs_test_texts(t, "STRING", string);
    if (!fs_test_start(t)) {
        abort();
    }
    return t;
}

/* Where a packet comes out: "passes", "found", "dropped". */
static const char *verdict(struct fs_test *t, const char *from, const struct bytes *b)
{
    static const char *const sinks[] = {"to_b", "to_a", "found_a", "found_b"};
    const char *came_out = "dropped";
    send_bytes(t, from, b);
    for (unsigned i = 0; i < 4; i++) {
        if (fs_test_count(t, sinks[i]) > 0) {
            FS_CHECK(i % 2 == (from[0] == 'a' ? 0 : 1));
            came_out = i < 2 ? "passes" : "found";
            FS_FRAME(fs_test_out(t, sinks[i], 0), b->at, b->size);
            fs_test_forget(t, sinks[i]);
        }
    }
    return came_out;
}
static const char *tcp(struct fs_test *t, const char *from, const char *flow, uint8_t flags, uint32_t sequence,
                       uint32_t acknowledgement, const char *data)
{
    struct bytes b = tcp_packet(flow, flags, sequence, acknowledgement, "", data);
    return verdict(t, from, &b);
}
/* Data from a. */
static const char *say(struct fs_test *t, uint32_t sequence, const char *data)
{
    return tcp(t, "a", OUT, FS_TCP_ACK, sequence, 9001, data);
}
static struct bytes udp_text(const char *flow, const char *data)
{
    struct bytes b = udp_packet(flow, strlen(data));
    memcpy(b.at + 28, data, strlen(data));
    return b;
}
/* The handshake: a's data begins at 1001, b's at 9001. */
static void shake_hands(struct fs_test *t)
{
    FS_TEXT(tcp(t, "a", OUT, FS_TCP_SYN, 1000, 0, ""), "passes");
    FS_TEXT(tcp(t, "b", BACK, FS_TCP_SYN | FS_TCP_ACK, 9000, 1001, ""), "passes");
    FS_TEXT(tcp(t, "a", OUT, FS_TCP_ACK, 1001, 9001, ""), "passes");
}

FS_TEST(flowstringmatcher_joins_segments)
{
    for (unsigned cut = 1; cut < 11; cut++) { /* each way to part it in two */
        struct fs_test *t = started("/etc/passwd");
        char first[20] = "GET ", second[20];
        memcpy(first + 4, "/etc/passwd", cut);
        first[4 + cut] = '\0';
        strcpy(second, &"/etc/passwd"[cut]);
        shake_hands(t);
        FS_TEXT(say(t, 1001, first), "passes");
        FS_TEXT(tcp(t, "b", BACK, FS_TCP_ACK, 9001, 1001 + 4 + cut, "/etc/passw"), "passes");
        FS_TEXT(say(t, 1001 + 4 + cut, second), "found");
        /* and all that follows, both ways */
        FS_TEXT(say(t, 1020, ""), "found");
        FS_TEXT(tcp(t, "b", BACK, FS_TCP_ACK, 9011, 1020, "x"), "found");
        FS_TEXT(tcp(t, "a", "10.0.0.1 4001 9.9.9.9 80", FS_TCP_ACK, 5, 5, "x"), "passes");
        FS_TEXT(fs_test_read(t, "m.matches"), "3");
        FS_TEXT(fs_test_read(t, "m.alerted"), "1");
        FS_TEXT(fs_test_read(t, "m.strings"), "1\t/etc/passwd\n");
        fs_test_end(t);
    }
}

FS_TEST(flowstringmatcher_joins_single_bytes)
{
    struct fs_test *t = started("abcabd");
    const char *text = "xabcabcabd";
    shake_hands(t);
    for (unsigned i = 0; i < 10; i++) {
        char one[2] = {text[i], '\0'};
        FS_TEXT(say(t, 1001 + i, one), i == 9 ? "found" : "passes");
    }
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_wraps_sequence_numbers)
{
    struct fs_test *t = started("attack");
    FS_TEXT(say(t, 0xfffffffe, "att"), "passes"); /* seen from the middle on */
    FS_TEXT(say(t, 1, "ack"), "found");
    fs_test_end(t);

    t = started("attack"); /* an empty segment says where the next one begins, too */
    FS_TEXT(say(t, 1001, ""), "passes");
    FS_TEXT(say(t, 1004, "ack"), "passes");
    FS_TEXT(say(t, 1001, "att"), "found");
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_keeps_early_segments)
{
    struct fs_test *t = started("attack");
    shake_hands(t);
    FS_TEXT(say(t, 1005, "ck!!"), "passes");
    FS_TEXT(say(t, 1003, "ta"), "passes");
    FS_TEXT(say(t, 1005, "ck!!"), "passes"); /* sent again: held once */
    FS_TEXT(fs_test_read(t, "m.early"), "3");
    FS_TEXT(say(t, 1001, "at"), "found"); /* it fills the gap */
    fs_test_end(t);

    t = started("attack");
    shake_hands(t);
    FS_TEXT(say(t, 1003, "attack"), "found"); /* whole in what comes early */
    fs_test_end(t);

    t = started("attack");
    shake_hands(t);
    FS_TEXT(say(t, 1011, "ack"), "passes");
    FS_TEXT(say(t, 1004, "x"), "passes");
    FS_TEXT(say(t, 1001, "abc"), "passes");
    FS_TEXT(say(t, 1005, "at"), "passes");   /* "abcxat" */
    FS_TEXT(say(t, 1007, "tatt"), "found"); /* "abcxattatt" "ack" */
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_overlaps)
{
    struct fs_test *t = started("attack");
    shake_hands(t);
    FS_TEXT(say(t, 1001, "..atta"), "passes");
    FS_TEXT(say(t, 1001, "..atta"), "passes"); /* sent again */
    FS_TEXT(say(t, 1005, "tack"), "found");    /* "ta" again, and "ck" */
    fs_test_end(t);

    t = started("attack");
    shake_hands(t);
    FS_TEXT(say(t, 1001, "harmless"), "passes");
    FS_TEXT(say(t, 1001, "attack!!"), "found"); /* the same numbers, other bytes */
    fs_test_end(t);

    t = started("attack");
    shake_hands(t);
    FS_TEXT(say(t, 1001, "harmless"), "passes");
    FS_TEXT(say(t, 1006, "attack"), "found"); /* begins in what is old */
    FS_TEXT(fs_test_read(t, "m.strings"), "1\tattack\n");
    fs_test_end(t);

    t = matcher(); /* counted once, though old and new are looked at */
    fs_test_texts(t, "STRING", "attack", "k");
    fs_test_boolean(t, "FLOWS", false);
    FS_REQUIRE(fs_test_start(t));
    shake_hands(t);
    FS_TEXT(say(t, 1001, "at"), "passes");
    FS_TEXT(say(t, 1001, "attack"), "found");
    FS_TEXT(fs_test_read(t, "m.strings"), "1\tattack\n1\tk\n");
    FS_TEXT(say(t, 1007, "a"), "passes"); /* without FLOWS */
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_strict)
{
    struct fs_test *t = matcher();
    fs_test_texts(t, "STRING", "attack");
    fs_test_boolean(t, "STRICT", true);
    fs_test_integer(t, "HOLD", 1);
    FS_REQUIRE(fs_test_start(t));
    shake_hands(t);
    FS_TEXT(say(t, 1005, "bb"), "passes");
    FS_TEXT(say(t, 1005, "cc"), "dropped"); /* the same place, other bytes */
    FS_TEXT(say(t, 1007, "dd"), "dropped"); /* no place */
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_STATE), 2);
    FS_TEXT(say(t, 1001, "aaaa"), "passes");
    FS_TEXT(say(t, 1007, "dd"), "passes"); /* now it is next */
    struct bytes first = tcp_packet(OUT, FS_TCP_ACK, 1009, 9001, "", "att"), later = udp_text(OUT, "none");
    fs_put16(first.at + 6, 0x2000);
    fs_put16(later.at + 6, 3);
    FS_TEXT(verdict(t, "a", &first), "dropped");
    FS_TEXT(verdict(t, "a", &later), "dropped");
    FS_TEXT(fs_test_read(t, "m.unfollowed"), "4");
    fs_test_end(t);

    t = matcher(); /* a place is free again when what it waited for has not come for three seconds */
    fs_test_texts(t, "STRING", "attack");
    fs_test_boolean(t, "STRICT", true);
    fs_test_integer(t, "HOLD", 1);
    FS_REQUIRE(fs_test_start(t));
    shake_hands(t);
    FS_TEXT(say(t, 1005, "bb"), "passes");
    fs_test_advance(t, 4 * SECOND);
    FS_TEXT(say(t, 1007, "dd"), "passes");
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_goes_on_behind_what_was_acknowledged)
{
    struct fs_test *t = matcher();
    fs_test_texts(t, "STRING", "attack");
    fs_test_integer(t, "HOLD", 0);
    FS_REQUIRE(fs_test_start(t));
    shake_hands(t);
    FS_TEXT(say(t, 1001, "att"), "passes");
    FS_TEXT(say(t, 1010, "...."), "passes"); /* nothing is held */
    FS_TEXT(fs_test_read(t, "m.unfollowed"), "1");
    FS_TEXT(say(t, 500000, "garbage"), "passes"); /* does not lead the search away */
    FS_TEXT(tcp(t, "b", BACK, FS_TCP_ACK, 9001, 1014, ""), "passes");
    FS_TEXT(fs_test_read(t, "m.missed"), "1");
    FS_TEXT(say(t, 1014, "ack"), "passes"); /* not behind "att" */
    FS_TEXT(say(t, 1017, "atta"), "passes");
    FS_TEXT(say(t, 1021, "ck"), "found");
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_new_connections_of_old_ports)
{
    struct fs_test *t = started("attack");
    shake_hands(t);
    FS_TEXT(say(t, 1001, "att"), "passes");
    FS_TEXT(tcp(t, "a", OUT, FS_TCP_SYN, 77000, 0, ""), "passes"); /* a SYN alone changes nothing */
    FS_TEXT(tcp(t, "a", OUT, FS_TCP_SYN | FS_TCP_ACK, 88000, 9001, ""), "passes"); /* nor does its own sender's answer */
    FS_TEXT(say(t, 1004, "ack"), "found");
    FS_TEXT(tcp(t, "b", BACK, FS_TCP_SYN | FS_TCP_ACK, 20000, 77001, ""), "passes");
    FS_TEXT(tcp(t, "a", OUT, FS_TCP_ACK, 77001, 20001, "att"), "passes");
    FS_TEXT(tcp(t, "b", BACK, FS_TCP_ACK, 20001, 77004, "att"), "passes");
    FS_TEXT(tcp(t, "b", BACK, FS_TCP_ACK, 20004, 77004, "ack"), "found");
    fs_test_end(t);

    t = started("attack"); /* TCP Fast Open: data in the SYN, taken or refused */
    FS_TEXT(tcp(t, "a", OUT, FS_TCP_SYN, 1000, 0, "att"), "passes");
    FS_TEXT(tcp(t, "b", BACK, FS_TCP_SYN | FS_TCP_ACK, 9000, 1004, ""), "passes");
    FS_TEXT(say(t, 1004, "ack"), "found");
    fs_test_end(t);
    t = started("attack");
    FS_TEXT(tcp(t, "a", OUT, FS_TCP_SYN, 1000, 0, "att"), "passes");
    FS_TEXT(tcp(t, "b", BACK, FS_TCP_SYN | FS_TCP_ACK, 9000, 1001, ""), "passes");
    FS_TEXT(say(t, 1001, "att"), "passes");
    FS_TEXT(say(t, 1004, "ack"), "found");
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_forged_sides)
{
    struct fs_test *t = started("attack");
    shake_hands(t);
    FS_TEXT(say(t, 1001, "att"), "passes");
    FS_TEXT(tcp(t, "b", OUT, FS_TCP_ACK, 1004, 9001, "ack"), "passes"); /* a's address, from the side of b */
    FS_TEXT(say(t, 1004, "ack"), "found");
    FS_TEXT(tcp(t, "b", OUT, FS_TCP_ACK, 1007, 9001, "."), "passes");
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_datagrams)
{
    struct fs_test *t = started("attack");
    struct bytes half = udp_text(OUT, "att"), other = udp_text(OUT, "ack"), whole = udp_text(OUT, "an attack"),
                 back = udp_text(BACK, ".");
    FS_TEXT(verdict(t, "a", &half), "passes");
    FS_TEXT(verdict(t, "a", &other), "passes"); /* each by itself */
    FS_TEXT(fs_test_read(t, "m.flows"), "0");
    FS_TEXT(verdict(t, "a", &whole), "found");
    FS_TEXT(verdict(t, "b", &back), "found");
    FS_TEXT(fs_test_read(t, "m.flows"), "1");
    fs_test_advance(t, 299 * SECOND);
    FS_TEXT(verdict(t, "b", &back), "found");
    fs_test_advance(t, 300 * SECOND);
    FS_TEXT(verdict(t, "b", &back), "passes");
    fs_put16(whole.at + 24, 10); /* the UDP length ends before the string does */
    FS_TEXT(verdict(t, "a", &whole), "passes");
    fs_put16(whole.at + 24, 3); /* and is no reason not to look when it cannot be */
    FS_TEXT(verdict(t, "a", &whole), "found");
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_other_packets)
{
    struct fs_test *t = started("attack");
    struct bytes later = udp_text(OUT, "an attack"), icmp = {0}, short_tcp = tcp_packet(OUT, 16, 1, 1, "", "attack");
    fs_put16(later.at + 6, 3);
    FS_TEXT(verdict(t, "a", &later), "found");
    FS_TEXT(fs_test_read(t, "m.flows"), "0"); /* whose it is cannot be told */
    put_ip(&icmp, ip4(10, 0, 0, 1), ip4(10, 0, 0, 2), 1, 14);
    put_hex(&icmp, "0800 0000 0000 0000 61747461636b");
    FS_TEXT(verdict(t, "a", &icmp), "found");
    short_tcp.at[32] = 0xf0; /* a header longer than the packet */
    FS_TEXT(verdict(t, "a", &short_tcp), "found");
    for (size_t size = 1; size < 46; size++) {
        struct bytes cut = tcp_packet("1.1.1.1 1 2.2.2.2 2", 16, 1, 1, "", "attack");
        cut.size = size;
        fs_put16(cut.at + 2, (uint16_t)size);
        fs_test_send(t, "a", cut.at, size); /* unmarked, and no Ethernet header */
        send_bytes(t, "a", &cut);
    }
    fs_test_send(t, "a", "", 0);
    fs_test_forget(t, "to_b");
    FS_EQUAL(fs_test_count(t, "found_a"), 0);
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_ip6_behind_a_tag)
{
    struct fs_test *t = matcher();
    fs_test_texts(t, "STRING", "attack");
    fs_test_boolean(t, "LOG", true);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 2; i++) {
        struct bytes b = {0};
        put_ether(&b, 0x8100);
        put_hex(&b, "0005 86dd");
        put_ip6(&b, 1, 2, 6, 23);
        put_hex(&b, i == 0 ? "1111 0050 00000001 00000009 5010 1000 0000 0000 617474"
                           : "1111 0050 00000004 00000009 5010 1000 0000 0000 61636b");
        uint8_t pseudo[63] = {0}; /* RFC 8200 8.1 */
        memcpy(pseudo, b.at + 18 + 8, 32);
        pseudo[35] = 23, pseudo[39] = 6;
        memcpy(pseudo + 40, b.at + 18 + 40, 23);
        fs_put16(b.at + 18 + 40 + 16, plain_checksum(pseudo, 63));
        put_hex(&b, "00000000"); /* padding is not looked at */
        fs_test_send(t, "a", b.at, b.size);
    }
    FS_EQUAL(fs_test_count(t, "to_b"), 1);
    FS_EQUAL(fs_test_count(t, "found_a"), 1);
    FS_TEXT(fs_test_read(t, "m.corrupt"), "0");
    FS_TEXT(fs_test_log(t), "m: tcp [2001:db8::1]:4369 > [2001:db8::2]:80: attack\n");
    FS_TEXT(fs_test_read(t, "m.alerts"), "1000000000.000000\ttcp [2001:db8::1]:4369 > [2001:db8::2]:80\tattack\n");
    fs_test_end(t);
}

/* What its receiver will not take cannot lead the search away. */
FS_TEST(flowstringmatcher_wrong_checksums)
{
    struct fs_test *t = started("attack"), *strict = matcher(), *any = matcher();
    fs_test_texts(strict, "STRING", "attack");
    fs_test_boolean(strict, "STRICT", true);
    fs_test_texts(any, "STRING", "attack");
    fs_test_boolean(any, "CHECKSUM", false);
    FS_REQUIRE(fs_test_start(strict) && fs_test_start(any));
    struct bytes wrong = tcp_packet(OUT, FS_TCP_ACK, 1004, 9001, "", "...");
    wrong.at[36] ^= 1;
    shake_hands(t);
    FS_TEXT(say(t, 1001, "att"), "passes");
    FS_TEXT(verdict(t, "a", &wrong), "passes");
    FS_TEXT(say(t, 1004, "ack"), "found");
    FS_TEXT(fs_test_read(t, "m.corrupt"), "1");
    FS_TEXT(verdict(strict, "a", &wrong), "dropped");
    wrong = tcp_packet(OUT, FS_TCP_ACK, 1004, 9001, "", "an attack");
    wrong.at[36] ^= 1;
    FS_TEXT(verdict(strict, "a", &wrong), "found");
    FS_TEXT(verdict(any, "a", &wrong), "found");
    FS_TEXT(fs_test_read(any, "m.corrupt"), "0");
    fs_test_end(t);
    fs_test_end(strict);
    fs_test_end(any);
}

/* One bucket: the fifth connection pushes out the one of which least is known. */
FS_TEST(flowstringmatcher_evicts)
{
    struct fs_test *t = matcher();
    fs_test_texts(t, "STRING", "attack");
    fs_test_integer(t, "CAPACITY", 1);
    FS_REQUIRE(fs_test_start(t));
    char flow[5][40];
    for (unsigned i = 0; i < 5; i++) {
        snprintf(flow[i], sizeof flow[i], "10.0.0.1 %u 9.9.9.9 80", 100 + i);
    }
    FS_TEXT(tcp(t, "a", flow[0], FS_TCP_ACK, 1, 1, "attack"), "found");
    FS_TEXT(tcp(t, "a", flow[1], FS_TCP_ACK, 1, 1, "att"), "passes");
    FS_TEXT(tcp(t, "a", flow[2], FS_TCP_ACK, 1, 1, "att"), "passes");
    fs_test_advance(t, SECOND);
    FS_TEXT(tcp(t, "a", flow[3], FS_TCP_ACK, 1, 1, "..."), "passes");
    FS_TEXT(fs_test_read(t, "m.flows"), "4");
    FS_TEXT(tcp(t, "a", flow[4], FS_TCP_ACK, 1, 1, "att"), "passes"); /* pushes out flow 3, which is the latest, but nothing */
    FS_TEXT(fs_test_read(t, "m.evicted"), "0");
    FS_TEXT(tcp(t, "a", flow[1], FS_TCP_ACK, 4, 1, "ack"), "found");
    FS_TEXT(tcp(t, "a", flow[4], FS_TCP_ACK, 4, 1, "ack"), "found");
    FS_TEXT(tcp(t, "a", flow[3], FS_TCP_ACK, 4, 1, "att"), "passes"); /* pushes out flow 2 */
    FS_TEXT(fs_test_read(t, "m.evicted"), "1");
    FS_TEXT(tcp(t, "a", flow[0], FS_TCP_ACK, 7, 1, "."), "found");
    FS_TEXT(tcp(t, "a", flow[3], FS_TCP_ACK, 7, 1, "ack"), "found");
    FS_TEXT(tcp(t, "a", flow[2], FS_TCP_ACK, 4, 1, "ack"), "passes"); /* forgotten: not found, and not an error */
    FS_TEXT(fs_test_read(t, "m.evicted"), "2"); /* found ones, too, when all are */
    FS_CHECK(fs_test_write(t, "m.clear", ""));
    FS_TEXT(fs_test_read(t, "m.flows"), "0");
    FS_TEXT(tcp(t, "a", flow[0], FS_TCP_ACK, 8, 1, "."), "passes");
    fs_test_end(t);
}

/* A flood of SYNs makes room for itself. */
FS_TEST(flowstringmatcher_outlives_a_syn_flood)
{
    struct fs_test *t = matcher();
    fs_test_texts(t, "STRING", "attack");
    fs_test_integer(t, "CAPACITY", 4);
    FS_REQUIRE(fs_test_start(t));
    shake_hands(t);
    FS_TEXT(say(t, 1001, "att"), "passes");
    for (unsigned i = 0; i < 200; i++) {
        char flow[40];
        snprintf(flow, sizeof flow, "10.0.0.%u %u 9.9.9.9 80", i, 1000 + i);
        FS_TEXT(tcp(t, "a", flow, FS_TCP_SYN, i, 0, ""), "passes");
    }
    FS_TEXT(fs_test_read(t, "m.evicted"), "0");
    FS_TEXT(say(t, 1004, "ack"), "found");
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_drops_by_string)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "m", "FlowStringMatcher");
    fs_test_texts(t, "STRING", "one", "Two");
    fs_test_boolean(t, "IGNORE_CASE", true);
    fs_test_chain(t, "in", "m", "out");
    FS_REQUIRE(fs_test_start(t));
    send_tcp(t, "in", OUT, FS_TCP_ACK, "tWO");
    send_tcp(t, "in", OUT, FS_TCP_ACK, "nil");
    send_tcp(t, "in", BACK, FS_TCP_ACK, "nil");
    send_tcp(t, "in", "1.2.3.4 5 6.7.8.9 10", FS_TCP_ACK, "nil");
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_EQUAL(fs_test_rule_drops(t, "m", 1), 3);
    FS_CHECK(fs_test_write(t, "m.reset_counts", ""));
    FS_TEXT(fs_test_read(t, "m.strings"), "0\tone\n0\tTwo\n");
    FS_TEXT(fs_test_read(t, "m.alerts"), "");
    fs_test_end(t);

    t = fs_test_new(); /* or only tells */
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "m", "FlowStringMatcher");
    fs_test_texts(t, "STRING", "one");
    fs_test_boolean(t, "BLOCK", false);
    fs_test_chain(t, "in", "m", "out");
    FS_REQUIRE(fs_test_start(t));
    send_tcp(t, "in", OUT, FS_TCP_ACK, "one");
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_TEXT(fs_test_read(t, "m.alerted"), "1");
    fs_test_end(t);

    t = fs_test_new();
    fs_test_add(t, "m", "FlowStringMatcher");
    fs_test_texts(t, "STRING", "one");
    fs_test_ports(t, 2, 3);
    FS_CHECK(strstr(fs_test_refused(t), "2 inputs want 2 outputs, or 4") != NULL);
    fs_test_end(t);
}

FS_TEST(flowstringmatcher_takes_state)
{
    struct fs_test *t = started("attack"), *same = started("attack"), *other = matcher();
    fs_test_texts(other, "STRING", "zzz", "attack");
    FS_REQUIRE(fs_test_start(other));
    shake_hands(t);
    FS_TEXT(say(t, 1001, "att"), "passes");
    FS_TEXT(tcp(t, "a", "10.0.0.1 1 9.9.9.9 80", FS_TCP_ACK, 1, 1, "attack"), "found");
    struct fs_test *after[] = {same, other};
    for (unsigned i = 0; i < 2; i++) {
        struct fs_element *e = fs_test_element(after[i], "m");
        e->class->take_state(e, fs_test_element(t, "m"));
        FS_TEXT(say(after[i], 1004, "ack"), i == 0 ? "found" : "passes"); /* a state of other strings means nothing */
        FS_TEXT(tcp(after[i], "a", "10.0.0.1 1 9.9.9.9 80", FS_TCP_ACK, 7, 1, "."), "found");
    }
    FS_TEXT(fs_test_read(other, "m.strings"), "0\tzzz\n1\tattack\n");
    fs_test_end(t);
    fs_test_end(same);
    fs_test_end(other);
}

/* A text cut at random, the pieces in random order, some of them twice: found exactly when the text holds a string. */
FS_TEST(flowstringmatcher_finds_in_any_order)
{
    static const char *const sets[][4] = {{"abaab"}, {"abaab", "bad", "cc"}, {"dabcab", "d"}, {"aaaaaaaab", "cdc", "bb"}};
    uint64_t state = 11;
    unsigned held = 0, holding = 0;
    for (unsigned round = 0; round < 600; round++) {
        const char *const *strings = sets[round % 4];
        struct fs_test *t = matcher();
        char text[61];
        unsigned cuts[62], pieces = 0, longest = 1 + (unsigned)(noise(&state) % 14);
        fs_test_text_list(t, "STRING", strings);
        FS_REQUIRE(fs_test_start(t));
        for (unsigned i = 0; i < 60; i++) {
            text[i] = "aaaabcef"[noise(&state) % 8];
            text[i] = noise(&state) % 40 == 0 ? 'd' : text[i];
        }
        text[60] = '\0';
        cuts[0] = 0;
        while (cuts[pieces] < 60) {
            unsigned next = cuts[pieces] + 1 + (unsigned)(noise(&state) % longest);
            cuts[++pieces] = next < 60 ? next : 60;
        }
        unsigned order[62];
        for (unsigned i = 0; i < pieces; i++) {
            unsigned k = (unsigned)(noise(&state) % (i + 1));
            order[i] = order[k];
            order[k] = i;
        }
        shake_hands(t);
        bool found = false, holds = false;
        for (unsigned i = 0; i < pieces + 5; i++) {
            unsigned piece = i < pieces ? order[i] : order[noise(&state) % pieces];
            unsigned end = cuts[piece + 1];
            if (noise(&state) % 4 == 0 && piece + 2 <= pieces) { /* and now and then the next one with it */
                end = cuts[piece + 2];
            }
            char part[61] = {0};
            memcpy(part, text + cuts[piece], end - cuts[piece]);
            found |= strcmp(say(t, 1001 + cuts[piece], part), "found") == 0;
        }
        for (unsigned i = 0; strings[i] != NULL; i++) {
            holds |= strstr(text, strings[i]) != NULL;
        }
        FS_EQUAL(found, holds);
        holding += holds;
        held += strcmp(fs_test_read(t, "m.early"), "0") != 0;
        fs_test_end(t);
    }
    FS_CHECK(held > 300 && holding > 100 && holding < 500);
}
