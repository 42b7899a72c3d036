#include <stdio.h>

#include "build.h"
#include "testing.h"
#include "testing_platform.h"

/* Keeps packets, a number, and a device; logs what happens to it; fails where its `when` argument says. */
struct keeper {
    struct fs_element base;
    struct fs_task task;
    struct fs_device *device;
    struct fs_packet *kept[8];
    unsigned count, number, received;
};
static const struct fs_arg keeper_args[] = {{"FAIL", "word", FS_KEYWORD, 0, 0, "", "when to fail"},
                                            {"LISTEN", "boolean", FS_KEYWORD, 0, 0, "false", "opens device 0"}};

static struct keeper *mine(struct fs_element *e) { return (struct keeper *)e; }

static bool fails(struct fs_element *e, const char *when) { return strcmp(fs_args_text(e->args, 0, ""), when) == 0; }

static void note(struct fs_element *e, const char *what)
{
    char line[64];
    struct fs_text t = fs_text_in(line, sizeof(line));
    fs_text_format(&t, "%s %s", e->name, what);
    fs_log(e, line, t.length);
}

static bool receive(struct fs_element *e, struct fs_task *t)
{
    struct fs_batch batch = {.count = 0};
    mine(e)->received += fs_device_receive(mine(e)->device, &batch, FS_BATCH_MAX);
    fs_drop_batch(e, &batch, FS_DROP_DISCARDED);
    if (!fs_device_arm(mine(e)->device)) {
        fs_task_schedule(t);
    }
    return true;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    note(e, "configure");
    if (fails(e, "configure")) {
        fs_text_string(error, "first\nsecond\n");
        return -1;
    }
    return fails(e, "mute") ? -1 : 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    note(e, "initialize");
    if (fs_args_boolean(e->args, 1, false)) {
        mine(e)->device = fs_device_open(e, "0");
        fs_task_init(e, &mine(e)->task, receive);
        fs_device_listen(mine(e)->device, &mine(e)->task);
        fs_task_schedule(&mine(e)->task);
    }
    if (fails(e, "initialize")) {
        fs_text_string(error, "cannot begin");
        return -1;
    }
    return 0;
}

static void cleanup(struct fs_element *e)
{
    note(e, "cleanup");
    while (mine(e)->count > 0) {
        fs_drop(e, mine(e)->kept[--mine(e)->count], FS_DROP_SHUTDOWN);
    }
    fs_device_close(mine(e)->device);
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    mine(e)->number = mine(old)->number;
    while (mine(old)->count > 0) {
        mine(e)->kept[mine(e)->count++] = mine(old)->kept[--mine(old)->count];
    }
}

FS_ELEMENT(TestKeeper) = {.name = "TestKeeper", .ports = "-/-", .processing = "a/a", .flow = "x/y", .args = keeper_args,
                          .arg_count = 2, .size = sizeof(struct keeper), .configure = configure,
                          .initialize = initialize, .cleanup = cleanup, .take_state = take_state, .summary = "keeps"};

FS_TEST(a_router_begins_and_ends_in_order)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "a", "TestKeeper");
    fs_test_add(t, "b", "TestKeeper");
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_log(t), "a configure\nb configure\na initialize\nb initialize\n");
    mine(fs_test_element(t, "a"))->kept[0] = fs_test_packet(t, "x", 1);
    mine(fs_test_element(t, "a"))->count = 1;
    fs_test_end(t); /* checks that the packet came back */
}

FS_TEST(all_that_fails_is_told_and_cleaned_up)
{
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 1);
    const char *const when[] = {"configure", "", "mute"};
    const char *const names[] = {"a", "b", "c"};
    for (unsigned i = 0; i < 3; i++) {
        fs_test_add(t, names[i], "TestKeeper");
        fs_test_config(t, "FAIL\tit");
        fs_test_text(t, "FAIL", when[i]);
    }
    FS_TEXT(fs_test_refused(t), "TestKeeper(FAIL it): first\nTestKeeper(FAIL it): second\n"
                                "TestKeeper(FAIL it): failed without saying why\n");
    fs_test_end(t);

    t = fs_test_new();
    fs_test_devices(t, 1);
    fs_test_add(t, "a", "TestKeeper");
    fs_test_boolean(t, "LISTEN", true);
    fs_test_add(t, "b", "TestKeeper");
    fs_test_text(t, "FAIL", "initialize");
    FS_TEXT(fs_test_refused(t), "TestKeeper(): cannot begin\n");
    FS_CHECK(!fs_router_run_once(fs_test_router(t))); /* nothing runs of a router that did not start */
    FS_TEXT(fs_test_log(t), "a configure\nb configure\na initialize\nb initialize\n");
    fs_test_end(t); /* checks that the device was closed */
}

