#include "net/testing.h"

static void entry(struct bytes *table, uint32_t address, uint32_t mask, uint64_t mac)
{
    put_number(table, 4, address);
    put_number(table, 4, mask);
    put_number(table, 6, mac);
    put_number(table, 2, 0);
    put_le32(table->at + 4, (uint32_t)(table->size - 8) / 16);
}
static struct fs_test *responder(bool with_second)
{
    struct fs_test *t = fs_test_new();
    struct bytes table = hex("01000000 00000000");
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "a", "ARPResponder");
    entry(&table, 0x0a010203, 0xffff0000, 0x020000000001); /* 10.1.2.3/16: host bits do not matter */
    entry(&table, 0x0a010005, 0xffffffff, 0x020000000002);
    fs_test_table(t, "ENTRY", table.at, table.size, 2);
    fs_test_chain(t, "in", "a", "out");
    if (with_second) {
        fs_test_add(t, "rest", "TestSink");
        fs_test_connect(t, "a", 1, "rest", 0);
    }
    return t;
}
static struct bytes request(uint32_t target)
{
    struct bytes b = hex("ffffffffffff 0200000000aa 0806 0001 0800 06 04 0001 0200000000aa 0a0000fe 000000000000");
    put_number(&b, 4, target);
    while (b.size < 60) { /* as Ethernet pads it */
        put_hex(&b, "00");
    }
    return b;
}

