/* The elements that choose among pull inputs. Each input has packets of one letter. */
#include "engine/testing_elements.h"
#include "net/testing.h"

static const char *const stores[] = {"q0", "q1", "q2"};

static struct fs_test *three(const char *class_name)
{
    struct fs_test *t = fs_test_new();
    for (unsigned i = 0; i < 3; i++) {
        fs_test_add(t, stores[i], "TestStore");
    }
    fs_test_add(t, "out", "TestPuller");
    fs_test_add(t, "s", class_name);
    for (unsigned i = 0; i < 3; i++) {
        fs_test_connect(t, stores[i], 0, "s", i);
    }
    fs_test_connect(t, "s", 0, "out", 0);
    return t;
}
static void fill(struct fs_test *t, unsigned input, unsigned count, unsigned length)
{
    uint8_t frame[1600];
    memset(frame, 'a' + (int)input, sizeof frame);
    for (unsigned i = 0; i < count; i++) {
        fs_test_send(t, stores[input], frame, length);
    }
}
static const char *pulled(struct fs_test *t, unsigned max)
{
    static char letters[80];
    fs_test_pull(t, "out", max);
    unsigned n = fs_test_count(t, "out");
    for (unsigned i = 0; i < n; i++) {
        letters[i] = (char)fs_test_out(t, "out", i)->data[0];
    }
    letters[n] = '\0';
    fs_test_forget(t, "out");
    return letters;
}
static unsigned count_of(const char *text, char letter)
{
    unsigned n = 0;
    for (; *text != '\0'; text++) {
        n += *text == letter;
    }
    return n;
}

FS_TEST(roundrobinsched_takes_turns)
{
    static const char *const classes[] = {"RoundRobinSched", "SimpleRoundRobinSched"};
    for (unsigned i = 0; i < 2; i++) {
        struct fs_test *t = three(classes[i]);
        FS_REQUIRE(fs_test_start(t));
        fill(t, 0, 4, 1);
        fill(t, 2, 2, 1);
        FS_TEXT(pulled(t, 3), "aca");
        fill(t, 1, 1, 1);
        FS_TEXT(pulled(t, 10), "bcaa");
        FS_TEXT(pulled(t, 10), "");
        fs_test_end(t);
    }
}

FS_TEST(priosched_prefers_the_first)
{
    static const char *const classes[] = {"PrioSched", "SimplePrioSched"};
    for (unsigned i = 0; i < 2; i++) {
        struct fs_test *t = three(classes[i]);
        FS_REQUIRE(fs_test_start(t));
        fill(t, 2, 3, 1);
        fill(t, 1, 2, 1);
        FS_TEXT(pulled(t, 3), "bbc");
        fill(t, 0, 1, 1);
        FS_TEXT(pulled(t, 10), "acc");
        fs_test_end(t);
    }
}

FS_TEST(stridesched_shares)
{
    static const int64_t tickets[3] = {1, 2, 5};
    struct fs_test *t = three("StrideSched");
    fs_test_value(t, "TICKETS", tickets, sizeof tickets, 3);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 3; i++) {
        fill(t, i, 50, 1);
    }
    const char *got = pulled(t, 40);
    FS_CHECK(count_of(got, 'a') >= 4 && count_of(got, 'a') <= 6);
    FS_CHECK(count_of(got, 'b') >= 9 && count_of(got, 'b') <= 11);
    FS_CHECK(count_of(got, 'c') >= 24 && count_of(got, 'c') <= 26);
    FS_CHECK(fs_test_write(t, "s.tickets2", "0"));
    FS_EQUAL(count_of(pulled(t, 20), 'c'), 0);
    fs_test_end(t);
}

/* By passes that start a stride on: of 4, 2 and 1 tickets, the first has its second turn before the others' first. */
FS_TEST(stridesched_starts_with_who_has_most)
{
    static const int64_t tickets[3] = {4, 2, 1};
    struct fs_test *t = three("StrideSched");
    fs_test_value(t, "TICKETS", tickets, sizeof tickets, 3);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 3; i++) {
        fill(t, i, 20, 1);
    }
    FS_TEXT(pulled(t, 14), "aabaabcaabaabc");
    fs_test_end(t);
}

/* 32,768 are all there are. */
FS_TEST(stridesched_has_so_many_tickets)
{
    static const int64_t tickets[3] = {100000, 32768, 10};
    struct fs_test *t = three("StrideSched");
    fs_test_value(t, "TICKETS", tickets, sizeof tickets, 3);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "s.tickets0"), "32768");
    FS_TEXT(fs_test_read(t, "s.tickets1"), "32768");
    FS_CHECK(!fs_test_write(t, "s.tickets0", "32769"));
    fs_test_end(t);
}

/* An input that was empty for long does not then take all turns. */
FS_TEST(stridesched_saves_nothing_up)
{
    static const int64_t tickets[3] = {1, 1, 1};
    struct fs_test *t = three("StrideSched");
    fs_test_value(t, "TICKETS", tickets, sizeof tickets, 3);
    FS_REQUIRE(fs_test_start(t));
    fill(t, 0, 60, 1);
    FS_EQUAL(count_of(pulled(t, 40), 'a'), 40);
    fill(t, 1, 20, 1);
    const char *got = pulled(t, 20);
    FS_CHECK(count_of(got, 'b') >= 9 && count_of(got, 'b') <= 11);
    fs_test_end(t);
}

