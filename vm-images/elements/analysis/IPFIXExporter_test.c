/* IPFIXExporter, against a collector written from RFC 7011: it knows no template but those that it was sent. */
#include "net/testing.h"

#define SECOND 1000000000u
#define BASE 1000000000000u /* milliseconds: when the test's clock starts */

/* ---- the collector ---- */
enum { ELEMENTS = 512, FIELDS_MAX = 32, TEMPLATES_MAX = 4, RECORDS_MAX = 600 };

struct template {
    unsigned id, fields;
    unsigned element[FIELDS_MAX], size[FIELDS_MAX];
};
struct record {
    unsigned template;
    uint64_t value[160];  /* of elements below 160 */
    uint8_t address[2][16]; /* source, destination */
    unsigned address_size;
};
struct collector {
    struct template templates[TEMPLATES_MAX];
    unsigned template_count, template_sets, messages;
    struct record records[RECORDS_MAX];
    unsigned record_count;
    uint32_t sequence, domain, export_time; /* of the last message */
};
static struct collector collected;

static uint64_t get(const uint8_t *at, unsigned size)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < size; i++) {
        v = v << 8 | at[i];
    }
    return v;
}

static void collect_templates(const uint8_t *at, const uint8_t *end)
{
    collected.template_sets++;
    while (end - at >= 4) {
        unsigned id = (unsigned)get(at, 2), fields = (unsigned)get(at + 2, 2), i = 0;
        while (i < collected.template_count && collected.templates[i].id != id) {
            i++;
        }
        if (!FS_CHECK(id >= 256 && i < TEMPLATES_MAX && fields <= FIELDS_MAX && (size_t)(end - at) >= 4 + 4 * fields)) {
            return;
        }
        struct template *t = &collected.templates[i];
        collected.template_count += i == collected.template_count;
        *t = (struct template){.id = id, .fields = fields};
        at += 4;
        for (unsigned f = 0; f < fields; f++, at += 4) {
            t->element[f] = (unsigned)get(at, 2);
            t->size[f] = (unsigned)get(at + 2, 2);
            FS_CHECK(t->element[f] < 160 && t->size[f] > 0); /* no enterprise's own, none of variable length */
        }
    }
    FS_CHECK(at == end);
}

static void collect_data(unsigned id, const uint8_t *at, const uint8_t *end)
{
    const struct template *t = NULL;
    size_t size = 0;
    for (unsigned i = 0; i < collected.template_count; i++) {
        t = collected.templates[i].id == id ? &collected.templates[i] : t;
    }
    if (!FS_CHECK(t != NULL)) { /* data before their template */
        return;
    }
    for (unsigned f = 0; f < t->fields; f++) {
        size += t->size[f];
    }
    for (; (size_t)(end - at) >= size; collected.record_count++) {
        struct record *r = &collected.records[collected.record_count];
        if (!FS_CHECK(collected.record_count < RECORDS_MAX)) {
            return;
        }
        *r = (struct record){.template = id};
        for (unsigned f = 0; f < t->fields; at += t->size[f++]) {
            unsigned element = t->element[f];
            if (element == 8 || element == 27 || element == 12 || element == 28) {
                memcpy(r->address[element == 12 || element == 28], at, t->size[f]);
                r->address_size = t->size[f];
            } else {
                FS_CHECK(t->size[f] <= 8);
                r->value[element] = get(at, t->size[f]);
            }
        }
    }
    FS_CHECK(at == end); /* no padding is needed */
}

