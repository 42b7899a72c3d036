/* IP6Filter: the programs are written out as a compiler would lower the rules above them. */
#include "net/testing.h"

/* deny src 2001:db8::bad (its last word), allow tcp dst port 80, allow icmp6 */
static struct program rules(void)
{
    struct program p = {0};
    uint32_t bad = rule(&p, FS_MATCH_NONE), web = rule(&p, 0), icmp = rule(&p, 0);
    node(&p, FS_MATCH_NETWORK, 20, 0, 0xffffffff, 0xbad, bad, 1);
    node(&p, FS_MATCH_FIELD, FS_MATCH_IP6_PROTOCOL, 0, 0xffffffff, 6, 2, 4);
    node(&p, FS_MATCH_FIELD, FS_MATCH_IP6_LATER_FRAGMENT, 0, 0xffffffff, 0, 3, FS_MATCH_NONE);
    node(&p, FS_MATCH_TRANSPORT, 0, 0, 0x0000ffff, 80, web, FS_MATCH_NONE);
    node(&p, FS_MATCH_FIELD, FS_MATCH_IP6_PROTOCOL, 0, 0xffffffff, 58, icmp, FS_MATCH_NONE);
    finish(&p, 0);
    return p;
}

/* Sends a packet with `chain` behind the IPv6 header; true when it passes. */
static bool passes(uint64_t source, uint8_t next, const char *chain, enum fs_drop_reason reason)
{
    struct program p = rules();
    struct fs_test *t = fs_test_new();
    struct bytes b = {0}, behind = hex(chain);
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "f", "IP6Filter");
    fs_test_table(t, "RULE", p.table, p.size, 3);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "f", "out");
    bool passed = false;
    if (fs_test_start(t)) {
        put_ip6(&b, source, 2, next, behind.size);
        put_hex(&b, chain);
        fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 40));
        passed = fs_test_count(t, "out") == 1;
        if (!passed) {
            FS_EQUAL(reason == FS_DROP_DENIED ? fs_test_rule_drops(t, "f", 0) : fs_test_drops(t, "f", reason), 1);
        }
    }
    fs_test_end(t);
    return passed;
}

#define TCP_80 "c350 0050 00000001 00000000 5002 ffff 0000 0000"
#define TCP_81 "c350 0051 00000001 00000000 5002 ffff 0000 0000"

FS_TEST(ip6filter_rules)
{
    FS_CHECK(passes(1, 6, TCP_80, FS_DROP_NO_MATCH));
    FS_CHECK(!passes(1, 6, TCP_81, FS_DROP_NO_MATCH));
    FS_CHECK(!passes(0xbad, 6, TCP_80, FS_DROP_DENIED));
    FS_CHECK(passes(1, 58, "8700 0000 00000000", FS_DROP_NO_MATCH));
    FS_CHECK(!passes(1, 17, TCP_80, FS_DROP_NO_MATCH));
}

/* The transport header is behind the extension headers, though only 40 bytes are marked. */
FS_TEST(ip6filter_behind_extensions)
{
    FS_CHECK(passes(1, 0, "06 00 0104 00000000" TCP_80, FS_DROP_NO_MATCH));
    FS_CHECK(!passes(1, 0, "06 00 0104 00000000" TCP_81, FS_DROP_NO_MATCH));
    FS_CHECK(passes(1, 60, "2c 00 0104 00000000  06 00 0001 00000009" TCP_80, FS_DROP_NO_MATCH));
    FS_CHECK(passes(1, 43, "3a 00 0000 00000000  8000 0000", FS_DROP_NO_MATCH));
}

FS_TEST(ip6filter_fragments_and_lies)
{
    FS_CHECK(!passes(1, 44, "06 00 0008 00000009" TCP_80, FS_DROP_NO_MATCH)); /* a later fragment has no ports */
    FS_CHECK(passes(1, 44, "3a 00 0008 00000009 0000", FS_DROP_NO_MATCH));    /* but a protocol */
    FS_CHECK(!passes(1, 60, "06 ff 0000 00000000" TCP_80, FS_DROP_NO_MATCH)); /* options longer than the packet */
    FS_CHECK(!passes(1, 6, "c350", FS_DROP_NO_MATCH));                        /* ports cut off */
    FS_CHECK(!passes(0xbad, 60, "", FS_DROP_DENIED));                         /* rules by address hold all the same */
}

/* tcp dst port 80; icmp6; anything */
FS_TEST(ip6classifier_sends_each_to_its_output)
{
    static const char *const outputs[] = {"web", "icmp", "rest"};
    struct program p = {0};
    uint32_t web = rule(&p, 0), icmp = rule(&p, 1), rest = rule(&p, 2);
    node(&p, FS_MATCH_FIELD, FS_MATCH_IP6_PROTOCOL, 0, 0xffffffff, 6, 1, 2);
    node(&p, FS_MATCH_TRANSPORT, 0, 0, 0x0000ffff, 80, web, 2);
    node(&p, FS_MATCH_FIELD, FS_MATCH_IP6_PROTOCOL, 0, 0xffffffff, 58, icmp, rest);
    finish(&p, 0);
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "c", "IP6Classifier");
    fs_test_table(t, "PATTERN", p.table, p.size, 3);
    fs_test_connect(t, "in", 0, "c", 0);
    for (unsigned i = 0; i < 3; i++) {
        fs_test_add(t, outputs[i], "TestSink");
        fs_test_connect(t, "c", i, outputs[i], 0);
    }
    FS_REQUIRE(fs_test_start(t));
    static const struct {
        uint8_t next;
        const char *behind;
        unsigned output;
    } packets[] = {
        {6, TCP_80, 0},
        {6, TCP_81, 2},
        {0, "06 00 0104 00000000" TCP_80, 0}, /* behind an extension header */
        {58, "8700 0000 00000000", 1},
        {17, TCP_80, 2},
    };
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        struct bytes b = {0}, behind = hex(packets[i].behind);
        unsigned before = fs_test_count(t, outputs[packets[i].output]);
        put_ip6(&b, 1, 2, packets[i].next, behind.size);
        put_hex(&b, packets[i].behind);
        fs_test_send_packet(t, "in", marked_packet(t, b.at, b.size, 40));
        FS_EQUAL(fs_test_count(t, outputs[packets[i].output]), before + 1);
    }
    fs_test_end(t);
}
