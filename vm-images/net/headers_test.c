/* The header cursors: what they take, and that they take nothing that is not wholly there. Each frame is put into a
 * buffer of exactly its size, so that AddressSanitizer sees a byte read beyond it. */
#include "net/ether.h"
#include "net/ip.h"
#include "net/ip6.h"
#include "net/testing.h"
#include "net/transport.h"

struct exact {
    uint8_t *at;
    struct fs_cursor cursor;
};
static struct exact exactly(const uint8_t *bytes, size_t size)
{
    struct exact x = {.at = malloc(size + (size == 0))};
    memcpy(x.at, bytes, size);
    x.cursor = (struct fs_cursor){x.at, x.at + size};
    return x;
}

FS_TEST(take_steps_over_what_is_there)
{
    uint8_t bytes[3] = {1, 2, 3};
    struct fs_cursor c = {bytes, bytes + 3};
    FS_CHECK(fs_take(&c, 4) == NULL);
    FS_EQUAL(fs_left(&c), 3);
    FS_CHECK(fs_take(&c, 2) == bytes);
    FS_CHECK(fs_take(&c, 1) == bytes + 2);
    FS_CHECK(fs_take(&c, 0) == bytes + 3);
    FS_CHECK(fs_take(&c, 1) == NULL);
}

FS_TEST(ether_with_tags)
{
    static const struct {
        const char *tags;
        int type;
        size_t left;
    } cases[] = {
        {"0800", 0x0800, 2},
        {"8100 0005 0800", 0x0800, 2},
        {"88a8 0005 8100 0006 86dd", 0x86dd, 2},
        {"9100 0005 8100 0006 8100 0007 8100 0008 0806", 0x0806, 2},
        {"8100 0001 8100 0002 8100 0003 8100 0004 8100 0005 0800", 0x8100, 6}, /* a fifth tag is not looked into */
        {"0026", 0x26, 2}, /* IEEE 802.3 length */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes b = hex("02000000000b 02000000000a");
        put_hex(&b, cases[i].tags);
        size_t headers = b.size;
        put_hex(&b, "abcd");
        struct exact whole = exactly(b.at, b.size);
        FS_EQUAL(fs_take_ether(&whole.cursor), cases[i].type);
        FS_EQUAL(fs_left(&whole.cursor), cases[i].left);
        free(whole.at);
        headers -= cases[i].left - 2;
        for (size_t cut = 0; cut < headers; cut++) {
            struct exact part = exactly(b.at, cut);
            FS_CHECK(fs_take_ether(&part.cursor) == -1);
            free(part.at);
        }
    }
}

FS_TEST(arp_for_ip_over_ethernet_alone)
{
    struct bytes good = hex("0001 0800 06 04 0001 02000000000a 0a000001 000000000000 0a000002");
    struct exact x = exactly(good.at, good.size);
    const struct fs_arp *a = fs_take_arp(&x.cursor);
    FS_CHECK(a != NULL && fs_get16(a->operation) == FS_ARP_REQUEST && fs_get32(a->target_ip) == 0x0a000002);
    FS_EQUAL(fs_left(&x.cursor), 0);
    free(x.at);
    static const unsigned decisive[] = {0, 1, 2, 3, 4, 5};
    for (size_t i = 0; i < sizeof decisive / sizeof decisive[0]; i++) {
        struct bytes bad = good;
        bad.at[decisive[i]] ^= 0x10;
        struct exact y = exactly(bad.at, bad.size);
        FS_CHECK(fs_take_arp(&y.cursor) == NULL);
        free(y.at);
    }
    for (size_t cut = 0; cut < good.size; cut++) {
        struct exact y = exactly(good.at, cut);
        FS_CHECK(fs_take_arp(&y.cursor) == NULL);
        free(y.at);
    }
}