/* One datagram: 192.0.2.1 port 40000 to 192.0.2.2 port 4739. */
static void collect(struct fs_packet *p, size_t most)
{
    const uint8_t *ip = p->data, *udp = ip + 20, *message = udp + 8, *end = fs_packet_end(p);
    unsigned before = collected.record_count;
    FS_CHECK(p->length <= most);
    if (!FS_CHECK(p->length >= 44 && ip[0] == 0x45 && get(ip + 2, 2) == p->length && plain_checksum(ip, 20) == 0
                  && ip[9] == 17 && get(ip + 12, 4) == 0xc0000201 && get(ip + 16, 4) == 0xc0000202)) {
        return;
    }
    uint8_t pseudo[2048] = {0};
    memcpy(pseudo, ip + 12, 8);
    pseudo[9] = 17;
    memcpy(pseudo + 10, udp + 4, 2);
    memcpy(pseudo + 12, udp, (size_t)(end - udp));
    FS_EQUAL(plain_checksum(pseudo, 12 + (size_t)(end - udp)), 0);
    FS_CHECK(get(udp, 2) == 40000 && get(udp + 2, 2) == 4739 && get(udp + 4, 2) == (size_t)(end - udp));
    FS_EQUAL(get(message, 2), 10);
    FS_EQUAL(get(message + 2, 2), end - message);
    FS_EQUAL(fs_network_header(p) - p->data, 0);
    collected.messages++;
    collected.export_time = (uint32_t)get(message + 4, 4);
    collected.sequence = (uint32_t)get(message + 8, 4);
    collected.domain = (uint32_t)get(message + 12, 4);
    FS_EQUAL(collected.sequence, before); /* of data records alone, and none is missing */
    for (const uint8_t *set = message + 16; set < end;) {
        unsigned id = (unsigned)get(set, 2);
        size_t size = (size_t)get(set + 2, 2);
        if (!FS_CHECK(end - set >= 4 && size > 4 && size <= (size_t)(end - set))) {
            return;
        }
        if (id == 2) {
            collect_templates(set + 4, set + size);
        } else {
            collect_data(id, set + 4, set + size);
        }
        set += size;
    }
}

/* ---- a router ---- */
static struct fs_test *with_inputs(unsigned inputs)
{
    static const uint8_t source[] = {192, 0, 2, 1}, destination[] = {192, 0, 2, 2};
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "in1", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "out1", "TestSink");
    fs_test_add(t, "sent", "TestSink");
    fs_test_add(t, "x", "IPFIXExporter");
    fs_test_bytes(t, "SRC", source, 4);
    fs_test_integer(t, "SPORT", 40000);
    fs_test_bytes(t, "DST", destination, 4);
    fs_test_integer(t, "DPORT", 4739);
    fs_test_chain(t, "in", "x", "out");
    if (inputs == 2) {
        fs_test_connect(t, "in1", 0, "x", 1);
        fs_test_connect(t, "x", 1, "out1", 0);
    }
    fs_test_connect(t, "x", inputs, "sent", 0);
    collected = (struct collector){.template_count = 0};
    return t;
}
static void receive_most(struct fs_test *t, size_t most)
{
    for (unsigned i = 0; i < fs_test_count(t, "sent"); i++) {
        collect(fs_test_out(t, "sent", i), most);
    }
    fs_test_forget(t, "sent");
}
static void receive(struct fs_test *t) { receive_most(t, 512); }

static struct bytes tcp(uint16_t sport, uint8_t flags, size_t payload)
{
    struct bytes b = {0};
    put_ether(&b, 0x0800);
    put_ip(&b, 0x0a000001, 0x0a000002, 6, 20 + payload);
    b.at[15] = 0xb8; /* type of service */
    put_number(&b, 2, sport);
    put_hex(&b, "0050 00000001 00000002 50");
    put_number(&b, 1, flags);
    put_hex(&b, "1000 0000 0000");
    b.size += payload;
    return b;
}
static void send_tcp(struct fs_test *t, const char *source, uint16_t sport, uint8_t flags, size_t payload)
{
    struct bytes b = tcp(sport, flags, payload);
    fs_test_send(t, source, b.at, b.size);
}

/* "source > destination template protocol tos flags icmp input packets octets start end reason", times from BASE on. */
static const char *shown(unsigned i)
{
    static char text[400];
    const struct record *r = &collected.records[i];
    size_t n = 0;
    if (i >= collected.record_count) {
        return "none";
    }
    for (unsigned side = 0; side < 2; side++) {
        for (unsigned at = 0; at < r->address_size; at++) {
            n += (size_t)snprintf(text + n, sizeof text - n, "%02x", r->address[side][at]);
        }
        n += (size_t)snprintf(text + n, sizeof text - n, ":%u ", (unsigned)r->value[side == 0 ? 7 : 11]);
    }
    snprintf(text + n, sizeof text - n, "%u: %u %02x %02x %04x %u: %lu %lu %ld %ld %u", r->template, (unsigned)r->value[4],
             (unsigned)r->value[5], (unsigned)r->value[6], (unsigned)r->value[r->template == 256 ? 32 : 139],
             (unsigned)r->value[10], (unsigned long)r->value[2], (unsigned long)r->value[1], (long)(r->value[152] - BASE),
             (long)(r->value[153] - BASE), (unsigned)r->value[136]);
    return text;
}

