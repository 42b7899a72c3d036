#include "net/ether.h"
#include "net/testing.h"

static const uint64_t sec = 1000000000;
enum { GROUP = 0xe1010101, OTHER_GROUP = 0xe1010102, HOST = 0x0a000005, ROUTER = 0x0a0000fe };

/* Three ports; port 0 leads to a router when `router` says so. */
static struct fs_test *three(bool asks, int64_t router)
{
    static const char *const ins[] = {"in0", "in1", "in2"}, *const outs[] = {"out0", "out1", "out2"},
                      *const rests[] = {"rest0", "rest1", "rest2"};
    struct fs_test *t = fs_test_new();
    for (unsigned i = 0; i < 3; i++) {
        fs_test_add(t, ins[i], "TestSource");
        fs_test_add(t, outs[i], "TestSink");
        fs_test_add(t, rests[i], "TestSink");
    }
    fs_test_add(t, "m", "MulticastSwitch");
    fs_test_integer(t, "ROUTER", router);
    if (asks) {
        fs_test_bytes(t, "ETH", "\x02\x00\x00\x00\x00\x99", 6);
    }
    for (unsigned i = 0; i < 3; i++) {
        fs_test_connect(t, ins[i], 0, "m", i);
        fs_test_connect(t, "m", i, outs[i], 0);
        fs_test_connect(t, "m", 3 + i, rests[i], 0);
    }
    return t;
}
static void put_group_ether(struct bytes *b, uint32_t group)
{
    put_hex(b, "01005e");
    put_number(b, 3, group & 0x7fffff);
    put_hex(b, "020000000001 0800");
}
static struct bytes data_frame(uint32_t group)
{
    struct bytes b = {0};
    put_group_ether(&b, group);
    put_ip(&b, 0x0a000009, group, 17, 12);
    put_udp(&b, 1, 2, 4);
    return b;
}
/* An IGMP message, given without its checksum (which is to be 0). */
static struct bytes igmp_frame(uint32_t from, uint32_t to, const char *digits)
{
    struct bytes b = {0}, message = hex(digits);
    put_group_ether(&b, to);
    put_ip(&b, from, to, 2, message.size);
    fs_put16(message.at + 2, plain_checksum(message.at, message.size));
    memcpy(b.at + b.size, message.at, message.size);
    b.size += message.size;
    return b;
}
static void send(struct fs_test *t, const char *in, struct bytes b) { fs_test_send(t, in, b.at, b.size); }
static void join2(struct fs_test *t, const char *in) { send(t, in, igmp_frame(HOST, GROUP, "1600 0000 e1010101")); }
static void leave2(struct fs_test *t, const char *in)
{
    send(t, in, igmp_frame(HOST, 0xe0000002, "1700 0000 e1010101"));
}
/* How many frames each output has got since the last time, as one number. */
static unsigned got(struct fs_test *t)
{
    unsigned n = fs_test_count(t, "out0") * 100 + fs_test_count(t, "out1") * 10 + fs_test_count(t, "out2");
    fs_test_forget(t, "out0");
    fs_test_forget(t, "out1");
    fs_test_forget(t, "out2");
    return n;
}
static unsigned reach(struct fs_test *t, const char *in, uint32_t group)
{
    got(t);
    send(t, in, data_frame(group));
    return got(t);
}

/* RFC 3376 section 4.1; checksums by hand. The first two queries are a quarter of the interval apart (section 8.6). */
FS_TEST(multicastswitch_asks_all_ports)
{
    struct fs_test *t = three(true, -1);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 1000);
    struct bytes expected = hex("01005e000001 020000000099 0800 46c0 0024 0000 0000 0102 4413 00000000 e0000001 94040000"
                                "1164 ec1e 00000000 027d 0000");
    FS_FRAME(fs_test_out(t, "out0", 0), expected.at, expected.size);
    FS_FRAME(fs_test_out(t, "out2", 0), expected.at, expected.size);
    FS_EQUAL(got(t), 111);
    fs_test_advance(t, 31 * sec);
    FS_EQUAL(got(t), 0);
    fs_test_advance(t, sec);
    FS_EQUAL(got(t), 111);
    fs_test_advance(t, 124 * sec);
    FS_EQUAL(got(t), 0);
    fs_test_advance(t, 126 * sec);
    FS_EQUAL(got(t), 222);
    FS_TEXT(fs_test_read(t, "m.queries"), "4");
    FS_TEXT(fs_test_read(t, "m.querier"), "0.0.0.0");
    fs_test_end(t);
}

