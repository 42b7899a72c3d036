/* SetVLANAnno, VLANEncap, VLANDecap, StripEtherVLANHeader and EtherVLANEncap (IEEE 802.1Q). */
#include "net/testing.h"

static const char plain[] = "02000000000b 02000000000a 0800 616263";
static const char tagged[] = "02000000000b 02000000000a 8100 6007 0800 616263"; /* priority 3, VLAN 7 */

static struct fs_test *one(const char *class_name)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", class_name);
    fs_test_chain(t, "in", "e", "out");
    return t;
}
static void send(struct fs_test *t, const char *digits, uint16_t annotation)
{
    struct bytes b = hex(digits);
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    fs_put16(p->annotations + 18, annotation);
    fs_test_send_packet(t, "in", p);
}
static void expect(struct fs_test *t, unsigned index, const char *digits)
{
    struct bytes b = hex(digits);
    FS_FRAME(fs_test_out(t, "out", index), b.at, b.size);
}
static unsigned annotation(struct fs_test *t, unsigned index)
{
    return fs_get16(fs_test_out(t, "out", index)->annotations + 18);
}

FS_TEST(setvlananno_sets_it)
{
    struct fs_test *t = one("SetVLANAnno");
    fs_test_integer(t, "VLAN_ID", 7);
    fs_test_integer(t, "VLAN_PCP", 3);
    FS_REQUIRE(fs_test_start(t));
    send(t, plain, 0);
    expect(t, 0, plain);
    FS_EQUAL(annotation(t, 0), 0x6007);
    FS_TEXT(fs_test_read(t, "e.vlan_tci"), "24583");
    FS_CHECK(fs_test_write(t, "e.vlan_id", "8"));
    FS_CHECK(fs_test_write(t, "e.vlan_pcp", "0x1"));
    FS_CHECK(!fs_test_write(t, "e.vlan_pcp", "8"));
    FS_TEXT(fs_test_read(t, "e.vlan_tci"), "8200");
    FS_TEXT(fs_test_read(t, "e.vlan_id"), "8");
    FS_TEXT(fs_test_read(t, "e.vlan_pcp"), "1");
    fs_test_end(t);
}

FS_TEST(setvlananno_needs_a_vlan)
{
    struct fs_test *t = one("SetVLANAnno");
    FS_CHECK(strstr(fs_test_refused(t), "VLAN_TCI or VLAN_ID") != NULL);
    fs_test_end(t);
    t = one("SetVLANAnno");
    fs_test_text(t, "VLAN_TCI", "ANNO");
    FS_CHECK(strstr(fs_test_refused(t), "expected an integer") != NULL);
    fs_test_end(t);
    t = one("VLANEncap");
    fs_test_text(t, "VLAN_TCI", "5");
    fs_test_integer(t, "VLAN_ID", 5);
    FS_CHECK(strstr(fs_test_refused(t), "expected one of them") != NULL);
    fs_test_end(t);
}

FS_TEST(vlanencap_tags)
{
    struct fs_test *t = one("VLANEncap");
    fs_test_text(t, "VLAN_TCI", "0x6007");
    FS_REQUIRE(fs_test_start(t));
    send(t, plain, 0);
    expect(t, 0, tagged);
    FS_CHECK(fs_mac_header(fs_test_out(t, "out", 0)) == fs_test_out(t, "out", 0)->data);
    FS_CHECK(fs_test_write(t, "e.native_vlan", "7"));
    send(t, plain, 0);
    expect(t, 1, plain);
    send(t, "02000000000b 02000000000a 08", 0);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

FS_TEST(vlanencap_goes_by_the_annotation)
{
    struct fs_test *t = one("VLANEncap");
    fs_test_text(t, "VLAN_TCI", "ANNO");
    fs_test_integer(t, "ETHERTYPE", 0x88a8);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "e.vlan_tci"), "ANNO");
    send(t, plain, 0x0005);
    expect(t, 0, "02000000000b 02000000000a 88a8 0005 0800 616263");
    send(t, plain, 0xe000); /* VLAN 0 is the native one unless said otherwise */
    expect(t, 1, plain);
    FS_CHECK(fs_test_write(t, "e.vlan_tci", " 9 "));
    FS_CHECK(!fs_test_write(t, "e.vlan_tci", "VLAN"));
    send(t, plain, 0x0005);
    expect(t, 2, "02000000000b 02000000000a 88a8 0009 0800 616263");
    fs_test_end(t);
}

