#include "net/testing.h"

static struct fs_test *check(bool second)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "good", "TestSink");
    if (second) {
        fs_test_add(t, "bad", "TestSink");
    }
    fs_test_add(t, "c", "CheckIPHeader");
    return t;
}
static bool started(struct fs_test *t, bool second)
{
    fs_test_chain(t, "in", "c", "good");
    if (second) {
        fs_test_connect(t, "c", 1, "bad", 0);
    }
    return fs_test_start(t);
}
static struct bytes ip_packet(uint32_t source, size_t payload)
{
    struct bytes b = {0};
    put_ip(&b, source, 0xc0000201, 17, payload);
    for (size_t i = 0; i < payload; i++) {
        put_number(&b, 1, i);
    }
    return b;
}

FS_TEST(checkipheader_marks_and_shortens)
{
    struct fs_test *t = check(false);
    FS_REQUIRE(started(t, false));
    struct bytes b = ip_packet(0x0a000001, 10);
    put_hex(&b, "000000000000"); /* Ethernet padding */
    fs_test_send(t, "in", b.at, b.size);
    struct fs_packet *p = fs_test_out(t, "good", 0);
    FS_FRAME(p, b.at, 30);
    FS_REQUIRE(p != NULL);
    FS_CHECK(fs_network_header(p) == p->data && fs_transport_header(p) == p->data + 20);
    FS_EQUAL(memcmp(p->annotations, "\xc0\x00\x02\x01", 4), 0); /* destination, in network order */
    FS_TEXT(fs_test_read(t, "c.drops"), "0");
    fs_test_end(t);
}

FS_TEST(checkipheader_options_are_part_of_the_header)
{
    struct fs_test *t = check(false);
    FS_REQUIRE(started(t, false));
    struct bytes b = hex("46 00 001c 0000 0000 40 11 0000 0a000001 0a000002 94040000 01020304");
    fix_ip_checksum(b.at);
    fs_test_send(t, "in", b.at, b.size);
    FS_REQUIRE(fs_test_count(t, "good") == 1);
    FS_EQUAL(fs_transport_header(fs_test_out(t, "good", 0)) - fs_test_out(t, "good", 0)->data, 24);
    b.at[23] ^= 1; /* an option's byte */
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_CHECKSUM), 1);
    fs_test_end(t);
}

static const struct {
    unsigned at;
    uint8_t value;
    bool fix; /* the checksum is right for the header */
    enum fs_drop_reason reason;
    const char *text;
} wrongs[] = {
    {0, 0x55, true, FS_DROP_BAD_VERSION, "bad IP version"},
    {0, 0x65, true, FS_DROP_BAD_VERSION, "bad IP version"},
    {0, 0x44, true, FS_DROP_BAD_HEADER_LENGTH, "bad IP header length"},
    {0, 0x40, true, FS_DROP_BAD_HEADER_LENGTH, "bad IP header length"},
    {0, 0x4f, false, FS_DROP_BAD_LENGTH, "bad IP length"}, /* the header is longer than the packet */
    {3, 19, true, FS_DROP_BAD_LENGTH, "bad IP length"},
    {3, 29, true, FS_DROP_BAD_LENGTH, "bad IP length"},
    {2, 0xff, true, FS_DROP_BAD_LENGTH, "bad IP length"},
    {8, 63, false, FS_DROP_BAD_CHECKSUM, "bad IP checksum"},
    {10, 0, false, FS_DROP_BAD_CHECKSUM, "bad IP checksum"},
};

FS_TEST(checkipheader_refuses_what_is_wrong)
{
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        struct fs_test *t = check(false);
        FS_REQUIRE(started(t, false));
        struct bytes b = ip_packet(0x0a000001, 8);
        b.at[wrongs[i].at] = wrongs[i].value;
        if (wrongs[i].fix) {
            fs_put16(b.at + 10, 0);
            fs_put16(b.at + 10, plain_checksum(b.at, 20));
        }
        fs_test_send(t, "in", b.at, b.size);
        FS_EQUAL(fs_test_count(t, "good"), 0);
        if (!FS_EQUAL(fs_test_drops(t, "c", wrongs[i].reason), 1)) {
            printf("    case %zu\n", i);
        }
        FS_CHECK(strstr(fs_test_log(t), wrongs[i].text) != NULL);
        FS_TEXT(fs_test_read(t, "c.drops"), "1");
        fs_test_end(t);
    }
}

