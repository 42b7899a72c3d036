#include "net/testing.h"

static struct fs_test *encap(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", "IPMulticastEtherEncap");
    fs_test_integer(t, "ETHTYPE", 0x0800);
    fs_test_bytes(t, "SRCETH", "\x02\x00\x00\x00\x00\x01", 6);
    fs_test_chain(t, "in", "e", "out");
    return t;
}

/* RFC 1112 section 6.4: the low-order 23 bits behind 01-00-5E-00-00-00. */
FS_TEST(ipmulticastetherencap_takes_the_low_bits_of_the_group)
{
    static const struct {
        uint32_t group;
        const char *header;
    } cases[] = {{0xe0000001, "01005e000001 020000000001 0800"},
                 {0xefffffff, "01005e7fffff 020000000001 0800"},
                 {0xe1800a0b, "01005e000a0b 020000000001 0800"}};
    struct fs_test *t = encap();
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 3; i++) {
        struct bytes b = {0}, expected = hex(cases[i].header);
        put_ip(&b, 0x0a000001, cases[i].group, 17, 0);
        fs_test_send(t, "in", b.at, b.size);
        memcpy(expected.at + expected.size, b.at, b.size);
        struct fs_packet *p = fs_test_out(t, "out", i);
        FS_FRAME(p, expected.at, expected.size + b.size);
        FS_CHECK(fs_mac_header(p) == p->data);
    }
    fs_test_end(t);
}

FS_TEST(ipmulticastetherencap_drops_what_has_no_header_or_no_room)
{
    struct fs_test *t = encap();
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = {0};
    put_ip(&b, 0x0a000001, 0xe0000101, 17, 0);
    fs_test_send(t, "in", b.at, 19);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    FS_CHECK(fs_packet_prepend(p, FS_HEADROOM - 13));
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_ROOM), 1);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    fs_test_end(t);
}
