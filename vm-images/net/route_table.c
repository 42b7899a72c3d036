#include "net/route_table.h"

#include "net/values.h"

enum { TABLE_FORMAT = 1, HEADER_BYTES = 8, ROUTE_BYTES = 16, COMPLAINTS = 5 };

/* ---- packets ---- */

static __attribute__((noinline)) void complain(struct fs_route_table *t, uint32_t address)
{
    uint8_t bytes[4];
    char line[120];
    struct fs_text text = {.at = line, .capacity = sizeof line};
    if (t->complaints == COMPLAINTS) {
        return;
    }
    t->complaints++;
    fs_put32(bytes, address);
    fs_text_format(&text, "%s: no route for ", t->base.name);
    fs_text_ip(&text, bytes);
    fs_log(&t->base, line, text.length);
}

void fs_route_table_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_route_table *t = (struct fs_route_table *)e;
    uint32_t addresses[FS_BATCH_MAX], ports[FS_BATCH_MAX];
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        addresses[i] = fs_get32(fs_annotation_at(batch->packets[i], FS_ANNO_DST_IP, 4));
        __builtin_prefetch(fs_routes_chunk(&t->routes, addresses[i]));
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct fs_hop *hop = fs_routes_lookup(&t->routes, addresses[i]);
        uint32_t gateway;
        __builtin_memcpy(&gateway, hop->gateway, 4);
        if (gateway != 0) {
            fs_set_anno_u32(batch->packets[i], FS_ANNO_DST_IP, gateway);
        }
        ports[i] = hop->port;
        if (__builtin_expect(hop->port == FS_ROUTE_NONE, 0)) {
            complain(t, addresses[i]);
        }
    }
    fs_output_scatter(e, batch, ports, NULL, FS_DROP_NO_MATCH);
}

/* ---- texts ---- */

struct given {
    uint32_t address;
    unsigned bits;
    struct fs_hop hop; /* port FS_ROUTE_NONE: not given */
};

static bool prefix_bits(const uint8_t mask[4], unsigned *bits)
{
    uint32_t m = fs_get32(mask);
    *bits = m == 0 ? 0 : 32 - (unsigned)__builtin_ctz(m);
    return fs_route_mask(*bits) == m;
}

/* `ADDR/MASK [GATEWAY] OUTPUT`; with `partial` OUTPUT may be missing. */
static bool parse(const char *text, size_t length, uint32_t outputs, bool partial, struct given *r)
{
    uint8_t address[4], mask[4];
    const char *word;
    size_t n;
    int64_t port;
    *r = (struct given){.hop.port = FS_ROUTE_NONE};
    if (!fs_parse_word(&text, &length, &word, &n) || !fs_parse_prefix(word, n, address, mask)
        || !prefix_bits(mask, &r->bits)) {
        return false;
    }
    r->address = fs_get32(address) & fs_route_mask(r->bits);
    bool more = fs_parse_word(&text, &length, &word, &n);
    if (more && ((n == 1 && *word == '-') || fs_parse_ip(word, n, r->hop.gateway))) {
        more = fs_parse_word(&text, &length, &word, &n);
    }
    if (!more) {
        return partial;
    }
    if (!fs_parse_integer(word, n, partial ? -1 : 0, (int64_t)outputs - 1, &port)) {
        return false;
    }
    r->hop.port = port < 0 ? (uint32_t)FS_ROUTE_NONE : (uint32_t)port;
    return !fs_parse_word(&text, &length, &word, &n);
}

/* Click's form: parted by spaces, or by tabs that make columns. */
static void unparse(struct fs_text *t, uint32_t address, unsigned bits, const struct fs_hop *hop, bool tabs)
{
    uint8_t bytes[4], mask[4], none[4] = {0};
    char column[48];
    struct fs_text c = {.at = column, .capacity = sizeof column};
    fs_put32(bytes, address);
    fs_put32(mask, fs_route_mask(bits));
    fs_text_prefix(&c, bytes, mask);
    fs_text_bytes(t, column, c.length);
    fs_text_string(t, !tabs ? " " : c.length + 1 < 17 ? "\t\t" : "\t");
    c.length = 0;
    if (__builtin_memcmp(hop->gateway, none, 4) == 0) {
        fs_text_char(&c, '-');
    } else {
        fs_text_ip(&c, hop->gateway);
    }
    fs_text_bytes(t, column, c.length);
    fs_text_string(t, !tabs ? " " : c.length + 1 < 9 ? "\t\t" : "\t");
    if (hop->port == FS_ROUTE_NONE) {
        fs_text_string(t, "-1");
    } else {
        fs_text_u64(t, hop->port);
    }
}

/* ---- commands ---- */

enum command { ADD, SET, REMOVE };

/* What takes a command back. */
struct fs_route_undo {
    enum command command;
    struct given route;
};

static int conflict(const struct fs_route *r, struct fs_text *error)
{
    fs_text_string(error, "conflict with existing route '");
    unparse(error, r->address, r->bits, &r->hop, false);
    fs_text_char(error, '\'');
    return -1;
}