FS_TEST(ip_bounds)
{
    struct bytes b = {0};
    put_ip(&b, 1, 2, 17, 8);
    put_udp(&b, 53, 5353, 0);
    put_hex(&b, "0000 0000"); /* padding of the link */
    struct exact x = exactly(b.at, b.size);
    const struct fs_ip *h = fs_take_ip(&x.cursor);
    FS_REQUIRE(h != NULL);
    FS_EQUAL(fs_left(&x.cursor), 8); /* without the padding */
    const struct fs_udp *u = fs_take_udp(&x.cursor);
    FS_CHECK(u != NULL && fs_get16(u->destination_port) == 5353);
    free(x.at);

    static const struct {
        unsigned at;
        uint8_t value;
    } bad[] = {
        {0, 0x65}, /* version 6 */
        {0, 0x44}, /* header of 16 bytes */
        {0, 0x4f}, /* header longer than the packet */
        {3, 19},   /* total length less than the header */
        {3, 200},  /* more than there is */
        {2, 0xff},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct exact y = exactly(b.at, b.size);
        y.at[bad[i].at] = bad[i].value;
        FS_CHECK(fs_take_ip(&y.cursor) == NULL);
        FS_EQUAL(fs_left(&y.cursor), b.size);
        free(y.at);
    }
    for (size_t cut = 0; cut < 28; cut++) {
        struct exact y = exactly(b.at, cut);
        FS_CHECK(fs_take_ip(&y.cursor) == NULL);
        free(y.at);
    }
}

FS_TEST(udp_and_tcp_bounds)
{
    struct bytes u = hex("0035 14e9 000a 0000 aabb");
    static const uint16_t lengths[] = {0, 7, 11, 0xffff};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct exact x = exactly(u.at, u.size);
        fs_put16(x.at + 4, lengths[i]); /* UDP length lies about its size */
        FS_CHECK(fs_take_udp(&x.cursor) == NULL);
        free(x.at);
    }
    struct bytes t = hex("0050 c350 00000001 00000002 60 12 ffff 0000 0000 020405b4");
    struct exact x = exactly(t.at, t.size);
    const struct fs_tcp *h = fs_take_tcp(&x.cursor);
    FS_CHECK(h != NULL && h->flags == (FS_TCP_SYN | FS_TCP_ACK) && fs_tcp_header_length(h) == 24);
    FS_EQUAL(fs_left(&x.cursor), 0);
    free(x.at);
    for (size_t cut = 0; cut < t.size; cut++) {
        struct exact y = exactly(t.at, cut);
        FS_CHECK(fs_take_tcp(&y.cursor) == NULL);
        free(y.at);
    }
    t.at[12] = 0x40; /* data offset of 16 bytes */
    x = exactly(t.at, t.size);
    FS_CHECK(fs_take_tcp(&x.cursor) == NULL);
    free(x.at);
}

/* Walks the packet `next` + chain; answers what was found. */
static struct fs_ip6_upper walk(uint8_t next, const char *chain)
{
    struct bytes b = {0}, behind = hex(chain);
    struct fs_ip6_upper upper;
    put_ip6(&b, 1, 2, next, behind.size);
    put_hex(&b, chain);
    struct exact x = exactly(b.at, b.size);
    fs_ip6_walk(x.at, x.cursor.end, &upper);
    free(x.at);
    return upper;
}

FS_TEST(ip6_without_extensions)
{
    struct fs_ip6_upper u = walk(17, "0035 0035 0008 0000");
    FS_EQUAL(u.protocol, 17);
    FS_EQUAL(u.offset, 40);
    FS_CHECK(!u.fragment && !u.later_fragment);
    FS_EQUAL(walk(FS_IP6_NO_NEXT, "").protocol, FS_IP6_NO_NEXT);
    FS_EQUAL(walk(FS_IP6_ESP, "01").protocol, FS_IP6_ESP);
}

FS_TEST(ip6_extension_chain)
{
    /* hop-by-hop 8, routing 24, destination options 16, authentication 24 (RFC 4302: 4 + 2 words), then TCP */
    struct fs_ip6_upper u = walk(0, "2b 00 0000 00000000"
                                    "3c 02 0000 00000000 00000000 00000000 00000000 00000000"
                                    "33 01 0000 00000000 00000000 00000000"
                                    "06 04 0000 00000001 00000002 00000000 00000000 00000000"
                                    "0050");
    FS_EQUAL(u.protocol, 6);
    FS_EQUAL(u.offset, 40 + 8 + 24 + 16 + 24);
    FS_CHECK(!u.fragment);
}

