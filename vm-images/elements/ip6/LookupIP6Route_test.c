#include "net/routes6.h"
#include "net/testing.h"
#include "net/values.h"

struct route {
    const char *prefix;
    unsigned bits;
    const char *gateway; /* NULL: none */
    unsigned port;
};
static void put_address(struct bytes *b, const char *text)
{
    FS_CHECK(fs_parse_ip6(text, strlen(text), b->at + b->size));
    b->size += 16;
}
static void put_le(struct bytes *b, uint32_t v)
{
    put_le32(b->at + b->size, v);
    b->size += 4;
}
static struct bytes table_of(const struct route *routes, unsigned count)
{
    struct bytes b = {0};
    put_le(&b, 1);
    put_le(&b, count);
    for (unsigned i = 0; i < count; i++) {
        put_address(&b, routes[i].prefix);
        put_address(&b, routes[i].gateway != NULL ? routes[i].gateway : "::");
        put_le(&b, routes[i].bits);
        put_le(&b, routes[i].port);
    }
    return b;
}
static struct fs_test *lookup(const struct bytes *table, unsigned count)
{
    static const char *const sinks[] = {"a", "b", "c"};
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    for (unsigned i = 0; i < 3; i++) {
        fs_test_add(t, sinks[i], "TestSink");
    }
    fs_test_add(t, "r", "LookupIP6Route");
    if (count != 0) {
        fs_test_table(t, "ROUTE", table->at, table->size, count);
    }
    fs_test_connect(t, "in", 0, "r", 0);
    for (unsigned i = 0; i < 3; i++) {
        fs_test_connect(t, "r", i, sinks[i], 0);
    }
    return t;
}
static const char *ask(struct fs_test *t, const char *address)
{
    static char buffer[100];
    struct fs_text value = {.at = buffer, .capacity = sizeof buffer - 1};
    FS_EQUAL(fs_router_read(fs_test_router(t), "r.lookup", address, &value), FS_HANDLER_OK);
    buffer[value.length] = '\0';
    return buffer;
}
static struct fs_packet *to(struct fs_test *t, const char *address)
{
    struct fs_packet *p = fs_test_packet(t, "x", 1);
    FS_CHECK(fs_parse_ip6(address, strlen(address), p->annotations));
    return p;
}

/* Of Click's own documentation. */
static const struct route few[] = {
    {"3ffe:1ce1:2::", 128, NULL, 0},
    {"3ffe:1ce1:2:0:200::", 128, NULL, 0},
    {"3ffe:1ce1:2::", 80, NULL, 1},
    {"3ffe:1ce1:2:0:200::", 80, NULL, 2},
    {"::", 0, "3ffe:1ce1:2::2", 1},
};

FS_TEST(lookupip6route_sends_by_the_longest_prefix)
{
    struct bytes table = table_of(few, 5);
    struct fs_test *t = lookup(&table, 5);
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *batch[] = {to(t, "3ffe:1ce1:2::"), to(t, "3ffe:1ce1:2::"), to(t, "3ffe:1ce1:2::7"),
                                 to(t, "3ffe:1ce1:2:0:200::1"), to(t, "2001:db8::1"), to(t, "::")};
    fs_test_send_batch(t, "in", batch, 6);
    FS_EQUAL(fs_test_count(t, "a"), 2);
    FS_EQUAL(fs_test_count(t, "b"), 3);
    FS_EQUAL(fs_test_count(t, "c"), 1);
    FS_EQUAL(fs_test_out(t, "b", 0)->annotations[15], 7);
    FS_EQUAL(memcmp(fs_test_out(t, "b", 1)->annotations, "\x3f\xfe\x1c\xe1\0\2\0\0\0\0\0\0\0\0\0\2", 16), 0);
    FS_EQUAL(memcmp(fs_test_out(t, "b", 2)->annotations, "\x3f\xfe\x1c\xe1\0\2\0\0\0\0\0\0\0\0\0\2", 16), 0);
    fs_test_end(t);
}

FS_TEST(lookupip6route_drops_what_has_no_route)
{
    struct bytes table = table_of(few, 4);
    struct fs_test *t = lookup(&table, 4);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in", to(t, "2001:db8::1"));
    FS_EQUAL(fs_test_drops(t, "r", FS_DROP_NO_MATCH), 1);
    fs_test_end(t);
    t = lookup(&table, 0);
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(strstr(fs_test_log(t), "no routes") != NULL);
    FS_TEXT(fs_test_read(t, "r.table"), "");
    fs_test_send_packet(t, "in", to(t, "2001:db8::1"));
    FS_EQUAL(fs_test_drops(t, "r", FS_DROP_NO_MATCH), 1);
    fs_test_end(t);
}

