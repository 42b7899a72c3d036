/* IP6NDSolicitor and IP6NDAdvertiser. */
#include "net/testing.h"

static const uint64_t ms = 1000000, sec = 1000000000;
static const uint8_t mine[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t my_ip[16] = {0x20, 1, 0x0d, 0xb8, [15] = 1};

#define MY_IP "20010db8000000000000000000000001"
#define HOST "20010db8000000000000000000aabbcc"
#define GROUP "ff0200000000000000000001ffaabbcc" /* of HOST */

/* Sets the ICMPv6 checksum of an Ethernet frame (RFC 8200 8.1), by a pseudo header that is written out. */
static void fix(struct bytes *b)
{
    struct bytes whole = {0};
    size_t length = b->size - 54;
    memcpy(whole.at, b->at + 22, 32);
    whole.size = 32;
    put_number(&whole, 4, length);
    put_number(&whole, 4, 58);
    fs_put16(b->at + 56, 0);
    memcpy(whole.at + 40, b->at + 54, length);
    fs_put16(b->at + 56, plain_checksum(whole.at, 40 + length));
    fs_put16(b->at + 18, (uint16_t)length);
}
static struct bytes message(const char *ether, const char *source, const char *destination, const char *icmp)
{
    struct bytes b = hex(ether);
    put_hex(&b, "86dd 60000000 0000 3a ff");
    put_hex(&b, source);
    put_hex(&b, destination);
    put_hex(&b, icmp);
    fix(&b);
    return b;
}

/* ---- solicitor ---- */
static struct fs_test *solicitor(bool apart)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "answers", "TestSource");
    fs_test_add(t, "out", "TestSink");
    if (apart) {
        fs_test_add(t, "queries", "TestSink");
    }
    fs_test_add(t, "s", "IP6NDSolicitor");
    fs_test_bytes(t, "IP", my_ip, 16);
    fs_test_bytes(t, "ETH", mine, 6);
    fs_test_chain(t, "in", "s", "out");
    fs_test_connect(t, "answers", 0, "s", 1);
    if (apart) {
        fs_test_connect(t, "s", 1, "queries", 0);
    }
    return t;
}
static void send_to(struct fs_test *t, const char *address, const char *text)
{
    struct bytes a = hex(address);
    struct fs_packet *p = fs_test_packet(t, text, strlen(text));
    memcpy(p->annotations, a.at, 16);
    fs_test_send_packet(t, "in", p);
}
static struct bytes advertisement(const char *flags, const char *mac)
{
    char text[200];
    snprintf(text, sizeof text, "8800 0000 %s000000" HOST "0201 %s", flags, mac);
    return message("020000000001 0200000000aa", HOST, MY_IP, text);
}
static void answer(struct fs_test *t, const struct bytes *b) { fs_test_send(t, "answers", b->at, b->size); }

FS_TEST(ip6ndsolicitor_asks_keeps_and_sends)
{
    struct fs_test *t = solicitor(true);
    FS_REQUIRE(fs_test_start(t));
    send_to(t, HOST, "first");
    send_to(t, HOST, "second");
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_REQUIRE(fs_test_count(t, "queries") == 1);
    struct bytes query = message("3333ffaabbcc 020000000001", MY_IP, GROUP, "8700 0000 00000000" HOST "0101 020000000001");
    FS_FRAME(fs_test_out(t, "queries", 0), query.at, query.size);
    FS_TEXT(fs_test_read(t, "s.table"), "2001:db8::aa:bbcc 0 FF-FF-FF-FF-FF-FF 0.000000\n");
    struct bytes reply = advertisement("60", "0200000000aa");
    answer(t, &reply);
    FS_REQUIRE(fs_test_count(t, "out") == 2);
    struct bytes first = hex("0200000000aa 020000000001 86dd 6669727374");
    FS_FRAME(fs_test_out(t, "out", 0), first.at, first.size);
    FS_EQUAL(fs_test_out(t, "out", 1)->data[14], 's');
    FS_TEXT(fs_test_read(t, "s.table"), "2001:db8::aa:bbcc 1 02-00-00-00-00-AA 0.000000\n");
    send_to(t, HOST, "third");
    FS_EQUAL(fs_test_count(t, "out"), 3);
    FS_TEXT(fs_test_read(t, "s.stats"), "0 packets killed\n1 ND Solicitation Message sent\n");
    fs_test_end(t);
}

FS_TEST(ip6ndsolicitor_one_output_for_all)
{
    struct fs_test *t = solicitor(false);
    FS_REQUIRE(fs_test_start(t));
    send_to(t, HOST, "first");
    FS_REQUIRE(fs_test_count(t, "out") == 1); /* the solicitation */
    FS_EQUAL(fs_test_out(t, "out", 0)->length, 86);
    fs_test_end(t);
}