FS_TEST(long_argument_texts_are_cut_in_errors)
{
    struct fs_test *t = fs_test_new();
    char config[200], expected[300];
    memset(config, 'c', sizeof(config));
    config[199] = '\0';
    fs_test_add(t, "a", "TestKeeper");
    fs_test_config(t, config);
    fs_test_text(t, "FAIL", "mute");
    snprintf(expected, sizeof(expected), "TestKeeper(%.60s...): failed without saying why\n", config);
    FS_TEXT(fs_test_refused(t), expected);
    fs_test_end(t);
}

/* Another router of one keeper named "k" on the test's platform, listening to device 0. */
static struct fs_router *replacement(struct fs_test *t, const char *fail)
{
    struct fs_router *r = fs_router_new(fs_test_router(t)->platform);
    const struct fs_class *class = fs_class_find("TestKeeper", 10);
    struct fs_value *values = fs_arena_alloc(&r->arena, 2 * sizeof(*values));
    struct fs_args *args = fs_arena_alloc(&r->arena, sizeof(*args));
    values[0] = (struct fs_value){true, 1, {(const uint8_t *)fail, strlen(fail)}};
    values[1] = (struct fs_value){true, 1, {(const uint8_t *)"\1", 1}};
    *args = (struct fs_args){"", 2, values};
    struct fs_element_spec spec = {.name = "k", .class = class, .args = args};
    struct fs_blueprint b = {.elements = &spec, .element_count = 1};
    char lines[200];
    struct fs_text error = fs_text_in(lines, sizeof(lines));
    FS_EQUAL(fs_router_build(r, &b, &error), 0);
    return r;
}

static struct fs_test *listening(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 1);
    fs_test_add(t, "k", "TestKeeper");
    fs_test_boolean(t, "LISTEN", true);
    fs_test_start(t);
    fs_test_run(t);
    return t;
}

FS_TEST(a_replacement_takes_state_and_devices)
{
    struct fs_test *t = listening();
    struct keeper *old = mine(fs_test_element(t, "k"));
    old->number = 42;
    old->kept[old->count++] = fs_test_packet(t, "x", 1);
    struct fs_router *newer = replacement(t, "");
    struct fs_text error = {0};
    FS_EQUAL(fs_router_start(newer, &error), 0);
    fs_router_take_state(newer, fs_test_router(t));
    FS_CHECK(!fs_test_round(t)); /* the old one is stopped */
    struct keeper *k = mine(fs_router_find(newer, "k", 1));
    FS_EQUAL(k->number, 42);
    FS_CHECK(k->count == 1 && old->count == 0);
    fs_router_run_once(newer);
    fs_test_arrive(t, 0, "frame", 5);
    fs_router_run_once(newer);
    FS_EQUAL(k->received, 1);
    FS_EQUAL(old->received, 0);
    fs_router_unload(newer);
    fs_test_end(t);
}

FS_TEST(the_old_router_goes_on_when_its_replacement_fails)
{
    struct fs_test *t = listening();
    struct fs_router *newer = replacement(t, "initialize");
    char lines[200];
    struct fs_text error = fs_text_in(lines, sizeof(lines));
    FS_EQUAL(fs_router_start(newer, &error), -1);
    fs_test_arrive(t, 0, "frame", 5); /* wakes the new one's task, which never runs */
    fs_router_unload(newer);
    fs_test_run(t);
    FS_EQUAL(mine(fs_test_element(t, "k"))->received, 1);
    fs_test_arrive(t, 0, "frame", 5);
    fs_test_run(t);
    FS_EQUAL(mine(fs_test_element(t, "k"))->received, 2);
    fs_test_end(t);
}

