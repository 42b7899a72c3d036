#include "testing.h"

/* Sends by the first byte of the frame; 255 means no output; the second byte is the rule. */
struct sorter {
    struct fs_element base;
};

static void sort(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    uint32_t ports[FS_BATCH_MAX], rules[FS_BATCH_MAX];
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        ports[i] = batch->packets[i]->data[0];
        rules[i] = batch->packets[i]->data[1];
    }
    fs_output_scatter(e, batch, ports, rules, FS_DROP_DENIED);
}

static int four_rules(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_drops_rules(e, 4);
    return 0;
}

/* Keeps frames whose first byte is even; others are rejected to output 1. */
static void even(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->data[0] % 2 == 0) {
            batch->packets[kept++] = p;
        } else {
            fs_reject(e, 1, p, FS_DROP_MALFORMED);
        }
    }
    batch->count = kept;
}

FS_ELEMENT(TestSorter) = {.name = "TestSorter", .ports = "1/-", .processing = "h/h", .flow = "x/x",
                          .size = sizeof(struct sorter), .configure = four_rules, .push = sort, .summary = "sorts"};
FS_ELEMENT(TestEven) = {.name = "TestEven", .ports = "1/1-2", .processing = "a/ah", .flow = "x/x",
                        .size = sizeof(struct sorter), .act = even, .summary = "keeps even frames"};

static void send_bytes(struct fs_test *t, const char *source, const uint8_t (*frames)[2], unsigned count)
{
    struct fs_packet *p[FS_BATCH_MAX];
    for (unsigned i = 0; i < count; i++) {
        p[i] = fs_test_packet(t, frames[i], 2);
    }
    fs_test_send_batch(t, source, p, count);
}

/* Drops of a rule stay that rule's while the rules are the same, and else their reason's. */
FS_TEST(drops_are_taken_by_rule_or_by_reason)
{
    for (unsigned same = 0; same < 2; same++) {
        struct fs_test *t = fs_test_new();
        fs_test_add(t, "in", "TestSource");
        fs_test_add(t, "s", "TestSorter");
        fs_test_add(t, "next", "TestSorter");
        fs_test_add(t, "a", "TestSink");
        fs_test_add(t, "b", "TestSink");
        fs_test_chain(t, "in", "s", "a");
        fs_test_add(t, "in2", "TestSource");
        fs_test_chain(t, "in2", "next", "b");
        FS_REQUIRE(fs_test_start(t));
        const uint8_t frames[][2] = {{255, 3}, {255, 3}, {255, 9}};
        send_bytes(t, "in", frames, 3);
        struct fs_element *next = fs_test_element(t, "next");
        if (!same) {
            fs_drops_rules(next, 3);
        }
        fs_drops_take(next, fs_test_element(t, "s"));
        FS_EQUAL(fs_drops_total(next), 3);
        FS_EQUAL(fs_test_rule_drops(t, "next", 3), same ? 2 : 0);
        FS_EQUAL(fs_test_drops(t, "next", FS_DROP_DENIED), same ? 1 : 3);
        fs_test_end(t);
    }
}

FS_TEST(scatter_keeps_order_and_counts_rules)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "s", "TestSorter");
    fs_test_add(t, "a", "TestSink");
    fs_test_add(t, "b", "TestSink");
    fs_test_chain(t, "in", "s", "a");
    fs_test_connect(t, "s", 1, "b", 0);
    FS_REQUIRE(fs_test_start(t));
    const uint8_t frames[][2] = {{0, 1}, {1, 2}, {255, 3}, {0, 4}, {1, 5}, {255, 3}, {255, 0}, {200, 9}, {0, 6}};
    send_bytes(t, "in", frames, 9);
    FS_REQUIRE(fs_test_count(t, "a") == 3 && fs_test_count(t, "b") == 2);
    FS_EQUAL(fs_test_out(t, "a", 0)->data[1], 1);
    FS_EQUAL(fs_test_out(t, "a", 1)->data[1], 4);
    FS_EQUAL(fs_test_out(t, "a", 2)->data[1], 6);
    FS_EQUAL(fs_test_out(t, "b", 1)->data[1], 5);
    FS_EQUAL(fs_test_rule_drops(t, "s", 3), 2);
    FS_EQUAL(fs_test_rule_drops(t, "s", 0), 1);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_DENIED), 1); /* rule 9 is none of the four */
    FS_TEXT(fs_test_read(t, "s.drops"), "s\tdenied\t-\t1\t1000000000000000000\t2\tc809\n"
                                        "s\tdenied\t0\t1\t1000000000000000000\t2\tff00\n"
                                        "s\tdenied\t3\t2\t1000000000000000000\t2\tff03\n");
    fs_test_end(t);
}

