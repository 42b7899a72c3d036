#include "net/testing.h"

static struct fs_test *queue(int64_t capacity)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    if (capacity >= 0) {
        fs_test_integer(t, "CAPACITY", capacity);
    }
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "q", "out");
    return t;
}
static void send(struct fs_test *t, uint8_t from, uint8_t to)
{
    struct fs_packet *p[FS_BATCH_MAX];
    unsigned n = 0;
    for (unsigned i = from; i < to; i++) {
        uint8_t byte = (uint8_t)i;
        p[n++] = fs_test_packet(t, &byte, 1);
    }
    fs_test_send_batch(t, "in", p, n);
}

FS_TEST(queue_keeps_order_and_drops_the_newest)
{
    struct fs_test *t = queue(5);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "q.capacity"), "5");
    send(t, 0, 3);
    FS_TEXT(fs_test_read(t, "q.length"), "3");
    send(t, 3, 10);
    FS_TEXT(fs_test_read(t, "q.length"), "5");
    FS_TEXT(fs_test_read(t, "q.drops"), "5");
    FS_EQUAL(fs_test_drops(t, "q", FS_DROP_QUEUE_FULL), 5);
    FS_EQUAL(fs_test_pull(t, "out", 2), 2);
    send(t, 20, 22);
    FS_EQUAL(fs_test_pull(t, "out", 64), 5);
    FS_EQUAL(fs_test_pull(t, "out", 64), 0);
    static const uint8_t order[] = {0, 1, 2, 3, 4, 20, 21};
    for (unsigned i = 0; i < sizeof order; i++) {
        FS_EQUAL(fs_test_out(t, "out", i)->data[0], order[i]);
    }
    FS_TEXT(fs_test_read(t, "q.highwater_length"), "5");
    FS_CHECK(fs_test_write(t, "q.reset_counts", ""));
    FS_TEXT(fs_test_read(t, "q.highwater_length"), "0");
    FS_TEXT(fs_test_read(t, "q.drops"), "0");
    fs_test_end(t);
}

FS_TEST(queue_wraps_round_for_long)
{
    struct fs_test *t = queue(3);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 200; i++) {
        send(t, (uint8_t)i, (uint8_t)(i + 1));
        FS_EQUAL(fs_test_pull(t, "out", 1), 1);
        FS_EQUAL(fs_test_out(t, "out", i)->data[0], i);
    }
    fs_test_end(t);
}

FS_TEST(queue_of_nothing_drops_all)
{
    struct fs_test *t = queue(0);
    FS_REQUIRE(fs_test_start(t));
    send(t, 0, 4);
    FS_TEXT(fs_test_read(t, "q.drops"), "4");
    FS_EQUAL(fs_test_pull(t, "out", 4), 0);
    fs_test_end(t);
}

FS_TEST(queue_holds_a_thousand_by_default)
{
    struct fs_test *t = queue(-1);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "q.capacity"), "1000");
    send(t, 0, 9); /* what is left at the end is counted, not lost: fs_test_end() looks at the pool */
    fs_test_end(t);
}

FS_TEST(queue_takes_a_new_capacity)
{
    struct fs_test *t = queue(4);
    FS_REQUIRE(fs_test_start(t));
    send(t, 0, 2);
    FS_EQUAL(fs_test_pull(t, "out", 2), 2);
    send(t, 2, 6);
    FS_CHECK(fs_test_write(t, "q.capacity", "9"));
    FS_TEXT(fs_test_read(t, "q.config"), "CAPACITY 9");
    send(t, 6, 20);
    FS_TEXT(fs_test_read(t, "q.length"), "9");
    FS_CHECK(fs_test_write(t, "q.capacity", "3")); /* the newest go */
    FS_TEXT(fs_test_read(t, "q.length"), "3");
    FS_TEXT(fs_test_read(t, "q.drops"), "15");
    FS_EQUAL(fs_test_pull(t, "out", 64), 3);
    FS_EQUAL(fs_test_out(t, "out", 2)->data[0], 2);
    FS_EQUAL(fs_test_out(t, "out", 4)->data[0], 4);
    FS_CHECK(!fs_test_write(t, "q.capacity", "-1") && !fs_test_write(t, "q.capacity", "2000000"));
    FS_CHECK(strstr(fs_test_said(t), "expected an integer from 0 to 1048576") != NULL);
    FS_TEXT(fs_test_read(t, "q.capacity"), "3");
    fs_test_end(t);
}

