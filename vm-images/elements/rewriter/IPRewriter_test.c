#include "net/testing_rewriter.h"

#include "net/rewriter.h"

enum { SECOND = 1000000000 };

static struct fs_test *nat(const char *pattern, const char *capacity)
{
    struct fs_test *t = rewriter("IPRewriter", 2, 2);
    specify(t, "INPUTSPEC", pattern, "drop");
    if (capacity != NULL) {
        fs_test_text(t, "MAPPING_CAPACITY", capacity);
    }
    return t;
}

FS_TEST(iprewriter_translates_both_ways)
{
    struct fs_test *t = nat("pattern 1.0.0.1 1024-65535# - - 0 1", NULL);
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "18.26.4.44 30 10.0.0.4 40");
    FS_TEXT(came(t, "out0"), "1.0.0.1 1024 10.0.0.4 40");
    send_udp(t, "in0", "18.26.4.44 30 10.0.0.4 40");
    FS_TEXT(came(t, "out0"), "1.0.0.1 1024 10.0.0.4 40");
    send_tcp(t, "in0", "18.26.4.44 30 10.0.0.4 40", FS_TCP_SYN, "");
    FS_TEXT(came(t, "out0"), "1.0.0.1 1025 10.0.0.4 40"); /* in order, whatever the protocol */
    send_udp(t, "in0", "18.26.4.44 20 10.0.0.8 80");
    FS_TEXT(came(t, "out0"), "1.0.0.1 1026 10.0.0.8 80");
    send_udp(t, "in1", "10.0.0.4 40 1.0.0.1 1024");
    FS_TEXT(came(t, "out1"), "10.0.0.4 40 18.26.4.44 30");
    send_tcp(t, "in1", "10.0.0.4 40 1.0.0.1 1025", FS_TCP_SYN | FS_TCP_ACK, "");
    FS_TEXT(came(t, "out1"), "10.0.0.4 40 18.26.4.44 30");
    send_udp(t, "in1", "10.0.0.8 81 1.0.0.1 1026"); /* from another port */
    send_tcp(t, "in1", "10.0.0.8 80 1.0.0.1 1026", FS_TCP_SYN, ""); /* UDP's */
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_STATE), 2);
    FS_TEXT(came(t, "out1"), "");
    FS_TEXT(fs_test_read(t, "rw.nmappings"), "3");
    FS_TEXT(fs_test_read(t, "rw.size"), "3");
    FS_TEXT(fs_test_read(t, "rw.capacity"), "16384");
    FS_TEXT(fs_test_read(t, "rw.patterns"), "1.0.0.1 1024-65535 - - [3]\n<drop>\n");
    FS_TEXT(fs_test_read(t, "rw.pattern0"), "pattern 1.0.0.1 1024-65535# - - 0 1"); /* can be written: no count */
    FS_TEXT(fs_test_read(t, "rw.tcp_table"),
            "(18.26.4.44, 30, 10.0.0.4, 40) => (1.0.0.1, 1025, 10.0.0.4, 40) [*0 1] i0 exp300\n"
            "(10.0.0.4, 40, 1.0.0.1, 1025) => (10.0.0.4, 40, 18.26.4.44, 30) [0 *1] i0 exp300\n");
    FS_TEXT(ask(t, "rw.tcp_lookup", "18.26.4.44 30 10.0.0.4 40"), "1.0.0.1 1025 10.0.0.4 40");
    FS_TEXT(ask(t, "rw.udp_lookup", "10.0.0.4 40 1.0.0.1 1024"), "10.0.0.4 40 18.26.4.44 30");
    FS_TEXT(ask(t, "rw.tcp_lookup", "10.0.0.4 40 1.0.0.1 1024"), "");
    FS_TEXT(ask(t, "rw.tcp_lookup", "10.0.0.4 40"), "");
    FS_CHECK(fs_test_write(t, "rw.clear", ""));
    FS_TEXT(fs_test_read(t, "rw.size"), "0");
    FS_TEXT(fs_test_read(t, "rw.udp_table"), "");
    fs_test_end(t);
}