FS_TEST(ipfix_reports_what_went_idle)
{
    struct fs_test *t = with_inputs(2);
    fs_test_integer(t, "DOMAIN", 0xfedcba98);
    FS_REQUIRE(fs_test_start(t));
    send_tcp(t, "in", 1000, 0x02, 0);
    fs_test_advance(t, 300000000);
    send_tcp(t, "in", 1000, 0x18, 100);
    send_tcp(t, "in1", 1000, 0x10, 7); /* the same, but it comes in elsewhere */
    FS_EQUAL(fs_test_count(t, "out"), 2);
    FS_EQUAL(fs_test_count(t, "out1"), 1);
    struct bytes sent = tcp(1000, 0x18, 100);
    FS_FRAME(fs_test_out(t, "out", 1), sent.at, sent.size);
    FS_TEXT(fs_test_read(t, "x.count"), "2");
    fs_test_advance(t, 14 * (uint64_t)SECOND);
    FS_EQUAL(fs_test_count(t, "sent"), 0);
    fs_test_advance(t, 2 * (uint64_t)SECOND);
    FS_EQUAL(fs_test_count(t, "sent"), 1); /* both in one message */
    receive(t);
    FS_EQUAL(collected.domain, 0xfedcba98);
    FS_EQUAL(collected.export_time, 1000000015);
    FS_EQUAL(collected.record_count, 2);
    unsigned first = collected.records[0].value[10] == 0 ? 0 : 1; /* in whatever order */
    FS_TEXT(shown(first), "0a000001:1000 0a000002:80 256: 6 b8 1a 0000 0: 2 180 0 300 1");
    FS_TEXT(shown(1 - first), "0a000001:1000 0a000002:80 256: 6 b8 10 0000 1: 1 47 300 300 1");
    FS_TEXT(fs_test_read(t, "x.count"), "0");
    FS_TEXT(fs_test_read(t, "x.records"), "2");
    fs_test_end(t);
}

FS_TEST(ipfix_reports_what_goes_on)
{
    struct fs_test *t = with_inputs(1);
    fs_test_integer(t, "ACTIVE_TIMEOUT", 10 * (int64_t)SECOND);
    fs_test_integer(t, "IDLE_TIMEOUT", 3 * (int64_t)SECOND);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 25; i++) { /* a packet of 40 bytes a second */
        send_tcp(t, "in", 1000, i == 0 ? 0x02 : 0x10, 0);
        fs_test_advance(t, SECOND);
    }
    fs_test_advance(t, 5 * (uint64_t)SECOND);
    receive(t);
    FS_EQUAL(collected.record_count, 3);
    FS_TEXT(shown(0), "0a000001:1000 0a000002:80 256: 6 b8 12 0000 0: 10 400 0 9000 2");
    FS_TEXT(shown(1), "0a000001:1000 0a000002:80 256: 6 b8 10 0000 0: 10 400 10000 19000 2"); /* differences */
    FS_TEXT(shown(2), "0a000001:1000 0a000002:80 256: 6 b8 10 0000 0: 5 200 20000 24000 1");
    fs_test_end(t);
}

FS_TEST(ipfix_reports_the_end_of_tcp)
{
    struct fs_test *t = with_inputs(1);
    FS_REQUIRE(fs_test_start(t));
    send_tcp(t, "in", 1000, 0x11, 0);
    fs_test_advance(t, SECOND / 2);
    send_tcp(t, "in", 1000, 0x10, 0); /* the last acknowledgement belongs to it */
    fs_test_advance(t, SECOND / 2);
    receive(t);
    FS_EQUAL(collected.record_count, 0);
    fs_test_advance(t, SECOND);
    receive(t);
    FS_TEXT(shown(0), "0a000001:1000 0a000002:80 256: 6 b8 11 0000 0: 2 80 0 500 3");
    send_tcp(t, "in", 2000, 0x04, 0);
    send_tcp(t, "in", 2000, 0x02, 0); /* the ports are used again at once */
    fs_test_advance(t, SECOND);
    receive(t);
    FS_TEXT(shown(1), "0a000001:2000 0a000002:80 256: 6 b8 04 0000 0: 1 40 2000 2000 3");
    FS_EQUAL(collected.record_count, 2);
    FS_TEXT(fs_test_read(t, "x.count"), "1");
    fs_test_end(t);
}