/* RFC 2236 section 2 */
FS_TEST(multicastswitch_asks_in_version_2)
{
    struct fs_test *t = three(true, -1);
    fs_test_integer(t, "VERSION", 2);
    fs_test_bytes(t, "QUERIER", "\x0a\x00\x00\x01", 4);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 1000);
    struct bytes expected = hex("01005e000001 020000000099 0800 46c0 0020 0000 0000 0102 3a16 0a000001 e0000001 94040000"
                                "1164 ee9b 00000000");
    FS_FRAME(fs_test_out(t, "out1", 0), expected.at, expected.size);
    fs_test_end(t);
}

/* RFC 3376 section 4.1.1: 25.5 s are 255 tenths: 0x80 | exponent 0 | ... (mantissa 15 | 16) << 3 = 248. */
FS_TEST(multicastswitch_writes_long_times_as_floating_point)
{
    struct fs_test *t = three(true, -1);
    fs_test_integer(t, "RESPONSE", 25500000000);
    fs_test_integer(t, "INTERVAL", 1000 * (int64_t)sec);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 1000);
    struct fs_packet *p = fs_test_out(t, "out0", 0);
    FS_REQUIRE(p != NULL);
    FS_EQUAL(p->data[14 + 24 + 1], 0x8f);
    FS_EQUAL(p->data[14 + 24 + 9], 0xaf); /* 992 = 31 << 5: exponent 2 */
    FS_EQUAL(plain_checksum(p->data + 38, 12), 0);
    fs_test_end(t);
}

FS_TEST(multicastswitch_copies_to_members_and_routers)
{
    struct fs_test *t = three(false, 0);
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(reach(t, "in1", GROUP), 100); /* unknown: to the router alone */
    FS_EQUAL(reach(t, "in0", GROUP), 0);
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_NO_MATCH), 1);
    join2(t, "in1");
    FS_EQUAL(got(t), 100); /* the report too: other hosts must not hear it */
    FS_EQUAL(reach(t, "in0", GROUP), 10);
    FS_EQUAL(reach(t, "in0", OTHER_GROUP), 0);
    join2(t, "in2");
    FS_EQUAL(reach(t, "in0", GROUP), 11);
    FS_EQUAL(reach(t, "in1", GROUP), 101); /* never back */
    FS_EQUAL(reach(t, "in2", 0xe0000005), 110); /* 224.0.0.0/24 to all (RFC 4541 section 2.1.2) */
    FS_EQUAL(reach(t, "in2", 0xe1010001), 100);
    FS_TEXT(fs_test_read(t, "m.groups"), "225.1.1.1 1 260\n225.1.1.1 2 260\n");
    FS_TEXT(fs_test_read(t, "m.count"), "1");
    FS_TEXT(fs_test_read(t, "m.routers"), "0");
    FS_TEXT(fs_test_read(t, "m.querier"), "");
    struct bytes expected = data_frame(GROUP);
    send(t, "in0", expected);
    FS_FRAME(fs_test_out(t, "out1", 0), expected.at, expected.size);
    FS_FRAME(fs_test_out(t, "out2", 0), expected.at, expected.size);
    fs_test_end(t);
}

FS_TEST(multicastswitch_floods_when_told)
{
    struct fs_test *t = three(false, -1);
    fs_test_boolean(t, "FLOOD", true);
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(reach(t, "in0", GROUP), 11);
    join2(t, "in1");
    FS_EQUAL(got(t), 0);
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_DISCARDED), 1); /* the report: there is no router */
    FS_EQUAL(reach(t, "in0", GROUP), 10);
    FS_EQUAL(reach(t, "in1", GROUP), 0); /* known, and whoever wants it has it */
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_DISCARDED), 2);
    fs_test_end(t);
}