/* Each form of pattern and specification, and what is wrong with others. */
FS_TEST(iprewriter_specifications)
{
    struct fs_test *t = rewriter("IPRewriter", 4, 3);
    specify(t, "INPUTSPEC", "pattern - - 9.9.9.9 99 2 1", "keep 1 2", "pass 2", "pattern 5.5.5.5 7 - - 0 0");
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "1.1.1.1 1 2.2.2.2 2");
    FS_TEXT(came(t, "out2"), "1.1.1.1 1 9.9.9.9 99");
    send_udp(t, "in0", "9.9.9.9 99 1.1.1.1 1");
    FS_TEXT(came(t, "out1"), "2.2.2.2 2 1.1.1.1 1");
    send_udp(t, "in1", "3.3.3.3 3 4.4.4.4 4");
    FS_TEXT(came(t, "out1"), "3.3.3.3 3 4.4.4.4 4");
    send_udp(t, "in0", "4.4.4.4 4 3.3.3.3 3");
    FS_TEXT(came(t, "out2"), "4.4.4.4 4 3.3.3.3 3");
    send_udp(t, "in2", "7.7.7.7 7 8.8.8.8 8");
    FS_TEXT(came(t, "out2"), "7.7.7.7 7 8.8.8.8 8");
    send_udp(t, "in2", "1.1.1.1 1 2.2.2.2 2"); /* has a mapping */
    FS_TEXT(came(t, "out2"), "1.1.1.1 1 9.9.9.9 99");
    send_udp(t, "in3", "7.7.7.7 70 8.8.8.8 8");
    FS_TEXT(came(t, "out0"), "5.5.5.5 7 8.8.8.8 8");
    send_udp(t, "in3", "7.7.7.7 71 8.8.8.8 8"); /* takes the answer's place over, as in Click */
    FS_TEXT(came(t, "out0"), "5.5.5.5 7 8.8.8.8 8");
    send_udp(t, "in0", "8.8.8.8 8 5.5.5.5 7");
    FS_TEXT(came(t, "out0"), "8.8.8.8 8 7.7.7.7 71");
    FS_TEXT(fs_test_read(t, "rw.patterns"), "- - 9.9.9.9 99 [1]\n<keep> [1]\n<nochange>\n5.5.5.5 7 - - [1]\n");
    fs_test_end(t);

    static const struct {
        const char *spec, *said;
    } wrong[] = {
        {"pattern 1.0.0.1 1x - - 0 1", "input spec 0: bad source port"},
        {"pattern 1.0.0.1 456-19 - - 0 1", "input spec 0: bad source port"},
        {"pattern 1.0.0.1 456-65536 - - 0 1", "input spec 0: bad source port"},
        {"pattern 1.0.0 1 - - 0 1", "input spec 0: bad source address"},
        {"pattern 1.0.0.1-1.0.0.9 1 - - 0 1", "input spec 0: bad source address"},
        {"pattern 1.0.0.1 1 x - 0 1", "input spec 0: bad destination address"},
        {"pattern 1.0.0.1 1 - 0 0 1", "input spec 0: bad destination port"},
        {"pattern 1.0.0.1 1 - - 0 2", "input spec 0: output port out of range"},
        {"pattern 1.0.0.1 1 - - 0 x", "input spec 0: bad reply port"},
        {"pattern 1.0.0.1 1 - - x 1", "input spec 0: bad forward port"},
        {"pattern nobody 0 1", "input spec 0: no such pattern 'nobody'"},
        {"pattern 0 1", "input spec 0: syntax error"},
        {"pattern 1.0.0.1 1 - - - 0 1", "input spec 0: syntax error"},
        {"keep 0", "input spec 0: bad forward port"},
        {"pass 2", "input spec 0: output port out of range"},
        {"drop it", "input spec 0: syntax error, expected 'drop'"},
        {"in1", "input spec 0: element is not an IPMapper"},
        {"nobody", "input spec 0: unknown specification"},
        {"", "input spec 0: empty argument"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        t = nat(wrong[i].spec, NULL);
        const char *said = fs_test_refused(t);
        if (!FS_CHECK(strstr(said, wrong[i].said) != NULL)) {
            printf("  %s: %s\n", wrong[i].spec, said);
        }
        fs_test_end(t);
    }
}

