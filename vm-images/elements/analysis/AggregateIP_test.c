#include "net/testing.h"

enum { IP, TCP_OR_UDP = 256, TRANSPORT = 257, PAYLOAD = 258 };

static struct fs_test *with_field(unsigned header, unsigned bits, uint32_t offset)
{
    uint8_t value[8] = {0};
    struct fs_test *t = fs_test_new();
    value[0] = (uint8_t)header;
    value[1] = (uint8_t)(header >> 8);
    value[2] = (uint8_t)bits;
    put_le32(value + 4, offset);
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "e", "AggregateIP");
    fs_test_bytes(t, "FIELD", value, 8);
    return t;
}
static bool start(struct fs_test *t)
{
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "bad", "TestSink");
    fs_test_chain(t, "in", "e", "out");
    fs_test_connect(t, "e", 1, "bad", 0);
    return fs_test_start(t);
}

/* 10.1.2.3 to 192.168.5.6 with `payload` behind the IP header; FRAGMENT as in the header. */
static struct fs_packet *ip_packet(struct fs_test *t, uint8_t protocol, uint16_t fragment, const char *payload)
{
    struct bytes b = {0}, behind = hex(payload);
    put_ether(&b, 0x0800);
    put_ip(&b, 0x0a010203, 0xc0a80506, protocol, behind.size);
    fs_put16(b.at + 14 + 6, fragment);
    put_hex(&b, payload);
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    fs_set_network_header(p, p->data + 14, 20);
    return p;
}
enum { LACKING = 0xdeadbeef };
static uint32_t aggregate(struct fs_test *t, struct fs_packet *p)
{
    fs_set_anno_u32(p, FS_ANNO_AGGREGATE, 0x12345);
    fs_test_send_packet(t, "in", p);
    uint32_t found = fs_test_count(t, "out") == 1 ? fs_anno_u32(fs_test_out(t, "out", 0), FS_ANNO_AGGREGATE) : LACKING;
    FS_EQUAL(fs_test_count(t, "out") + fs_test_count(t, "bad"), 1);
    fs_test_forget(t, "out");
    fs_test_forget(t, "bad");
    return found;
}

#define TCP_HEADER "1389 0050 01020304 05060708 60 12 1000 0000 0000 02040200"
static uint32_t of(unsigned header, unsigned bits, uint32_t offset, uint8_t protocol, uint16_t fragment, const char *payload)
{
    struct fs_test *t = with_field(header, bits, offset);
    uint32_t found = start(t) ? aggregate(t, ip_packet(t, protocol, fragment, payload)) : 0;
    fs_test_end(t);
    return found;
}

FS_TEST(aggregate_ip_reads_the_ip_header)
{
    FS_EQUAL(of(IP, 32, 96, 6, 0, ""), 0x0a010203);  /* ip src */
    FS_EQUAL(of(IP, 8, 96, 6, 0, ""), 10);           /* ip src/8 */
    FS_EQUAL(of(IP, 16, 144, 6, 0, ""), 0x0506);     /* ip[18:2] */
    FS_EQUAL(of(IP, 4, 0, 6, 0, ""), 4);             /* ip vers */
    FS_EQUAL(of(IP, 4, 4, 6, 0, ""), 5);             /* ip hl */
    FS_EQUAL(of(IP, 8, 72, 6, 0, ""), 6);            /* ip proto */
    FS_EQUAL(of(IP, 1, 50, 6, 0x2000, ""), 1);       /* ip mf */
    FS_EQUAL(of(IP, 13, 51, 6, 0x4321 & 0x1fff, ""), 0x0321);
    FS_EQUAL(of(IP, 32, 160, 1, 0, "0102030405"), 0x01020304); /* ip[20:4]: past the header */
    FS_EQUAL(of(IP, 16, 160, 1, 0, "0102"), 0x0102);           /* its word is cut off, the field is whole */
    FS_EQUAL(of(IP, 24, 160, 1, 0, "0102"), LACKING);
}