FS_TEST(multicastswitch_keeps_order_within_a_batch)
{
    struct fs_test *t = three(false, 0);
    FS_REQUIRE(fs_test_start(t));
    join2(t, "in1");
    got(t);
    struct fs_packet *p[8];
    for (unsigned i = 0; i < 8; i++) {
        struct bytes b = data_frame(i % 3 == 0 ? 0xe0000005 : GROUP);
        b.at[b.size - 1] = (uint8_t)i;
        p[i] = fs_test_packet(t, b.at, b.size);
    }
    fs_test_send_batch(t, "in0", p, 8);
    FS_REQUIRE(fs_test_count(t, "out1") == 8);
    FS_EQUAL(fs_test_count(t, "out2"), 3);
    for (unsigned i = 0; i < 8; i++) {
        FS_EQUAL(fs_test_out(t, "out1", i)->data[45], i);
    }
    fs_test_end(t);
}

FS_TEST(multicastswitch_understands_version_3)
{
    /* a record of each type (RFC 3376 section 4.2.12), with and without sources; whether it makes a member, and whether a
     * member stays one: 'j' joins, 'l' leaves, '-' neither */
    static const struct {
        const char *record;
        char effect;
    } cases[] = {{"01000000 e1010101", '-'},          {"01000001 e1010101 0a000009", 'j'},
                 {"02000000 e1010101", 'j'},          {"02010001 e1010101 0a000009 abababab", 'j'},
                 {"03000000 e1010101", 'l'},          {"03000001 e1010101 0a000009", 'j'},
                 {"04000000 e1010101", 'j'},          {"05000001 e1010101 0a000009", 'j'},
                 {"05000000 e1010101", '-'},          {"06000001 e1010101 0a000009", 'l'},
                 {"07000000 e1010101", '-'},          {"04000000 e0000005", '-'},
                 {"04000000 0a000001", '-'}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_test *t = three(true, 0);
        char digits[200];
        fs_test_boolean(t, "FAST_LEAVE", true);
        FS_REQUIRE(fs_test_start(t));
        snprintf(digits, sizeof digits, "2200 0000 0000 0001 %s", cases[i].record);
        send(t, "in1", igmp_frame(HOST, 0xe0000016, digits));
        FS_EQUAL(got(t), 100);
        FS_EQUAL(reach(t, "in0", GROUP), cases[i].effect == 'j' ? 10 : 0);
        join2(t, "in1");
        send(t, "in1", igmp_frame(HOST, 0xe0000016, digits));
        FS_EQUAL(reach(t, "in0", GROUP), cases[i].effect == 'l' ? 0 : 10);
        FS_TEXT(fs_test_read(t, "m.leaves"), cases[i].effect == 'l' ? "1" : "0");
        fs_test_end(t);
    }
    struct fs_test *t = three(false, 0);
    FS_REQUIRE(fs_test_start(t));
    send(t, "in1", igmp_frame(HOST, 0xe0000016, "2200 0000 0000 0002 04000000 e1010101 04000000 e1010102"));
    FS_TEXT(fs_test_read(t, "m.count"), "2");
    FS_EQUAL(reach(t, "in0", OTHER_GROUP), 10);
    fs_test_end(t);
}

/* RFC 2236 section 3: asked twice, a second apart; who does not answer is a member for two seconds. */
FS_TEST(multicastswitch_asks_before_it_lets_go)
{
    struct fs_test *t = three(true, 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 1000);
    join2(t, "in1");
    join2(t, "in2");
    got(t);
    leave2(t, "in1");
    struct bytes expected = hex("01005e010101 020000000099 0800 46c0 0024 0000 0000 0102 4212 00000000 e1010101 94040000"
                                "110a 0a76 e1010101 027d 0000");
    FS_FRAME(fs_test_out(t, "out1", 0), expected.at, expected.size);
    FS_EQUAL(got(t), 110); /* the leave to the router, the query to the port */
    leave2(t, "in1");      /* another one is told meanwhile */
    FS_EQUAL(got(t), 100);
    FS_EQUAL(reach(t, "in0", GROUP), 11);
    fs_test_advance(t, sec * 11 / 10);
    FS_EQUAL(got(t), 10);
    FS_EQUAL(reach(t, "in0", GROUP), 11);
    fs_test_advance(t, sec);
    FS_EQUAL(got(t), 0);
    FS_EQUAL(reach(t, "in0", GROUP), 1);
    FS_TEXT(fs_test_read(t, "m.groups"), "225.1.1.1 2 258\n");
    fs_test_end(t);
}

