/* AggregateFirst, AggregateLast, AggregateFilter, and the table that they share with AggregateCounter. */
#include "net/aggregates.h"
#include "net/testing.h"

/* A packet of that aggregate, `size` bytes of zeros long. */
static struct fs_packet *of(struct fs_test *t, uint32_t aggregate, size_t size)
{
    static const uint8_t zeros[1500];
    struct fs_packet *p = fs_test_packet(t, zeros, size);
    fs_set_anno_u32(p, FS_ANNO_AGGREGATE, aggregate);
    return p;
}
static void send(struct fs_test *t, uint32_t aggregate, size_t size) { fs_test_send_packet(t, "in", of(t, aggregate, size)); }
static uint32_t aggregate_out(struct fs_test *t, const char *sink, unsigned i)
{
    return fs_anno_u32(fs_test_out(t, sink, i), FS_ANNO_AGGREGATE);
}

/* in -> e [0] -> out, e [1] -> rest */
static struct fs_test *with(const char *class_name)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "rest", "TestSink");
    fs_test_add(t, "e", class_name);
    fs_test_chain(t, "in", "e", "out");
    return t;
}

/* ---- the table ---- */

struct record {
    uint32_t aggregate, other;
};

FS_TEST(aggregates_are_found_removed_and_sorted)
{
    enum { COUNT = 1000 };
    struct fs_test *t = with("Null");
    struct fs_aggregates x;
    uint64_t state = 1;
    FS_REQUIRE(fs_test_start(t));
    FS_REQUIRE(fs_aggregates_init(&x, fs_test_element(t, "e"), sizeof(struct record), COUNT) == 0);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t aggregate = i * 2654435761u; /* odd: all differ */
        FS_CHECK(fs_aggregates_find(&x, fs_aggregates_hash(&x, aggregate), aggregate) == NULL);
        struct record *r = fs_aggregates_add(&x, fs_aggregates_hash(&x, aggregate), aggregate);
        FS_REQUIRE(r != NULL);
        r->other = ~aggregate;
    }
    FS_CHECK(fs_aggregates_add(&x, 1, 1) == NULL); /* full */
    fs_aggregates_sort(&x);
    for (uint32_t i = 0; i + 1 < COUNT; i++) {
        FS_CHECK(fs_aggregate_of(fs_aggregates_at(&x, i)) < fs_aggregate_of(fs_aggregates_at(&x, i + 1)));
    }
    for (uint32_t left = COUNT; left > 0; left--) {
        struct record gone = *(struct record *)fs_aggregates_at(&x, (uint32_t)noise(&state) % left);
        struct record *r = fs_aggregates_find(&x, fs_aggregates_hash(&x, gone.aggregate), gone.aggregate);
        FS_REQUIRE(r != NULL && r->other == ~r->aggregate);
        fs_aggregates_remove(&x, r);
        FS_CHECK(fs_aggregates_find(&x, fs_aggregates_hash(&x, gone.aggregate), gone.aggregate) == NULL);
    }
    FS_EQUAL(x.count, 0);
    fs_test_end(t);
}

/* ---- AggregateFirst ---- */

FS_TEST(aggregate_first_passes_one_of_each)
{
    static const uint32_t sent[] = {7, 7, 0, 7, 0, 0xffffffff, 8};
    struct fs_test *t = with("AggregateFirst");
    struct fs_packet *packets[7];
    fs_test_integer(t, "CAPACITY", 3);
    fs_test_connect(t, "e", 1, "rest", 0);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 7; i++) {
        packets[i] = of(t, sent[i], 10);
    }
    fs_test_send_batch(t, "in", packets, 7);
    FS_REQUIRE(fs_test_count(t, "out") == 3 && fs_test_count(t, "rest") == 4);
    FS_EQUAL(aggregate_out(t, "out", 0), 7);
    FS_EQUAL(aggregate_out(t, "out", 1), 0);
    FS_EQUAL(aggregate_out(t, "out", 2), 0xffffffff);
    FS_EQUAL(aggregate_out(t, "rest", 3), 8); /* the table is full */
    fs_test_end(t);
}

FS_TEST(aggregate_first_drops)
{
    struct fs_test *t = with("AggregateFirst");
    fs_test_integer(t, "CAPACITY", 1);
    FS_REQUIRE(fs_test_start(t));
    send(t, 1, 10);
    send(t, 1, 10);
    send(t, 2, 10);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_DENIED), 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_TABLE_FULL), 1);
    fs_test_end(t);
}

FS_TEST(aggregate_first_takes_over_what_was_seen)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "other", "TestSource");
    fs_test_add(t, "e", "AggregateFirst");
    fs_test_add(t, "old", "AggregateFirst");
    fs_test_chain(t, "in", "e", "out");
    fs_test_chain(t, "other", "old", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "other", of(t, 5, 10));
    struct fs_element *e = fs_test_element(t, "e");
    e->class->take_state(e, fs_test_element(t, "old"));
    fs_test_forget(t, "out");
    send(t, 5, 10);
    send(t, 6, 10);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}

