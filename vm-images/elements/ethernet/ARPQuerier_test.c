/* ARPQuerier, ARPTable and ARPFaker. */
#include "net/testing.h"

static const uint64_t ms = 1000000, sec = 1000000000;
static const uint8_t prefix[8] = {10, 0, 0, 1, 255, 255, 255, 0};
static const uint8_t mine[6] = {2, 0, 0, 0, 0, 1};

static void querier(struct fs_test *t, const char *name)
{
    fs_test_add(t, name, "ARPQuerier");
    fs_test_bytes(t, "IP", prefix, 8);
    fs_test_bytes(t, "ETH", mine, 6);
}
static struct fs_test *one(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "replies", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "queries", "TestSink");
    querier(t, "q");
    return t;
}
static bool started(struct fs_test *t)
{
    fs_test_chain(t, "in", "q", "out");
    fs_test_connect(t, "replies", 0, "q", 1);
    fs_test_connect(t, "q", 1, "queries", 0);
    return fs_test_start(t);
}
static void send_to(struct fs_test *t, uint32_t address, const char *text)
{
    struct fs_packet *p = fs_test_packet(t, text, strlen(text));
    fs_set_anno_u32(p, FS_ANNO_DST_IP, FS_SWAP32(address));
    fs_test_send_packet(t, "in", p);
}
static void reply(struct fs_test *t, uint32_t address, uint64_t mac)
{
    struct bytes b = hex("020000000001 0200000000aa 0806 0001 0800 06 04 0002");
    put_number(&b, 6, mac);
    put_number(&b, 4, address);
    put_hex(&b, "020000000001 0a000001");
    fs_test_send(t, "replies", b.at, b.size);
}

/* RFC 826: what is asked, and the packets behind the header once it is answered, in order. */
FS_TEST(arpquerier_asks_keeps_and_sends)
{
    struct fs_test *t = one();
    FS_REQUIRE(started(t));
    send_to(t, 0x0a000002, "first");
    send_to(t, 0x0a000002, "second");
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_REQUIRE(fs_test_count(t, "queries") == 1); /* not one for each packet */
    struct bytes query = hex("ffffffffffff 020000000001 0806 0001 0800 06 04 0001"
                             "020000000001 0a000001 000000000000 0a000002");
    FS_FRAME(fs_test_out(t, "queries", 0), query.at, query.size);
    FS_TEXT(fs_test_read(t, "q.length"), "2");
    FS_TEXT(fs_test_read(t, "q.table"), "10.0.0.2 0 FF-FF-FF-FF-FF-FF 0.000000\n");

    reply(t, 0x0a000002, 0x020000000002);
    struct bytes sent = hex("020000000002 020000000001 0800 6669727374");
    FS_FRAME(fs_test_out(t, "out", 0), sent.at, sent.size);
    FS_REQUIRE(fs_test_count(t, "out") == 2);
    FS_EQUAL(fs_test_out(t, "out", 1)->length, 20);
    send_to(t, 0x0a000002, "third");
    FS_EQUAL(fs_test_count(t, "out"), 3);
    fs_test_advance(t, 1500 * ms);
    FS_TEXT(fs_test_read(t, "q.table"), "10.0.0.2 1 02-00-00-00-00-02 1.500000\n");
    FS_TEXT(fs_test_read(t, "q.length"), "0");
    FS_TEXT(fs_test_read(t, "q.count"), "1");
    FS_TEXT(fs_test_read(t, "q.queries"), "1");
    FS_TEXT(fs_test_read(t, "q.responses"), "1");
    FS_TEXT(fs_test_read(t, "q.stats"), "0 packets killed\n1 ARP queries sent\n");
    fs_test_end(t);
}

FS_TEST(arpquerier_sends_queries_by_its_only_output)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "replies", "TestSource");
    fs_test_add(t, "out", "TestSink");
    querier(t, "q");
    fs_test_chain(t, "in", "q", "out");
    fs_test_connect(t, "replies", 0, "q", 1);
    FS_REQUIRE(fs_test_start(t));
    send_to(t, 0x0a000002, "a");
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}

