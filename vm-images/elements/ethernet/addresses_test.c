/* HostEtherFilter, DropBroadcasts, EtherRewrite, StoreEtherAddress and EnsureEther. */
#include "net/testing.h"

static const uint8_t mine[6] = {2, 0, 0, 0, 0, 0x0b}, other[6] = {2, 0, 0, 0, 0, 0x0c};

static struct fs_test *one(const char *class_name)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "rest", "TestSink");
    fs_test_add(t, "e", class_name);
    fs_test_chain(t, "in", "e", "out");
    return t;
}
static void send(struct fs_test *t, const char *digits)
{
    struct bytes b = hex(digits);
    fs_test_send(t, "in", b.at, b.size);
}

FS_TEST(hostetherfilter_takes_what_an_interface_would)
{
    struct fs_test *t = one("HostEtherFilter");
    fs_test_bytes(t, "ETHER", mine, 6);
    fs_test_connect(t, "e", 1, "rest", 0);
    FS_REQUIRE(fs_test_start(t));
    send(t, "02000000000b 02000000000a 0800");
    send(t, "02000000000c 02000000000a 0800");
    send(t, "ffffffffffff 02000000000b 0800");
    send(t, "01005e000001 02000000000a 0800");
    send(t, "02000000000b 02000000000a 08");
    FS_REQUIRE(fs_test_count(t, "out") == 3);
    FS_EQUAL(fs_test_out(t, "out", 0)->packet_type, FS_TYPE_HOST);
    FS_EQUAL(fs_test_out(t, "out", 1)->packet_type, FS_TYPE_BROADCAST);
    FS_EQUAL(fs_test_out(t, "out", 2)->packet_type, FS_TYPE_MULTICAST);
    FS_REQUIRE(fs_test_count(t, "rest") == 1);
    FS_EQUAL(fs_test_out(t, "rest", 0)->packet_type, FS_TYPE_OTHER_HOST);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

FS_TEST(hostetherfilter_options)
{
    struct fs_test *t = one("HostEtherFilter");
    fs_test_bytes(t, "ETHER", mine, 6);
    fs_test_boolean(t, "DROP_OWN", true);
    fs_test_boolean(t, "DROP_OTHER", false);
    fs_test_integer(t, "OFFSET", 2);
    FS_REQUIRE(fs_test_start(t));
    send(t, "0000 ffffffffffff 02000000000b 0800"); /* from ourselves */
    send(t, "0000 02000000000c 02000000000a 0800");
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_ADDRESS), 1);
    FS_REQUIRE(fs_test_count(t, "out") == 1);
    FS_EQUAL(fs_test_out(t, "out", 0)->packet_type, FS_TYPE_OTHER_HOST);
    fs_test_end(t);
}

FS_TEST(dropbroadcasts_goes_by_the_packet_type)
{
    struct fs_test *t = one("DropBroadcasts");
    FS_REQUIRE(fs_test_start(t));
    for (unsigned type = FS_TYPE_HOST; type <= FS_TYPE_OUTGOING; type++) {
        struct fs_packet *p = fs_test_packet(t, "abc", 3);
        p->packet_type = (uint8_t)type;
        fs_test_send_packet(t, "in", p);
    }
    FS_EQUAL(fs_test_count(t, "out"), 3);
    FS_TEXT(fs_test_read(t, "e.drops"), "2");
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_ADDRESS), 2);
    fs_test_end(t);
}

FS_TEST(etherrewrite_sets_both_addresses)
{
    struct fs_test *t = one("EtherRewrite");
    fs_test_bytes(t, "SRC", mine, 6);
    fs_test_bytes(t, "DST", other, 6);
    FS_REQUIRE(fs_test_start(t));
    send(t, "010203040506 070809101112 0800 61");
    struct bytes b = hex("02000000000c 02000000000b 0800 61");
    FS_FRAME(fs_test_out(t, "out", 0), b.at, b.size);
    FS_CHECK(fs_test_write(t, "e.dst", "02:00:00:00:00:01"));
    FS_CHECK(!fs_test_write(t, "e.src", "02:00"));
    FS_TEXT(fs_test_read(t, "e.dst"), "02-00-00-00-00-01");
    FS_TEXT(fs_test_read(t, "e.src"), "02-00-00-00-00-0B");
    send(t, "010203040506 070809101112 08");
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

FS_TEST(storeetheraddress_writes_where_it_is_told)
{
    static const char *const offsets[] = {"src", "dst", "8"};
    static const char *const results[] = {"010203040506 02000000000b 0800", "02000000000b 070809101112 0800",
                                          "010203040506 0708 02000000000b"};
    for (unsigned i = 0; i < 3; i++) {
        struct fs_test *t = one("StoreEtherAddress");
        fs_test_bytes(t, "ADDR", mine, 6);
        fs_test_text(t, "OFFSET", offsets[i]);
        fs_test_connect(t, "e", 1, "rest", 0);
        FS_REQUIRE(fs_test_start(t));
        send(t, "010203040506 070809101112 0800");
        struct bytes b = hex(results[i]);
        FS_FRAME(fs_test_out(t, "out", 0), b.at, b.size);
        send(t, "0102030405");
        FS_EQUAL(fs_test_count(t, "rest"), 1);
        FS_TEXT(fs_test_read(t, "e.addr"), "02-00-00-00-00-0B");
        fs_test_end(t);
    }
    struct fs_test *t = one("StoreEtherAddress");
    fs_test_bytes(t, "ADDR", mine, 6);
    fs_test_text(t, "OFFSET", "there");
    FS_CHECK(strstr(fs_test_refused(t), "found 'there'") != NULL);
    fs_test_end(t);
}

FS_TEST(ensureether_puts_on_takes_back_and_leaves)
{
    struct bytes frame = udp_frame(1, 2, 4), fresh = hex("020202020202 010101010101 0800");
    struct fs_test *t = one("EnsureEther");
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = fs_test_packet(t, frame.at, frame.size);
    fs_set_network_header(p, p->data + 14, 20);
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 0), frame.at, frame.size);

    p = fs_test_packet(t, frame.at, frame.size); /* stripped before: it comes back */
    fs_set_network_header(p, p->data + 14, 20);
    fs_packet_strip(p, 14);
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 1), frame.at, frame.size);

    memset(frame.at, 0, 14); /* something else stands there */
    p = fs_test_packet(t, frame.at, frame.size);
    fs_set_network_header(p, p->data + 14, 20);
    fs_test_send_packet(t, "in", p);
    memcpy(frame.at, fresh.at, 14);
    FS_FRAME(fs_test_out(t, "out", 2), frame.at, frame.size);

    p = fs_test_packet(t, "abc", 3); /* nothing marked */
    p->network_offset = FS_OFFSET_NONE;
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 3), "abc", 3);

    p = fs_test_packet(t, frame.at + 14, frame.size - 14); /* no room */
    p->data = p->head + 3;
    memmove(p->data, frame.at + 14, frame.size - 14);
    fs_set_network_header(p, p->data, 20);
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}