FS_TEST(multicastswitch_keeps_who_answers)
{
    struct fs_test *t = three(true, 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 1000);
    join2(t, "in1");
    leave2(t, "in1");
    fs_test_advance(t, sec / 2);
    join2(t, "in1"); /* another host there */
    got(t);
    fs_test_advance(t, 10 * sec);
    FS_EQUAL(got(t), 0); /* nor is it asked again */
    FS_EQUAL(reach(t, "in0", GROUP), 10);
    leave2(t, "in2"); /* no member: nothing to ask */
    FS_EQUAL(got(t), 100);
    fs_test_end(t);
}

FS_TEST(multicastswitch_forgets_who_is_silent)
{
    struct fs_test *t = three(false, 0);
    FS_REQUIRE(fs_test_start(t));
    join2(t, "in1");
    fs_test_advance(t, 200 * sec);
    join2(t, "in2");
    FS_EQUAL(reach(t, "in0", GROUP), 11);
    fs_test_advance(t, 61 * sec);
    FS_EQUAL(reach(t, "in0", GROUP), 1);
    fs_test_advance(t, 200 * sec);
    FS_EQUAL(reach(t, "in0", GROUP), 0);
    FS_TEXT(fs_test_read(t, "m.count"), "0");
    join2(t, "in1"); /* its place is used again */
    FS_EQUAL(reach(t, "in0", GROUP), 10);
    fs_test_end(t);
}

/* RFC 3376 section 6.6.2, RFC 4541 section 2.1.1 */
FS_TEST(multicastswitch_leaves_asking_to_the_lowest_address)
{
    struct fs_test *t = three(true, -1);
    fs_test_bytes(t, "QUERIER", "\x0a\x00\x00\x80", 4);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, sec);
    got(t);
    send(t, "in2", igmp_frame(0, 0xe0000001, "1164 0000 00000000")); /* a switch */
    FS_EQUAL(got(t), 110);
    FS_TEXT(fs_test_read(t, "m.routers"), "");
    send(t, "in2", igmp_frame(ROUTER, 0xe0000001, "1164 0000 00000000")); /* a router, but higher */
    FS_TEXT(fs_test_read(t, "m.routers"), "2");
    FS_TEXT(fs_test_read(t, "m.querier"), "10.0.0.128");
    send(t, "in1", igmp_frame(0x0a000001, 0xe0000001, "1164 0000 00000000"));
    FS_TEXT(fs_test_read(t, "m.routers"), "1 2");
    FS_TEXT(fs_test_read(t, "m.querier"), "10.0.0.1");
    got(t);
    fs_test_advance(t, 254 * sec);
    FS_EQUAL(got(t), 0);
    fs_test_advance(t, 2 * sec); /* 2 * 125 + 10 / 2 after it was heard (section 8.5) */
    FS_EQUAL(got(t), 111);
    FS_TEXT(fs_test_read(t, "m.querier"), "10.0.0.128");
    FS_TEXT(fs_test_read(t, "m.routers"), "");
    fs_test_end(t);
}

FS_TEST(multicastswitch_hears_what_another_querier_asks)
{
    struct fs_test *t = three(true, -1);
    FS_REQUIRE(fs_test_start(t));
    send(t, "in0", igmp_frame(ROUTER, 0xe0000001, "1164 0000 00000000"));
    join2(t, "in1");
    join2(t, "in2");
    got(t);
    leave2(t, "in1");
    FS_EQUAL(got(t), 100); /* it is not for us to ask */
    send(t, "in0", igmp_frame(ROUTER, GROUP, "1164 0000 e1010101 0a7d 0000")); /* S: a repetition, members stay */
    FS_EQUAL(got(t), 11);
    FS_TEXT(fs_test_read(t, "m.groups"), "225.1.1.1 1 260\n225.1.1.1 2 260\n");
    send(t, "in0", igmp_frame(ROUTER, GROUP, "110a 0000 e1010101 027d 0000"));
    join2(t, "in2");
    fs_test_advance(t, 3 * sec);
    FS_EQUAL(reach(t, "in0", GROUP), 1);
    send(t, "in0", igmp_frame(ROUTER, GROUP, "110a 0000 e1010101")); /* version 2 */
    fs_test_advance(t, 3 * sec);
    FS_EQUAL(reach(t, "in0", GROUP), 0);
    fs_test_end(t);
}