FS_TEST(arpquerier_knows_broadcast_group_and_nobody)
{
    struct fs_test *t = one();
    FS_REQUIRE(started(t));
    static const uint8_t all[6] = {255, 255, 255, 255, 255, 255};
    static const uint8_t group[6] = {1, 0, 0x5e, 0x01, 2, 3};
    send_to(t, 0xffffffff, "a");
    send_to(t, 0x0a0000ff, "b"); /* of 10.0.0.1/24 */
    send_to(t, 0xe1810203, "c"); /* RFC 1112 6.4: the lower 23 bits */
    send_to(t, 0, "d");
    FS_REQUIRE(fs_test_count(t, "out") == 3);
    FS_CHECK(memcmp(fs_test_out(t, "out", 0)->data, all, 6) == 0);
    FS_CHECK(memcmp(fs_test_out(t, "out", 1)->data, all, 6) == 0);
    FS_CHECK(memcmp(fs_test_out(t, "out", 2)->data, group, 6) == 0);
    FS_EQUAL(fs_test_drops(t, "q", FS_DROP_BAD_ADDRESS), 1);
    FS_EQUAL(fs_test_count(t, "queries"), 0);
    FS_CHECK(strstr(fs_test_log(t), "0.0.0.0") != NULL);
    fs_test_end(t);
}

/* At most ten queries a second; after ten without an answer one every two seconds. */
FS_TEST(arpquerier_bounds_its_queries)
{
    struct fs_test *t = one();
    FS_REQUIRE(started(t));
    for (unsigned i = 0; i < 100; i++) {
        send_to(t, 0x0a000002, "x");
        fs_test_advance(t, 10 * ms);
    }
    FS_EQUAL(fs_test_count(t, "queries"), 10); /* the last of them at 0.9 s, and it is 1 s */
    fs_test_advance(t, 1899 * ms);
    send_to(t, 0x0a000002, "x");
    FS_EQUAL(fs_test_count(t, "queries"), 10);
    fs_test_advance(t, ms);
    send_to(t, 0x0a000002, "x");
    FS_EQUAL(fs_test_count(t, "queries"), 11);
    fs_test_advance(t, 1999 * ms);
    send_to(t, 0x0a000002, "x");
    FS_EQUAL(fs_test_count(t, "queries"), 11);
    fs_test_advance(t, ms);
    send_to(t, 0x0a000002, "x");
    FS_EQUAL(fs_test_count(t, "queries"), 12);
    fs_test_end(t);
}

FS_TEST(arpquerier_polls_what_is_in_use_and_expires_the_rest)
{
    struct fs_test *t = one();
    FS_REQUIRE(started(t));
    FS_CHECK(fs_test_write(t, "q.insert", "10.0.0.2 02:00:00:00:00:02"));
    FS_CHECK(fs_test_write(t, "q.insert", "10.0.0.3 02:00:00:00:00:03"));
    fs_test_advance(t, 59 * sec);
    send_to(t, 0x0a000002, "a");
    FS_EQUAL(fs_test_count(t, "queries"), 0);
    fs_test_advance(t, 2 * sec);
    send_to(t, 0x0a000002, "b");
    FS_EQUAL(fs_test_count(t, "out"), 2); /* sent on, and asked for */
    FS_REQUIRE(fs_test_count(t, "queries") == 1);
    static const uint8_t to[6] = {2, 0, 0, 0, 0, 2};
    FS_CHECK(memcmp(fs_test_out(t, "queries", 0)->data, to, 6) == 0); /* of the host alone */
    reply(t, 0x0a000002, 0x020000000002);
    send_to(t, 0x0a000002, "c");
    FS_EQUAL(fs_test_count(t, "queries"), 1);
    fs_test_advance(t, 250 * sec);
    FS_TEXT(fs_test_read(t, "q.count"), "1"); /* 10.0.0.3 is gone after five minutes */
    send_to(t, 0x0a000003, "d");
    FS_EQUAL(fs_test_count(t, "queries"), 2);
    fs_test_end(t);
}

