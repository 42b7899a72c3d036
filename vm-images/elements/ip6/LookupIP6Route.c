/* LookupIP6Route: looks up IPv6 routes. */
#include "net/marked6.h"
#include "net/routes6.h"
#include "net/values.h"

enum { ROUTE };
enum { TABLE_FORMAT = 1, HEADER_BYTES = 8, ROUTE_BYTES = 40 };

struct lookup {
    struct fs_element base;
    struct fs_routes6 routes;
};

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    const struct lookup *l = (struct lookup *)e;
    struct fs_address6 addresses[FS_BATCH_MAX], last = {0, 0};
    uint32_t ports[FS_BATCH_MAX];
    const struct fs_route6 *r = NULL;
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        addresses[i] = fs_get_address6(fs_annotation_at(batch->packets[i], FS_ANNO_DST_IP6, 16));
        __builtin_prefetch(fs_routes6_first(&l->routes, addresses[i]));
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        if (i == 0 || !fs_address6_equal(addresses[i], last)) {
            last = addresses[i];
            r = fs_routes6_lookup(&l->routes, last);
        }
        if (r != NULL && !fs_address6_none(r->gateway)) {
            fs_put_address6(fs_annotation_at(batch->packets[i], FS_ANNO_DST_IP6, 16), r->gateway);
        }
        ports[i] = r != NULL ? r->port : (uint32_t)FS_ROUTE6_NONE;
    }
    fs_output_scatter(e, batch, ports, NULL, FS_DROP_NO_MATCH);
}

/* ---- handlers ---- */

/* `ADDR/PREFIX [GATEWAY] OUTPUT`; what is left of the text after the prefix where `route` is not wanted whole. */
FS_ONCE static bool parse(const char *text, size_t length, uint32_t outputs, bool whole, struct fs_route6 *r)
{
    const char *word;
    size_t n;
    unsigned bits;
    int64_t port;
    uint8_t gateway[16] = {0};
    if (!fs_parse_word(&text, &length, &word, &n) || !fs_parse_prefix6(word, n, &r->address, &bits)) {
        return false;
    }
    r->bits = (uint8_t)bits;
    r->address = fs_masked6(r->address, fs_mask6(bits));
    if (!whole) {
        return !fs_parse_word(&text, &length, &word, &n);
    }
    if (!fs_parse_word(&text, &length, &word, &n)) {
        return false;
    }
    if (((n == 1 && *word == '-') || fs_parse_ip6(word, n, gateway)) && !fs_parse_word(&text, &length, &word, &n)) {
        return false;
    }
    if (!fs_parse_integer(word, n, 0, (int64_t)outputs - 1, &port)) {
        return false;
    }
    r->gateway = fs_get_address6(gateway);
    r->port = (uint32_t)port;
    return !fs_parse_word(&text, &length, &word, &n);
}