FS_TEST(multicastswitch_bounds_its_table)
{
    struct fs_test *t = three(false, 0);
    fs_test_integer(t, "CAPACITY", 2);
    FS_REQUIRE(fs_test_start(t));
    send(t, "in1", igmp_frame(HOST, 0xe0000016, "2200 0000 0000 0003 04000000 e1010101 04000000 e1010102 04000000 e1010103"));
    FS_TEXT(fs_test_read(t, "m.count"), "2");
    FS_TEXT(fs_test_read(t, "m.refused"), "1");
    join2(t, "in2"); /* of a group that is there */
    FS_TEXT(fs_test_read(t, "m.refused"), "1");
    FS_EQUAL(reach(t, "in0", GROUP), 11);
    fs_test_end(t);
    t = three(false, 0);
    fs_test_integer(t, "LIMIT", 1);
    FS_REQUIRE(fs_test_start(t));
    send(t, "in1", igmp_frame(HOST, 0xe0000016, "2200 0000 0000 0002 04000000 e1010101 04000000 e1010102"));
    FS_TEXT(fs_test_read(t, "m.refused"), "1");
    send(t, "in2", igmp_frame(HOST, 0xe0000016, "2200 0000 0000 0001 04000000 e1010102"));
    FS_EQUAL(reach(t, "in0", OTHER_GROUP), 1);
    fs_test_advance(t, 261 * sec);
    send(t, "in1", igmp_frame(HOST, 0xe0000016, "2200 0000 0000 0001 04000000 e1010102"));
    FS_EQUAL(reach(t, "in0", OTHER_GROUP), 10);
    fs_test_end(t);
}

FS_TEST(multicastswitch_drops_broken_messages)
{
    struct fs_test *t = three(false, 0);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = igmp_frame(HOST, GROUP, "1600 0000 e1010101");
    b.at[b.size - 1] ^= 1;
    send(t, "in1", b);
    b = igmp_frame(HOST, GROUP, "1600 0000 e1010101");
    b.at[24] ^= 1; /* of the IP header */
    send(t, "in1", b);
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_BAD_CHECKSUM), 2);
    send(t, "in1", igmp_frame(HOST, GROUP, "1600 0000 e10101"));
    b = igmp_frame(HOST, GROUP, "1600 0000 e1010101");
    for (size_t size = 0; size < b.size; size++) {
        fs_test_send(t, "in1", b.at, size);
    }
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_BAD_LENGTH), 1 + b.size);
    send(t, "in1", igmp_frame(HOST, 0xe0000016, "2200 0000 0000 0002 01000000 e1010101"));
    send(t, "in1", igmp_frame(HOST, 0xe0000016, "2200 0000 0000 0001 01000001 e1010101"));
    send(t, "in1", igmp_frame(HOST, 0xe0000016, "2200 0000 0000 0001 01ff0000 e1010101"));
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_MALFORMED), 3);
    FS_TEXT(fs_test_read(t, "m.count"), "0");
    FS_EQUAL(got(t), 0);
    send(t, "in1", igmp_frame(HOST, 0xe0000004, "1301 0000 00000000")); /* another protocol's: to all */
    FS_EQUAL(got(t), 101);
    fs_test_end(t);
}

FS_TEST(multicastswitch_leaves_the_rest_to_others)
{
    struct fs_test *t = three(false, 0);
    FS_REQUIRE(fs_test_start(t));
    struct bytes unicast = udp_frame(1, 2, 4), tagged = hex("01005e010101 020000000001 8100 0005 0800");
    struct bytes astray = data_frame(GROUP); /* the group's Ethernet address, but no group */
    fs_put32(astray.at + 30, 0x0a000001);
    struct bytes unlike = data_frame(GROUP); /* 01-00-5E-81: not of IPv4 */
    unlike.at[3] |= 0x80;
    send(t, "in1", unicast);
    send(t, "in1", tagged);
    send(t, "in1", astray);
    send(t, "in1", unlike);
    FS_EQUAL(fs_test_count(t, "rest1"), 4);
    FS_EQUAL(got(t), 0);
    fs_test_end(t);

    t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "m", "MulticastSwitch");
    fs_test_chain(t, "in", "m", "out");
    FS_REQUIRE(fs_test_start(t));
    send(t, "in", unicast);
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_NO_MATCH), 1);
    send(t, "in", igmp_frame(ROUTER, 0xe0000001, "1164 0000 00000000"));
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_DISCARDED), 1);
    fs_test_end(t);
}