FS_TEST(checkipheader_refuses_what_is_cut_off)
{
    struct fs_test *t = check(false);
    FS_REQUIRE(started(t, false));
    struct bytes b = ip_packet(0x0a000001, 8);
    for (size_t size = 0; size < b.size; size++) {
        fs_test_send(t, "in", b.at, size);
    }
    FS_EQUAL(fs_test_count(t, "good"), 0);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_LENGTH), b.size);
    fs_test_end(t);
}

FS_TEST(checkipheader_sends_bad_ones_by_output_1)
{
    struct fs_test *t = check(true);
    FS_REQUIRE(started(t, true));
    struct bytes b = ip_packet(0x0a000001, 8);
    b.at[0] = 0x65;
    fs_test_send(t, "in", b.at, b.size);
    FS_FRAME(fs_test_out(t, "bad", 0), b.at, b.size);
    FS_TEXT(fs_test_read(t, "c.drops"), "1");
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_VERSION), 0);
    fs_test_end(t);
}

FS_TEST(checkipheader_checksum_false)
{
    struct fs_test *t = check(false);
    fs_test_boolean(t, "CHECKSUM", false);
    FS_REQUIRE(started(t, false));
    struct bytes b = ip_packet(0x0a000001, 8);
    b.at[10] ^= 0xff;
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_count(t, "good"), 1);
    fs_test_end(t);
}

FS_TEST(checkipheader_offset)
{
    struct fs_test *t = check(false);
    fs_test_integer(t, "OFFSET", 14);
    FS_REQUIRE(started(t, false));
    struct bytes b = udp_frame(1, 2, 0);
    put_hex(&b, "0000000000000000");
    fs_test_send(t, "in", b.at, b.size);
    FS_FRAME(fs_test_out(t, "good", 0), b.at, 42);
    FS_EQUAL(fs_network_header(fs_test_out(t, "good", 0)) - fs_test_out(t, "good", 0)->data, 14);
    fs_test_send(t, "in", b.at, 10); /* shorter than OFFSET */
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

/* How many of the sources pass. */
static unsigned pass(struct fs_test *t, const uint32_t *sources, unsigned count)
{
    if (!started(t, false)) {
        return 99;
    }
    for (unsigned i = 0; i < count; i++) {
        struct bytes b = ip_packet(sources[i], 0);
        fs_test_send(t, "in", b.at, b.size);
    }
    unsigned passed = fs_test_count(t, "good");
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_SOURCE), count - passed);
    fs_test_end(t);
    return passed;
}

FS_TEST(checkipheader_bad_sources)
{
    static const uint32_t sources[] = {0x121a04ff, 0x1220092f, 0, 0xffffffff, 0x0a000001};
    struct fs_test *t = check(false);
    FS_EQUAL(pass(t, sources, 5), 5); /* none is bad by default */
    t = check(false);
    fs_test_text(t, "BADSRC", "18.26.4.255 18.32.9.47");
    FS_EQUAL(pass(t, sources, 5), 3);
    t = check(false);
    fs_test_text(t, "INTERFACES", "18.26.4.9/24 18.32.9.44/28"); /* the example of Click's documentation */
    FS_EQUAL(pass(t, sources, 5), 1);
    t = check(false);
    fs_test_text(t, "BADSRC2", "18.26.4.255"); /* the old form adds 0.0.0.0 and 255.255.255.255 */
    FS_EQUAL(pass(t, sources, 5), 2);
    t = check(false);
    fs_test_text(t, "BADSRC", "18.26.4.255 0.0.0.0");
    fs_test_text(t, "GOODDST", "192.0.2.1"); /* where the packets go */
    FS_EQUAL(pass(t, sources, 5), 5);
}