/* A port of the range: the packet's own if it is free, each one once, and none when they are used up. */
FS_TEST(iprewriter_ports)
{
    struct fs_test *t = nat("pattern 1.0.0.1 1000-1003 - - 0 1", NULL);
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "7.7.7.7 1002 8.8.8.8 8");
    FS_TEXT(came(t, "out0"), "1.0.0.1 1002 8.8.8.8 8");
    bool seen[4] = {false, false, true, false};
    for (unsigned i = 0; i < 3; i++) {
        char flow[60];
        snprintf(flow, sizeof flow, "7.7.7.%u 1002 8.8.8.8 8", i);
        send_udp(t, "in0", flow);
        const char *found = came(t, "out0");
        unsigned port = found[0] == '\0' ? 0 : (unsigned)atoi(found + 8) - 1000;
        FS_CHECK(port < 4 && !seen[port]);
        seen[port & 3] = true;
    }
    send_udp(t, "in0", "7.7.7.9 1002 8.8.8.8 8");
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_TABLE_FULL), 1);
    FS_TEXT(fs_test_read(t, "rw.mapping_failures"), "1");
    send_udp(t, "in0", "7.7.7.9 1002 8.8.8.8 9"); /* to another port they are free */
    FS_TEXT(came(t, "out0"), "1.0.0.1 1002 8.8.8.8 9");
    fs_test_end(t);
}

FS_TEST(iprewriter_refuses_what_it_cannot_rewrite)
{
    struct fs_test *t = rewriter("IPRewriter", 2, 1);
    specify(t, "INPUTSPEC", "keep 0 0", "pass");
    FS_REQUIRE(fs_test_start(t));
    struct bytes good = udp_packet("1.1.1.1 1 2.2.2.2 2", 4), b;
    for (unsigned in = 0; in < 2; in++) {
        const char *source = in == 0 ? "in0" : "in1";
        b = good, b.at[7] = 1; /* a later fragment */
        send_bytes(t, source, &b);
        b = good, b.at[9] = 47; /* GRE */
        send_bytes(t, source, &b);
        b = good, b.size = 27; /* half a UDP header */
        send_bytes(t, source, &b);
        b = good, b.at[9] = 6; /* a TCP header that is cut off */
        send_bytes(t, source, &b);
        b = good, b.at[0] = 0x4f; /* options beyond the end */
        send_bytes(t, source, &b);
        b = good, b.at[0] = 0x44;
        send_bytes(t, source, &b);
        b = good, b.at[0] = 0x65;
        send_bytes(t, source, &b);
        b = good, b.size = 12;
        send_bytes(t, source, &b);
        fs_test_send(t, source, good.at, good.size); /* no header is marked */
        FS_EQUAL(fs_test_count(t, "out0"), in == 0 ? 0 : 9);
    }
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_STATE), 1);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_BAD_PROTOCOL), 1);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_BAD_LENGTH), 2);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_BAD_HEADER_LENGTH), 2);
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_MALFORMED), 3);
    FS_TEXT(fs_test_read(t, "rw.size"), "0");
    fs_test_end(t);
}