FS_TEST(multicastswitch_takes_over_members)
{
    struct fs_test *t = three(false, -1), *u = three(false, -1);
    FS_REQUIRE(fs_test_start(t) && fs_test_start(u));
    send(t, "in0", igmp_frame(ROUTER, 0xe0000001, "1164 0000 00000000"));
    join2(t, "in1");
    struct fs_element *m = fs_test_element(u, "m");
    m->class->take_state(m, fs_test_element(t, "m"));
    FS_EQUAL(reach(u, "in2", GROUP), 110);
    FS_TEXT(fs_test_read(u, "m.reports"), "1");
    fs_test_advance(u, 261 * sec);
    FS_TEXT(fs_test_read(u, "m.groups"), "");
    FS_TEXT(fs_test_read(u, "m.routers"), "");
    fs_test_end(u);
    fs_test_end(t);
}

FS_TEST(multicastswitch_refuses_what_makes_no_sense)
{
    static const struct {
        const char *name;
        int64_t value;
        const char *said;
    } cases[] = {{"ROUTER", 3, "ROUTER"},
                 {"INTERVAL", 5000000000, "INTERVAL"},
                 {"RESPONSE", 26000000000, "RESPONSE"},
                 {"LAST_INTERVAL", 0, "LAST_INTERVAL"}};
    for (unsigned i = 0; i < 4; i++) {
        struct fs_test *t = three(true, -1);
        fs_test_integer(t, cases[i].name, cases[i].value);
        FS_CHECK(strstr(fs_test_refused(t), cases[i].said) != NULL);
        fs_test_end(t);
    }
    struct fs_test *t = three(true, -1);
    fs_test_add(t, "in3", "TestSource");
    fs_test_connect(t, "in3", 0, "m", 3);
    FS_CHECK(strstr(fs_test_refused(t), "found 4 and 6") != NULL);
    fs_test_end(t);
}

/* Messages with bytes changed and checksums right: whatever comes of it, the table stays whole and empties in time. */
FS_TEST(multicastswitch_survives_noise)
{
    static const char *const said[] = {
        "1600 0000 e1010101", "1700 0000 e1010101", "1100 0000 00000000", "110a 0000 e1010101 027d 0000",
        "2200 0000 0000 0002 04000000 e1010101 03000000 e1010102",
        "2200 0000 0000 0002 05000001 e1010103 0a000001 06010001 e1010104 0a000001 00000000",
    };
    static const char *const ins[] = {"in0", "in1", "in2"};
    struct fs_test *t = three(true, -1);
    fs_test_integer(t, "CAPACITY", 8);
    fs_test_integer(t, "LIMIT", 5);
    FS_REQUIRE(fs_test_start(t));
    uint64_t state = 2;
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t n = noise(&state), m = noise(&state);
        struct bytes b = igmp_frame(n >> 60 == 0 ? 0 : HOST, GROUP, said[n % 6]);
        size_t size = b.size - 34;
        for (unsigned c = n >> 8 & 3; c > 0; c--, m = noise(&state)) {
            b.at[34 + m % size] = m >> 48 & 1 ? (uint8_t)(m >> 32) : (uint8_t)(m >> 32 & 7);
        }
        fs_put16(b.at + 36, 0);
        fs_put16(b.at + 36, plain_checksum(b.at + 34, size));
        fs_test_send(t, ins[n >> 16 & 1 ? 1 : n >> 17 & 2], b.at, b.size);
        if ((n >> 24 & 15) == 0) {
            send(t, "in0", data_frame(0xe1010101 + (n >> 32 & 7)));
            fs_test_advance(t, (n >> 40 & 3) * sec / 2);
        }
        got(t);
    }
    FS_CHECK(strtoul(fs_test_read(t, "m.count"), NULL, 10) <= 8);
    fs_test_advance(t, 600 * sec);
    FS_TEXT(fs_test_read(t, "m.count"), "0");
    FS_TEXT(fs_test_read(t, "m.groups"), "");
    FS_TEXT(fs_test_read(t, "m.routers"), "");
    got(t);
    join2(t, "in1");
    FS_EQUAL(reach(t, "in0", GROUP), 10);
    fs_test_end(t);
}