FS_TEST(elements_find_each_other_from_inside_out)
{
    struct fs_test *t = fs_test_new();
    const char *const names[] = {"a/b/c", "a/b/d", "a/d", "d", "a/e", "f"};
    for (unsigned i = 0; i < 6; i++) {
        fs_test_add(t, names[i], "TestKeeper");
    }
    FS_REQUIRE(fs_test_start(t));
    struct fs_element *c = fs_test_element(t, "a/b/c"), *e = fs_test_element(t, "a/e");
    FS_CHECK(fs_find(c, "d") == fs_test_element(t, "a/b/d"));
    FS_CHECK(fs_find(e, "d") == fs_test_element(t, "a/d"));
    FS_CHECK(fs_find(c, "e") == e && fs_find(c, "f") == fs_test_element(t, "f"));
    FS_CHECK(fs_find(e, "b/d") == fs_test_element(t, "a/b/d"));
    FS_CHECK(fs_find(fs_test_element(t, "f"), "e") == NULL && fs_find(c, "g") == NULL);

    char buffer[200];
    struct fs_text value = fs_text_in(buffer, sizeof(buffer));
    FS_EQUAL(fs_handler_read(c, "d.name", "", &value), 0);
    FS_EQUAL(fs_handler_read(c, "name", "", &value), 0);
    FS_EQUAL(fs_handler_read(c, "g.name", "", &value), -1);
    FS_EQUAL(fs_handler_read(c, "nothing", "", &value), -1);
    FS_EQUAL(fs_handler_write(c, "name", "x", 1, &value), -1);
    FS_EQUAL(fs_handler_check(c, "f.name", false, &value), 0);
    buffer[value.length] = '\0';
    FS_TEXT(buffer, "a/b/da/b/cno element named 'g'no 'nothing' read handlerno 'name' write handler");
    fs_test_end(t);
}

FS_TEST(drops_keep_the_latest_packet)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "k", "TestKeeper");
    FS_REQUIRE(fs_test_start(t));
    struct fs_element *k = fs_test_element(t, "k");
    char bytes[70];
    memset(bytes, 'z', sizeof(bytes));
    fs_drop(k, fs_test_packet(t, "ab", 2), FS_DROP_EXPIRED);
    struct fs_packet *p = fs_test_packet(t, bytes, sizeof(bytes));
    p->timestamp = 77;
    fs_drop(k, p, FS_DROP_EXPIRED);
    struct fs_batch batch = {.count = 2, .packets = {fs_test_packet(t, "c", 1), fs_test_packet(t, "", 0)}};
    fs_drop_batch(k, &batch, FS_DROP_RATE);
    FS_EQUAL(batch.count, 0);
    fs_drop_rule(k, fs_test_packet(t, "x", 1), FS_DROP_DENIED, 3); /* no rules were announced */
    char expected[400], hex[129];
    for (unsigned i = 0; i < 128; i += 2) {
        memcpy(hex + i, "7a", 3);
    }
    snprintf(expected, sizeof(expected),
             "k\tdenied\t-\t1\t1000000000000000000\t1\t78\n"
             "k\trate\t-\t2\t1000000000000000000\t0\t\n"
             "k\texpired\t-\t2\t77\t70\t%s\n",
             hex);
    FS_TEXT(fs_test_read(t, "drops"), expected);
    FS_EQUAL(fs_drops_total(k), 5);
    fs_test_end(t);
}