/* RFC 1624 over random addresses and ports, among them those that make a sum of 0; RFC 768: 0 is no checksum. */
FS_TEST(iprewriter_checksums)
{
    struct fs_test *t = nat("pattern 1.0.0.1 1-65535? 2.255.255.255 53 0 1", "4000");
    FS_REQUIRE(fs_test_start(t));
    uint64_t state = 5;
    for (unsigned i = 0; i < 3000; i++) {
        char flow[80];
        uint32_t s = (uint32_t)noise(&state), d = (uint32_t)noise(&state), ports = (uint32_t)noise(&state);
        if (i % 3 == 0) {
            s = 0xffffffff, d = 0xffff0000;
        }
        snprintf(flow, sizeof flow, "%u.%u.%u.%u %u %u.%u.%u.%u %u", s >> 24, s >> 16 & 255, s >> 8 & 255, s & 255,
                 ports & 0xffff, d >> 24, d >> 16 & 255, d >> 8 & 255, d & 255, ports >> 16);
        if (i % 2 == 0) {
            send_udp(t, "in0", flow);
        } else {
            send_tcp(t, "in0", flow, FS_TCP_ACK, "data");
        }
        FS_EQUAL(fs_test_count(t, "out0"), 1);
        if (!FS_CHECK(strncmp(came(t, "out0"), "1.0.0.1 ", 8) == 0)) {
            break;
        }
    }
    struct bytes none = udp_packet("3.3.3.3 3 4.4.4.4 4", 10);
    fs_put16(none.at + 26, 0);
    send_bytes(t, "in0", &none);
    FS_REQUIRE(fs_test_count(t, "out0") == 1);
    FS_EQUAL(fs_get16(fs_test_out(t, "out0", 0)->data + 26), 0);
    fs_test_forget(t, "out0");
    fs_test_end(t);

    /* A datagram whose checksum becomes 0 is sent with 0xffff. */
    t = nat("pattern - 7 - - 0 1", NULL);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp_packet("3.3.3.3 7 4.4.4.4 4", 4);
    uint16_t sum = fs_get16(b.at + 26);
    fs_put16(b.at + 28, (uint16_t)(fs_get16(b.at + 28) + sum)); /* the payload takes up what the checksum was */
    put_checksum(b.at, 6);
    FS_EQUAL(fs_get16(b.at + 26), 0); /* what the sum says; RFC 768 has it sent as 0xffff */
    fs_put16(b.at + 26, 0xffff);
    fs_put16(b.at + 20, 9);
    fs_put16(b.at + 26, (uint16_t)(0xffff - 2)); /* source port 9 in place of 7: two less */
    send_bytes(t, "in0", &b);
    FS_REQUIRE(fs_test_count(t, "out0") == 1);
    FS_EQUAL(fs_get16(fs_test_out(t, "out0", 0)->data + 26), 0xffff);
    fs_test_end(t);
}

static void expect_exp(struct fs_test *t, const char *table, const char *seconds)
{
    const char *text = fs_test_read(t, table), *at = strstr(text, " exp");
    char line[20];
    snprintf(line, sizeof line, " exp%s\n", seconds);
    FS_CHECK(at != NULL && strncmp(at, line, strlen(line)) == 0);
    if (at == NULL || strncmp(at, line, strlen(line)) != 0) {
        printf("  expected %s in %s", line, text);
    }
}

FS_TEST(iprewriter_timeouts_by_state)
{
    struct fs_test *t = nat("pattern 1.0.0.1 10-20# - - 0 1", NULL);
    fs_test_integer(t, "TCP_TIMEOUT", 4000ll * SECOND);
    fs_test_integer(t, "TCP_DONE_TIMEOUT", 30ll * SECOND);
    fs_test_integer(t, "TCP_NODATA_TIMEOUT", 200ll * SECOND);
    fs_test_integer(t, "UDP_TIMEOUT", 60ll * SECOND);
    fs_test_integer(t, "UDP_STREAMING_TIMEOUT", 90ll * SECOND);
    fs_test_integer(t, "REAP_INTERVAL", 10ll * SECOND);
    FS_REQUIRE(fs_test_start(t));
    const char *out = "3.3.3.3 3 4.4.4.4 4", *back = "4.4.4.4 4 1.0.0.1 10";
    send_tcp(t, "in0", out, FS_TCP_SYN, "");
    expect_exp(t, "rw.tcp_table", "200");
    send_tcp(t, "in1", back, FS_TCP_SYN | FS_TCP_ACK, "");
    send_tcp(t, "in0", out, FS_TCP_ACK, "GET");
    expect_exp(t, "rw.tcp_table", "200");
    send_tcp(t, "in1", back, FS_TCP_ACK, "200 OK");
    expect_exp(t, "rw.tcp_table", "4000");
    fs_test_advance(t, 300ll * SECOND);
    expect_exp(t, "rw.tcp_table", "3700");
    send_tcp(t, "in0", out, FS_TCP_FIN | FS_TCP_ACK, "");
    expect_exp(t, "rw.tcp_table", "4000");
    send_tcp(t, "in1", back, FS_TCP_FIN | FS_TCP_ACK, "");
    expect_exp(t, "rw.tcp_table", "30");
    send_tcp(t, "in0", out, FS_TCP_SYN, ""); /* the ports are used again */
    expect_exp(t, "rw.tcp_table", "4000");
    send_tcp(t, "in1", back, FS_TCP_RST, "");
    expect_exp(t, "rw.tcp_table", "30");
    fs_test_advance(t, 29ll * SECOND);
    FS_TEXT(fs_test_read(t, "rw.size"), "1");
    fs_test_advance(t, 11ll * SECOND);
    FS_TEXT(fs_test_read(t, "rw.size"), "0");

    back = "4.4.4.4 4 1.0.0.1 11";
    send_udp(t, "in0", out);
    send_udp(t, "in0", out);
    send_udp(t, "in0", out);
    expect_exp(t, "rw.udp_table", "60"); /* nothing came back */
    send_udp(t, "in1", back);
    expect_exp(t, "rw.udp_table", "90");
    fs_test_advance(t, 59ll * SECOND);
    FS_TEXT(fs_test_read(t, "rw.nmappings"), "1");
    fs_test_advance(t, 50ll * SECOND);
    FS_TEXT(fs_test_read(t, "rw.nmappings"), "0");
    fs_test_end(t);
}

