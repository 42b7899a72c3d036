#include "net/testing.h"

struct route {
    uint32_t address, mask, gateway, port;
};
static struct bytes table_of(const struct route *routes, unsigned count)
{
    struct bytes table = hex("01000000 00000000");
    put_le32(table.at + 4, count);
    for (unsigned i = 0; i < count; i++) {
        put_number(&table, 4, routes[i].address);
        put_number(&table, 4, routes[i].mask);
        put_number(&table, 4, routes[i].gateway);
        put_le32(table.at + table.size, routes[i].port);
        table.size += 4;
    }
    return table;
}
static struct fs_test *lookup(const char *class, const struct route *routes, unsigned count)
{
    static const char *const sinks[] = {"a", "b", "c"};
    struct fs_test *t = fs_test_new();
    struct bytes table = table_of(routes, count);
    fs_test_add(t, "in", "TestSource");
    for (unsigned i = 0; i < 3; i++) {
        fs_test_add(t, sinks[i], "TestSink");
    }
    fs_test_add(t, "r", class);
    if (count != 0) {
        fs_test_table(t, "ROUTE", table.at, table.size, count);
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
static const char *const classes[] = {"RadixIPLookup", "DirectIPLookup", "RangeIPLookup", "LinearIPLookup",
                                      "SortedIPLookup"};
enum { CLASSES = 5 };

static const struct route few[] = {
    {0x0a000001, 0xffffffff, 0, 0},
    {0x0a000000, 0xffffff00, 0, 1},
    {0, 0, 0x0a0000fe, 2},
};

FS_TEST(lookups_send_by_the_longest_prefix)
{
    for (unsigned i = 0; i < CLASSES; i++) {
        struct fs_test *t = lookup(classes[i], few, 3);
        FS_REQUIRE(fs_test_start(t));
        static const uint32_t to[] = {0x0a000001, 0x0a000002, 0xc0000201, 0x0a000001};
        struct fs_packet *batch[4];
        for (unsigned k = 0; k < 4; k++) {
            batch[k] = fs_test_packet(t, "x", 1);
            fs_put32(batch[k]->annotations, to[k]);
        }
        fs_test_send_batch(t, "in", batch, 4);
        FS_EQUAL(fs_test_count(t, "a"), 2);
        FS_EQUAL(fs_test_count(t, "b"), 1);
        FS_EQUAL(fs_test_count(t, "c"), 1);
        FS_EQUAL(fs_get32(fs_test_out(t, "a", 0)->annotations), 0x0a000001);
        FS_EQUAL(fs_get32(fs_test_out(t, "c", 0)->annotations), 0x0a0000fe); /* the gateway */
        fs_test_end(t);
    }
}

FS_TEST(lookups_drop_what_has_no_route)
{
    struct fs_test *t = lookup("RadixIPLookup", few, 2);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 7; i++) {
        fs_test_send(t, "in", "x", 1);
    }
    FS_EQUAL(fs_test_drops(t, "r", FS_DROP_NO_MATCH), 7);
    unsigned lines = 0;
    for (const char *at = fs_test_log(t); (at = strstr(at, "r: no route for 0.0.0.0")) != NULL; at++) {
        lines++;
    }
    FS_EQUAL(lines, 5);
    fs_test_end(t);
}

/* What Click's documentation says of add, set, remove and lookup, for each of its look-ups alike. */
FS_TEST(lookups_change)
{
    for (unsigned i = 0; i < CLASSES; i++) {
        struct fs_test *t = lookup(classes[i], NULL, 0);
        FS_REQUIRE(fs_test_start(t));
        FS_TEXT(ask(t, "172.16.9.9"), "-1");
        FS_CHECK(fs_test_write(t, "r.add", "172.16/16 10.0.0.1 0"));
        FS_TEXT(ask(t, "172.16.9.9"), "0 10.0.0.1");
        FS_CHECK(fs_test_write(t, "r.add", "172.16.0.0/20 1"));
        FS_TEXT(ask(t, "172.16.9.9"), "1");
        FS_CHECK(!fs_test_write(t, "r.add", "172.16.5.5/20 10.0.0.2 2"));
        FS_TEXT(fs_test_said(t), "conflict with existing route '172.16.0.0/20 - 1'");
        FS_CHECK(fs_test_write(t, "r.set", "172.16.5.5/20 10.0.0.2 2"));
        FS_TEXT(ask(t, "172.16.9.9"), "2 10.0.0.2");
        FS_CHECK(!fs_test_write(t, "r.remove", "172.16.0.0/20 10.0.0.2 1"));
        FS_TEXT(fs_test_said(t), "route '172.16.0.0/20 10.0.0.2 1' not found");
        FS_CHECK(!fs_test_write(t, "r.remove", "172.16.0.0/21"));
        FS_CHECK(fs_test_write(t, "r.remove", "172.16.0.0/20"));
        FS_TEXT(ask(t, "172.16.9.9"), "0 10.0.0.1");
        FS_CHECK(fs_test_write(t, "r.set", "0/0 - 2"));
        FS_CHECK(fs_test_write(t, "r.remove", "172.16.0.0/16 10.0.0.1 0"));
        FS_TEXT(ask(t, "172.16.9.9"), "2");
        static const char *const wrong[] = {"", "172.16/16", "172.16/16 3", "172.16/16 -1", "172.16/16 10.0.0.1 1 1",
                                            "172.16/255.0.255.0 1", "x 1"};
        for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
            FS_CHECK(!fs_test_write(t, "r.add", wrong[k]));
            FS_TEXT(fs_test_said(t), "expected 'ADDR/MASK [GATEWAY] OUTPUT'");
        }
        FS_CHECK(!fs_test_write(t, "r.remove", "x"));
        FS_TEXT(fs_test_said(t), "expected 'ADDR/MASK [GATEWAY OUTPUT]'");
        fs_test_end(t);
    }
}