FS_TEST(a_whole_batch_one_way_is_one_push)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "s", "TestSorter");
    fs_test_add(t, "a", "TestSink");
    fs_test_chain(t, "in", "s", "a");
    FS_REQUIRE(fs_test_start(t));
    uint8_t frames[FS_BATCH_MAX][2] = {{0, 0}};
    send_bytes(t, "in", frames, FS_BATCH_MAX);
    FS_EQUAL(fs_test_count(t, "a"), FS_BATCH_MAX);
    fs_test_end(t);
}

FS_TEST(an_open_output_drops_as_unconnected)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "s", "TestSorter");
    fs_test_ports(t, 1, 2);
    fs_test_connect(t, "in", 0, "s", 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "\1\0", 2);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_UNCONNECTED), 1);
    FS_EQUAL(fs_drops_total(fs_test_element(t, "s")), 1);
    fs_test_end(t);
}

FS_TEST(act_works_pushed)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "e", "TestEven");
    fs_test_add(t, "e2", "TestEven");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "odd", "TestSink");
    fs_test_chain(t, "in", "e", "e2", "out");
    fs_test_connect(t, "e", 1, "odd", 0);
    FS_REQUIRE(fs_test_start(t));
    const uint8_t frames[][2] = {{1, 0}, {2, 0}, {3, 0}, {4, 0}};
    send_bytes(t, "in", frames, 4);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    FS_EQUAL(fs_test_count(t, "odd"), 2);
    FS_TEXT(fs_test_read(t, "e.ports"), "1 input\npush~\t-\tin [0]\n2 outputs\npush~\t-\t[0] e2\npush\t-\t[0] odd\n");
    fs_test_end(t);
}

FS_TEST(act_works_pulled_and_goes_on_when_it_keeps_nothing)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "e", "TestEven");
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "e", "out");
    FS_REQUIRE(fs_test_start(t));
    uint8_t frames[20][2];
    for (unsigned i = 0; i < 20; i++) {
        frames[i][0] = i < 15 ? 1 : 2;
        frames[i][1] = (uint8_t)i;
    }
    send_bytes(t, "in", frames, 20);
    FS_EQUAL(fs_test_pull(t, "out", 4), 1); /* 12 odd ones, then a pull with 3 odd and 1 even */
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_MALFORMED), 15);
    FS_EQUAL(fs_test_pull(t, "out", 64), 4);
    FS_EQUAL(fs_test_pull(t, "out", 64), 0);
    FS_TEXT(fs_test_read(t, "e.ports"), "1 input\npull~\t-\tin [0]\n1 output\npull~\t-\t[0] out\n");
    fs_test_end(t);
}

FS_TEST(a_cycle_of_acts_ends_in_counted_drops)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "a", "TestEven");
    fs_test_add(t, "b", "TestEven");
    fs_test_chain(t, "in", "a", "b", "a");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "\2\0", 2);
    FS_EQUAL(fs_test_drops(t, "a", FS_DROP_LOOP) + fs_test_drops(t, "b", FS_DROP_LOOP), 1);
    fs_test_end(t);
}

FS_TEST(a_cycle_of_pushes_ends_in_counted_drops)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "a", "TestSorter");
    fs_test_chain(t, "in", "a", "a");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "\0\0", 2);
    FS_EQUAL(fs_test_drops(t, "a", FS_DROP_LOOP), 1);
    fs_test_end(t);
}

FS_TEST(writable_copies_or_counts)
{
    struct fs_test *t = fs_test_new();
    fs_test_pool(t, 3);
    fs_test_add(t, "in", "TestSource");
    fs_test_start(t);
    struct fs_element *e = fs_test_element(t, "in");
    struct fs_packet *p = fs_test_packet(t, "abcd", 4);
    FS_CHECK(fs_writable(e, p) == p);
    struct fs_packet *c = fs_packet_clone(p), *d = fs_packet_clone(p);
    FS_CHECK(fs_writable(e, p) == NULL);
    FS_EQUAL(fs_test_drops(t, "in", FS_DROP_NO_BUFFER), 1);
    FS_CHECK(fs_writable(e, c) == c);
    fs_packet_free(c);
    fs_packet_free(d);
    fs_test_end(t);
}