FS_TEST(ip6ndsolicitor_heeds_sound_advertisements_alone)
{
    struct fs_test *t = solicitor(true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes good = advertisement("60", "0200000000aa"), b = good;
    answer(t, &good); /* nobody asked */
    FS_TEXT(fs_test_read(t, "s.table"), "");
    send_to(t, HOST, "x");
    for (size_t size = 0; size < good.size; size++) {
        fs_test_send(t, "answers", good.at, size);
    }
    b.at[21] = 254; /* hop limit: it was forwarded */
    answer(t, &b);
    b = good, b.at[57] ^= 1; /* checksum */
    answer(t, &b);
    b = good, b.at[55] = 1, fix(&b); /* code */
    answer(t, &b);
    b = good, b.at[54] = 0x87, fix(&b); /* a solicitation */
    answer(t, &b);
    b = good, b.at[79] = 0, fix(&b); /* an option without a length */
    answer(t, &b);
    b = good, b.at[79] = 2, fix(&b); /* an option beyond the end */
    answer(t, &b);
    b = good, b.at[78] = 1, fix(&b); /* no target address */
    answer(t, &b);
    b = good, b.at[80] = 3, fix(&b); /* a group's Ethernet address */
    answer(t, &b);
    b = good, b.at[38] = 0xff, fix(&b); /* solicited, and sent to a group */
    answer(t, &b);
    b = good, b.at[13] = 0xde; /* no IPv6 */
    answer(t, &b);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    answer(t, &good);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}

/* RFC 4861 7.2.5 */
FS_TEST(ip6ndsolicitor_overrides_when_told)
{
    struct fs_test *t = solicitor(true);
    FS_REQUIRE(fs_test_start(t));
    send_to(t, HOST, "x");
    struct bytes b = advertisement("40", "0200000000aa");
    answer(t, &b);
    b = advertisement("40", "0200000000bb");
    answer(t, &b);
    send_to(t, HOST, "y");
    FS_EQUAL(fs_test_out(t, "out", 1)->data[5], 0xaa);
    b = advertisement("20", "0200000000bb");
    answer(t, &b);
    send_to(t, HOST, "z");
    FS_EQUAL(fs_test_out(t, "out", 2)->data[5], 0xbb);
    fs_test_end(t);
}

FS_TEST(ip6ndsolicitor_groups_nobody_and_time)
{
    struct fs_test *t = solicitor(true);
    FS_REQUIRE(fs_test_start(t));
    send_to(t, "ff020000000000000000000112345678", "x"); /* RFC 2464 section 7 */
    FS_EQUAL(memcmp(fs_test_out(t, "out", 0)->data, "\x33\x33\x12\x34\x56\x78", 6), 0);
    send_to(t, "00000000000000000000000000000000", "x");
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_ADDRESS), 1);
    send_to(t, HOST, "x");
    struct bytes b = advertisement("60", "0200000000aa");
    answer(t, &b);
    fs_test_advance(t, 61 * sec); /* in use and old: asked for again, at its address */
    send_to(t, HOST, "y");
    FS_EQUAL(fs_test_count(t, "out"), 3);
    FS_REQUIRE(fs_test_count(t, "queries") == 2);
    struct bytes query = message("0200000000aa 020000000001", MY_IP, HOST, "8700 0000 00000000" HOST "0101 020000000001");
    FS_FRAME(fs_test_out(t, "queries", 1), query.at, query.size);
    fs_test_advance(t, 400 * sec); /* it is forgotten */
    FS_TEXT(fs_test_read(t, "s.table"), "");
    send_to(t, HOST, "z");
    fs_test_advance(t, 100 * ms);
    send_to(t, HOST, "z");
    FS_EQUAL(fs_test_count(t, "queries"), 4);
    fs_test_advance(t, 700 * sec); /* expired ones are looked for every 301 s */
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_UNRESOLVED), 2);
    FS_TEXT(fs_test_read(t, "s.stats"), "3 packets killed\n4 ND Solicitation Message sent\n");
    fs_test_end(t);
}

FS_TEST(ip6ndsolicitor_handlers)
{
    struct fs_test *t = solicitor(true);
    FS_REQUIRE(fs_test_start(t));
    send_to(t, HOST, "x");
    FS_CHECK(fs_test_write(t, "s.insert", "2001:db8::aa:bbcc 02:00:00:00:00:cc"));
    FS_EQUAL(fs_test_out(t, "out", 0)->data[5], 0xcc);
    FS_CHECK(!fs_test_write(t, "s.insert", "10.0.0.1 02:00:00:00:00:cc"));
    FS_CHECK(!fs_test_write(t, "s.delete", "10.0.0.1"));
    FS_CHECK(fs_test_write(t, "s.delete", "2001:db8::aa:bbcc"));
    FS_TEXT(fs_test_read(t, "s.table"), "");
    send_to(t, HOST, "y"); /* waits until the end */
    fs_test_end(t);
}