FS_TEST(lookups_change_many_at_once_or_none)
{
    for (unsigned i = 0; i < CLASSES; i++) {
        struct fs_test *t = lookup(classes[i], few, 3);
        FS_REQUIRE(fs_test_start(t));
        char before[500];
        strcpy(before, fs_test_read(t, "r.table"));
        FS_CHECK(!fs_test_write(t, "r.ctrl", "add 1.0.0.0/8 0\nset 10.0.0.0/24 2\nremove 0/0\nadd 1.0.0.0/8 1\n"));
        FS_TEXT(fs_test_said(t), "conflict with existing route '1.0.0.0/8 - 0'");
        FS_TEXT(ask(t, "1.2.3.4"), "2 10.0.0.254");
        FS_TEXT(ask(t, "10.0.0.9"), "1");
        FS_CHECK(!fs_test_write(t, "r.ctrl", "add 1.0.0.0/8 0\nput 1.0.0.0/8 1"));
        FS_TEXT(fs_test_said(t), "bad command 'put'");
        FS_TEXT(ask(t, "1.2.3.4"), "2 10.0.0.254");
        FS_CHECK(fs_test_write(t, "r.ctrl", "add 1.0.0.0/8 0\n\n set 10.0.0.0/24 2\nremove 0/0"));
        FS_TEXT(ask(t, "1.2.3.4"), "0");
        FS_TEXT(ask(t, "10.0.0.9"), "2");
        FS_TEXT(ask(t, "2.2.3.4"), "-1");
        fs_test_end(t);
    }
}