/* Two rewriters share a table of three: guaranteed flows stay, then the first to time out gives way. */
FS_TEST(iprewriter_shared_capacity)
{
    struct fs_test *t = nat("pattern 1.0.0.2 1024-65534# - - 0 1", "rw2");
    fs_test_add(t, "in2", "TestSource");
    fs_test_add(t, "out2", "TestSink");
    fs_test_add(t, "in3", "TestSource");
    fs_test_add(t, "out3", "TestSink");
    fs_test_add(t, "rw2", "IPRewriter");
    specify(t, "INPUTSPEC", "pattern 1.0.0.3 1024-65534# - - 0 1", "drop");
    fs_test_text(t, "MAPPING_CAPACITY", "3");
    fs_test_connect(t, "in2", 0, "rw2", 0);
    fs_test_connect(t, "in3", 0, "rw2", 1);
    fs_test_connect(t, "rw2", 0, "out2", 0);
    fs_test_connect(t, "rw2", 1, "out3", 0);
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "53.1.1.1 1 2.115.2.2 2");
    fs_test_advance(t, SECOND);
    send_udp(t, "in2", "53.1.1.1 1 2.115.2.2 2");
    FS_TEXT(came(t, "out2"), "1.0.0.3 1024 2.115.2.2 2");
    send_udp(t, "in2", "53.1.1.2 1 2.115.2.2 2");
    send_udp(t, "in2", "53.1.1.3 1 2.115.2.2 2"); /* all are guaranteed */
    FS_EQUAL(fs_test_drops(t, "rw2", FS_DROP_TABLE_FULL), 1);
    FS_TEXT(fs_test_read(t, "rw2.mapping_failures"), "1");
    send_udp(t, "in1", "2.115.2.2 2 1.0.0.2 1024");
    FS_TEXT(came(t, "out1"), "2.115.2.2 2 53.1.1.1 1");
    send_udp(t, "in1", "2.115.2.2 2 1.0.0.3 1024"); /* the other one's */
    FS_TEXT(came(t, "out1"), "");
    fs_test_advance(t, 2ll * SECOND);
    send_udp(t, "in3", "2.115.2.2 2 1.0.0.3 1024");
    send_udp(t, "in3", "2.115.2.2 2 1.0.0.3 1025");
    fs_test_advance(t, 3100000000); /* the first one's guarantee is over, 5 s after its answer */
    send_udp(t, "in0", "53.1.1.4 1 2.115.2.2 2");
    FS_TEXT(came(t, "out0"), "1.0.0.2 1025 2.115.2.2 2");
    send_udp(t, "in0", "53.1.1.5 1 2.115.2.2 2");
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_TABLE_FULL), 1);
    send_udp(t, "in1", "2.115.2.2 2 1.0.0.2 1024"); /* gone */
    FS_TEXT(came(t, "out1"), "");
    FS_TEXT(fs_test_read(t, "rw.nmappings"), "1");
    FS_TEXT(fs_test_read(t, "rw.size"), "3");
    FS_TEXT(fs_test_read(t, "rw2.capacity"), "3");
    fs_test_end(t);

    t = nat("drop", "nobody");
    FS_CHECK(strstr(fs_test_refused(t), "bad MAPPING_CAPACITY") != NULL);
    fs_test_end(t);
    t = nat("drop", "rw"); /* its own */
    FS_CHECK(strstr(fs_test_refused(t), "bad MAPPING_CAPACITY") != NULL);
    fs_test_end(t);
}