FS_TEST(queue_reset_empties_it)
{
    struct fs_test *t = queue(4);
    FS_REQUIRE(fs_test_start(t));
    send(t, 0, 4);
    FS_CHECK(fs_test_write(t, "q.reset", ""));
    FS_TEXT(fs_test_read(t, "q.length"), "0");
    FS_EQUAL(fs_test_drops(t, "q", FS_DROP_DISCARDED), 4);
    send(t, 4, 5);
    FS_EQUAL(fs_test_pull(t, "out", 4), 1);
    fs_test_end(t);
}

/* A puller that sleeps is woken by the first packet, and by nothing else. */
FS_TEST(queue_wakes_its_puller)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "u", "Unqueue");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "q", "u", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    FS_CHECK(!fs_test_round(t)); /* asleep */
    send(t, 0, 3);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 3);
    FS_CHECK(!fs_test_round(t));
    fs_test_end(t);
}

/* A source stops at a full queue without loss, and goes on when there is room. */
FS_TEST(queue_tells_its_source_of_room)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "s", "InfiniteSource");
    fs_test_add(t, "q", "Queue");
    fs_test_integer(t, "CAPACITY", 5);
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "s", "q", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "q.length"), "5");
    FS_TEXT(fs_test_read(t, "q.drops"), "0");
    FS_CHECK(!fs_test_round(t));
    FS_EQUAL(fs_test_pull(t, "out", 2), 2);
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "q.length"), "5");
    FS_TEXT(fs_test_read(t, "s.count"), "7");
    FS_TEXT(fs_test_read(t, "q.drops"), "0");
    fs_test_end(t);
}

/* take_state, as the engine calls it for the same-named element of the configuration that is replaced. */
FS_TEST(queue_hands_over_its_packets)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "old", "Queue");
    fs_test_add(t, "new", "Queue");
    fs_test_integer(t, "CAPACITY", 70);
    fs_test_add(t, "out", "TestPuller");
    fs_test_add(t, "in2", "TestSource");
    fs_test_add(t, "out2", "TestPuller");
    fs_test_chain(t, "in", "old", "out2");
    fs_test_chain(t, "in2", "new", "out");
    FS_REQUIRE(fs_test_start(t));
    send(t, 0, 60);
    send(t, 60, 100);
    struct fs_element *new = fs_test_element(t, "new");
    new->class->take_state(new, fs_test_element(t, "old"));
    FS_TEXT(fs_test_read(t, "old.length"), "0");
    FS_TEXT(fs_test_read(t, "new.length"), "70");
    FS_EQUAL(fs_test_drops(t, "new", FS_DROP_QUEUE_FULL), 30);
    FS_EQUAL(fs_test_pull(t, "out", 64), 64);
    FS_EQUAL(fs_test_pull(t, "out", 64), 6);
    for (unsigned i = 0; i < 70; i++) {
        FS_EQUAL(fs_test_out(t, "out", i)->data[0], i);
    }
    fs_test_end(t);
}

FS_TEST(queue_serves_several_pullers)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "a", "TestPuller");
    fs_test_add(t, "b", "TestPuller");
    fs_test_chain(t, "in", "q", "a");
    fs_test_connect(t, "q", 0, "b", 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "1", 1);
    fs_test_send(t, "in", "2", 1);
    fs_test_send(t, "in", "3", 1);
    FS_EQUAL(fs_test_pull(t, "a", 1), 1);
    FS_EQUAL(fs_test_pull(t, "b", 5), 2);
    FS_FRAME(fs_test_out(t, "a", 0), "1", 1);
    FS_FRAME(fs_test_out(t, "b", 0), "2", 1);
    fs_test_end(t);
}
