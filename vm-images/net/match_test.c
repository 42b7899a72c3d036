#include "net/match.h"

#include "net/ip.h"
#include "net/testing_match.h"

/* ---- a second interpreter, from the text of docs/contracts.md section 2 alone ---- */

static uint32_t plain_decide(const uint8_t *table, struct fs_packet *p)
{
    struct seen s[4];
    uint8_t fields[32];
    sources(p, s, fields);
    uint32_t rules = le32(table + 4), at = le32(table + 12);
    while (at < 0x80000000u) {
        const uint8_t *n = table + 16 + 4 * (size_t)rules + 20 * (size_t)at;
        const struct seen *from = &s[n[2]];
        long offset = (n[0] | n[1] << 8) * (n[2] == 3 ? 4 : 1);
        uint32_t value = le32(n + 8), word;
        bool there = plain_word(from, offset, le32(n + 4), &word);
        bool holds = n[3] == 0 ? word == value : n[3] == 1 ? word <= value : word >= value;
        at = le32(n + (holds && there ? 12 : 16));
    }
    return at == 0xffffffffu ? at : at & 0x7fffffffu;
}

static struct fs_test *with(const struct program *p, unsigned outputs)
{
    return filter_with(p->table, p->size, p->rule_count, outputs);
}
static const char *refused(const struct program *p)
{
    static char text[512];
    struct fs_test *t = with(p, 1);
    snprintf(text, sizeof text, "%s", fs_test_refused(t));
    fs_test_end(t);
    return text;
}
static struct program sound(void)
{
    struct program p = {0};
    uint32_t r = rule(&p, 0);
    finish(&p, node(&p, FS_MATCH_FRAME, 12, 0, 0xffff0000, 0x08000000, r, FS_MATCH_NONE));
    return p;
}

/* A frame decided by a program, by both interpreters. */
static uint32_t decide(const struct program *p, const uint8_t *frame, size_t size, int network, int transport)
{
    struct fs_test *t = with(p, 8);
    struct fs_match m;
    struct fs_match_view v;
    struct fs_text error = {0};
    uint32_t found = 12345;
    if (fs_test_start(t)) {
        struct fs_packet *packet = fs_test_packet(t, frame, size);
        packet->network_offset = network < 0 ? FS_OFFSET_NONE : (uint16_t)(packet->data - packet->head + network);
        packet->transport_offset = transport < 0 ? FS_OFFSET_NONE : (uint16_t)(packet->data - packet->head + transport);
        FS_EQUAL(fs_match_load(&m, fs_test_element(t, "c"), (struct fs_bytes){p->table, p->size}, &error), 0);
        fs_match_look(&m, &v, packet);
        found = fs_match_decide(&m, &v);
        FS_EQUAL(found, plain_decide(p->table, packet));
        fs_packet_free(packet);
    }
    fs_test_end(t);
    return found;
}