FS_TEST(iprewriter_capacity_handler)
{
    struct fs_test *t = nat("pattern 2.0.0.1 1024-65535# - - 0 1", "10");
    FS_REQUIRE(fs_test_start(t));
    char flow[60];
    for (unsigned i = 0; i < 11; i++) {
        snprintf(flow, sizeof flow, "1.0.0.%u 11 2.0.0.2 21", i);
        send_udp(t, "in0", flow);
        fs_test_advance(t, SECOND);
    }
    FS_TEXT(fs_test_read(t, "rw.size"), "10"); /* the oldest has given way */
    send_udp(t, "in1", "2.0.0.2 21 2.0.0.1 1024");
    FS_TEXT(came(t, "out1"), "");
    send_udp(t, "in1", "2.0.0.2 21 2.0.0.1 1025");
    FS_TEXT(came(t, "out1"), "2.0.0.2 21 1.0.0.1 11");
    FS_CHECK(fs_test_write(t, "rw.capacity", "2"));
    FS_TEXT(fs_test_read(t, "rw.size"), "2");
    FS_TEXT(fs_test_read(t, "rw.capacity"), "2");
    send_udp(t, "in1", "2.0.0.2 21 2.0.0.1 1025"); /* the one used last, and the newest, are left */
    FS_TEXT(came(t, "out1"), "2.0.0.2 21 1.0.0.1 11");
    send_udp(t, "in1", "2.0.0.2 21 2.0.0.1 1034");
    FS_TEXT(came(t, "out1"), "2.0.0.2 21 1.0.0.10 11");
    FS_CHECK(!fs_test_write(t, "rw.capacity", "11"));
    FS_TEXT(fs_test_said(t), "capacity: expected an integer from 0 to 10");
    FS_CHECK(fs_test_write(t, "rw.capacity", "10"));
    fs_test_end(t);
}

/* Without a guarantee a new flow is the first to time out, and gets no place. */
FS_TEST(iprewriter_without_guarantee)
{
    struct fs_test *t = nat("pattern 2.0.0.1 1024-65535# - - 0 1", "2");
    fs_test_integer(t, "GUARANTEE", 0);
    FS_REQUIRE(fs_test_start(t));
    send_tcp(t, "in0", "1.0.0.1 11 2.0.0.2 21", FS_TCP_ACK, "x");
    send_tcp(t, "in0", "1.0.0.2 11 2.0.0.2 21", FS_TCP_ACK, "x");
    send_tcp(t, "in1", "2.0.0.2 21 2.0.0.1 1024", FS_TCP_ACK, "x");
    send_tcp(t, "in1", "2.0.0.2 21 2.0.0.1 1025", FS_TCP_ACK, "x");
    send_tcp(t, "in0", "1.0.0.3 11 2.0.0.2 21", FS_TCP_ACK, "x");
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_TABLE_FULL), 1);
    FS_TEXT(fs_test_read(t, "rw.mapping_failures"), "1");
    fs_test_end(t);
}

FS_TEST(iprewriter_writes_patterns)
{
    struct fs_test *t = nat("pattern 1.0.0.2 1024-65534# - - 0 1", NULL);
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "53.1.1.1 1 2.115.2.2 2");
    FS_CHECK(fs_test_write(t, "rw.pattern0", "pattern 1.0.0.4 5-6# - - 0 1\n"));
    FS_TEXT(fs_test_read(t, "rw.patterns"), "1.0.0.4 5-6 - -\n<drop>\n");
    FS_TEXT(fs_test_read(t, "rw.size"), "0");
    fs_test_forget(t, "out0");
    send_udp(t, "in0", "53.1.1.1 1 2.115.2.2 2");
    FS_TEXT(came(t, "out0"), "1.0.0.4 5 2.115.2.2 2");
    FS_CHECK(!fs_test_write(t, "rw.pattern0", "pattern 1.0.0.4 5-6# - - 0 9"));
    FS_TEXT(fs_test_said(t), "input spec 0: output port out of range");
    FS_CHECK(!fs_test_write(t, "rw.pattern7", "drop"));
    FS_TEXT(fs_test_said(t), "there is no input 7");
    static const char *const specifications[] = {
        "pass 1", "keep 1 0", "pattern 1.0.0.4 5-6? - 7 1 0", "pattern - - 9.9.9.9 - 0 0", "pattern 1.0.0.4 5-6 - - 0 1",
        "drop",
    };
    for (unsigned i = 0; i < sizeof specifications / sizeof specifications[0]; i++) { /* what is read can be written */
        FS_CHECK(fs_test_write(t, "rw.pattern1", specifications[i]));
        FS_TEXT(fs_test_read(t, "rw.pattern1"), specifications[i]);
    }
    for (unsigned i = 0; i < 70000; i++) { /* no more is kept of each than of the first */
        FS_CHECK(fs_test_write(t, "rw.pattern1", i % 2 == 0 ? "keep 0 1" : "drop"));
    }
    send_udp(t, "in0", "53.1.1.1 1 2.115.2.2 2");
    FS_TEXT(came(t, "out0"), "1.0.0.4 5 2.115.2.2 2");
    fs_test_end(t);
}