static int do_remove(struct fs_route_table *t, const struct given *r, struct fs_route_undo *undo, struct fs_text *error)
{
    uint32_t place = fs_routes_find(&t->routes, r->address, r->bits);
    const struct fs_route *found = place != FS_ROUTE_NONE ? &t->routes.all[place] : NULL;
    if (found == NULL
        || (r->hop.port != FS_ROUTE_NONE && __builtin_memcmp(&found->hop, &r->hop, sizeof r->hop) != 0)) {
        fs_text_string(error, "route '");
        unparse(error, r->address, r->bits, &r->hop, false);
        fs_text_string(error, "' not found");
        return -1;
    }
    *undo = (struct fs_route_undo){ADD, {r->address, r->bits, found->hop}};
    fs_routes_remove(&t->routes, place);
    return 0;
}

static int do_add(struct fs_route_table *t, const struct given *r, bool set, struct fs_route_undo *undo, struct fs_text *error)
{
    uint32_t place = fs_routes_find(&t->routes, r->address, r->bits);
    *undo = (struct fs_route_undo){REMOVE, *r};
    if (place != FS_ROUTE_NONE) {
        const struct fs_route *found = &t->routes.all[place];
        if (!set) {
            return conflict(found, error);
        }
        *undo = (struct fs_route_undo){SET, {r->address, r->bits, found->hop}};
        if (t->listing != FS_ROUTES_NEW_PLACE) {
            fs_routes_replace(&t->routes, place, &r->hop);
            return 0;
        }
        fs_routes_replace_elsewhere(&t->routes, place, &r->hop);
        return 0;
    }
    if (fs_routes_add(&t->routes, r->address, r->bits, &r->hop) == FS_ROUTE_NONE) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

static int command(struct fs_route_table *t, enum command what, const char *text, size_t length, struct fs_route_undo *undo,
                   struct fs_text *error)
{
    struct given r;
    if (!parse(text, length, t->base.output_count, what == REMOVE, &r)) {
        fs_text_format(error, "expected 'ADDR/MASK [GATEWAY%s'", what == REMOVE ? " OUTPUT]" : "] OUTPUT");
        return -1;
    }
    return what == REMOVE ? do_remove(t, &r, undo, error) : do_add(t, &r, what == SET, undo, error);
}

static void take_back(struct fs_route_table *t, const struct fs_route_undo *u)
{
    char line[8];
    struct fs_text ignored = {.at = line, .capacity = sizeof line};
    struct fs_route_undo again;
    if (u->command == REMOVE) {
        do_remove(t, &u->route, &again, &ignored);
    } else {
        do_add(t, &u->route, u->command == SET, &again, &ignored);
    }
}

/* ---- handlers ---- */

static int write_add(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_route_undo undo;
    return command((struct fs_route_table *)e, ADD, value, length, &undo, error);
}
static int write_set(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_route_undo undo;
    return command((struct fs_route_table *)e, SET, value, length, &undo, error);
}
static int write_remove(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_route_undo undo;
    return command((struct fs_route_table *)e, REMOVE, value, length, &undo, error);
}

static bool is(const char *word, size_t n, const char *what)
{
    return n == __builtin_strlen(what) && __builtin_memcmp(word, what, n) == 0;
}

static size_t line_length(const char *text, size_t length)
{
    size_t n = 0;
    while (n < length && text[n] != '\n') {
        n++;
    }
    return n;
}

/* Does the commands of the lines; answers how many were done, and whether that is all of them. */
static uint32_t run_lines(struct fs_route_table *t, const char *text, size_t length, struct fs_route_undo *done, bool *all,
                          struct fs_text *error)
{
    uint32_t count = 0;
    *all = false;
    while (length > 0) {
        size_t whole = line_length(text, length), left = whole, n;
        const char *rest = text, *word;
        text += whole < length ? whole + 1 : whole;
        length -= whole < length ? whole + 1 : whole;
        if (!fs_parse_word(&rest, &left, &word, &n)) {
            continue;
        }
        enum command what = is(word, n, "add") ? ADD : is(word, n, "set") ? SET : REMOVE;
        if (what == REMOVE && !is(word, n, "remove")) {
            fs_text_string(error, "bad command '");
            fs_text_bytes(error, word, n);
            fs_text_char(error, '\'');
            return count;
        }
        if (command(t, what, rest, left, &done[count], error) != 0) {
            return count;
        }
        count++;
    }
    *all = true;
    return count;
}

/* All of the lines are done, or none. What takes them back is kept in memory that stays the element's; so it is kept
 * for the next time. */
static int write_ctrl(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_route_table *t = (struct fs_route_table *)e;
    uint32_t lines = 1;
    bool all;
    for (size_t i = 0; i < length; i++) {
        lines += value[i] == '\n';
    }
    if (lines > t->undo_capacity) {
        t->undo = fs_alloc(e, lines * sizeof *t->undo);
        t->undo_capacity = t->undo != NULL ? lines : 0;
    }
    if (t->undo == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    fs_routes_hold(&t->routes);
    uint32_t done = run_lines(t, value, length, t->undo, &all, error);
    while (!all && done > 0) {
        take_back(t, &t->undo[--done]);
    }
    fs_routes_release(&t->routes);
    return all ? 0 : -1;
}

static int write_flush(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    fs_routes_clear(&((struct fs_route_table *)e)->routes);
    return 0;
}

static void list(const struct fs_route *r, struct fs_text *value)
{
    unparse(value, r->address, r->bits, &r->hop, true);
    fs_text_char(value, '\n');
}

static void read_table(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_route_table *t = (struct fs_route_table *)e;
    (void)parameters;
    for (unsigned bits = 33; t->listing == FS_ROUTES_SORTED && bits-- > 0;) {
        for (uint32_t i = 0; i < t->routes.count; i++) {
            const struct fs_route *r = &t->routes.all[t->routes.sorted[i]];
            if (r->bits == bits) {
                list(r, value);
            }
        }
    }
    for (uint32_t i = 0; t->listing != FS_ROUTES_SORTED && i < t->routes.place_count; i++) {
        if (t->routes.all[i].real) {
            list(&t->routes.all[i], value);
        }
    }
}

static void read_lookup(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_route_table *t = (struct fs_route_table *)e;
    uint8_t address[4];
    if (!fs_parse_ip(parameters, __builtin_strlen(parameters), address)) {
        fs_text_format(value, "expected IP address, not '%s'", parameters);
        return;
    }
    const struct fs_hop *hop = fs_routes_lookup(&t->routes, fs_get32(address));
    fs_text_i64(value, hop->port == FS_ROUTE_NONE ? -1 : (int64_t)hop->port);
    if (fs_get32(hop->gateway) != 0) {
        fs_text_char(value, ' ');
        fs_text_ip(value, hop->gateway);
    }
}

/* ---- the argument table (docs/contracts.md, `routes` format 1) ---- */

static uint32_t get_le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

int fs_route_table_configure(struct fs_element *e, enum fs_route_listing listing, struct fs_text *error)
{
    struct fs_route_table *t = (struct fs_route_table *)e;
    struct fs_bytes table = fs_args_bytes(e->args, 0);
    uint32_t count = table.length >= HEADER_BYTES ? get_le32(table.at + 4) : 0;
    if (table.length != 0
        && (table.length < HEADER_BYTES || get_le32(table.at) != TABLE_FORMAT
            || (uint64_t)count * ROUTE_BYTES != table.length - HEADER_BYTES)) {
        fs_text_string(error, "routes: the table is not of format 1");
        return -1;
    }
    t->listing = listing;
    if (fs_routes_init(&t->routes, e, count) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    fs_routes_hold(&t->routes);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = table.at + HEADER_BYTES + (size_t)ROUTE_BYTES * i;
        struct given r = {.address = fs_get32(at), .hop.port = get_le32(at + 12)};
        __builtin_memcpy(r.hop.gateway, at + 8, 4);
        if (!prefix_bits(at + 4, &r.bits) || r.hop.port >= e->output_count) {
            fs_text_format(error, "argument %u should be 'ADDR/MASK [GATEWAY] OUTPUT'", (unsigned)i + 1);
            return -1;
        }
        r.address &= fs_route_mask(r.bits);
        if (fs_routes_find(&t->routes, r.address, r.bits) == FS_ROUTE_NONE) {
            fs_routes_add(&t->routes, r.address, r.bits, &r.hop);
        }
    }
    fs_routes_release(&t->routes);
    return 0;
}

const struct fs_arg fs_route_table_args[FS_ROUTE_TABLE_ARGS] = {
    {"ROUTE", "routes", FS_REST, 0, 0, "", "`ADDRESS/MASK [GATEWAY] OUTPUT` each; a GATEWAY of `-` is none."},
};
const struct fs_handler fs_route_table_handlers[FS_ROUTE_TABLE_HANDLERS] = {
    {"table", read_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "The routes, `ADDRESS/MASK GATEWAY OUTPUT` each."},
    {"lookup", read_lookup, NULL, FS_HANDLER_PARAMETER, NULL, "`OUTPUT [GATEWAY]` for an address; -1: no route."},
    {"add", NULL, write_add, 0, NULL, "Adds a route, `ADDRESS/MASK [GATEWAY] OUTPUT`; there must be none for the prefix."},
    {"set", NULL, write_set, 0, NULL, "Adds or replaces a route, `ADDRESS/MASK [GATEWAY] OUTPUT`."},
    {"remove", NULL, write_remove, 0, NULL, "Removes a route, `ADDRESS/MASK [[GATEWAY] OUTPUT]`."},
    {"ctrl", NULL, write_ctrl, 0, NULL, "Lines of `add ROUTE`, `set ROUTE`, `remove ROUTE`: all are done, or none."},
    {"flush", NULL, write_flush, FS_HANDLER_BUTTON, NULL, "Removes all routes."},
};
