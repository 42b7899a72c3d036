/* IPFilter and IPClassifier. Programs are written out as a compiler would lower the rules that stand above them. */
#include "net/testing.h"

enum { PROTOCOL = 8, SOURCE = 12, DESTINATION = 16 }; /* words of the IPv4 header */

/* allow src 10.0.0.0/8 && udp dst port 53, deny udp, 1 icmp, allow all (the last rule only when `all`) */
static struct program rules(bool all)
{
    struct program p = {0};
    uint32_t dns = rule(&p, 0), udp = rule(&p, FS_MATCH_NONE), icmp = rule(&p, 1);
    uint32_t rest = all ? rule(&p, 0) : FS_MATCH_NONE;
    node(&p, FS_MATCH_NETWORK, PROTOCOL, 0, 0x00ff0000, 0x00110000, 1, 4);
    node(&p, FS_MATCH_NETWORK, SOURCE, 0, 0xff000000, 0x0a000000, 2, udp);
    node(&p, FS_MATCH_FIELD, FS_MATCH_IP_LATER_FRAGMENT, 0, 0xffffffff, 0, 3, udp);
    node(&p, FS_MATCH_TRANSPORT, 0, 0, 0x0000ffff, 53, dns, udp);
    node(&p, FS_MATCH_NETWORK, PROTOCOL, 0, 0x00ff0000, 0x00010000, icmp, rest);
    finish(&p, 0);
    return p;
}
static struct fs_test *filter(const struct program *p)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "f", "IPFilter");
    fs_test_table(t, "RULE", p->table, p->size, p->rule_count);
    fs_test_add(t, "allowed", "TestSink");
    fs_test_add(t, "other", "TestSink");
    fs_test_chain(t, "in", "f", "allowed");
    fs_test_connect(t, "f", 1, "other", 0);
    return t;
}
/* A packet that starts with its IP header, marked. */
static struct fs_packet *packet(struct fs_test *t, uint32_t source, uint8_t protocol, uint16_t port, uint16_t fragment)
{
    struct bytes b = {0};
    put_ip(&b, source, 0xc0000201, protocol, 8);
    put_udp(&b, 4000, port, 0);
    fs_put16(b.at + 6, fragment);
    fix_ip_checksum(b.at);
    return marked_packet(t, b.at, b.size, 20);
}

FS_TEST(ipfilter_first_matching_rule_decides)
{
    struct program p = rules(true);
    struct fs_test *t = filter(&p);
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *sent[] = {
        packet(t, 0x0a010203, 17, 53, 0), /* allowed by rule 0 */
        packet(t, 0x0b010203, 17, 53, 0), /* not from 10/8: rule 1 denies */
        packet(t, 0x0a010203, 17, 54, 0), /* not to port 53: rule 1 denies */
        packet(t, 0x0a010203, 1, 53, 0),  /* ICMP: output 1 */
        packet(t, 0x0a010203, 6, 53, 0),  /* the rest: output 0 */
    };
    fs_test_send_batch(t, "in", sent, 5);
    FS_EQUAL(fs_test_count(t, "allowed"), 2);
    FS_CHECK(fs_test_out(t, "allowed", 0) == sent[0] && fs_test_out(t, "allowed", 1) == sent[4]);
    FS_CHECK(fs_test_out(t, "other", 0) == sent[3]);
    FS_EQUAL(fs_test_rule_drops(t, "f", 1), 2);
    FS_EQUAL(fs_test_rule_drops(t, "f", 0), 0);
    FS_CHECK(strstr(fs_test_read(t, "f.drops"), "f\tdenied\t1\t2\t") != NULL);
    fs_test_end(t);
}

FS_TEST(ipfilter_without_a_matching_rule_drops)
{
    struct program p = rules(false);
    struct fs_test *t = filter(&p);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in", packet(t, 0x0a010203, 6, 53, 0));
    FS_EQUAL(fs_test_count(t, "allowed"), 0);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_NO_MATCH), 1);
    fs_test_end(t);
}

/* A first fragment has ports; a later one has none, whatever its bytes look like. */
FS_TEST(ipfilter_fragments)
{
    struct program p = rules(true);
    struct fs_test *t = filter(&p);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in", packet(t, 0x0a010203, 17, 53, 0x2000));
    FS_EQUAL(fs_test_count(t, "allowed"), 1);
    fs_test_send_packet(t, "in", packet(t, 0x0a010203, 17, 53, 0x2001));
    fs_test_send_packet(t, "in", packet(t, 0x0a010203, 17, 53, 0x1fff));
    FS_EQUAL(fs_test_count(t, "allowed"), 1);
    FS_EQUAL(fs_test_rule_drops(t, "f", 1), 2);
    fs_test_end(t);
}

/* Nothing marked, a header cut off, ports cut off, ports in what is only padding: no rule that needs them matches. */
FS_TEST(ipfilter_short_packets)
{
    struct program p = rules(false);
    struct fs_test *t = filter(&p);
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *unmarked = packet(t, 0x0a010203, 17, 53, 0);
    unmarked->network_offset = unmarked->transport_offset = FS_OFFSET_NONE;
    struct fs_packet *no_header = packet(t, 0x0a010203, 17, 53, 0);
    no_header->length = 9;
    struct fs_packet *beyond = packet(t, 0x0a010203, 17, 53, 0);
    fs_set_network_header(beyond, beyond->data + 500, 20);
    struct fs_packet *sent[] = {unmarked, no_header, beyond};
    fs_test_send_batch(t, "in", sent, 3);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_NO_MATCH), 3);

    struct fs_packet *no_ports = packet(t, 0x0a010203, 17, 53, 0);
    no_ports->length = 22;
    struct fs_packet *padding = packet(t, 0x0a010203, 17, 53, 0);
    fs_put16(padding->data + 2, 22);
    struct fs_packet *more[] = {no_ports, padding};
    fs_test_send_batch(t, "in", more, 2);
    FS_EQUAL(fs_test_rule_drops(t, "f", 1), 2); /* denied as UDP */
    FS_EQUAL(fs_test_count(t, "allowed"), 0);
    fs_test_end(t);
}