FS_TEST(ip6_fragments)
{
    struct fs_ip6_upper first = walk(44, "11 00 0001 00000007 0035 0035 0010 0000");
    FS_EQUAL(first.protocol, 17);
    FS_EQUAL(first.offset, 48);
    FS_CHECK(first.fragment && !first.later_fragment);

    struct fs_ip6_upper later = walk(44, "11 00 0088 00000007 01020304");
    FS_EQUAL(later.protocol, 17);
    FS_EQUAL(later.offset, 48);
    FS_CHECK(later.fragment && later.later_fragment);

    struct fs_ip6_upper atomic = walk(44, "11 00 0000 00000007 0035 0035 0008 0000"); /* RFC 6946 */
    FS_EQUAL(atomic.protocol, 17);
    FS_CHECK(!atomic.fragment && !atomic.later_fragment);

    struct fs_ip6_upper options = walk(44, "3c 00 0088 00000007 01020304"); /* the options are in the first fragment */
    FS_EQUAL(options.protocol, FS_PROTOCOL_NONE);
    FS_CHECK(options.later_fragment);
}

FS_TEST(ip6_chains_that_do_not_end)
{
    FS_EQUAL(walk(60, "").protocol, FS_PROTOCOL_NONE);
    FS_EQUAL(walk(60, "06 00 0000 000000").protocol, FS_PROTOCOL_NONE);         /* a byte short */
    FS_EQUAL(walk(60, "06 01 0000 00000000").protocol, FS_PROTOCOL_NONE);       /* says 16 bytes, has 8 */
    FS_EQUAL(walk(60, "06 ff 0000 00000000").protocol, FS_PROTOCOL_NONE);
    FS_EQUAL(walk(44, "11 00 0000 000000").protocol, FS_PROTOCOL_NONE);
    FS_EQUAL(walk(51, "11 04 0000 00000000").protocol, FS_PROTOCOL_NONE);
    /* hop-by-hop second */
    FS_EQUAL(walk(60, "00 00 0000 00000000 06 00 0000 00000000 0050").protocol, FS_PROTOCOL_NONE);
    char chain[17 * 16 + 1] = "";
    for (unsigned i = 0; i < 15; i++) {
        strcat(chain, "3c00000000000000");
    }
    strcat(chain, "0600000000000000");
    FS_EQUAL(walk(60, chain).protocol, 6); /* 16 headers */
    memcpy(chain + 15 * 16, "3c", 2);
    strcat(chain, "0600000000000000");
    FS_EQUAL(walk(60, chain).protocol, FS_PROTOCOL_NONE); /* 17 */
}

FS_TEST(headers_of_noise_stay_in_bounds)
{
    uint64_t state = 4;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t bytes[120];
        size_t size = noise(&state) % sizeof bytes;
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)noise(&state);
        }
        static const uint8_t nexts[] = {0, 43, 44, 60, 51, 17};
        if (size > 6) {
            bytes[6] = nexts[noise(&state) % 6];
        }
        for (size_t i = 40; i + 1 < size; i += 8) {
            bytes[i] = nexts[noise(&state) % 6];
            bytes[i + 1] = (uint8_t)(noise(&state) % 3);
        }
        struct exact x = exactly(bytes, size);
        struct fs_cursor c = x.cursor;
        fs_take_ether(&c);
        c = x.cursor;
        if (fs_take_ip(&c) != NULL) {
            FS_CHECK(c.at <= c.end && c.end <= x.cursor.end);
        }
        if (size >= FS_IP6_SIZE) {
            struct fs_ip6_upper upper;
            fs_ip6_walk(x.at, x.at + size, &upper);
            FS_CHECK(upper.offset >= FS_IP6_SIZE && upper.offset <= size);
        }
        free(x.at);
    }
}