FS_TEST(ipfix_reports_other_kinds)
{
    struct fs_test *t = with_inputs(1);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = {0};
    put_ether(&b, 0x8100); /* behind a tag: IPv6, a hop-by-hop header, UDP */
    put_hex(&b, "0005 86dd");
    put_ip6(&b, 1, 2, 0, 8 + 8 + 4);
    b.at[18] = 0x62;
    b.at[19] = 0xe0; /* traffic class 0x2e */
    put_hex(&b, "11 00 0104 00000000  0035 d431 000c 0000 01020304");
    fs_test_send(t, "in", b.at, b.size);
    b = (struct bytes){0};
    put_ether(&b, 0x0800);
    put_ip(&b, 0x0a000001, 0x0a000002, 1, 8);
    put_hex(&b, "0303 0000 0000 0000");
    b.size += 10; /* Ethernet's padding does not count */
    fs_test_send(t, "in", b.at, b.size);
    b = (struct bytes){0};
    put_ether(&b, 0x86dd);
    put_ip6(&b, 1, 2, 58, 8);
    put_hex(&b, "8000 0000 0000 0000");
    fs_test_send(t, "in", b.at, b.size);
    b = tcp(1000, 0x02, 0); /* a later fragment */
    b.at[14 + 7] = 3;
    fs_test_send(t, "in", b.at, b.size);
    b = (struct bytes){0};
    put_ether(&b, 0x0806);
    b.size += 46;
    fs_test_send(t, "in", b.at, b.size);
    FS_TEXT(fs_test_read(t, "x.other"), "1");
    FS_EQUAL(fs_test_count(t, "out"), 5);
    fs_test_advance(t, 16 * (uint64_t)SECOND);
    receive(t);
    FS_EQUAL(collected.record_count, 4);
    bool found[4] = {false};
    for (unsigned i = 0; i < 4; i++) { /* in whatever order */
        const char *s = shown(i);
        found[0] |= strstr(s, ":53 ") != NULL && strstr(s, ":54321 257: 17 2e 00 0000 0: 1 60 0 0 1") != NULL;
        found[1] |= strcmp(s, "0a000001:0 0a000002:0 256: 1 00 00 0303 0: 1 28 0 0 1") == 0;
        found[2] |= strstr(s, ":0 257: 58 00 00 8000 0: 1 48 0 0 1") != NULL;
        found[3] |= strcmp(s, "0a000001:0 0a000002:0 256: 6 b8 00 0000 0: 1 40 0 0 1") == 0;
    }
    FS_CHECK(found[0] && found[1] && found[2] && found[3]);
    fs_test_end(t);
}

FS_TEST(ipfix_sends_templates_again)
{
    struct fs_test *t = with_inputs(1);
    fs_test_integer(t, "TEMPLATE_INTERVAL", 30 * (int64_t)SECOND);
    fs_test_integer(t, "IDLE_TIMEOUT", SECOND);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 10; i++) { /* each is a flow's end */
        send_tcp(t, "in", 1000, 0x02, 0);
        fs_test_advance(t, 2 * (uint64_t)SECOND);
    }
    receive(t);
    FS_EQUAL(collected.record_count, 10);
    FS_EQUAL(collected.messages, 10);
    FS_EQUAL(collected.template_sets, 1); /* in the first */
    FS_EQUAL(collected.template_count, 2);
    fs_test_advance(t, 80 * (uint64_t)SECOND); /* nothing to report, but a collector that began late learns them */
    receive(t);
    FS_EQUAL(collected.messages, 12);
    FS_EQUAL(collected.template_sets, 3);
    fs_test_end(t);
}

FS_TEST(ipfix_fills_messages)
{
    static const unsigned sizes[] = {256, 512, 1500};
    for (unsigned i = 0; i < 3; i++) {
        struct fs_test *t = with_inputs(1);
        fs_test_integer(t, "MTU", sizes[i]);
        FS_REQUIRE(fs_test_start(t));
        for (uint16_t flow = 0; flow < 100; flow++) {
            send_tcp(t, "in", flow, 0x10, flow);
        }
        fs_test_advance(t, 17 * (uint64_t)SECOND);
        receive_most(t, sizes[i]);
        FS_EQUAL(collected.record_count, 100);
        bool seen[100] = {false};
        for (unsigned r = 0; r < collected.record_count; r++) {
            unsigned flow = (unsigned)collected.records[r].value[7];
            FS_REQUIRE(flow < 100 && !seen[flow]);
            seen[flow] = true;
            FS_EQUAL(collected.records[r].value[1], 40 + flow);
        }
        /* Behind 44 bytes of headers, and in one of them 124 of templates, records of 55 behind 4 of their set. */
        unsigned most = (sizes[i] - 48) / 55;
        FS_CHECK(collected.messages <= 100 / most + 3);
        fs_test_end(t);
    }
}