FS_TEST(ipfilter_refuses_an_output_that_there_is_not)
{
    struct program p = rules(true);
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "f", "IPFilter");
    fs_test_table(t, "RULE", p.table, p.size, 4);
    fs_test_add(t, "allowed", "TestSink");
    fs_test_chain(t, "in", "f", "allowed");
    FS_CHECK(strstr(fs_test_refused(t), "rule 3: output 1 does not exist, there are 1") != NULL);
    fs_test_end(t);
}

/* IPClassifier(udp, -): the same programs, a pattern an output. */
FS_TEST(ipclassifier)
{
    struct program p = {0};
    uint32_t udp = rule(&p, 0), rest = rule(&p, 1);
    finish(&p, node(&p, FS_MATCH_NETWORK, PROTOCOL, 0, 0x00ff0000, 0x00110000, udp, rest));
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "c", "IPClassifier");
    fs_test_table(t, "PATTERN", p.table, p.size, 2);
    fs_test_add(t, "udp", "TestSink");
    fs_test_add(t, "rest", "TestSink");
    fs_test_chain(t, "in", "c", "udp");
    fs_test_connect(t, "c", 1, "rest", 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in", packet(t, 1, 17, 53, 0));
    fs_test_send_packet(t, "in", packet(t, 1, 6, 53, 0));
    fs_test_send(t, "in", "not marked", 10);
    FS_EQUAL(fs_test_count(t, "udp"), 1);
    FS_EQUAL(fs_test_count(t, "rest"), 2);
    fs_test_end(t);
}

/* What flowstream writes to `config`: the text and its program. */
static size_t compiled(uint8_t *to, const char *text, const struct program *p)
{
    size_t length = strlen(text), at = (8 + length + 7) / 8 * 8;
    memset(to, 0, at);
    memcpy(to, "FSCV", 4);
    to[4] = (uint8_t)length;
    memcpy(to + 8, text, length);
    memcpy(to + at, p->table, p->size);
    return at + p->size;
}

FS_TEST(ipfilter_takes_other_rules_while_it_runs)
{
    struct program p = rules(true), all = {0}, wrong = {0};
    rule(&all, FS_MATCH_NONE);
    finish(&all, FS_MATCH_LEAF);
    rule(&wrong, 2); /* there is no output 2 */
    finish(&wrong, FS_MATCH_LEAF);
    struct fs_test *t = filter(&p);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in", packet(t, 0x0a010203, 17, 54, 0)); /* rule 1 denies */
    fs_test_send_packet(t, "in", packet(t, 0x0a010203, 6, 53, 0));  /* rule 3 allows */
    FS_EQUAL(fs_test_count(t, "allowed"), 1);

    uint8_t value[1024];
    size_t length = compiled(value, "1 icmp", &wrong);
    FS_CHECK(!fs_test_write_bytes(t, "f.config", value, length));
    FS_TEXT(fs_test_said(t), "rule 1: output 2 does not exist, there are 2");
    FS_CHECK(!fs_test_write(t, "f.config", "deny all"));
    FS_CHECK(strstr(fs_test_said(t), "handler write") != NULL);
    for (size_t n = 0; n < length; n++) { /* cut off anywhere */
        FS_CHECK(!fs_test_write_bytes(t, "f.config", value, n));
    }
    fs_test_send_packet(t, "in", packet(t, 0x0a010203, 6, 53, 0));
    FS_EQUAL(fs_test_count(t, "allowed"), 2); /* as before */
    FS_EQUAL(fs_test_rule_drops(t, "f", 1), 1);

    for (unsigned i = 0; i < 1000; i++) { /* memory is that of one program, not of a thousand */
        length = compiled(value, "deny all", &all);
        FS_REQUIRE(fs_test_write_bytes(t, "f.config", value, length));
    }
    FS_TEXT(fs_test_read(t, "f.config"), "deny all");
    const char *own = strstr(fs_test_read(t, "f.handlers"), "config\t");
    FS_REQUIRE(own != NULL);
    FS_CHECK(strstr(own + 1, "config\t") == NULL); /* once, though every element has one */
    fs_test_send_packet(t, "in", packet(t, 0x0a010203, 6, 53, 0));
    FS_EQUAL(fs_test_count(t, "allowed"), 2);
    FS_EQUAL(fs_test_rule_drops(t, "f", 0), 1);
    FS_EQUAL(fs_test_drops(t, "f", FS_DROP_DENIED), 1); /* by the rule that is gone */
    FS_CHECK(strstr(fs_test_read(t, "drops"), "f\tdenied\t-\t1\t") != NULL);

    length = compiled(value, "the first ones", &p);
    FS_REQUIRE(fs_test_write_bytes(t, "f.config", value, length));
    fs_test_send_packet(t, "in", packet(t, 0x0a010203, 6, 53, 0));
    FS_EQUAL(fs_test_count(t, "allowed"), 3);
    fs_test_end(t);
}
