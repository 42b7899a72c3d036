#include "net/testing_rewriter.h"

enum { SECOND = 1000000000 };

static struct fs_test *carrier(unsigned addresses, int64_t block, int64_t blocks)
{
    struct fs_test *t = rewriter("IPRewriter", 2, 2);
    specify(t, "INPUTSPEC", "blocks", "drop");
    fs_test_integer(t, "UDP_TIMEOUT", 10ll * SECOND);
    fs_test_integer(t, "UDP_GUARANTEE", 0);
    fs_test_integer(t, "REAP_INTERVAL", SECOND);
    fs_test_add(t, "blocks", "PortBlockMapper");
    const uint8_t public[] = {198, 51, 100, addresses == 1 ? 1 : 2, 255, 255, 255, (uint8_t)(256 - addresses)};
    fs_test_value(t, "PUBLIC", public, sizeof public, 1);
    fs_test_integer(t, "BLOCK", block);
    fs_test_integer(t, "FIRST", 65536 - 4 * block);
    fs_test_integer(t, "BLOCKS", blocks);
    return t;
}
static unsigned port_of(const char *came_text)
{
    unsigned a, b, c, d, port;
    return sscanf(came_text, "%u.%u.%u.%u %u", &a, &b, &c, &d, &port) == 5 ? port : 0;
}

/* The same inside port has the same public port, towards whomever; another one another; each protocol its own. */
FS_TEST(portblockmapper_is_endpoint_independent)
{
    struct fs_test *t = carrier(1, 64, 1);
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "100.64.0.7 5000 4.4.4.4 53");
    unsigned port = port_of(came(t, "out0"));
    FS_CHECK(port >= 65536 - 256 && port < 65536 - 192);
    send_udp(t, "in0", "100.64.0.7 5000 4.4.4.5 53");
    FS_EQUAL(port_of(came(t, "out0")), port);
    send_udp(t, "in0", "100.64.0.7 5001 4.4.4.4 53");
    FS_CHECK(port_of(came(t, "out0")) != port);
    send_tcp(t, "in0", "100.64.0.7 5064 4.4.4.4 53", FS_TCP_SYN, ""); /* the same place as 5000's, of TCP's ports */
    FS_EQUAL(port_of(came(t, "out0")), port);
    FS_TEXT(fs_test_read(t, "blocks.blocks"), "100.64.0.7 198.51.100.1 65280-65343 4\n");
    FS_TEXT(fs_test_log(t), "blocks: block allocated 100.64.0.7 198.51.100.1 65280-65343\n");
    char back[60];
    snprintf(back, sizeof back, "4.4.4.5 53 198.51.100.1 %u", port);
    send_udp(t, "in1", back);
    FS_TEXT(came(t, "out1"), "4.4.4.5 53 100.64.0.7 5000");
    fs_test_end(t);
}

FS_TEST(portblockmapper_limits_and_blocks)
{
    struct fs_test *t = carrier(1, 16, 2);
    FS_REQUIRE(fs_test_start(t));
    bool seen[65536] = {false};
    for (unsigned i = 0; i < 40; i++) {
        char flow[60];
        snprintf(flow, sizeof flow, "100.64.0.7 %u 4.4.4.4 53", 1000 + i);
        send_udp(t, "in0", flow);
        unsigned port = port_of(came(t, "out0"));
        FS_CHECK(i < 32 ? port >= 65536 - 64 && !seen[port] : port == 0);
        seen[port] = true;
    }
    FS_TEXT(fs_test_read(t, "blocks.limited"), "8");
    FS_EQUAL(fs_test_drops(t, "rw", FS_DROP_TABLE_FULL), 8);
    FS_TEXT(fs_test_read(t, "blocks.free"), "2");
    send_udp(t, "in0", "100.64.0.8 1 4.4.4.4 53");
    send_udp(t, "in0", "100.64.0.9 1 4.4.4.4 53");
    FS_TEXT(fs_test_read(t, "blocks.subscribers"), "3");
    send_udp(t, "in0", "100.64.0.10 1 4.4.4.4 53"); /* all blocks are used */
    FS_TEXT(fs_test_read(t, "blocks.exhausted"), "1");
    FS_TEXT(fs_test_read(t, "blocks.subscribers"), "3");
    fs_test_forget_log(t);
    fs_test_advance(t, 12ll * SECOND); /* all mappings time out, and blocks go back */
    FS_TEXT(fs_test_read(t, "rw.size"), "0");
    FS_TEXT(fs_test_read(t, "blocks.blocks"), "");
    FS_TEXT(fs_test_read(t, "blocks.free"), "4");
    FS_CHECK(strstr(fs_test_log(t), "blocks: block released 100.64.0.8 198.51.100.1 ") != NULL);
    fs_test_forget(t, "out0");
    send_udp(t, "in0", "100.64.0.10 1 4.4.4.4 53"); /* none was free for 120 s, but there is no other */
    FS_CHECK(port_of(came(t, "out0")) != 0);
    FS_CHECK(fs_test_write(t, "rw.clear", ""));
    FS_TEXT(fs_test_read(t, "blocks.subscribers"), "0");
    fs_test_end(t);
}