FS_TEST(lookups_list_their_routes)
{
    struct fs_test *t = lookup("LinearIPLookup", few, 3);
    FS_REQUIRE(fs_test_start(t));
    /* Columns of 16 and 8: a further tab where a text with its own is shorter than 17 and 9. */
    FS_TEXT(fs_test_read(t, "r.table"), "10.0.0.1/32\t\t-\t\t0\n10.0.0.0/24\t\t-\t\t1\n0.0.0.0/0\t\t10.0.0.254\t2\n");
    FS_CHECK(fs_test_write(t, "r.add", "172.16.128.128/28 1.0.0.1 1") && fs_test_write(t, "r.set", "10.0.0.0/24 2"));
    FS_CHECK(fs_test_write(t, "r.remove", "10.0.0.1/32"));
    FS_TEXT(fs_test_read(t, "r.table"),
            "10.0.0.0/24\t\t-\t\t2\n0.0.0.0/0\t\t10.0.0.254\t2\n172.16.128.128/28\t1.0.0.1\t\t1\n");
    FS_CHECK(fs_test_write(t, "r.add", "10.9.9.9 1")); /* in the free place */
    FS_TEXT(fs_test_read(t, "r.table"), "10.9.9.9/32\t\t-\t\t1\n10.0.0.0/24\t\t-\t\t2\n0.0.0.0/0\t\t10.0.0.254\t2\n"
                                        "172.16.128.128/28\t1.0.0.1\t\t1\n");
    fs_test_end(t);
    t = lookup("RadixIPLookup", few, 2);
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "r.set", "10.0.0.1/32 2")); /* behind, and its place is free */
    FS_TEXT(fs_test_read(t, "r.table"), "10.0.0.0/24\t\t-\t\t1\n10.0.0.1/32\t\t-\t\t2\n");
    FS_CHECK(fs_test_write(t, "r.set", "10.0.0.0/24 2"));
    FS_TEXT(fs_test_read(t, "r.table"), "10.0.0.0/24\t\t-\t\t2\n10.0.0.1/32\t\t-\t\t2\n");
    fs_test_end(t);
    t = lookup("SortedIPLookup", few, 3);
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "r.add", "10.0.0.0/28 1"));
    FS_TEXT(fs_test_read(t, "r.table"), "10.0.0.1/32\t\t-\t\t0\n10.0.0.0/28\t\t-\t\t1\n10.0.0.0/24\t\t-\t\t1\n"
                                        "0.0.0.0/0\t\t10.0.0.254\t2\n");
    fs_test_end(t);
}

FS_TEST(lookups_flush)
{
    struct fs_test *t = lookup("DirectIPLookup", few, 3);
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "r.flush", ""));
    FS_TEXT(ask(t, "10.0.0.1"), "-1");
    FS_TEXT(fs_test_read(t, "r.table"), "");
    FS_TEXT(ask(t, "10.0.0"), "expected IP address, not '10.0.0'");
    fs_test_end(t);
}

FS_TEST(staticiplookup_does_not_change)
{
    struct fs_test *t = lookup("StaticIPLookup", few, 3);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(ask(t, "10.0.0.7"), "1");
    FS_CHECK(strstr(fs_test_read(t, "r.handlers"), "table") != NULL);
    FS_CHECK(strstr(fs_test_read(t, "r.handlers"), "add") == NULL);
    fs_test_end(t);
}

FS_TEST(lookups_take_what_is_given_first)
{
    static const struct route twice[] = {{0x0a000000, 0xffffff00, 0, 1}, {0x0a000000, 0xffffff00, 0, 2}};
    struct fs_test *t = lookup("RadixIPLookup", twice, 2);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(ask(t, "10.0.0.7"), "1");
    FS_TEXT(fs_test_read(t, "r.table"), "10.0.0.0/24\t\t-\t\t1\n");
    fs_test_end(t);
}

FS_TEST(lookups_refuse_bad_tables)
{
    static const struct route port[] = {{0x0a000000, 0xffffff00, 0, 3}}, mask[] = {{0x0a000000, 0xff00ff00, 0, 1}};
    struct fs_test *t = lookup("RadixIPLookup", port, 1);
    FS_CHECK(strstr(fs_test_refused(t), "argument 1 should be 'ADDR/MASK [GATEWAY] OUTPUT'") != NULL);
    fs_test_end(t);
    t = lookup("RadixIPLookup", mask, 1);
    FS_CHECK(strstr(fs_test_refused(t), "argument 1 should be") != NULL);
    fs_test_end(t);
    static const char *const tables[] = {"01000000", "02000000 00000000", "01000000 01000000", "01000000 00000000 00"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct bytes table = hex(tables[i]);
        t = fs_test_new();
        fs_test_add(t, "in", "TestSource");
        fs_test_add(t, "r", "RadixIPLookup");
        fs_test_table(t, "ROUTE", table.at, table.size, 1);
        fs_test_connect(t, "in", 0, "r", 0);
        FS_CHECK(strstr(fs_test_refused(t), "not of format 1") != NULL);
        fs_test_end(t);
    }
}