/* RFC 826: addresses swapped, the sender is who was asked for, opcode 2; to the asker, from the answered address. */
FS_TEST(arpresponder_answers)
{
    struct fs_test *t = responder(true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes asked = request(0x0a010777);
    struct bytes reply = hex("0200000000aa 020000000001 0806 "
                             "0001 0800 06 04 0002 020000000001 0a010777 0200000000aa 0a0000fe");
    struct fs_packet *p = fs_test_packet(t, asked.at, asked.size);
    memset(p->annotations, 0x77, sizeof p->annotations);
    p->device = 3;
    fs_test_send_packet(t, "in", p);
    FS_FRAME(fs_test_out(t, "out", 0), reply.at, reply.size);
    p = fs_test_out(t, "out", 0);
    FS_EQUAL(p->device, 3);
    FS_EQUAL(fs_anno_u8(p, FS_ANNO_PAINT), 0);
    FS_EQUAL(p->annotations[18], 0x77); /* VLAN TCI, the request's */
    FS_EQUAL(p->annotations[20], 0);
    FS_EQUAL(fs_test_count(t, "rest"), 0);
    fs_test_end(t);
}

FS_TEST(arpresponder_prefers_the_most_specific_entry)
{
    struct fs_test *t = responder(true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes asked = request(0x0a010005);
    fs_test_send(t, "in", asked.at, asked.size);
    FS_REQUIRE(fs_test_count(t, "out") == 1);
    FS_EQUAL(fs_test_out(t, "out", 0)->data[11], 2);
    fs_test_end(t);
}

FS_TEST(arpresponder_passes_the_rest_by_output_1)
{
    struct fs_test *t = responder(true);
    FS_REQUIRE(fs_test_start(t));
    struct bytes asked = request(0x0a020001), b;
    fs_test_send(t, "in", asked.at, asked.size); /* nobody we know */
    b = request(0x0a010005), b.at[21] = 2;       /* a reply */
    fs_test_send(t, "in", b.at, b.size);
    b = request(0x0a010005), b.at[13] = 0;       /* EtherType IP */
    fs_test_send(t, "in", b.at, b.size);
    b = request(0x0a010005), b.at[15] = 6;       /* hardware of IEEE 802 */
    fs_test_send(t, "in", b.at, b.size);
    b = request(0x0a010005);
    fs_test_send(t, "in", b.at, 41);             /* a byte short */
    fs_test_send(t, "in", b.at, 42);             /* and without padding */
    FS_EQUAL(fs_test_count(t, "rest"), 5);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_FRAME(fs_test_out(t, "rest", 0), asked.at, asked.size);
    fs_test_end(t);
}

FS_TEST(arpresponder_drops_the_rest_without_output_1)
{
    struct fs_test *t = responder(false);
    FS_REQUIRE(fs_test_start(t));
    struct bytes asked = request(0x0a020001);
    fs_test_send(t, "in", asked.at, asked.size);
    FS_EQUAL(fs_test_drops(t, "a", FS_DROP_NO_MATCH), 1);
    fs_test_end(t);
}

FS_TEST(arpresponder_table_changes)
{
    struct fs_test *t = responder(true);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "a.table"), "10.1.0.5/32 02-00-00-00-00-02\n10.1.0.0/16 02-00-00-00-00-01\n");
    FS_CHECK(fs_test_write(t, "a.add", "10.1.0.0/24 192.168.0.1 02:00:00:00:00:03"));
    FS_TEXT(fs_test_read(t, "a.table"), "10.1.0.5/32 02-00-00-00-00-02\n10.1.0.0/24 02-00-00-00-00-03\n"
                                        "10.1.0.0/16 02-00-00-00-00-01\n192.168.0.1/32 02-00-00-00-00-03\n");
    FS_CHECK(fs_test_write(t, "a.add", "02:00:00:00:00:04 10.1.0.5")); /* takes the place of the one there is */
    FS_CHECK(fs_test_write(t, "a.remove", "10.1.0.0/255.255.0.0"));
    FS_TEXT(fs_test_read(t, "a.table"),
            "10.1.0.5/32 02-00-00-00-00-04\n10.1.0.0/24 02-00-00-00-00-03\n192.168.0.1/32 02-00-00-00-00-03\n");
    static const char *const bad[] = {"", "10.0.0.1", "02:00:00:00:00:04", "10.0.0.1 10.0.0.2 x",
                                      "10.0.0.1 02:00:00:00:00:04 02:00:00:00:00:05"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        FS_CHECK(!fs_test_write(t, "a.add", bad[i]) && *fs_test_said(t) != '\0');
    }
    FS_CHECK(!fs_test_write(t, "a.remove", "10.9.0.0/16"));
    FS_TEXT(fs_test_said(t), "10.9.0.0/16 not found");
    for (unsigned i = 0; i < 100; i++) { /* grows */
        char text[64];
        snprintf(text, sizeof text, "172.16.%u.0/24 02:00:00:00:00:04", i);
        FS_CHECK(fs_test_write(t, "a.add", text));
    }
    struct bytes asked = request(0xac106301);
    fs_test_send(t, "in", asked.at, asked.size);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}

FS_TEST(arpresponder_lookup)
{
    struct fs_test *t = responder(true);
    FS_REQUIRE(fs_test_start(t));
    char buffer[64];
    struct fs_text value = {.at = buffer, .capacity = sizeof buffer - 1};
    FS_EQUAL(fs_router_read(fs_test_router(t), "a.lookup", "10.1.0.5", &value), FS_HANDLER_OK);
    FS_EQUAL(fs_router_read(fs_test_router(t), "a.lookup", "10.2.0.5", &value), FS_HANDLER_OK);
    buffer[value.length] = '\0';
    FS_TEXT(buffer, "02-00-00-00-00-02");
    fs_test_end(t);
}

FS_TEST(arpresponder_refuses_a_bad_table)
{
    static const char *const tables[] = {"01000000", "02000000 00000000", "01000000 01000000", "01000000 00000000 00"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct fs_test *t = fs_test_new();
        struct bytes table = hex(tables[i]);
        fs_test_add(t, "in", "TestSource");
        fs_test_add(t, "out", "TestSink");
        fs_test_add(t, "a", "ARPResponder");
        fs_test_table(t, "ENTRY", table.at, table.size, 1);
        fs_test_chain(t, "in", "a", "out");
        FS_CHECK(strstr(fs_test_refused(t), "not of format 1") != NULL);
        fs_test_end(t);
    }
}
