#include "net/testing.h"

static struct fs_test *check(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "good", "TestSink");
    fs_test_add(t, "c", "CheckIP6Header");
    return t;
}
static bool started(struct fs_test *t)
{
    fs_test_chain(t, "in", "c", "good");
    return fs_test_start(t);
}
static struct bytes ip6_packet(uint64_t source)
{
    struct bytes b = {0};
    put_ip6(&b, source, 2, 17, 8);
    put_udp(&b, 1, 2, 0);
    return b;
}

FS_TEST(checkip6header_marks_and_shortens)
{
    struct fs_test *t = check();
    FS_REQUIRE(started(t));
    struct bytes b = ip6_packet(1);
    put_hex(&b, "00000000");
    fs_test_send(t, "in", b.at, b.size);
    struct fs_packet *p = fs_test_out(t, "good", 0);
    FS_FRAME(p, b.at, 48);
    FS_CHECK(fs_network_header(p) == p->data && fs_transport_header(p) == p->data + 40);
    fs_test_end(t);
}

FS_TEST(checkip6header_refuses_what_is_wrong)
{
    struct fs_test *t = check();
    FS_REQUIRE(started(t));
    struct bytes b = ip6_packet(1);
    for (size_t size = 0; size < b.size; size++) {
        fs_test_send(t, "in", b.at, size);
    }
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_LENGTH), 48);
    b.at[0] = 0x45;
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_VERSION), 1);
    b.at[0] = 0x60;
    b.at[5] = 9;
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_LENGTH), 49);
    b.at[5] = 8;
    memset(b.at + 8, 0xff, 16);
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_SOURCE), 1);
    FS_EQUAL(fs_test_count(t, "good"), 0);
    FS_TEXT(fs_test_read(t, "c.drops"), "51");
    FS_TEXT(fs_test_log(t), "IP6 header check failed\n"); /* the first alone */
    fs_test_end(t);
}

FS_TEST(checkip6header_bad_addresses_and_offset)
{
    struct fs_test *t = check();
    fs_test_text(t, "BADADDRS", "2001:db8::7 ::1");
    fs_test_integer(t, "OFFSET", 14);
    FS_REQUIRE(started(t));
    struct bytes good = udp6_frame(1, 2, 0), bad = {0};
    put_ether(&bad, 0x86dd);
    put_ip6(&bad, 7, 2, 59, 0);
    fs_test_send(t, "in", good.at, good.size);
    fs_test_send(t, "in", bad.at, bad.size);
    FS_EQUAL(fs_test_count(t, "good"), 1);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_SOURCE), 1);
    fs_test_end(t);
    t = check();
    fs_test_text(t, "BADADDRS", "10.0.0.1");
    fs_test_chain(t, "in", "c", "good");
    FS_CHECK(strstr(fs_test_refused(t), "BADADDRS: expected an IPv6 address, found '10.0.0.1'") != NULL);
    fs_test_end(t);
}

FS_TEST(checkip6header_transport_is_behind_extensions)
{
    struct fs_test *t = check();
    FS_REQUIRE(started(t));
    struct bytes b = {0};
    put_ip6(&b, 1, 2, 0, 16);
    put_hex(&b, "11 00 0104 00000000 0035 0035 0008 0000");
    fs_test_send(t, "in", b.at, b.size);
    FS_REQUIRE(fs_test_count(t, "good") == 1);
    FS_EQUAL(fs_transport_header(fs_test_out(t, "good", 0)) - fs_test_out(t, "good", 0)->data, 48);
    fs_test_end(t);
}

FS_TEST(checkip6header_output_1_and_marked)
{
    struct fs_test *t = check();
    fs_test_boolean(t, "MARKED", true);
    fs_test_add(t, "bad", "TestSink");
    fs_test_connect(t, "c", 1, "bad", 0);
    FS_REQUIRE(started(t));
    struct bytes b = udp6_frame(1, 2, 0);
    put_hex(&b, "00000000");
    fs_test_send(t, "in", b.at, b.size); /* nothing is marked */
    FS_FRAME(fs_test_out(t, "bad", 0), b.at, b.size);
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    fs_set_network_header(p, p->data + 14, 40);
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "good", 0), b.at, b.size); /* with its padding */
    fs_test_end(t);
}