FS_TEST(aggregate_first_needs_a_notifier_of_that_kind)
{
    struct fs_test *t = with("AggregateFirst");
    fs_test_text(t, "NOTIFIER", "in");
    FS_CHECK(strstr(fs_test_refused(t), "in is not an AggregateNotifier") != NULL);
    fs_test_end(t);
    t = with("AggregateLast");
    fs_test_text(t, "NOTIFIER", "nobody");
    FS_CHECK(strstr(fs_test_refused(t), "nobody is not an AggregateNotifier") != NULL);
    fs_test_end(t);
}

/* ---- AggregateLast ---- */

FS_TEST(aggregate_last_passes_the_last_of_each)
{
    struct fs_test *t = with("AggregateLast");
    fs_test_connect(t, "e", 1, "rest", 0);
    FS_REQUIRE(fs_test_start(t));
    uint64_t begin = fs_test_now(t);
    struct fs_packet *p = of(t, 9, 100);
    p->timestamp = begin;
    fs_test_send_packet(t, "in", p);
    p = of(t, 9, 50);
    p->timestamp = begin + 1;
    fs_set_anno_u32(p, FS_ANNO_EXTRA_PACKETS, 2);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, 70);
    fs_test_send_packet(t, "in", p);
    send(t, 3, 20);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_EQUAL(fs_test_count(t, "rest"), 1);
    p = of(t, 9, 10);
    p->timestamp = begin + 2;
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_count(t, "rest"), 2);
    FS_CHECK(fs_test_write(t, "e.clear", ""));
    fs_test_run(t);
    FS_REQUIRE(fs_test_count(t, "out") == 2);
    FS_EQUAL(aggregate_out(t, "out", 0), 3);
    p = fs_test_out(t, "out", 1);
    FS_EQUAL(aggregate_out(t, "out", 1), 9);
    FS_EQUAL(p->length, 10);
    FS_EQUAL(p->timestamp, begin + 2);
    FS_EQUAL(fs_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP), begin);
    FS_EQUAL(fs_anno_u32(p, FS_ANNO_EXTRA_PACKETS), 4); /* with itself five: 1 + 3 + 1 */
    FS_EQUAL(fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH), 100 + 50 + 70);
    FS_CHECK(fs_test_write(t, "e.clear", "")); /* nothing is left */
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_end(t);
}

FS_TEST(aggregate_last_clears_before_the_next_packet)
{
    struct fs_test *t = with("AggregateLast");
    FS_REQUIRE(fs_test_start(t));
    send(t, 1, 10);
    send(t, 1, 11);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_DENIED), 1);
    FS_CHECK(fs_test_write(t, "e.clear", ""));
    send(t, 1, 12);
    FS_REQUIRE(fs_test_count(t, "out") == 1);
    FS_EQUAL(fs_test_out(t, "out", 0)->length, 11);
    fs_test_end(t); /* and the third one is dropped with the router: the pool is whole */
}

FS_TEST(aggregate_last_keeps_at_most_its_capacity)
{
    struct fs_test *t = with("AggregateLast");
    fs_test_integer(t, "CAPACITY", 70);
    FS_REQUIRE(fs_test_start(t));
    for (uint32_t i = 0; i < 72; i++) {
        send(t, 1000 - i, 10);
    }
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_TABLE_FULL), 2);
    FS_CHECK(fs_test_write(t, "e.clear", ""));
    fs_test_run(t);
    FS_REQUIRE(fs_test_count(t, "out") == 70); /* more than a batch */
    FS_EQUAL(aggregate_out(t, "out", 0), 931);
    FS_EQUAL(aggregate_out(t, "out", 69), 1000);
    fs_test_end(t);
    t = with("AggregateLast");
    fs_test_integer(t, "CAPACITY", 257); /* the pool has 512 */
    FS_CHECK(strstr(fs_test_refused(t), "CAPACITY: at most half of the pool's packets, 256") != NULL);
    fs_test_end(t);
}

FS_TEST(aggregate_last_hands_over_its_packets)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", "AggregateLast");
    fs_test_add(t, "new", "AggregateLast");
    fs_test_integer(t, "CAPACITY", 2);
    fs_test_add(t, "idle", "TestSource");
    fs_test_chain(t, "in", "e", "out");
    fs_test_chain(t, "idle", "new", "out");
    FS_REQUIRE(fs_test_start(t));
    send(t, 1, 10);
    send(t, 2, 20);
    send(t, 3, 30); /* stays behind: the new one has room for two */
    struct fs_element *new = fs_test_element(t, "new");
    new->class->take_state(new, fs_test_element(t, "e"));
    FS_CHECK(fs_test_write(t, "new.clear", ""));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_end(t);
}