FS_TEST(ipfix_makes_room)
{
    struct fs_test *t = with_inputs(1);
    fs_test_integer(t, "CAPACITY", 4);
    FS_REQUIRE(fs_test_start(t));
    for (uint16_t flow = 0; flow < 6; flow++) {
        send_tcp(t, "in", flow, 0x10, 0);
        fs_test_advance(t, 1000000);
    }
    FS_TEXT(fs_test_read(t, "x.count"), "4");
    fs_test_advance(t, SECOND);
    receive(t);
    FS_EQUAL(collected.record_count, 2);
    FS_TEXT(shown(0), "0a000001:0 0a000002:80 256: 6 b8 10 0000 0: 1 40 0 0 5");
    FS_TEXT(shown(1), "0a000001:1 0a000002:80 256: 6 b8 10 0000 0: 1 40 1 1 5");
    FS_CHECK(fs_test_write(t, "x.flush", ""));
    receive(t);
    FS_EQUAL(collected.record_count, 6);
    FS_EQUAL(collected.records[5].value[136], 4);
    FS_TEXT(fs_test_read(t, "x.count"), "0");
    fs_test_end(t);
}

FS_TEST(ipfix_waits_for_buffers)
{
    struct fs_test *t = with_inputs(1);
    struct fs_packet *taken[513];
    unsigned count = 0;
    FS_REQUIRE(fs_test_start(t));
    send_tcp(t, "in", 1, 0x10, 0);
    fs_test_forget(t, "out");
    while ((taken[count] = fs_packet_new(fs_pool(fs_test_element(t, "x")), 0, 60)) != NULL) {
        count++;
    }
    fs_test_advance(t, 20 * (uint64_t)SECOND);
    FS_TEXT(fs_test_read(t, "x.count"), "1"); /* it is still there */
    FS_TEXT(fs_test_read(t, "x.lost"), "0");
    while (count > 0) {
        fs_packet_free(taken[--count]);
    }
    fs_test_advance(t, SECOND);
    receive(t);
    FS_TEXT(shown(0), "0a000001:1 0a000002:80 256: 6 b8 10 0000 0: 1 40 0 0 1");
    fs_test_end(t);
}

FS_TEST(ipfix_goes_on_in_another_configuration)
{
    struct fs_test *t = with_inputs(1);
    static const uint8_t source[] = {192, 0, 2, 1}, destination[] = {192, 0, 2, 2};
    fs_test_integer(t, "CAPACITY", 1);
    fs_test_add(t, "new", "IPFIXExporter");
    fs_test_bytes(t, "SRC", source, 4);
    fs_test_integer(t, "SPORT", 40000);
    fs_test_bytes(t, "DST", destination, 4);
    fs_test_integer(t, "DPORT", 4739);
    fs_test_integer(t, "MTU", 1500);
    fs_test_chain(t, "in1", "new", "out1");
    fs_test_connect(t, "new", 1, "sent", 0);
    FS_REQUIRE(fs_test_start(t));
    send_tcp(t, "in", 1, 0x10, 0);
    send_tcp(t, "in", 2, 0x10, 0); /* the first one's record waits in a message that is not full */
    FS_EQUAL(fs_test_count(t, "sent"), 0);
    struct fs_element *new = fs_test_element(t, "new");
    new->class->take_state(new, fs_test_element(t, "x"));
    new->class->cleanup(fs_test_element(t, "x"));
    for (uint16_t flow = 2; flow < 40; flow++) {
        send_tcp(t, "in1", flow, 0x10, 0);
    }
    FS_CHECK(fs_test_write(t, "new.flush", ""));
    receive_most(t, 1500);
    FS_EQUAL(collected.record_count, 1 + 38);
    FS_TEXT(shown(0), "0a000001:1 0a000002:80 256: 6 b8 10 0000 0: 1 40 0 0 5");
    for (unsigned i = 0; i < collected.record_count; i++) {
        if (collected.records[i].value[7] == 2) {
            FS_EQUAL(collected.records[i].value[2], 2); /* one before, one after */
        }
    }
    fs_test_end(t);
}

FS_TEST(ipfix_needs_an_output_for_records)
{
    struct fs_test *t = with_inputs(1);
    fs_test_connect(t, "in1", 0, "x", 1);
    FS_CHECK(strstr(fs_test_refused(t), "2 inputs but 2 outputs: expected one more, for the records") != NULL);
    fs_test_end(t);
}
