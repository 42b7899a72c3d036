/* FromDevice and ToDevice, on devices in memory. */
#include "net/testing.h"

static bool bump(struct fs_test *t, const char *between)
{
    fs_test_devices(t, 2);
    fs_test_add(t, "from", "FromDevice");
    fs_test_text(t, "DEVNAME", "0");
    fs_test_add(t, "to", "ToDevice");
    fs_test_text(t, "DEVNAME", "1");
    if (between != NULL) {
        fs_test_add(t, "q", between);
        fs_test_chain(t, "from", "q", "to");
    } else {
        fs_test_chain(t, "from", "to");
    }
    return fs_test_start(t);
}
static void arrive(struct fs_test *t, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct bytes b = udp_frame(1000, (uint16_t)i, 18);
        fs_test_arrive(t, 0, b.at, b.size);
    }
}
static void check_order(struct fs_test *t, unsigned count)
{
    FS_EQUAL(fs_test_sent_count(t, 1), count);
    for (unsigned i = 0; i < count && i < fs_test_sent_count(t, 1); i++) {
        struct bytes b = udp_frame(1000, (uint16_t)i, 18);
        FS_FRAME(fs_test_sent(t, 1, i), b.at, b.size);
    }
}

FS_TEST(devices_pushed_through)
{
    struct fs_test *t = fs_test_new();
    FS_REQUIRE(bump(t, NULL));
    fs_test_run(t);
    FS_CHECK(!fs_test_round(t)); /* asleep until something arrives */
    arrive(t, 200);
    fs_test_run(t);
    check_order(t, 200);
    FS_TEXT(fs_test_read(t, "from.count"), "200");
    FS_TEXT(fs_test_read(t, "to.count"), "200");
    FS_TEXT(fs_test_read(t, "from.encap"), "ETHER");
    FS_TEXT(fs_test_read(t, "from.kernel_drops"), "0");
    FS_CHECK(fs_test_write(t, "from.reset_counts", "") && fs_test_write(t, "to.reset_counts", ""));
    FS_TEXT(fs_test_read(t, "from.count"), "0");
    FS_CHECK(!fs_test_round(t));
    fs_test_end(t);
}

FS_TEST(devices_pulled_through_a_queue)
{
    struct fs_test *t = fs_test_new();
    FS_REQUIRE(bump(t, "Queue"));
    arrive(t, 200);
    fs_test_run(t);
    check_order(t, 200);
    FS_TEXT(fs_test_read(t, "to.q"), "0");
    FS_CHECK(!fs_test_round(t));
    fs_test_end(t);
}

/* Pushing into a full ring loses packets, and counts them; the order of the others stays. */
FS_TEST(todevice_pushed_drops_when_the_ring_is_full)
{
    struct fs_test *t = fs_test_new();
    FS_REQUIRE(bump(t, NULL));
    fs_test_ring(t, 1, 10);
    arrive(t, 25);
    fs_test_run(t);
    check_order(t, 10);
    FS_EQUAL(fs_test_drops(t, "to", FS_DROP_RING_FULL), 15);
    fs_test_end(t);
}

/* Pulling waits for room: nothing is lost. */
FS_TEST(todevice_pulling_waits_for_room)
{
    struct fs_test *t = fs_test_new();
    FS_REQUIRE(bump(t, "Queue"));
    fs_test_ring(t, 1, 10);
    arrive(t, 100);
    fs_test_run(t);
    check_order(t, 10);
    FS_CHECK(!fs_test_round(t)); /* and does not spin meanwhile */
    FS_CHECK(atoi(fs_test_read(t, "to.q")) > 0);
    fs_test_ring(t, 1, 1000);
    fs_test_run(t);
    check_order(t, 100);
    FS_EQUAL(fs_test_drops(t, "to", FS_DROP_RING_FULL), 0);
    fs_test_end(t);
}

FS_TEST(todevice_drops_what_is_too_long)
{
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 1);
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "to", "ToDevice");
    fs_test_text(t, "DEVNAME", "0");
    fs_test_chain(t, "in", "to");
    FS_REQUIRE(fs_test_start(t));
    static const uint8_t bytes[1600];
    fs_test_send(t, "in", bytes, 1514);
    fs_test_send(t, "in", bytes, 1515);
    fs_test_send(t, "in", bytes, 1600);
    FS_EQUAL(fs_test_sent_count(t, 0), 1);
    FS_EQUAL(fs_test_drops(t, "to", FS_DROP_TOO_LONG), 2);
    fs_test_end(t);
}

FS_TEST(fromdevice_annotates)
{
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 1);
    fs_test_add(t, "from", "FromDevice");
    fs_test_text(t, "DEVNAME", "0");
    fs_test_boolean(t, "PROMISC", true);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "from", "out");
    FS_REQUIRE(fs_test_start(t));
    static const struct {
        const char *to;
        uint8_t type;
    } cases[] = {{"020000000000", FS_TYPE_HOST},
                 {"020000000001", FS_TYPE_OTHER_HOST},
                 {"ffffffffffff", FS_TYPE_BROADCAST},
                 {"333300000001", FS_TYPE_MULTICAST}};
    for (size_t i = 0; i < 4; i++) {
        struct bytes b = hex(cases[i].to);
        put_hex(&b, "0200000000aa 0800 45");
        fs_test_arrive(t, 0, b.at, b.size);
    }
    fs_test_arrive(t, 0, "short", 5);
    fs_test_run(t);
    FS_REQUIRE(fs_test_count(t, "out") == 5);
    for (unsigned i = 0; i < 4; i++) {
        struct fs_packet *p = fs_test_out(t, "out", i);
        FS_EQUAL(p->packet_type, cases[i].type);
        FS_EQUAL(p->timestamp, fs_test_now(t));
        FS_EQUAL(p->device, 0);
    }
    fs_test_end(t);
}