FS_TEST(probes_are_bounced_and_meet_nobody)
{
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 2);
    fs_test_add(t, "k", "TestKeeper");
    FS_REQUIRE(fs_test_start(t));
    struct fs_element *k = fs_test_element(t, "k");
    struct fs_device *d = fs_device_open(k, "0");
    uint8_t probe[60] = {2, 0, 0, 0, 0, 0, 2, 9, 9, 9, 9, 9, 0x88, 0xb5, 'F', 'S', 'P', 'R', 'O', 'B', 'E', '1'};
    probe[22] = 0xaa; /* token */
    probe[38] = 1;    /* leave by device 1 */
    FS_CHECK(fs_probe_take(k, d, fs_test_packet(t, probe, 60)));
    uint8_t expected[60];
    memcpy(expected, probe, 60);
    memcpy(expected, probe + 6, 6);
    memcpy(expected + 6, probe, 6);
    expected[39] = 1;
    FS_EQUAL(fs_test_sent_count(t, 1), 1);
    FS_FRAME(fs_test_sent(t, 1, 0), expected, 60);

    probe[38] = 2; /* no such device: taken, and gone */
    FS_CHECK(fs_probe_take(k, d, fs_test_packet(t, probe, 60)));
    fs_test_ring(t, 1, 0);
    probe[38] = 1; /* its ring is full: gone */
    FS_CHECK(fs_probe_take(k, d, fs_test_packet(t, probe, 60)));
    FS_EQUAL(fs_test_sent_count(t, 1), 1);
    for (unsigned i = 0; i < 40; i++) { /* each of these bytes is needed, but source, token and way out */
        if ((i >= 6 && i < 12) || (i >= 22 && i < 39)) {
            continue;
        }
        probe[i] ^= 1;
        struct fs_packet *p = fs_test_packet(t, probe, 60);
        FS_CHECK(!fs_probe_take(k, d, p));
        fs_packet_free(p);
        probe[i] ^= 1;
    }
    struct fs_packet *p = fs_test_packet(t, probe, 39);
    FS_CHECK(!fs_probe_take(k, d, p));
    fs_packet_free(p);
    fs_device_close(d);
    fs_test_end(t);
}

FS_TEST(out_of_memory_is_refused)
{
    for (size_t limit = 1; limit < 200000; limit += 7000) {
        struct fs_test_platform p;
        fs_test_platform_open(&p, 4);
        p.memory_limit = limit;
        struct fs_router *r = fs_router_new(&p.base);
        static struct fs_element_spec specs[200];
        struct fs_args args = {.config = "", .count = 2, .values = (struct fs_value[2]){{0}}};
        for (unsigned i = 0; i < 200; i++) {
            specs[i] = (struct fs_element_spec){.name = "k", .class = fs_class_find("TestKeeper", 10), .args = &args,
                                                .inputs = 3, .outputs = 3};
        }
        struct fs_blueprint b = {.elements = specs, .element_count = 200, .partial = true};
        char lines[200];
        struct fs_text error = fs_text_in(lines, sizeof(lines) - 1);
        if (r != NULL) {
            FS_EQUAL(fs_router_build(r, &b, &error), -1);
            lines[error.length] = '\0';
            FS_TEXT(lines, "out of memory\n");
        }
        fs_router_unload(r);
        fs_test_platform_close(&p);
    }
}

FS_TEST(router_writes_its_graph_in_chains)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "a", "InfiniteSource");
    fs_test_integer(t, "LIMIT", 1);
    fs_test_config(t, "LIMIT 1");
    fs_test_add(t, "b", "Tee");
    fs_test_add(t, "c", "Discard");
    fs_test_add(t, "d", "Discard");
    fs_test_chain(t, "a", "b", "c");
    fs_test_connect(t, "b", 1, "d", 0);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "flatconfig"), "a :: InfiniteSource(LIMIT 1);\nb :: Tee;\nc :: Discard;\nd :: Discard;\n\n"
                                           "a -> b\n    -> c;\nb [1] -> d;\n");
    /* handlers about its task, where there is one */
    FS_TEXT(fs_test_read(t, "a.scheduled"), "true");
    FS_TEXT(fs_test_read(t, "a.runs"), "0");
    FS_CHECK(fs_test_write(t, "a.scheduled", "false") && !fs_test_write(t, "a.scheduled", "perhaps"));
    FS_TEXT(fs_test_read(t, "a.scheduled"), "false");
    FS_CHECK(fs_test_write(t, "a.scheduled", "true"));
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "a.runs"), "2"); /* the second finds the limit reached */
    FS_EQUAL(fs_router_check(fs_test_router(t), "b.scheduled", false), FS_HANDLER_NO_HANDLER);
    FS_CHECK(strstr(fs_test_read(t, "a.handlers"), "scheduled\trwx\n") != NULL);
    FS_CHECK(strstr(fs_test_read(t, "b.handlers"), "scheduled") == NULL);
    fs_test_end(t);
}