FS_TEST(checkipheader_first_argument_may_be_the_offset)
{
    struct fs_test *t = check(false);
    fs_test_text(t, "BADSRC2", "14");
    FS_REQUIRE(started(t, false));
    struct bytes b = udp_frame(1, 2, 0);
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_count(t, "good"), 1);
    fs_test_end(t);
}

FS_TEST(checkipheader_refuses_bad_arguments)
{
    static const char *const cases[][3] = {
        {"BADSRC", "10.0.0.1 10.0.0", "BADSRC: expected an IP address, found '10.0.0'"},
        {"GOODDST", "x", "GOODDST: expected an IP address, found 'x'"},
        {"INTERFACES", "10.0.0.1/40", "INTERFACES: expected ADDRESS/PREFIX, found '10.0.0.1/40'"},
        {"BADSRC2", "nonsense", "BADSRC: expected an IP address, found 'nonsense'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_test *t = check(false);
        fs_test_text(t, cases[i][0], cases[i][1]);
        fs_test_chain(t, "in", "c", "good");
        FS_CHECK(strstr(fs_test_refused(t), cases[i][2]) != NULL);
        fs_test_end(t);
    }
}

/* Ours: the header marked upstream is checked where it is, and padding stays. */
FS_TEST(checkipheader_marked)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "m", "MarkInnerHeader");
    fs_test_add(t, "c", "CheckIPHeader");
    fs_test_boolean(t, "MARKED", true);
    fs_test_add(t, "good", "TestSink");
    fs_test_chain(t, "in", "m", "c", "good");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = hex("02000000000b 02000000000a 8100 0064 0800"), packet = ip_packet(0x0a000001, 8);
    memcpy(b.at + b.size, packet.at, packet.size);
    b.size += packet.size;
    put_hex(&b, "00000000");
    fs_test_send(t, "in", b.at, b.size);
    FS_FRAME(fs_test_out(t, "good", 0), b.at, b.size);
    b.at[18 + 8]--; /* TTL, and so the checksum */
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_CHECKSUM), 1);
    fs_test_end(t);
}

FS_TEST(checkipheader_marked_without_a_mark_drops)
{
    struct fs_test *t = check(false);
    fs_test_boolean(t, "MARKED", true);
    FS_REQUIRE(started(t, false));
    struct bytes b = ip_packet(0x0a000001, 8);
    fs_test_send(t, "in", b.at, b.size);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

FS_TEST(checkipheader_details_and_verbose)
{
    struct fs_test *t = check(false);
    fs_test_boolean(t, "DETAILS", true);
    fs_test_boolean(t, "VERBOSE", true);
    FS_REQUIRE(started(t, false));
    struct bytes b = ip_packet(0x0a000001, 8);
    fs_test_send(t, "in", b.at, 3);
    fs_test_send(t, "in", b.at, 4);
    b.at[8]++;
    fs_test_send(t, "in", b.at, b.size);
    FS_TEXT(fs_test_read(t, "c.drop_details"), "2\ttiny packet\n0\tbad IP version\n0\tbad IP header length\n"
                                               "0\tbad IP length\n1\tbad IP checksum\n0\tbad source address\n");
    FS_TEXT(fs_test_log(t), "c: IP header check failed: tiny packet\nc: IP header check failed: tiny packet\n"
                            "c: IP header check failed: bad IP checksum\n");
    fs_test_end(t);
}

FS_TEST(markipheader_checks_nothing)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "m", "MarkIPHeader");
    fs_test_integer(t, "OFFSET", 14);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "m", "out");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp_frame(1, 2, 0);
    b.at[14] = 0x46;
    fs_test_send(t, "in", b.at, b.size);
    fs_test_send(t, "in", b.at, 15);
    fs_test_send(t, "in", b.at, 14);
    FS_REQUIRE(fs_test_count(t, "out") == 3);
    for (unsigned i = 0; i < 2; i++) {
        struct fs_packet *p = fs_test_out(t, "out", i);
        FS_EQUAL(fs_network_header(p) - p->data, 14);
        FS_EQUAL(fs_transport_header(p) - p->data, 38);
    }
    FS_CHECK(fs_network_header(fs_test_out(t, "out", 2)) == NULL);
    fs_test_end(t);
}