FS_TEST(arpquerier_drops_what_is_never_answered)
{
    struct fs_test *t = one();
    FS_REQUIRE(started(t));
    send_to(t, 0x0a000002, "a");
    fs_test_advance(t, 700 * sec);
    FS_EQUAL(fs_test_drops(t, "q", FS_DROP_UNRESOLVED), 1);
    FS_TEXT(fs_test_read(t, "q.stats"), "1 packets killed\n1 ARP queries sent\n");
    FS_TEXT(fs_test_read(t, "q.count"), "0");
    fs_test_end(t);
}

/* When the fifth packet comes, half of the capacity is left to it and the newest; an entry may hold three. */
FS_TEST(arpquerier_holds_so_many_packets)
{
    struct fs_test *t = one();
    fs_test_integer(t, "CAPACITY", 4);
    fs_test_integer(t, "ENTRY_PACKET_CAPACITY", 3);
    FS_REQUIRE(started(t));
    for (unsigned i = 0; i < 4; i++) {
        send_to(t, 0x0a000002, "a");
    }
    FS_EQUAL(fs_test_drops(t, "q", FS_DROP_QUEUE_FULL), 1);
    send_to(t, 0x0a000003, "b");
    FS_TEXT(fs_test_read(t, "q.length"), "4");
    send_to(t, 0x0a000003, "c");
    FS_TEXT(fs_test_read(t, "q.length"), "2");
    FS_EQUAL(fs_test_drops(t, "q", FS_DROP_QUEUE_FULL), 4);
    reply(t, 0x0a000002, 0x020000000002);
    reply(t, 0x0a000003, 0x020000000003);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_end(t);
}

/* Packets that wait leave most of the pool to the others, whatever CAPACITY says. */
FS_TEST(arpquerier_leaves_buffers_to_others)
{
    struct fs_test *t = one();
    fs_test_pool(t, 64);
    FS_REQUIRE(started(t));
    for (unsigned i = 0; i < 200; i++) {
        send_to(t, 0x0a000002 + i, "a");
        fs_test_forget(t, "queries");
    }
    FS_CHECK(atoi(fs_test_read(t, "q.length")) <= 16);
    fs_test_end(t);
}

FS_TEST(arptable_of_few_entries_forgets_the_oldest)
{
    struct fs_test *t = one();
    fs_test_integer(t, "ENTRY_CAPACITY", 3);
    FS_REQUIRE(started(t));
    for (unsigned i = 2; i < 7; i++) {
        reply(t, 0x0a000000 + i, 0x020000000000 + i);
        fs_test_advance(t, ms);
    }
    FS_TEXT(fs_test_read(t, "q.table"), "10.0.0.4 1 02-00-00-00-00-04 0.003000\n"
                                        "10.0.0.5 1 02-00-00-00-00-05 0.002000\n"
                                        "10.0.0.6 1 02-00-00-00-00-06 0.001000\n");
    FS_CHECK(fs_test_write(t, "q.delete", "10.0.0.5"));
    FS_CHECK(!fs_test_write(t, "q.delete", "10.0.0"));
    FS_CHECK(!fs_test_write(t, "q.insert", "10.0.0.5"));
    FS_TEXT(fs_test_read(t, "q.count"), "2");
    FS_CHECK(fs_test_write(t, "q.clear", ""));
    FS_TEXT(fs_test_read(t, "q.count"), "0");
    fs_test_end(t);
}