/* A flow that becomes itself backwards; one whose new form another flow has. */
FS_TEST(iprewriter_degenerate_mappings)
{
    struct fs_test *t = nat("pattern 1.0.0.2 1024-65534# - - 0 1", "3");
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "1.0.0.2 1024 1.0.0.2 1024");
    FS_TEXT(came(t, "out0"), "1.0.0.2 1024 1.0.0.2 1024");
    send_udp(t, "in1", "1.0.0.2 1024 1.0.0.2 1024"); /* from now on it is its own answer */
    FS_TEXT(came(t, "out1"), "1.0.0.2 1024 1.0.0.2 1024");
    FS_TEXT(fs_test_read(t, "rw.udp_table"), "(1.0.0.2, 1024, 1.0.0.2, 1024) => (1.0.0.2, 1024, 1.0.0.2, 1024) [0 *1] i0 exp300\n");
    send_udp(t, "in0", "1.0.0.2 1 1.0.0.2 1024");
    FS_TEXT(came(t, "out0"), "1.0.0.2 1025 1.0.0.2 1024");
    fs_test_advance(t, 6ll * SECOND);
    for (unsigned i = 2; i < 9; i++) {
        char flow[60], expected[60];
        snprintf(flow, sizeof flow, "1.0.0.2 %u 2.0.0.2 1024", i);
        snprintf(expected, sizeof expected, "1.0.0.2 %u 2.0.0.2 1024", 1024 + i);
        send_udp(t, "in0", flow);
        FS_TEXT(came(t, "out0"), expected);
        fs_test_advance(t, 6ll * SECOND);
    }
    FS_TEXT(fs_test_read(t, "rw.size"), "3");
    FS_CHECK(fs_test_write(t, "rw.clear", ""));
    FS_TEXT(fs_test_read(t, "rw.nmappings"), "0");
    fs_test_end(t);
}

FS_TEST(iprewriter_annotations)
{
    struct fs_test *t = nat("pattern 1.0.0.1 7 9.0.0.9 - 0 1", NULL);
    fs_test_integer(t, "REPLY_ANNO", FS_ANNO_PAINT);
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp_packet("3.3.3.3 3 4.4.4.4 4", 0);
    struct fs_packet *p = marked_packet(t, b.at, b.size, 20);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 5);
    fs_test_send_packet(t, "in0", p);
    FS_REQUIRE(fs_test_count(t, "out0") == 1);
    FS_EQUAL(FS_SWAP32(fs_anno_u32(fs_test_out(t, "out0", 0), FS_ANNO_DST_IP)), 0x09000009);
    send_udp(t, "in1", "9.0.0.9 4 1.0.0.1 7");
    FS_REQUIRE(fs_test_count(t, "out1") == 1);
    FS_EQUAL(FS_SWAP32(fs_anno_u32(fs_test_out(t, "out1", 0), FS_ANNO_DST_IP)), 0x03030303);
    FS_EQUAL(fs_anno_u8(fs_test_out(t, "out1", 0), FS_ANNO_PAINT), 5);
    fs_test_end(t);
}