FS_TEST(vlanencap_of_a_shared_packet_leaves_the_other_alone)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "tee", "Tee");
    fs_test_add(t, "e", "VLANEncap");
    fs_test_integer(t, "VLAN_ID", 7);
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "other", "TestSink");
    fs_test_chain(t, "in", "tee", "e", "out");
    fs_test_connect(t, "tee", 1, "other", 0);
    FS_REQUIRE(fs_test_start(t));
    send(t, plain, 0);
    expect(t, 0, "02000000000b 02000000000a 8100 0007 0800 616263");
    struct bytes b = hex(plain);
    FS_FRAME(fs_test_out(t, "other", 0), b.at, b.size);
    fs_test_end(t);
}

FS_TEST(vlandecap_takes_the_tag_out)
{
    struct fs_test *t = one("VLANDecap");
    FS_REQUIRE(fs_test_start(t));
    send(t, tagged, 0);
    expect(t, 0, plain);
    FS_EQUAL(annotation(t, 0), 0x6007);
    send(t, plain, 0x1234);
    expect(t, 1, plain);
    FS_EQUAL(annotation(t, 1), 0);
    send(t, "02000000000b 02000000000a 8100 6007 08", 0);
    send(t, "02000000000b 02", 0);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 2);
    fs_test_end(t);
    t = one("VLANDecap");
    fs_test_integer(t, "ETHERTYPE", 0x88a8);
    FS_REQUIRE(fs_test_start(t));
    send(t, tagged, 0); /* another kind of tag stays */
    expect(t, 0, tagged);
    fs_test_end(t);
    t = one("VLANDecap");
    fs_test_boolean(t, "ANNO", false);
    FS_REQUIRE(fs_test_start(t));
    send(t, tagged, 0x1234);
    expect(t, 0, plain);
    FS_EQUAL(annotation(t, 0), 0x1234);
    fs_test_end(t);
}

FS_TEST(stripethervlanheader_strips_both_kinds)
{
    struct fs_test *t = one("StripEtherVLANHeader");
    fs_test_integer(t, "NATIVE_VLAN", 5);
    FS_REQUIRE(fs_test_start(t));
    send(t, tagged, 0);
    send(t, plain, 0);
    send(t, "02000000000b 02000000000a 8100 60", 0);
    FS_FRAME(fs_test_out(t, "out", 0), "abc", 3);
    FS_EQUAL(annotation(t, 0), 0x6007);
    FS_FRAME(fs_test_out(t, "out", 1), "abc", 3);
    FS_EQUAL(annotation(t, 1), 5);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
    t = one("StripEtherVLANHeader");
    fs_test_integer(t, "NATIVE_VLAN", -1);
    FS_REQUIRE(fs_test_start(t));
    send(t, plain, 0);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_MATCH), 1);
    fs_test_end(t);
}

FS_TEST(ethervlanencap_puts_on_a_tagged_header)
{
    static const uint8_t source[6] = {2, 0, 0, 0, 0, 10}, destination[6] = {2, 0, 0, 0, 0, 11};
    struct fs_test *t = one("EtherVLANEncap");
    fs_test_integer(t, "ETHERTYPE", 0x0800);
    fs_test_bytes(t, "SRC", source, 6);
    fs_test_bytes(t, "DST", destination, 6);
    fs_test_integer(t, "VLAN_ID", 7);
    fs_test_integer(t, "VLAN_PCP", 3);
    FS_REQUIRE(fs_test_start(t));
    send(t, "616263", 0);
    expect(t, 0, tagged);
    FS_CHECK(fs_test_write(t, "e.native_vlan", "7"));
    send(t, "616263", 0);
    expect(t, 1, plain);
    FS_CHECK(fs_test_write(t, "e.src", "02:00:00:00:00:0c"));
    FS_TEXT(fs_test_read(t, "e.src"), "02-00-00-00-00-0C");
    FS_TEXT(fs_test_read(t, "e.ethertype"), "2048");
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    p->data = p->head + 13;
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}