FS_TEST(match_operations)
{
    struct bytes b = hex("10 20 30 40 50");
    static const struct {
        unsigned op;
        uint32_t mask, value;
        bool holds;
    } cases[] = {
        {0, 0xffffffff, 0x10203040, true},  {0, 0xffff0000, 0x10200000, true}, {0, 0xffff0000, 0x10203040, false},
        {0, 0, 0, true},                    {1, 0xffffffff, 0x10203040, true}, {1, 0xffffffff, 0x1020303f, false},
        {1, 0xffffffff, 0xffffffff, true},  {1, 0xff, 0x40, true},             {2, 0xffffffff, 0x10203040, true},
        {2, 0xffffffff, 0x10203041, false}, {2, 0xffffffff, 0, true},          {2, 0xff000000, 0x11000000, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct program p = {0};
        uint32_t yes = rule(&p, 0), no = rule(&p, 1);
        finish(&p, node(&p, FS_MATCH_FRAME, 0, cases[i].op, cases[i].mask, cases[i].value, yes, no));
        FS_EQUAL(decide(&p, b.at, b.size, -1, -1), cases[i].holds ? 0 : 1);
    }
}

/* Bytes beyond the end are 0, and a mask that wants one of them fails. */
FS_TEST(match_at_the_end_of_the_frame)
{
    struct bytes b = hex("10 20 30 40 50");
    static const struct {
        unsigned offset;
        uint32_t mask, value;
        bool holds;
    } cases[] = {
        {1, 0xffffffff, 0x20304050, true}, {2, 0xffffff00, 0x30405000, true}, {2, 0xffffffff, 0x30405000, false},
        {4, 0xff000000, 0x50000000, true}, {4, 0xffff0000, 0x50000000, false}, {5, 0xff000000, 0, false},
        {5, 0, 0, true},                   {60000, 0x1, 0, false},             {60000, 0, 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct program p = {0};
        uint32_t yes = rule(&p, 0);
        finish(&p, node(&p, FS_MATCH_FRAME, cases[i].offset, 0, cases[i].mask, cases[i].value, yes, FS_MATCH_NONE));
        FS_EQUAL(decide(&p, b.at, b.size, -1, -1), cases[i].holds ? 0 : FS_MATCH_NONE);
    }
}

/* Ethernet padding behind the IP packet is no transport header. */
FS_TEST(match_sees_no_padding)
{
    struct bytes b = {0};
    put_ip(&b, 1, 2, 17, 2);
    put_hex(&b, "0035 0035 00000000");
    struct program source_port = {0}, both = {0};
    uint32_t r = rule(&source_port, 0);
    finish(&source_port, node(&source_port, FS_MATCH_TRANSPORT, 0, 0, 0xffff0000, 0x00350000, r, FS_MATCH_NONE));
    r = rule(&both, 0);
    finish(&both, node(&both, FS_MATCH_TRANSPORT, 0, 0, 0xffffffff, 0x00350035, r, FS_MATCH_NONE));
    FS_EQUAL(decide(&source_port, b.at, b.size, 0, 20), 0);
    FS_EQUAL(decide(&both, b.at, b.size, 0, 20), FS_MATCH_NONE);
    FS_EQUAL(decide(&source_port, b.at, b.size, -1, -1), FS_MATCH_NONE); /* nothing marked */
}

FS_TEST(match_computed_fields)
{
    struct bytes b = {0};
    put_ip(&b, 1, 2, 17, 12);
    put_udp(&b, 1, 2, 4);
    static const struct {
        unsigned field;
        uint32_t value;
    } cases[] = {
        {FS_MATCH_IP_LATER_FRAGMENT, 0}, {FS_MATCH_TRANSPORT_BYTES, 12}, {FS_MATCH_LENGTH, 32}, {FS_MATCH_PAINT, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct program p = {0};
        finish(&p, node(&p, FS_MATCH_FIELD, cases[i].field, 0, 0xffffffff, cases[i].value, rule(&p, 0), FS_MATCH_NONE));
        FS_EQUAL(decide(&p, b.at, b.size, 0, 20), 0);
    }
    b.at[7] = 1; /* fragment offset 8 */
    struct program p = {0};
    finish(&p, node(&p, FS_MATCH_FIELD, FS_MATCH_IP_LATER_FRAGMENT, 0, 0xffffffff, 1, rule(&p, 0), FS_MATCH_NONE));
    FS_EQUAL(decide(&p, b.at, b.size, 0, 20), 0);
    b.at[6] = 0x20, b.at[7] = 0; /* the first fragment is not a later one */
    FS_EQUAL(decide(&p, b.at, b.size, 0, 20), FS_MATCH_NONE);
}

static struct fs_match_view look6(struct fs_test *t, const struct fs_match *m, uint8_t next, const char *chain)
{
    struct bytes b = {0}, behind = hex(chain);
    put_ip6(&b, 1, 2, next, behind.size);
    put_hex(&b, chain);
    struct fs_packet *p = marked_packet(t, b.at, b.size, 40);
    struct fs_match_view v;
    fs_match_look(m, &v, p);
    v.at[FS_MATCH_TRANSPORT] = NULL; /* not to be used: the packet goes */
    fs_packet_free(p);
    return v;
}

FS_TEST(match_ip6_fields)
{
    struct program p = {0};
    uint32_t r = rule(&p, 0);
    uint32_t fragment = node(&p, FS_MATCH_FIELD, FS_MATCH_IP6_LATER_FRAGMENT, 0, 1, 1, r, FS_MATCH_NONE);
    finish(&p, node(&p, FS_MATCH_FIELD, FS_MATCH_IP6_PROTOCOL, 0, 0xffffffff, 6, r, fragment));
    struct fs_test *t = with(&p, 1);
    struct fs_match m;
    struct fs_text error = {0};
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(fs_match_load(&m, fs_test_element(t, "c"), (struct fs_bytes){p.table, p.size}, &error), 0);
    struct fs_match_view v = look6(t, &m, 0, "06 00 0000 00000000 0050 c350");
    FS_EQUAL(fs_get32(v.fields + 4 * FS_MATCH_IP6_PROTOCOL), 6);
    FS_EQUAL(v.size[FS_MATCH_TRANSPORT], 4);
    v = look6(t, &m, 44, "06 00 0008 00000007 0050 c350");
    FS_EQUAL(fs_get32(v.fields + 4 * FS_MATCH_IP6_PROTOCOL), 6);
    FS_EQUAL(fs_get32(v.fields + 4 * FS_MATCH_IP6_LATER_FRAGMENT), 1);
    FS_EQUAL(fs_get32(v.fields + 4 * FS_MATCH_IP6_FRAGMENT), 1);
    v = look6(t, &m, 44, "06 00 0001 00000007 0050 c350"); /* the first of several: M is set */
    FS_EQUAL(fs_get32(v.fields + 4 * FS_MATCH_IP6_LATER_FRAGMENT), 0);
    FS_EQUAL(fs_get32(v.fields + 4 * FS_MATCH_IP6_FRAGMENT), 1);
    v = look6(t, &m, 44, "06 00 0000 00000007 0050 c350"); /* one that is whole (RFC 6946) */
    FS_EQUAL(fs_get32(v.fields + 4 * FS_MATCH_IP6_FRAGMENT), 0);
    v = look6(t, &m, 0, "06 09 0000");
    FS_EQUAL(fs_get32(v.fields + 4 * FS_MATCH_IP6_PROTOCOL), FS_PROTOCOL_NONE);
    FS_EQUAL(v.size[FS_MATCH_TRANSPORT], 0);
    fs_test_end(t);
}

FS_TEST(match_refuses_what_is_wrong)
{
    struct program p = sound();
    p.size = 15;
    FS_CHECK(strstr(refused(&p), "cut off") != NULL);
    p = sound();
    p.size--;
    FS_CHECK(strstr(refused(&p), "counts do not fit") != NULL);
    p = sound();
    put_le32(p.table, 3);
    FS_CHECK(strstr(refused(&p), "format 3 is not known") != NULL);
    p = sound();
    put_le32(p.table + 4, 0x40000001); /* 4 times it is 4 in 32 bits */
    FS_CHECK(strstr(refused(&p), "counts do not fit") != NULL);
    p = sound();
    put_le32(p.table + 12, 1);
    FS_CHECK(strstr(refused(&p), "root out of range") != NULL);
    p = sound();
    put_le32(p.table + 16, 1);
    FS_CHECK(strstr(refused(&p), "output 1 does not exist") != NULL);

    static const struct {
        unsigned at;
        uint8_t value;
        const char *said;
    } bytes[] = {
        {2, 4, "unknown source"},       {3, 3, "unknown operation"},    {2, 3, "unknown field"},
        {12, 1, "target out of range"}, {16, 0, "target out of range"}, {19, 0, "target out of range"},
    };
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        p = sound();
        p.table[20 + bytes[i].at] = bytes[i].value;
        if (bytes[i].at == 16) {
            put_le32(p.table + 36, 0x80000001); /* a rule that there is not */
        }
        if (!FS_CHECK(strstr(refused(&p), bytes[i].said) != NULL)) {
            printf("    case %zu: %s\n", i, refused(&p));
        }
    }
}

FS_TEST(match_refuses_cycles)
{
    struct program self = {0}, pair = {0};
    uint32_t r = rule(&self, 0);
    finish(&self, node(&self, 0, 0, 0, 1, 1, r, 0));
    FS_CHECK(strstr(refused(&self), "cycle") != NULL);
    r = rule(&pair, 0);
    node(&pair, 0, 0, 0, 1, 1, r, 1);
    node(&pair, 0, 0, 0, 2, 2, 2, r);
    node(&pair, 0, 0, 0, 4, 4, 1, r);
    finish(&pair, 0);
    FS_CHECK(strstr(refused(&pair), "cycle") != NULL);
    struct program backwards = {0}; /* no cycle: nodes may stand in any order */
    r = rule(&backwards, 0);
    node(&backwards, 0, 0, 0, 1, 1, r, FS_MATCH_NONE);
    node(&backwards, 0, 0, 0, 2, 2, 0, 0);
    finish(&backwards, 1);
    FS_TEXT(refused(&backwards), "");
}

/* A program without a test: the first rule, or none, for all. */
FS_TEST(match_without_nodes)
{
    struct program all = {0}, none = {0};
    uint8_t byte = 0;
    finish(&all, rule(&all, 0));
    FS_EQUAL(decide(&all, &byte, 1, -1, -1), 0);
    finish(&none, FS_MATCH_NONE);
    FS_EQUAL(decide(&none, &byte, 1, -1, -1), FS_MATCH_NONE);
}

/* Random programs on random packets: both interpreters agree. */
FS_TEST(match_interpreters_agree)
{
    uint64_t state = 5;
    unsigned hits[2] = {0, 0};
    for (unsigned round = 0; round < 300; round++) {
        struct program p = {0};
        for (unsigned i = 0; i < 4; i++) {
            rule(&p, (uint32_t)(noise(&state) % 3));
        }
        unsigned count = 1 + (unsigned)(noise(&state) % 20);
        for (unsigned i = 0; i < count; i++) {
            uint32_t next[2];
            for (unsigned k = 0; k < 2; k++) {
                uint64_t choice = noise(&state) % 8;
                next[k] = i + 1 < count && choice < 5 ? i + 1 + (uint32_t)(noise(&state) % (count - i - 1))
                        : choice == 7                 ? FS_MATCH_NONE
                                                      : FS_MATCH_LEAF | (uint32_t)(noise(&state) % 4);
            }
            unsigned source = (unsigned)(noise(&state) % 4), op = (unsigned)(noise(&state) % 3);
            unsigned offset = source == 3 ? 1 + (unsigned)(noise(&state) % 4) : (unsigned)(noise(&state) % 50);
            static const uint32_t masks[] = {0xffffffff, 0xffff0000, 0xff000000, 0x0000ffff, 0x00010000, 0};
            uint32_t mask = masks[noise(&state) % 6];
            node(&p, source, offset, op, mask, (uint32_t)noise(&state) & mask & 0x03030303, next[0], next[1]);
        }
        finish(&p, 0);
        struct fs_test *t = with(&p, 3);
        struct fs_match m;
        struct fs_text error = {0};
        FS_REQUIRE(fs_test_start(t));
        FS_EQUAL(fs_match_load(&m, fs_test_element(t, "c"), (struct fs_bytes){p.table, p.size}, &error), 0);
        for (unsigned i = 0; i < 50; i++) {
            struct fs_packet *packet = noise_packet(t, &state);
            struct fs_match_view v;
            fs_match_look(&m, &v, packet);
            uint32_t found = fs_match_decide(&m, &v);
            hits[found == FS_MATCH_NONE]++;
            FS_EQUAL(found, plain_decide(p.table, packet));
            fs_packet_free(packet);
        }
        fs_test_end(t);
    }
    FS_CHECK(hits[0] > 1000 && hits[1] > 1000); /* both answers were tried */
}
