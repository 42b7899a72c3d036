/* malformed_test.c: 100,000 frames that are not as they should be, with 10,000 good ones among them, through a filter
 * from device to device. Every good one arrives, in order; nothing else does; at every element what came in went out or
 * was dropped for a reason; the pool is whole again. */
#include "net/testing.h"

enum { GOOD = 10000, BAD_EACH = 10, FRAMES = GOOD * (BAD_EACH + 1), PIECE = 256, PAYLOAD = 26 };

/* allow udp dst port 53 of first or only fragments, deny the rest */
static struct program filter(void)
{
    struct program p = {0};
    uint32_t allow = rule(&p, 0), deny = rule(&p, FS_MATCH_NONE);
    node(&p, FS_MATCH_NETWORK, 8, 0, 0x00ff0000, 0x00110000, 1, deny);
    node(&p, FS_MATCH_FIELD, FS_MATCH_IP_LATER_FRAGMENT, 0, 0xffffffff, 0, 2, deny);
    node(&p, FS_MATCH_FIELD, FS_MATCH_TRANSPORT_BYTES, 2, 0xffffffff, 8, 3, deny);
    node(&p, FS_MATCH_TRANSPORT, 0, 0, 0x0000ffff, 53, allow, deny);
    finish(&p, 0);
    return p;
}

static struct fs_test *build(void)
{
    static const char *const counters[] = {"c0", "c1", "c2", "c3"};
    struct program p = filter();
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 2);
    fs_test_add(t, "from", "FromDevice");
    fs_test_text(t, "DEVNAME", "0");
    fs_test_add(t, "mark", "MarkInnerHeader");
    fs_test_add(t, "check", "CheckIPHeader");
    fs_test_boolean(t, "MARKED", true);
    fs_test_add(t, "filter", "IPFilter");
    fs_test_table(t, "RULE", p.table, p.size, p.rule_count);
    fs_test_add(t, "to", "ToDevice");
    fs_test_text(t, "DEVNAME", "1");
    for (unsigned i = 0; i < 4; i++) {
        fs_test_add(t, counters[i], "Counter");
    }
    fs_test_add(t, "ip6", "Discard");
    fs_test_add(t, "arp", "Discard");
    fs_test_add(t, "other", "Discard");
    fs_test_chain(t, "from", "c0", "mark", "c1", "check", "c2", "filter", "c3", "to");
    fs_test_connect(t, "mark", 1, "ip6", 0);
    fs_test_connect(t, "mark", 2, "arp", 0);
    fs_test_connect(t, "mark", 3, "other", 0);
    return t;
}

/* The i-th good frame: its number is in the payload. */
static struct bytes good(uint32_t number)
{
    struct bytes b = udp_frame(4000, 53, PAYLOAD);
    put_le32(b.at + 42, number);
    return b;
}

static struct bytes bad(uint64_t *state)
{
    struct bytes b = udp_frame(4000, 53, PAYLOAD);
    uint8_t *ip = b.at + 14;
    uint64_t r = noise(state) >> 8;
    switch (noise(state) % 10) {
    case 0: /* cut off somewhere before the end of what its IP header promises */
        b.size = r % b.size;
        return b;
    case 1: /* whole, but longer than the device takes */
        b = udp_frame(4000, 53, 1515 - 42 + r % (FS_FRAME_MAX - 1514));
        return b;
    case 2: /* total length beyond the frame */
        fs_put16(ip + 2, (uint16_t)(b.size - 14 + 1 + r % 60000));
        break;
    case 3: /* header length too small */
        ip[0] = (uint8_t)(0x40 | r % 5);
        return b;
    case 4: /* header length beyond the packet */
        fs_put16(ip + 2, 20 + (uint16_t)(r % 4));
        ip[0] = 0x4f;
        break;
    case 5: /* checksum */
        ip[10] ^= (uint8_t)(1 + r % 255);
        return b;
    case 6: /* version */
        ip[0] = (uint8_t)((r % 2 == 0 ? 0x50 : 0x60) | 5);
        break;
    case 7: /* a later fragment */
        fs_put16(ip + 6, (uint16_t)(1 + r % 0x1ffe));
        break;
    case 8: /* ends within the UDP header */
        fs_put16(ip + 2, (uint16_t)(20 + r % 8));
        break;
    default: /* noise */
        b.size = r % 200;
        for (size_t i = 0; i < b.size; i++) {
            b.at[i] = (uint8_t)noise(state);
        }
        return b;
    }
    fix_ip_checksum(ip);
    return b;
}

static uint64_t number_of(struct fs_test *t, const char *handler) { return strtoull(fs_test_read(t, handler), NULL, 10); }
static uint64_t lost(struct fs_test *t, const char *name) { return fs_drops_total(fs_test_element(t, name)); }

/* Looks at what arrived since the last call: the good frames from *next on, in order and unchanged. */
static bool arrived(struct fs_test *t, uint32_t *next)
{
    for (unsigned i = 0; i < fs_test_sent_count(t, 1); i++) {
        struct bytes b = good(*next);
        if (!FS_FRAME(fs_test_sent(t, 1, i), b.at, b.size)) {
            return false;
        }
        ++*next;
    }
    fs_test_sent_forget(t, 1);
    return true;
}

FS_TEST(malformed_frames_are_dropped_and_good_ones_pass)
{
    struct fs_test *t = build();
    uint64_t state = 42;
    uint32_t sent = 0, next = 0;
    FS_REQUIRE(fs_test_start(t));
    for (uint32_t i = 0; i < FRAMES; i++) {
        struct bytes b = i % (BAD_EACH + 1) == 5 ? good(sent++) : bad(&state);
        fs_test_arrive(t, 0, b.at, b.size);
        if (i % PIECE == PIECE - 1 || i + 1 == FRAMES) {
            fs_test_run(t);
            FS_REQUIRE(arrived(t, &next));
        }
    }
    FS_EQUAL(sent, GOOD);
    FS_EQUAL(next, GOOD);
    uint64_t c0 = number_of(t, "c0.count"), c1 = number_of(t, "c1.count");
    uint64_t c2 = number_of(t, "c2.count"), c3 = number_of(t, "c3.count");
    FS_EQUAL(c0, FRAMES);
    FS_EQUAL(c0, c1 + lost(t, "mark") + lost(t, "ip6") + lost(t, "arp") + lost(t, "other"));
    FS_EQUAL(c1, c2 + lost(t, "check"));
    FS_EQUAL(c2, c3 + lost(t, "filter"));
    FS_EQUAL(c3, GOOD + lost(t, "to"));
    FS_CHECK(fs_test_drops(t, "check", FS_DROP_BAD_CHECKSUM) > 5000);
    FS_CHECK(fs_test_rule_drops(t, "filter", 1) > 5000);
    FS_CHECK(fs_test_drops(t, "to", FS_DROP_TOO_LONG) > 5000);
    fs_test_end(t);
}