FS_ONCE static int write_add(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_routes6 *t = &((struct lookup *)e)->routes;
    struct fs_route6 r = {.real = true};
    if (!parse(value, length, e->output_count, true, &r)) {
        fs_text_string(error, "expected 'DADDR/MASK [GW] OUTPUT'");
        return -1;
    }
    if (fs_routes6_put(t, &r) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    if (fs_routes6_build(t) != 0) {
        fs_routes6_remove(t, fs_routes6_find(t, r.address, r.bits));
        fs_routes6_build(t);
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

FS_ONCE static int write_remove(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_routes6 *t = &((struct lookup *)e)->routes;
    struct fs_route6 r = {.real = true};
    if (!parse(value, length, e->output_count, false, &r)) {
        fs_text_string(error, "expected 'DADDR/MASK'");
        return -1;
    }
    uint32_t place = fs_routes6_find(t, r.address, r.bits);
    if (place != FS_ROUTE6_NONE) { /* Click says nothing when there is none */
        fs_routes6_remove(t, place);
        fs_routes6_build(t);
    }
    return 0;
}

static bool is(const char *word, size_t n, const char *what)
{
    return n == __builtin_strlen(what) && __builtin_memcmp(word, what, n) == 0;
}

FS_ONCE static int write_ctrl(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    const char *word = "";
    size_t n = 0;
    fs_parse_word(&value, &length, &word, &n);
    if (is(word, n, "add")) {
        return write_add(e, value, length, error);
    }
    if (is(word, n, "remove")) {
        return write_remove(e, value, length, error);
    }
    fs_text_string(error, "bad command, should be `add' or `remove'");
    return -1;
}

FS_ONCE static void text_address(struct fs_text *t, struct fs_address6 a)
{
    uint8_t bytes[16];
    fs_put_address6(bytes, a);
    fs_text_ip6(t, bytes);
}

FS_ONCE static void read_table(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_routes6 *t = &((struct lookup *)e)->routes;
    (void)parameters;
    if (t->place_count != 0) {
        fs_text_string(value, "# Active routes\n");
    }
    for (uint32_t i = 0; i < t->place_count; i++) {
        const struct fs_route6 *r = &t->all[i];
        if (r->real) {
            text_address(value, r->address);
            fs_text_format(value, "/%u\t", (unsigned)r->bits);
            text_address(value, r->gateway);
            fs_text_format(value, "\t%u\n", (unsigned)r->port);
        }
    }
}

FS_ONCE static void read_lookup(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct lookup *l = (struct lookup *)e;
    uint8_t address[16];
    if (!fs_parse_ip6(parameters, __builtin_strlen(parameters), address)) {
        fs_text_format(value, "expected IP6 address, not '%s'", parameters);
        return;
    }
    const struct fs_route6 *r = fs_routes6_lookup(&l->routes, fs_get_address6(address));
    fs_text_i64(value, r == NULL ? -1 : (int64_t)r->port);
    if (r != NULL && !fs_address6_none(r->gateway)) {
        fs_text_char(value, ' ');
        text_address(value, r->gateway);
    }
}

/* ---- the argument table (docs/contracts.md, `routes6` format 1) ---- */

static uint32_t get_le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_routes6 *t = &((struct lookup *)e)->routes;
    struct fs_bytes table = fs_args_bytes(e->args, ROUTE);
    uint32_t count = table.length >= HEADER_BYTES ? get_le32(table.at + 4) : 0;
    if (table.length != 0
        && (table.length < HEADER_BYTES || get_le32(table.at) != TABLE_FORMAT
            || (uint64_t)count * ROUTE_BYTES != table.length - HEADER_BYTES)) {
        fs_text_string(error, "routes: the table is not of format 1");
        return -1;
    }
    if (fs_routes6_init(t, e, count) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = table.at + HEADER_BYTES + (size_t)ROUTE_BYTES * i;
        uint32_t bits = get_le32(at + 32), port = get_le32(at + 36);
        if (bits > 128 || port >= e->output_count) {
            fs_text_format(error, "argument %u should be DADDR/MASK [GW] OUTPUT", (unsigned)i + 1);
            return -1;
        }
        struct fs_route6 r = {.address = fs_masked6(fs_get_address6(at), fs_mask6(bits)),
                              .gateway = fs_get_address6(at + 16),
                              .port = port,
                              .bits = (uint8_t)bits};
        fs_routes6_put(t, &r); /* there is room for all */
    }
    if (fs_routes6_build(t) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    if (count == 0) {
        fs_text_string(error, "no routes");
    }
    return 0;
}

static const struct fs_arg args[] = {
    [ROUTE] = {"ROUTE", "routes6", FS_REST, 0, 0, "", "`ADDRESS/PREFIX [GATEWAY] OUTPUT` each; a GATEWAY of `::` is none."},
};
static const struct fs_handler handlers[] = {
    {"table", read_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "The routes, `ADDRESS/PREFIX GATEWAY OUTPUT` each."},
    {"lookup", read_lookup, NULL, FS_HANDLER_PARAMETER, NULL, "Ours: `OUTPUT [GATEWAY]` for an address; -1: no route."},
    {"add", NULL, write_add, 0, NULL, "Sets a route, `ADDRESS/PREFIX [GATEWAY] OUTPUT`."},
    {"remove", NULL, write_remove, 0, NULL, "Removes the route of `ADDRESS/PREFIX`, if there is one."},
    {"ctrl", NULL, write_ctrl, 0, NULL, "`add ROUTE` or `remove ADDRESS/PREFIX`."},
};

FS_ELEMENT(LookupIP6Route) = {
    .name = "LookupIP6Route",
    .ports = "1/-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads annotation.DST_IP6; writes annotation.DST_IP6; drops",
    .summary = "IPv6 route look-up",
    .doc = "Looks the destination annotation up (longest prefix first), sets it to the route's gateway where there\n"
           "is one, and sends the packet to the route's output. Packets without a route are dropped as `no-match`.\n"
           "Of routes for the same prefix the last one holds. The cost of a packet goes with the logarithm of how\n"
           "many different prefix lengths there are, and not with the number of routes.\n\n"
           "    ... -> GetIP6Address(24) -> rt :: LookupIP6Route(2001:db8:1::1/128 0, 2001:db8:1::/64 1,\n"
           "                                                     ::/0 2001:db8:1::fe 1);\n",
    .size = sizeof(struct lookup),
    .configure = configure,
    .push = push,
};