FS_TEST(lookupip6route_changes)
{
    struct bytes table = table_of(few, 5);
    struct fs_test *t = lookup(&table, 5);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(ask(t, "3ffe:1ce1:2::7"), "1");
    FS_TEXT(ask(t, "2001::1"), "1 3ffe:1ce1:2::2");
    FS_CHECK(fs_test_write(t, "r.remove", "3ffe:1ce1:2::99/80"));
    FS_TEXT(ask(t, "3ffe:1ce1:2::7"), "1 3ffe:1ce1:2::2");
    FS_CHECK(fs_test_write(t, "r.remove", "3ffe:1ce1:2::99/80")); /* there is none */
    FS_CHECK(fs_test_write(t, "r.add", "2001:db8::/32 2"));
    FS_TEXT(ask(t, "2001:db8:1::"), "2");
    FS_CHECK(fs_test_write(t, "r.add", "2001:db8::9/ffff:ffff:: fe80::1 0")); /* takes the place of the other */
    FS_TEXT(ask(t, "2001:db8:1::"), "0 fe80::1");
    FS_CHECK(fs_test_write(t, "r.ctrl", "add 2001:db8::5 :: 2"));
    FS_TEXT(ask(t, "2001:db8::5"), "2");
    FS_CHECK(fs_test_write(t, "r.ctrl", "remove ::/0"));
    FS_TEXT(ask(t, "4000::"), "-1");
    FS_TEXT(fs_test_read(t, "r.table"), "# Active routes\n3ffe:1ce1:2::/128\t::\t0\n3ffe:1ce1:2:0:200::/128\t::\t0\n"
                                        "2001:db8::/32\tfe80::1\t0\n3ffe:1ce1:2:0:200::/80\t::\t2\n2001:db8::5/128\t::\t2\n");
    static const char *const wrong[] = {"", "2001:db8::/32", "2001:db8::/32 3", "2001:db8::/129 1", "2001:db8::/32 10.0.0.1 1",
                                        "2001:db8::/32 fe80::1", "2001:db8::/32 fe80::1 1 1", "2001:db8::/f0f0:: 1"};
    for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
        FS_CHECK(!fs_test_write(t, "r.add", wrong[k]));
        FS_TEXT(fs_test_said(t), "expected 'DADDR/MASK [GW] OUTPUT'");
    }
    FS_CHECK(!fs_test_write(t, "r.remove", "2001:db8::/32 1"));
    FS_CHECK(!fs_test_write(t, "r.ctrl", "set 2001:db8::/32 1"));
    FS_TEXT(fs_test_said(t), "bad command, should be `add' or `remove'");
    FS_TEXT(ask(t, "10.0.0.1"), "expected IP6 address, not '10.0.0.1'");
    fs_test_end(t);
}

FS_TEST(lookupip6route_refuses_bad_tables)
{
    static const char *const tables[] = {"01000000", "02000000 00000000", "01000000 01000000", "01000000 00000000 00"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct bytes table = hex(tables[i]);
        struct fs_test *t = lookup(&table, 1);
        FS_CHECK(strstr(fs_test_refused(t), "not of format 1") != NULL);
        fs_test_end(t);
    }
    static const struct route port[] = {{"::", 0, NULL, 3}}, bits[] = {{"::", 129, NULL, 0}};
    struct bytes table = table_of(port, 1);
    struct fs_test *t = lookup(&table, 1);
    FS_CHECK(strstr(fs_test_refused(t), "argument 1 should be DADDR/MASK [GW] OUTPUT") != NULL);
    fs_test_end(t);
    table = table_of(bits, 1);
    t = lookup(&table, 1);
    FS_CHECK(strstr(fs_test_refused(t), "argument 1 should be DADDR/MASK [GW] OUTPUT") != NULL);
    fs_test_end(t);
}

/* ---- the table against a search of all routes ---- */
static bool covers(const struct fs_route6 *r, struct fs_address6 a)
{
    return fs_address6_equal(fs_masked6(a, fs_mask6(r->bits)), r->address);
}
static const struct fs_route6 *naive(const struct fs_routes6 *t, struct fs_address6 a)
{
    const struct fs_route6 *best = NULL;
    for (uint32_t i = 0; i < t->place_count; i++) {
        const struct fs_route6 *r = &t->all[i];
        if (r->real && covers(r, a) && (best == NULL || r->bits > best->bits)) {
            best = r;
        }
    }
    return best;
}
/* Few bits differ, so that prefixes lie within one another. */
static struct fs_address6 near(uint64_t *seed)
{
    uint64_t a = noise(seed), b = noise(seed);
    return (struct fs_address6){0x20010db800000000 | (a & 0x8000000f00000003), b & 0xc0000000000000ff};
}

FS_TEST(lookupip6route_is_a_longest_match)
{
    struct bytes none = {0};
    uint64_t seed = 6;
    struct fs_test *t = lookup(&none, 0);
    FS_REQUIRE(fs_test_start(t));
    struct fs_routes6 routes = {0};
    FS_REQUIRE(fs_routes6_init(&routes, fs_test_element(t, "r"), 0) == 0);
    for (unsigned round = 0; round < 400; round++) {
        struct fs_route6 r = {.address = near(&seed), .port = round, .bits = (uint8_t)(noise(&seed) % 129)};
        r.address = fs_masked6(r.address, fs_mask6(r.bits));
        uint32_t place = fs_routes6_find(&routes, r.address, r.bits);
        if (place != FS_ROUTE6_NONE && round % 3 == 0) {
            fs_routes6_remove(&routes, place);
        } else {
            FS_REQUIRE(fs_routes6_put(&routes, &r) == 0);
        }
        if (round % 8 != 0) {
            continue;
        }
        FS_REQUIRE(fs_routes6_build(&routes) == 0);
        for (unsigned i = 0; i < 200; i++) {
            struct fs_address6 a = near(&seed);
            if (i % 2 == 0 && routes.count != 0) { /* near a route's edge */
                a = routes.all[routes.sorted[i % routes.count]].address;
                a.low -= i % 4 == 0;
            }
            FS_CHECK(fs_routes6_lookup(&routes, a) == naive(&routes, a));
        }
    }
    FS_CHECK(routes.length_count > 100);
    fs_test_end(t);
}