/* What one table reads another one takes: what holds, as new. What waited for it goes out. */
FS_TEST(arpquerier_takes_a_table)
{
    struct fs_test *t = one();
    FS_REQUIRE(started(t));
    send_to(t, 0x0a000003, "waits");
    FS_CHECK(fs_test_write(t, "q.table", "10.0.0.2 1 02-00-00-00-00-02 290.000000\n"
                                         "10.0.0.9 0 FF-FF-FF-FF-FF-FF 0.100000\n"
                                         "10.0.0.3 1 02-00-00-00-00-03 0.000000\n"));
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_TEXT(fs_test_read(t, "q.table"), "10.0.0.2 1 02-00-00-00-00-02 0.000000\n"
                                        "10.0.0.3 1 02-00-00-00-00-03 0.000000\n");
    FS_CHECK(fs_test_write(t, "q.table", ""));
    FS_TEXT(fs_test_read(t, "q.count"), "2");
    FS_CHECK(!fs_test_write(t, "q.table", "10.0.0.4 1 02-00-00-00-00-04"));
    FS_CHECK(!fs_test_write(t, "q.table", "10.0.0.4 02-00-00-00-00-04 1 0.0"));
    FS_TEXT(fs_test_read(t, "q.count"), "2");
    fs_test_end(t);
}

FS_TEST(arpquerier_believes_replies_only)
{
    static const char *const bad[] = {
        "020000000001 0200000000aa 0806 0001 0800 06 04 0002 0200000000bb",               /* cut off */
        "020000000001 0200000000aa 0806 0001 0800 06 04 0001 0200000000bb 0a000002 020000000001 0a000001", /* asks */
        "020000000001 0200000000aa 0806 0001 0800 06 04 0002 0300000000bb 0a000002 020000000001 0a000001", /* group */
        "020000000001 0200000000aa 0806 0006 0800 06 04 0002 0200000000bb 0a000002 020000000001 0a000001",
        "020000000001 0200000000aa 0800 0001 0800 06 04 0002 0200000000bb 0a000002 020000000001 0a000001",
    };
    struct fs_test *t = one();
    FS_REQUIRE(started(t));
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct bytes b = hex(bad[i]);
        fs_test_send(t, "replies", b.at, b.size);
    }
    FS_TEXT(fs_test_read(t, "q.count"), "0");
    FS_TEXT(fs_test_read(t, "q.responses"), "4");
    FS_EQUAL(fs_test_drops(t, "q", FS_DROP_DISCARDED), 5);
    fs_test_end(t);
}

FS_TEST(arpquerier_handlers_and_vlan)
{
    struct fs_test *t = one();
    static const uint8_t all[4] = {10, 9, 9, 9};
    fs_test_bytes(t, "BROADCAST", all, 4);
    FS_REQUIRE(started(t));
    FS_TEXT(fs_test_read(t, "q.ipaddr"), "10.0.0.1");
    FS_TEXT(fs_test_read(t, "q.broadcast"), "10.9.9.9");
    FS_CHECK(fs_test_write(t, "q.ipaddr", "10.0.0.7"));
    FS_CHECK(!fs_test_write(t, "q.ipaddr", "ten"));
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    fs_set_anno_u32(p, FS_ANNO_DST_IP, FS_SWAP32(0x0a000002));
    p->annotations[18] = 0x60;
    p->annotations[19] = 0x07;
    fs_test_send_packet(t, "in", p);
    p = fs_test_out(t, "queries", 0);
    FS_REQUIRE(p != NULL);
    FS_EQUAL(p->annotations[18] << 8 | p->annotations[19], 0x6007);
    FS_EQUAL(p->data[31], 7); /* asked from the new address */
    fs_test_end(t);
}

