#include "net/routes.h"
#include "net/testing.h"

/* The reference: every route is tried, the longest that matches is taken. */
struct naive {
    uint32_t count;
    struct fs_route all[4000];
};
static uint32_t naive_lookup(const struct naive *n, uint32_t address, struct fs_hop *hop)
{
    int best = -1;
    *hop = (struct fs_hop){.port = FS_ROUTE_NONE};
    for (uint32_t i = 0; i < n->count; i++) {
        const struct fs_route *r = &n->all[i];
        if ((address & fs_route_mask(r->bits)) == r->address && (int)r->bits > best) {
            best = r->bits;
            *hop = r->hop;
        }
    }
    return hop->port;
}
static uint32_t naive_find(const struct naive *n, uint32_t address, unsigned bits)
{
    uint32_t i = 0;
    while (i < n->count && (n->all[i].address != address || n->all[i].bits != bits)) {
        i++;
    }
    return i;
}

/* An address near a route's bounds, mostly. */
static uint32_t probe(const struct naive *n, uint64_t *state)
{
    uint64_t v = noise(state);
    if (n->count == 0 || v % 8 == 0) {
        return (uint32_t)(v >> 16);
    }
    const struct fs_route *r = &n->all[(v >> 8) % n->count];
    uint32_t end = r->address | ~fs_route_mask(r->bits);
    switch (v % 8) {
    case 1: return r->address;
    case 2: return r->address - 1;
    case 3: return end;
    case 4: return end + 1;
    default: return r->address + (uint32_t)(noise(state) & ~fs_route_mask(r->bits));
    }
}

static void agree(const struct fs_routes *t, const struct naive *n, uint64_t *state, unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        uint32_t address = probe(n, state);
        struct fs_hop want;
        naive_lookup(n, address, &want);
        const struct fs_hop *found = fs_routes_lookup(t, address);
        if (!FS_CHECK(memcmp(found, &want, sizeof want) == 0)) {
            printf("  address %08x: port %u, expected %u\n", address, found->port, want.port);
            return;
        }
    }
}

/* A prefix: of any length, or clustered in a corner of the space, where chunks have many ranges. */
static void make_prefix(uint64_t *state, unsigned style, uint32_t *address, unsigned *bits)
{
    uint64_t v = noise(state);
    *bits = (unsigned)(style == 0 ? v % 33 : style == 1 ? 16 + v % 17 : 24 + v % 3);
    *address = (uint32_t)(v >> 32);
    if (style == 1) {
        *address = 0x0a000000 | (*address & 0x0003ffff);
    }
    *address &= fs_route_mask(*bits);
}

FS_TEST(routes_agree_with_trying_each)
{
    static struct naive n;
    for (unsigned style = 0; style < 3; style++) {
        struct fs_test *test = fs_test_new();
        uint64_t state = 100 + style;
        struct fs_routes t;
        fs_test_add(test, "i", "Idle");
        FS_REQUIRE(fs_test_start(test));
        FS_EQUAL(fs_routes_init(&t, fs_test_element(test, "i"), 0), 0);
        n.count = 0;
        agree(&t, &n, &state, 10);
        for (unsigned step = 0; step < 6000; step++) {
            uint64_t what = noise(&state);
            if (step == 3000) {
                fs_routes_hold(&t);
            } else if (step == 3500) {
                fs_routes_release(&t);
            }
            if (n.count != 0 && (what % 3 == 0 || n.count > 1500)) {
                uint32_t i = (uint32_t)(what >> 8) % n.count;
                uint32_t place = fs_routes_find(&t, n.all[i].address, n.all[i].bits);
                FS_REQUIRE(place != FS_ROUTE_NONE);
                fs_routes_remove(&t, place);
                n.all[i] = n.all[--n.count];
            } else {
                uint32_t address;
                unsigned bits;
                struct fs_hop hop = {{10, 0, (uint8_t)(what >> 40 & 3), (uint8_t)(what >> 48)}, (uint32_t)(what >> 60)};
                make_prefix(&state, style, &address, &bits);
                uint32_t i = naive_find(&n, address, bits), place = fs_routes_find(&t, address, bits);
                FS_EQUAL(place == FS_ROUTE_NONE, i == n.count);
                if (place == FS_ROUTE_NONE) {
                    FS_CHECK(fs_routes_add(&t, address, bits, &hop) != FS_ROUTE_NONE);
                    n.all[n.count++] = (struct fs_route){.address = address, .bits = (uint8_t)bits, .hop = hop};
                } else {
                    if (what % 2 == 0) {
                        fs_routes_replace(&t, place, &hop);
                    } else {
                        fs_routes_replace_elsewhere(&t, place, &hop);
                    }
                    n.all[i].hop = hop;
                }
            }
            FS_EQUAL(t.count, n.count);
            if (step % 10 == 0 && !t.held) {
                agree(&t, &n, &state, 20);
            }
        }
        agree(&t, &n, &state, 20000);
        fs_routes_clear(&t);
        n.count = 0;
        agree(&t, &n, &state, 10);
        fs_test_end(test);
    }
}

FS_TEST(routes_know_the_ends_of_the_space)
{
    struct fs_test *test = fs_test_new();
    struct fs_routes t;
    struct fs_hop a = {.port = 1}, b = {.port = 2}, c = {.port = 3};
    fs_test_add(test, "i", "Idle");
    FS_REQUIRE(fs_test_start(test));
    fs_routes_init(&t, fs_test_element(test, "i"), 0);
    FS_EQUAL(fs_routes_lookup(&t, 0)->port, FS_ROUTE_NONE);
    fs_routes_add(&t, 0, 0, &a);
    fs_routes_add(&t, 0xffffffff, 32, &b);
    fs_routes_add(&t, 0, 32, &c);
    FS_EQUAL(fs_routes_lookup(&t, 0)->port, 3);
    FS_EQUAL(fs_routes_lookup(&t, 1)->port, 1);
    FS_EQUAL(fs_routes_lookup(&t, 0xfffffffe)->port, 1);
    FS_EQUAL(fs_routes_lookup(&t, 0xffffffff)->port, 2);
    fs_test_end(test);
}

/* Each route its own gateway: no limit of 255. */
FS_TEST(routes_have_any_number_of_gateways)
{
    struct fs_test *test = fs_test_new();
    struct fs_routes t;
    fs_test_add(test, "i", "Idle");
    FS_REQUIRE(fs_test_start(test));
    fs_routes_init(&t, fs_test_element(test, "i"), 0);
    for (uint32_t i = 0; i < 20000; i++) {
        struct fs_hop hop = {.port = i};
        fs_put32(hop.gateway, 0x0a000000 + i);
        FS_REQUIRE(fs_routes_add(&t, i << 12, 20, &hop) == i);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        const struct fs_hop *hop = fs_routes_lookup(&t, i << 12 | 0x123);
        if (hop->port != i || fs_get32(hop->gateway) != 0x0a000000 + i) {
            FS_EQUAL(hop->port, i);
            break;
        }
    }
    fs_test_end(test);
}