FS_TEST(fromdevice_force_ip_and_no_timestamp)
{
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 1);
    fs_test_add(t, "from", "FromDevice");
    fs_test_text(t, "DEVNAME", "0");
    fs_test_boolean(t, "FORCE_IP", true);
    fs_test_boolean(t, "TIMESTAMP", false);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "from", "out");
    FS_REQUIRE(fs_test_start(t));
    struct bytes ip = udp_frame(1, 2, 0), ip6 = udp6_frame(1, 2, 0), arp = hex("ffffffffffff 0200000000aa 0806 0001");
    fs_test_arrive(t, 0, ip.at, ip.size);
    fs_test_arrive(t, 0, arp.at, arp.size);
    fs_test_arrive(t, 0, ip6.at, ip6.size);
    fs_test_arrive(t, 0, ip.at, 30); /* cut off within the IP header */
    fs_test_run(t);
    FS_REQUIRE(fs_test_count(t, "out") == 2);
    FS_EQUAL(fs_network_header(fs_test_out(t, "out", 0)) - fs_test_out(t, "out", 0)->data, 14);
    FS_EQUAL(fs_test_out(t, "out", 0)->timestamp, 0);
    FS_EQUAL(fs_test_drops(t, "from", FS_DROP_BAD_PROTOCOL), 2);
    fs_test_end(t);
}

/* A health probe (docs/contracts.md section 6) meets no element and leaves by the device it names. */
FS_TEST(fromdevice_gives_probes_away)
{
    struct fs_test *t = fs_test_new();
    FS_REQUIRE(bump(t, NULL));
    struct bytes b = hex("020000000000 0200000000aa 88b5 465350524f424531 000102030405060708090a0b0c0d0e0f 01 00");
    while (b.size < 60) {
        put_hex(&b, "00");
    }
    fs_test_arrive(t, 0, b.at, b.size);
    struct bytes other = hex("020000000000 0200000000aa 88b5 00000000"); /* the same EtherType, but no probe */
    fs_test_arrive(t, 0, other.at, other.size);
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "from.count"), "1");
    FS_REQUIRE(fs_test_sent_count(t, 1) == 2);
    FS_EQUAL(fs_test_sent(t, 1, 0)->data[39], 1); /* bounced: flags 1 */
    FS_FRAME(fs_test_sent(t, 1, 1), other.at, other.size);
    fs_test_end(t);
}

static const char *refused(const char *class_name, const char *device, const char *argument, const char *text)
{
    static char error[512];
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 1);
    fs_test_add(t, "end", strcmp(class_name, "FromDevice") == 0 ? "TestSink" : "TestSource");
    fs_test_add(t, "d", class_name);
    fs_test_text(t, "DEVNAME", device);
    fs_test_config(t, device);
    if (argument != NULL && text != NULL) {
        fs_test_text(t, argument, text);
    } else if (argument != NULL) {
        fs_test_boolean(t, argument, true);
    }
    if (strcmp(class_name, "FromDevice") == 0) {
        fs_test_chain(t, "d", "end");
    } else {
        fs_test_chain(t, "end", "d");
    }
    snprintf(error, sizeof error, "%s", fs_test_refused(t));
    fs_test_end(t);
    return error;
}

FS_TEST(polldevice_is_fromdevice)
{
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 1);
    fs_test_add(t, "from", "PollDevice");
    fs_test_text(t, "DEVNAME", "0");
    fs_test_integer(t, "BURST", 2);
    fs_test_boolean(t, "TIMESTAMP", false);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "from", "out");
    FS_REQUIRE(fs_test_start(t));
    arrive(t, 5);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 5);
    FS_EQUAL(fs_test_out(t, "out", 0)->timestamp, 0);
    FS_CHECK(!fs_test_round(t)); /* asleep until something arrives */
    FS_TEXT(fs_test_read(t, "from.count"), "5");
    fs_test_end(t);
}

FS_TEST(devices_that_there_are_not)
{
    FS_CHECK(strstr(refused("FromDevice", "7", NULL, NULL), "FromDevice(7): no such device") != NULL);
    FS_CHECK(strstr(refused("ToDevice", "eth9", NULL, NULL), "ToDevice(eth9): no such device") != NULL);
}

FS_TEST(fromdevice_refuses_what_it_cannot_do)
{
    FS_CHECK(strstr(refused("FromDevice", "0", "BPF_FILTER", "tcp"), "BPF_FILTER is not supported") != NULL);
    FS_CHECK(strstr(refused("FromDevice", "0", "OUTBOUND", NULL), "OUTBOUND true is not supported") != NULL);
    FS_CHECK(strstr(refused("FromDevice", "0", "ENCAP", "IP"), "ENCAP IP is not supported") != NULL);
    FS_TEXT(refused("FromDevice", "0", "METHOD", "LINUX"), "");
}