FS_TEST(arptable_serves_two_queriers)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "replies", "TestSource");
    fs_test_add(t, "none", "TestSource");
    fs_test_add(t, "in2", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "out2", "TestSink");
    fs_test_add(t, "table", "ARPTable");
    querier(t, "q");
    fs_test_text(t, "TABLE", "table");
    querier(t, "r");
    fs_test_text(t, "TABLE", "table");
    fs_test_chain(t, "in", "q", "out");
    fs_test_chain(t, "in2", "r", "out2");
    fs_test_connect(t, "replies", 0, "q", 1);
    fs_test_connect(t, "none", 0, "r", 1);
    FS_REQUIRE(fs_test_start(t));
    reply(t, 0x0a000002, 0x020000000002);
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    fs_set_anno_u32(p, FS_ANNO_DST_IP, FS_SWAP32(0x0a000002));
    fs_test_send_packet(t, "in2", p);
    FS_EQUAL(fs_test_count(t, "out2"), 1);
    FS_TEXT(fs_test_read(t, "table.count"), "1");
    FS_TEXT(fs_test_read(t, "r.count"), "1");
    FS_CHECK(fs_test_write(t, "table.delete", "10.0.0.2"));
    FS_CHECK(fs_test_write(t, "table.insert", "10.0.0.3 02:00:00:00:00:03"));
    FS_TEXT(fs_test_read(t, "q.table"), "10.0.0.3 1 02-00-00-00-00-03 0.000000\n");
    FS_CHECK(fs_test_write(t, "table.clear", ""));
    FS_TEXT(fs_test_read(t, "table.length"), "0");
    fs_test_end(t);
}

FS_TEST(arpquerier_refuses_a_table_that_is_none)
{
    struct fs_test *t = one();
    fs_test_text(t, "TABLE", "out");
    fs_test_chain(t, "in", "q", "out");
    fs_test_connect(t, "replies", 0, "q", 1);
    fs_test_connect(t, "q", 1, "queries", 0);
    FS_CHECK(strstr(fs_test_refused(t), "'out' is not an ARPTable") != NULL);
    fs_test_end(t);
}

FS_TEST(arpquerier_takes_over_entries_and_packets)
{
    struct fs_test *t = one();
    querier(t, "r");
    fs_test_add(t, "in2", "TestSource");
    fs_test_add(t, "none", "TestSource");
    fs_test_add(t, "out2", "TestSink");
    fs_test_add(t, "queries2", "TestSink");
    fs_test_chain(t, "in2", "r", "out2");
    fs_test_connect(t, "none", 0, "r", 1);
    fs_test_connect(t, "r", 1, "queries2", 0);
    FS_REQUIRE(started(t));
    reply(t, 0x0a000002, 0x020000000002);
    send_to(t, 0x0a000003, "waits");
    struct fs_element *r = fs_test_element(t, "r");
    r->class->take_state(r, fs_test_element(t, "q"));
    FS_TEXT(fs_test_read(t, "r.count"), "2");
    FS_TEXT(fs_test_read(t, "r.length"), "1");
    FS_TEXT(fs_test_read(t, "q.length"), "0");
    FS_CHECK(fs_test_write(t, "r.insert", "10.0.0.3 02:00:00:00:00:03"));
    FS_EQUAL(fs_test_count(t, "out2"), 1);
    fs_test_end(t);
}

/* RFC 826: an answer that nobody asked for, every ten seconds. */
FS_TEST(arpfaker_tells_again_and_again)
{
    struct fs_test *t = fs_test_new();
    static const uint8_t host[4] = {10, 0, 0, 2}, claimed[4] = {10, 0, 0, 9};
    static const uint8_t host_mac[6] = {2, 0, 0, 0, 0, 2}, claimed_mac[6] = {2, 0, 0, 0, 0, 9};
    fs_test_add(t, "f", "ARPFaker");
    fs_test_bytes(t, "IP1", host, 4);
    fs_test_bytes(t, "ETH1", host_mac, 6);
    fs_test_bytes(t, "IP2", claimed, 4);
    fs_test_bytes(t, "ETH2", claimed_mac, 6);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "f", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 25 * sec);
    FS_EQUAL(fs_test_count(t, "out"), 3);
    struct bytes b = hex("020000000002 020000000009 0806 0001 0800 06 04 0002"
                         "020000000009 0a000009 020000000002 0a000002");
    FS_FRAME(fs_test_out(t, "out", 2), b.at, b.size);
    fs_test_end(t);
}