/* A batch of many flows, new and known, to two outputs, some dropped; clones are not written to. */
FS_TEST(iprewriter_batches)
{
    struct fs_test *t = rewriter("IPRewriter", 1, 2);
    specify(t, "INPUTSPEC", "pattern 1.0.0.1 1024-65535# - - 0 1");
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *packets[FS_BATCH_MAX];
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < FS_BATCH_MAX; i++) {
            char flow[60];
            struct bytes b;
            if (round == 1 && i % 2 == 1) {
                snprintf(flow, sizeof flow, "4.4.4.4 4 1.0.0.1 %u", 1024 + i / 2);
            } else {
                snprintf(flow, sizeof flow, "3.3.3.3 %u 4.4.4.4 4", i / 2); /* each flow twice, so its second finds it made */
            }
            b = udp_packet(flow, 0);
            b.at[9] = i == 10 ? 50 : 17;
            packets[i] = marked_packet(t, b.at, b.size, 20);
        }
        fs_test_send_batch(t, "in0", packets, FS_BATCH_MAX);
        FS_EQUAL(fs_test_count(t, "out0"), round == 0 ? 63 : 31);
        FS_EQUAL(fs_test_count(t, "out1"), round == 0 ? 0 : 32);
        fs_test_forget(t, "out0");
        fs_test_forget(t, "out1");
    }
    FS_TEXT(fs_test_read(t, "rw.size"), "32");
    struct bytes b = udp_packet("3.3.3.3 0 4.4.4.4 4", 0);
    struct fs_packet *p = marked_packet(t, b.at, b.size, 20), *clone = fs_packet_clone(p);
    fs_test_send_packet(t, "in0", clone);
    FS_FRAME(p, b.at, b.size);
    FS_TEXT(came(t, "out0"), "1.0.0.1 1024 4.4.4.4 4");
    fs_packet_free(p);
    fs_test_end(t);
}

/* Thousands of flows against a plain list: found, evicted and swept, with the index never losing one. */
FS_TEST(iprewriter_against_a_plain_list)
{
    enum { FLOWS = 700 };
    struct fs_test *t = nat("keep 0 1", "300");
    fs_test_integer(t, "UDP_GUARANTEE", 0);
    fs_test_integer(t, "UDP_TIMEOUT", 100ll * SECOND);
    fs_test_integer(t, "REAP_INTERVAL", 7ll * SECOND);
    FS_REQUIRE(fs_test_start(t));
    uint64_t state = 3;
    unsigned passed = 0;
    for (unsigned i = 0; i < 20000; i++) {
        char flow[60];
        unsigned n = (unsigned)(noise(&state) % FLOWS);
        snprintf(flow, sizeof flow, "3.3.3.3 %u 4.4.4.4 4", n);
        send_udp(t, "in0", flow);
        passed += fs_test_count(t, "out0") == 1;
        fs_test_forget(t, "out0");
        if (i % 50 == 0) {
            fs_test_advance(t, SECOND);
            const struct fs_nat_table *table = ((struct fs_rewriter *)fs_test_element(t, "rw"))->table;
            unsigned found = 0;
            for (unsigned k = 0; k < FLOWS; k++) {
                struct fs_nat_key key = {FS_SWAP32(0x03030303), FS_SWAP32(0x04040404),
                                         fs_nat_ports(FS_SWAP16((uint16_t)k), FS_SWAP16(4))};
                struct fs_nat_key answer = fs_nat_reverse(key);
                uint16_t map = ((struct fs_rewriter *)fs_test_element(t, "rw"))->map + 1;
                uint32_t there = fs_nat_find(table, &key, map), back = fs_nat_find(table, &answer, map);
                FS_CHECK((there == FS_FLOW_NONE) == (back == FS_FLOW_NONE));
                found += there != FS_FLOW_NONE;
            }
            FS_EQUAL(found, table->size);
            FS_CHECK(table->size <= 300);
        }
    }
    FS_CHECK(passed > 1000);
    FS_EQUAL(passed + fs_test_drops(t, "rw", FS_DROP_TABLE_FULL), 20000);
    fs_test_end(t);
}

/* 48 bytes a mapping, both directions together, whatever the capacity. */
FS_TEST(iprewriter_memory)
{
    for (uint64_t n = 1000; n <= 10000000; n *= 10) {
        FS_CHECK(n * sizeof(struct fs_nat_flow) + fs_flow_index_bytes(2 * n) <= 48 * n + 64);
    }
}