/* ---- AggregateFilter ---- */

enum { DROPPED = 9 };
/* Where a filter of two outputs sends an aggregate. */
static unsigned way(struct fs_test *t, uint32_t aggregate)
{
    send(t, aggregate, 10);
    unsigned found = fs_test_count(t, "out") == 1 ? 0 : fs_test_count(t, "rest") == 1 ? 1 : DROPPED;
    fs_test_forget(t, "out");
    fs_test_forget(t, "rest");
    return found;
}
static struct fs_test *filter(void)
{
    struct fs_test *t = with("AggregateFilter");
    fs_test_connect(t, "e", 1, "rest", 0);
    return t;
}

FS_TEST(aggregate_filter_goes_by_the_first_filter)
{
    struct fs_test *t = filter();
    fs_test_texts(t, "FILTER", "allow 1093 3500 0x10", "1 0-98 4294967290-4294967295", "deny 50-150 1093", "0 90-200", "1 201");
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(way(t, 1093), 0);
    FS_EQUAL(way(t, 3500), 0);
    FS_EQUAL(way(t, 3501), DROPPED);
    FS_EQUAL(way(t, 16), 0);
    FS_EQUAL(way(t, 0), 1);
    FS_EQUAL(way(t, 17), 1);
    FS_EQUAL(way(t, 98), 1);
    FS_EQUAL(way(t, 99), DROPPED);
    FS_EQUAL(way(t, 150), DROPPED);
    FS_EQUAL(way(t, 151), 0);
    FS_EQUAL(way(t, 200), 0);
    FS_EQUAL(way(t, 201), 1);
    FS_EQUAL(way(t, 202), DROPPED);
    FS_EQUAL(way(t, 0xffffffff), 1);
    FS_EQUAL(way(t, 0xfffffff9), DROPPED);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_DENIED), 5);
    FS_CHECK(strstr(fs_test_log(t), "aggregate 50 already filtered") != NULL);
    fs_test_end(t);
}

FS_TEST(aggregate_filter_all)
{
    struct fs_test *t = filter();
    fs_test_texts(t, "FILTER", "drop 5-4 7", "1 all", "allow 8");
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(way(t, 7), DROPPED);
    FS_EQUAL(way(t, 5), 1);
    FS_EQUAL(way(t, 8), 1);
    FS_EQUAL(way(t, 0), 1);
    FS_CHECK(strstr(fs_test_log(t), "pattern 2 matches no packets") != NULL);
    fs_test_end(t);
    t = filter();
    fs_test_texts(t, "FILTER", "allow -");
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(way(t, 0xffffffff), 0);
    FS_TEXT(fs_test_log(t), "");
    fs_test_end(t);
}

FS_TEST(aggregate_filter_tells_what_is_wrong)
{
    struct fs_test *t = filter();
    fs_test_texts(t, "FILTER", "2 1", "pass 1", "allow", "deny 1-", "deny -1", "deny 4294967296", "");
    const char *said = fs_test_refused(t);
    FS_CHECK(strstr(said, "pattern 0: expected a port number; pattern 1: expected a port number; "
                          "pattern 2 has no aggregates; pattern 3: bad aggregate number; pattern 4: bad aggregate number; "
                          "pattern 5: bad aggregate number; pattern 6: expected a port number") != NULL);
    fs_test_end(t);
}

/* Against trying all filters in order, as the documentation has it. */
FS_TEST(aggregate_filter_is_as_trying_one_by_one)
{
    enum { FILTERS = 40, MOST = 60 };
    static char texts[FILTERS][64];
    const char *list[FILTERS + 1] = {NULL};
    uint32_t first[FILTERS], last[FILTERS], output[FILTERS];
    uint64_t state = 3;
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < FILTERS; i++) {
            first[i] = (uint32_t)noise(&state) % MOST;
            last[i] = first[i] + (uint32_t)noise(&state) % 8;
            output[i] = (uint32_t)noise(&state) % 2;
            snprintf(texts[i], sizeof texts[i], "%u %u-%u", output[i], first[i], last[i]);
            list[i] = texts[i];
        }
        struct fs_test *t = filter();
        fs_test_text_list(t, "FILTER", list);
        FS_REQUIRE(fs_test_start(t));
        for (uint32_t aggregate = 0; aggregate < MOST + 10; aggregate++) {
            unsigned i = 0;
            while (i < FILTERS && (aggregate < first[i] || aggregate > last[i])) {
                i++;
            }
            FS_EQUAL(way(t, aggregate), i < FILTERS ? output[i] : DROPPED);
        }
        fs_test_end(t);
    }
}