/* ---- advertiser ---- */
static struct fs_test *advertiser(const char *entries, unsigned count)
{
    struct fs_test *t = fs_test_new();
    struct bytes table = hex("01000000 00000000");
    table.at[4] = (uint8_t)count;
    put_hex(&table, entries);
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "a", "IP6NDAdvertiser");
    if (count != 0) {
        fs_test_table(t, "ENTRY", table.at, table.size, count);
    }
    fs_test_chain(t, "in", "a", "out");
    return t;
}
/* All of 2001:db8::/64, and HOST. */
#define ENTRIES "20010db8000000000000000000000000 40 020000000011 00" HOST "80 020000000022 00"

FS_TEST(ip6ndadvertiser_answers)
{
    struct fs_test *t = advertiser(ENTRIES, 2);
    FS_REQUIRE(fs_test_start(t));
    struct bytes ask = message("3333ffaabbcc 020000000001", MY_IP, GROUP, "8700 0000 00000000" HOST "0101 020000000001");
    fs_test_send(t, "in", ask.at, ask.size);
    struct bytes told = message("020000000001 020000000022", HOST, MY_IP, "8800 0000 e0000000" HOST "0201 020000000022");
    FS_REQUIRE(fs_test_count(t, "out") == 1);
    FS_FRAME(fs_test_out(t, "out", 0), told.at, told.size);
    /* As a proxy: not to override. Its question has no option. */
    ask = message("020000000022 020000000001", MY_IP, HOST, "8700 0000 00000000 20010db8000000000000000000000077");
    fs_test_send(t, "in", ask.at, ask.size);
    told = message("020000000001 020000000011", "20010db8000000000000000000000077", MY_IP,
                   "8800 0000 c0000000 20010db8000000000000000000000077 0201 020000000011");
    FS_REQUIRE(fs_test_count(t, "out") == 2);
    FS_FRAME(fs_test_out(t, "out", 1), told.at, told.size);
    ask = message("020000000022 020000000001", MY_IP, HOST, "8700 0000 00000000 20010db9000000000000000000000077");
    fs_test_send(t, "in", ask.at, ask.size);
    FS_EQUAL(fs_test_drops(t, "a", FS_DROP_NO_MATCH), 1);
    fs_test_end(t);
}

/* RFC 4861 7.2.4: who looks whether its address is taken is told by a group, and has not solicited. */
FS_TEST(ip6ndadvertiser_duplicate_address_detection)
{
    static const char nobody[] = "00000000000000000000000000000000";
    struct fs_test *t = advertiser(ENTRIES, 2);
    FS_REQUIRE(fs_test_start(t));
    struct bytes ask = message("3333ffaabbcc 020000000001", nobody, GROUP, "8700 0000 00000000" HOST);
    fs_test_send(t, "in", ask.at, ask.size);
    struct bytes told = message("333300000001 020000000022", HOST, "ff020000000000000000000000000001",
                                "8800 0000 a0000000" HOST "0201 020000000022");
    FS_REQUIRE(fs_test_count(t, "out") == 1);
    FS_FRAME(fs_test_out(t, "out", 0), told.at, told.size);
    ask = message("3333ffaabbcc 020000000001", nobody, HOST, "8700 0000 00000000" HOST); /* not to the group */
    fs_test_send(t, "in", ask.at, ask.size);
    ask = message("3333ffaabbcc 020000000001", nobody, GROUP, "8700 0000 00000000" HOST "0101 020000000001");
    fs_test_send(t, "in", ask.at, ask.size);
    FS_EQUAL(fs_test_drops(t, "a", FS_DROP_MALFORMED), 2);
    fs_test_end(t);
}

FS_TEST(ip6ndadvertiser_refuses_what_is_wrong)
{
    struct fs_test *t = advertiser(ENTRIES, 2);
    FS_REQUIRE(fs_test_start(t));
    struct bytes ask = message("3333ffaabbcc 020000000001", MY_IP, GROUP, "8700 0000 00000000" HOST "0101 020000000001");
    for (size_t size = 0; size < ask.size; size++) {
        fs_test_send(t, "in", ask.at, size);
    }
    FS_EQUAL(fs_test_drops(t, "a", FS_DROP_MALFORMED), ask.size);
    ask.at[62] = 0xff, fix(&ask); /* a group has no one address */
    fs_test_send(t, "in", ask.at, ask.size);
    FS_EQUAL(fs_test_drops(t, "a", FS_DROP_MALFORMED), ask.size + 1);
    /* The end of the packet's room. */
    ask = message("3333ffaabbcc 020000000001", MY_IP, GROUP, "8700 0000 00000000" HOST);
    struct fs_packet *p = fs_test_packet(t, ask.at, ask.size);
    size_t moved = fs_tailroom(p) - 7;
    memmove(p->data + moved, p->data, p->length);
    p->data += moved;
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "a", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
    t = advertiser(HOST "81 020000000022 00", 1);
    FS_CHECK(strstr(fs_test_refused(t), "longer than an address") != NULL);
    fs_test_end(t);
    t = advertiser(HOST "80 020000000022", 1);
    FS_CHECK(strstr(fs_test_refused(t), "not of format 1") != NULL);
    fs_test_end(t);
    t = advertiser("", 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_end(t);
}