FS_TEST(aggregate_ip_reads_the_transport_header)
{
    FS_EQUAL(of(6, 16, 16, 6, 0, TCP_HEADER), 80);           /* tcp dport */
    FS_EQUAL(of(6, 32, 64, 6, 0, TCP_HEADER), 0x05060708);   /* tcp ackno */
    FS_EQUAL(of(6, 1, 110, 6, 0, TCP_HEADER), 1);            /* tcp syn */
    FS_EQUAL(of(6, 1, 111, 6, 0, TCP_HEADER), 0);            /* tcp fin */
    FS_EQUAL(of(6, 16, 16, 17, 0, TCP_HEADER), LACKING);     /* not TCP */
    FS_EQUAL(of(6, 16, 16, 6, 1, TCP_HEADER), LACKING);      /* a later fragment */
    FS_EQUAL(of(6, 16, 16, 6, 0x2000, TCP_HEADER), 80);      /* the first one */
    FS_EQUAL(of(TCP_OR_UDP, 16, 0, 17, 0, "1389 0050"), 5001);
    FS_EQUAL(of(TCP_OR_UDP, 16, 0, 1, 0, "1389 0050"), LACKING);
    FS_EQUAL(of(TRANSPORT, 8, 0, 99, 0, "ab"), 0xab);
    FS_EQUAL(of(TRANSPORT, 8, 0, 99, 0, ""), LACKING);
    FS_EQUAL(of(99, 8, 8, 99, 0, "abcd"), 0xcd); /* ip proto 99[1] */
}

FS_TEST(aggregate_ip_reads_the_payload)
{
    FS_EQUAL(of(PAYLOAD, 32, 0, 6, 0, TCP_HEADER "cafebabe"), 0xcafebabe);
    FS_EQUAL(of(PAYLOAD, 8, 8, 17, 0, "1389 0050 000a 0000 cafe"), 0xfe);
    FS_EQUAL(of(PAYLOAD, 8, 16, 17, 0, "1389 0050 000a 0000 cafe"), LACKING);
    FS_EQUAL(of(PAYLOAD, 8, 0, 6, 0, "1389 0050 01020304 05060708 f0 12 1000 0000 0000 02040200"), LACKING);
    FS_EQUAL(of(PAYLOAD, 8, 0, 1, 0, "0800 0000 0000 0000"), LACKING);
}

FS_TEST(aggregate_ip_incremental)
{
    struct fs_test *t = with_field(IP, 8, 96);
    fs_test_boolean(t, "INCREMENTAL", true);
    FS_REQUIRE(start(t));
    FS_EQUAL(aggregate(t, ip_packet(t, 6, 0, "")), 0x1234500 + 10);
    fs_test_end(t);
    t = with_field(IP, 32, 96);
    fs_test_boolean(t, "INCREMENTAL", true);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "e", "out");
    FS_CHECK(strstr(fs_test_refused(t), "'INCREMENTAL' is incompatible with field length 32") != NULL);
    fs_test_end(t);
}

/* Click's example: of source 1.0.0.0, ip src/8 is 1, or 16777216. */
FS_TEST(aggregate_ip_leaves_addresses_in_place)
{
    struct fs_test *t = with_field(IP, 8, 96);
    fs_test_boolean(t, "UNSHIFT_IP_ADDR", true);
    FS_REQUIRE(start(t));
    FS_EQUAL(aggregate(t, ip_packet(t, 6, 0, "")), 0x0a000000);
    fs_test_end(t);
    t = with_field(IP, 8, 72); /* ip proto is no address */
    fs_test_boolean(t, "UNSHIFT_IP_ADDR", true);
    FS_REQUIRE(start(t));
    FS_EQUAL(aggregate(t, ip_packet(t, 6, 0, "")), 6);
    fs_test_end(t);
}

FS_TEST(aggregate_ip_tells_its_field_and_drops)
{
    struct fs_test *t = with_field(TRANSPORT, 12, 40);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "e", "out");
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "e.header"), "transp");
    FS_TEXT(fs_test_read(t, "e.bit_offset"), "40");
    FS_TEXT(fs_test_read(t, "e.bit_length"), "12");
    struct fs_packet *p = ip_packet(t, 6, 0, TCP_HEADER);
    p->network_offset = FS_OFFSET_NONE;
    fs_test_send_packet(t, "in", p);
    p = ip_packet(t, 6, 0, TCP_HEADER);
    fs_set_network_header(p, p->data + 70, 20); /* the mark lies behind the frame */
    fs_test_send_packet(t, "in", p);
    fs_test_send_packet(t, "in", ip_packet(t, 6, 0x2001, TCP_HEADER));
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 2);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_PROTOCOL), 1);
    fs_test_end(t);
}

FS_TEST(aggregate_ip_refuses_a_field_across_words)
{
    static const unsigned wrong[][2] = {{16, 24}, {0, 8}, {33, 0}, {1, 0xffffffff}, {2, 0xffffffff}};
    for (unsigned i = 0; i < 5; i++) {
        struct fs_test *t = with_field(IP, wrong[i][0], wrong[i][1]);
        fs_test_add(t, "out", "TestSink");
        fs_test_chain(t, "in", "e", "out");
        FS_EQUAL(strstr(fs_test_refused(t), "does not fit within a single word") != NULL, i != 3);
        fs_test_end(t);
    }
}