/* A block that went back is not given to another as long as there are others. */
FS_TEST(portblockmapper_holds_blocks)
{
    struct fs_test *t = carrier(1, 16, 1);
    FS_REQUIRE(fs_test_start(t));
    unsigned ports[5];
    for (unsigned i = 0; i < 5; i++) {
        char flow[60];
        snprintf(flow, sizeof flow, "100.64.0.%u 16 4.4.4.4 53", i + 1);
        send_udp(t, "in0", flow);
        ports[i] = port_of(came(t, "out0"));
        fs_test_advance(t, 12ll * SECOND);
    }
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned k = i + 1; k < 4; k++) {
            FS_CHECK(ports[i] / 16 != ports[k] / 16);
        }
    }
    FS_EQUAL(ports[4] / 16, ports[0] / 16); /* the one that was free for longest */
    fs_test_end(t);
}

FS_TEST(portblockmapper_computes_blocks)
{
    static const uint8_t inside[] = {100, 64, 0, 0, 255, 255, 255, 248};
    struct fs_test *t = carrier(2, 16, 8);
    fs_test_value(t, "INSIDE", inside, sizeof inside, 1);
    FS_REQUIRE(fs_test_start(t));
    send_udp(t, "in0", "100.64.0.5 32 4.4.4.4 53"); /* the sixth of eight blocks: the second address's second */
    FS_TEXT(came(t, "out0"), "198.51.100.3 65488 4.4.4.4 53");
    send_udp(t, "in0", "100.64.0.8 32 4.4.4.4 53"); /* outside of INSIDE */
    FS_TEXT(came(t, "out0"), "");
    for (unsigned i = 0; i < 20; i++) {
        char flow[60];
        snprintf(flow, sizeof flow, "100.64.0.5 %u 4.4.4.4 53", 100 + i);
        send_udp(t, "in0", flow);
    }
    FS_EQUAL(fs_test_count(t, "out0"), 15); /* one block, whatever BLOCKS says */
    FS_TEXT(fs_test_log(t), "");
    fs_test_end(t);

    static const uint8_t large[] = {100, 64, 0, 0, 255, 255, 255, 240};
    t = carrier(2, 16, 8);
    fs_test_value(t, "INSIDE", large, sizeof large, 1);
    FS_CHECK(strstr(fs_test_refused(t), "INSIDE has 16 addresses, and there are 8 blocks") != NULL);
    fs_test_end(t);
}

FS_TEST(portblockmapper_takes_over)
{
    struct fs_test *old = carrier(2, 16, 2), *new = carrier(2, 16, 2);
    FS_REQUIRE(fs_test_start(old) && fs_test_start(new));
    send_udp(old, "in0", "100.64.0.5 32 4.4.4.4 53");
    unsigned port = port_of(came(old, "out0"));
    struct fs_element *e = fs_test_element(new, "rw");
    e->class->take_state(e, fs_test_element(old, "rw"));
    FS_TEXT(fs_test_read(new, "blocks.blocks"), fs_test_read(old, "blocks.blocks"));
    send_udp(new, "in0", "100.64.0.5 32 4.4.4.9 53");
    FS_EQUAL(port_of(came(new, "out0")), port);
    fs_test_end(old);
    fs_test_end(new);
}