/* Bytes are shared, not packets: one of 1,000 bytes for ten of 100. */
FS_TEST(drrsched_shares_bytes)
{
    struct fs_test *t = three("DRRSched");
    FS_REQUIRE(fs_test_start(t));
    fill(t, 0, 20, 1000);
    fill(t, 1, 100, 100);
    const char *got = pulled(t, 55);
    FS_CHECK(count_of(got, 'a') >= 4 && count_of(got, 'a') <= 6);
    FS_EQUAL(count_of(got, 'a') + count_of(got, 'b'), 55);
    fs_test_end(t); /* one packet of each input is inside: it is dropped, not lost */
}

FS_TEST(drrsched_gives_a_large_packet_at_once_when_nothing_else_waits)
{
    struct fs_test *t = three("DRRSched");
    fs_test_integer(t, "QUANTUM", 10);
    FS_REQUIRE(fs_test_start(t));
    fill(t, 2, 1, 1500);
    FS_TEXT(pulled(t, 1), "c");
    FS_TEXT(pulled(t, 1), "");
    fs_test_end(t);
}

FS_TEST(drrsched_hands_over_what_it_holds)
{
    struct fs_test *t = three("DRRSched");
    fs_test_add(t, "empty", "TestStore");
    fs_test_add(t, "next", "DRRSched");
    fs_test_add(t, "later", "TestPuller");
    fs_test_chain(t, "empty", "next", "later");
    FS_REQUIRE(fs_test_start(t));
    fill(t, 0, 1, 1000);
    fill(t, 1, 5, 100);
    FS_TEXT(pulled(t, 1), "b"); /* the large one has been looked at and waits inside */
    struct fs_element *next = fs_test_element(t, "next");
    next->class->take_state(next, fs_test_element(t, "s"));
    FS_EQUAL(fs_test_pull(t, "later", 10), 1);
    FS_EQUAL(fs_test_out(t, "later", 0)->length, 1000);
    fs_test_end(t);
}

static void stamped(struct fs_test *t, unsigned input, uint64_t timestamp)
{
    uint8_t letter = (uint8_t)('a' + input);
    struct fs_packet *p = fs_test_packet(t, &letter, 1);
    p->timestamp = timestamp;
    fs_test_send_packet(t, stores[input], p);
}

FS_TEST(timesortedsched_merges_by_time)
{
    struct fs_test *t = three("TimeSortedSched");
    FS_REQUIRE(fs_test_start(t));
    stamped(t, 0, 10);
    stamped(t, 0, 40);
    stamped(t, 1, 20);
    stamped(t, 1, 30);
    stamped(t, 2, 25);
    FS_TEXT(pulled(t, 10), "abcba");
    FS_TEXT(fs_test_read(t, "s.well_ordered"), "true");
    stamped(t, 2, 5);
    FS_TEXT(pulled(t, 10), "c");
    FS_TEXT(fs_test_read(t, "s.well_ordered"), "false");
    stamped(t, 0, 50); /* looked at, and left inside */
    stamped(t, 1, 60);
    FS_TEXT(pulled(t, 1), "a");
    fs_test_end(t);
}

FS_TEST(timesortedsched_buffers_what_is_out_of_order)
{
    struct fs_test *t = three("TimeSortedSched");
    fs_test_integer(t, "BUFFER", 3);
    FS_REQUIRE(fs_test_start(t));
    stamped(t, 0, 30);
    stamped(t, 0, 10);
    stamped(t, 0, 20);
    stamped(t, 1, 15);
    FS_TEXT(pulled(t, 10), "abaa");
    FS_TEXT(fs_test_read(t, "s.well_ordered"), "true");
    fs_test_end(t);
}

FS_TEST(timesortedsched_hands_over_what_it_holds)
{
    struct fs_test *t = three("TimeSortedSched");
    fs_test_add(t, "empty", "TestStore");
    fs_test_add(t, "next", "TimeSortedSched");
    fs_test_add(t, "later", "TestPuller");
    fs_test_chain(t, "empty", "next", "later");
    FS_REQUIRE(fs_test_start(t));
    stamped(t, 0, 20);
    stamped(t, 1, 10);
    FS_TEXT(pulled(t, 1), "b"); /* the other one waits inside */
    struct fs_element *next = fs_test_element(t, "next");
    next->class->take_state(next, fs_test_element(t, "s"));
    FS_EQUAL(fs_test_pull(t, "later", 10), 1);
    FS_TEXT(pulled(t, 10), "");
    fs_test_end(t);
}

FS_TEST(pullswitch_wakes_its_puller_when_it_is_switched)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "q0", "TestStore");
    fs_test_add(t, "q1", "TestStore");
    fs_test_add(t, "s", "PullSwitch");
    fs_test_add(t, "u", "Unqueue");
    fs_test_add(t, "out", "TestSink");
    fs_test_connect(t, "q0", 0, "s", 0);
    fs_test_connect(t, "q1", 0, "s", 1);
    fs_test_chain(t, "s", "u", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    fs_test_send(t, "q1", "b", 1);
    /* TestStore tells nobody by itself: its signal is woken as a Queue's would be. */
    fs_signal_wake(&((struct fs_test_end *)fs_test_element(t, "q1"))->signal);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_CHECK(!fs_test_round(t));
    FS_CHECK(fs_test_write(t, "s.switch", "1"));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_CHECK(fs_test_write(t, "s.switch", "-3"));
    FS_TEXT(fs_test_read(t, "s.switch"), "-1");
    FS_CHECK(!fs_test_write(t, "s.switch", "2"));
    fs_test_end(t);
}

FS_TEST(staticpullswitch_stays)
{
    struct fs_test *t = three("StaticPullSwitch");
    fs_test_integer(t, "INPUT", 1);
    FS_REQUIRE(fs_test_start(t));
    fill(t, 0, 1, 1);
    fill(t, 1, 2, 1);
    FS_TEXT(pulled(t, 10), "bb");
    fs_test_end(t);
}
