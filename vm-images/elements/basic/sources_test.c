#include "engine/testing.h"

static const uint64_t ms = 1000000;

FS_TEST(rated_source_keeps_its_rate)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "s", "RatedSource");
    fs_test_integer(t, "RATE", 100);
    fs_test_integer(t, "LIMIT", 12);
    fs_test_boolean(t, "STOP", true);
    fs_test_bytes(t, "DATA", "abc", 3);
    fs_test_integer(t, "LENGTH", 5);
    fs_test_add(t, "k", "TestSink");
    fs_test_chain(t, "s", "k");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "k"), 1); /* at once */
    FS_FRAME(fs_test_out(t, "k", 0), "abcab", 5);
    fs_test_advance(t, 10 * ms - 1);
    FS_EQUAL(fs_test_count(t, "k"), 1);
    fs_test_advance(t, 1);
    FS_EQUAL(fs_test_count(t, "k"), 2);
    fs_test_advance(t, 50 * ms);
    FS_EQUAL(fs_test_count(t, "k"), 7);
    FS_TEXT(fs_test_read(t, "s.rate"), "100");
    FS_CHECK(fs_test_write(t, "s.rate", "1000"));
    fs_test_advance(t, 3 * ms);
    FS_EQUAL(fs_test_count(t, "k"), 10);
    FS_CHECK(!fs_router_stopped(fs_test_router(t)));
    fs_test_advance(t, 10 * ms);
    FS_EQUAL(fs_test_count(t, "k"), 12);
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    fs_test_end(t);
}

FS_TEST(rated_source_is_pulled)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "s", "RatedSource");
    fs_test_add(t, "k", "TestPuller");
    fs_test_chain(t, "s", "k");
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(fs_test_pull(t, "k", 8), 1);
    FS_EQUAL(fs_test_pull(t, "k", 8), 0);
    fs_test_advance(t, 1000 * ms); /* ten, but the bucket holds two */
    FS_EQUAL(fs_test_pull(t, "k", 8), 2);
    FS_CHECK(fs_test_write(t, "s.active", "false"));
    fs_test_advance(t, 1000 * ms);
    FS_EQUAL(fs_test_pull(t, "k", 8), 0);
    fs_test_end(t);
}

FS_TEST(rated_source_takes_a_bandwidth)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "s", "RatedSource");
    fs_test_integer(t, "BANDWIDTH", 10000);
    fs_test_integer(t, "LENGTH", 100);
    fs_test_add(t, "k", "TestSink");
    fs_test_chain(t, "s", "k");
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "s.rate"), "100");
    fs_test_end(t);
}

FS_TEST(timed_source_and_sink_keep_time)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "s", "TimedSource");
    fs_test_integer(t, "INTERVAL", 200000000);
    fs_test_integer(t, "LIMIT", 3);
    fs_test_boolean(t, "STOP", true);
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "k", "TimedSink");
    fs_test_integer(t, "INTERVAL", 300000000);
    fs_test_chain(t, "s", "q", "k");
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 199 * ms);
    FS_TEXT(fs_test_read(t, "s.count"), "0");
    fs_test_advance(t, 451 * ms); /* 200, 400, 600; 300, 600 */
    FS_TEXT(fs_test_read(t, "s.count"), "3");
    FS_EQUAL(fs_test_drops(t, "k", FS_DROP_DISCARDED), 2);
    FS_CHECK(!fs_router_stopped(fs_test_router(t)));
    fs_test_advance(t, 200 * ms);
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    fs_test_end(t);
}

FS_TEST(random_source_makes_what_a_seed_says)
{
    struct fs_test *t[2];
    for (unsigned i = 0; i < 2; i++) {
        t[i] = fs_test_new();
        fs_test_add(t[i], "seed", "RandomSeed");
        fs_test_integer(t[i], "SEED", 7);
        fs_test_add(t[i], "s", "RandomSource");
        fs_test_integer(t[i], "LENGTH", 13);
        fs_test_integer(t[i], "LIMIT", 3);
        fs_test_integer(t[i], "BURST", 2);
        fs_test_boolean(t[i], "STOP", true);
        fs_test_add(t[i], "k", "TestSink");
        fs_test_chain(t[i], "s", "k");
        FS_REQUIRE(fs_test_start(t[i]));
        fs_test_run(t[i]);
        FS_EQUAL(fs_test_count(t[i], "k"), 3);
        FS_CHECK(fs_router_stopped(fs_test_router(t[i])));
    }
    const struct fs_packet *a = fs_test_out(t[0], "k", 0), *b = fs_test_out(t[0], "k", 1);
    FS_FRAME(fs_test_out(t[1], "k", 0), a->data, 13);
    FS_CHECK(memcmp(a->data, b->data, 13) != 0);
    fs_test_end(t[0]);
    fs_test_end(t[1]);
}

/* ---- times on packets ---- */

static struct fs_test *through(const char *class_name)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "k", "TestSink");
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "x", class_name);
    return t;
}

static bool begin(struct fs_test *t)
{
    fs_test_chain(t, "in", "x", "k");
    return fs_test_start(t);
}

static void send_at(struct fs_test *t, uint64_t timestamp, uint64_t first)
{
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    p->timestamp = timestamp;
    fs_set_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP, first);
    fs_test_send_packet(t, "in", p);
}

FS_TEST(set_timestamp_sets)
{
    struct fs_test *t = through("SetTimestamp");
    FS_REQUIRE(begin(t));
    send_at(t, 5, 6);
    FS_EQUAL(fs_test_out(t, "k", 0)->timestamp, fs_test_now(t));
    fs_test_end(t);
    t = through("SetTimestamp");
    fs_test_integer(t, "TIMESTAMP", 77);
    fs_test_boolean(t, "FIRST", true);
    FS_REQUIRE(begin(t));
    send_at(t, 5, 6);
    FS_EQUAL(fs_test_out(t, "k", 0)->timestamp, 5);
    FS_EQUAL(fs_anno_u64(fs_test_out(t, "k", 0), FS_ANNO_FIRST_TIMESTAMP), 77);
    fs_test_end(t);
    t = through("SetTimestamp");
    fs_test_boolean(t, "DELTA", true);
    FS_REQUIRE(begin(t));
    send_at(t, 50, 6);
    FS_EQUAL(fs_test_out(t, "k", 0)->timestamp, 44);
    fs_test_end(t);
}

FS_TEST(set_timestamp_delta_subtracts)
{
    struct fs_test *t = through("SetTimestampDelta");
    FS_REQUIRE(begin(t));
    send_at(t, 0, 0);
    send_at(t, 100, 0);
    send_at(t, 130, 0);
    FS_EQUAL(fs_test_out(t, "k", 0)->timestamp, 0);
    FS_EQUAL(fs_test_out(t, "k", 1)->timestamp, 0);
    FS_EQUAL(fs_test_out(t, "k", 2)->timestamp, 30);
    FS_TEXT(fs_test_read(t, "x.first"), "0.000000100");
    FS_CHECK(fs_test_write(t, "x.reset", ""));
    send_at(t, 130, 0);
    FS_EQUAL(fs_test_out(t, "k", 3)->timestamp, 0);
    fs_test_end(t);
    t = through("SetTimestampDelta");
    fs_test_text(t, "TYPE", "FIRST");
    FS_REQUIRE(begin(t));
    send_at(t, 100, 60);
    FS_EQUAL(fs_test_out(t, "k", 0)->timestamp, 40);
    fs_test_end(t);
    t = through("SetTimestampDelta");
    fs_test_text(t, "TYPE", "NOW");
    FS_REQUIRE(begin(t));
    send_at(t, fs_test_now(t) - 9, 0);
    FS_EQUAL(fs_test_out(t, "k", 0)->timestamp, 9);
    fs_test_end(t);
}

FS_TEST(timestamp_accum_adds_up)
{
    struct fs_test *t = through("TimestampAccum");
    FS_REQUIRE(begin(t));
    send_at(t, fs_test_now(t) - 1000000000, 0);
    send_at(t, fs_test_now(t) - 500000000, 0);
    FS_TEXT(fs_test_read(t, "x.count"), "2");
    FS_TEXT(fs_test_read(t, "x.time"), "1.500000");
    FS_TEXT(fs_test_read(t, "x.average_time"), "0.750000");
    FS_CHECK(fs_test_write(t, "x.reset_counts", ""));
    FS_TEXT(fs_test_read(t, "x.average_time"), "0.000000");
    fs_test_end(t);
}

FS_TEST(time_filter_passes_a_range)
{
    struct fs_test *t = through("TimeFilter");
    fs_test_integer(t, "START_AFTER", 100);
    fs_test_integer(t, "INTERVAL", 50);
    fs_test_boolean(t, "STOP", true);
    fs_test_add(t, "other", "TestSink");
    fs_test_connect(t, "x", 1, "other", 0);
    FS_REQUIRE(begin(t));
    static const uint64_t times[] = {1000, 1099, 1100, 1150};
    for (unsigned i = 0; i < 4; i++) {
        send_at(t, times[i], 0);
    }
    FS_EQUAL(fs_test_count(t, "k"), 1); /* the end is not within */
    FS_EQUAL(fs_test_count(t, "other"), 3);
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    fs_test_end(t);
    t = through("TimeFilter");
    fs_test_integer(t, "START", 1);
    fs_test_integer(t, "START_DELAY", 1);
    fs_test_chain(t, "in", "x", "k");
    FS_CHECK(strstr(fs_test_refused(t), "mutually exclusive") != NULL);
    fs_test_end(t);
}

FS_TEST(time_filter_calls_at_its_end)
{
    struct fs_test *t = through("TimeFilter");
    fs_test_integer(t, "END", 1000000000);
    fs_test_text(t, "END_CALL", "s.run $t");
    fs_test_add(t, "s", "Script");
    fs_test_texts(t, "INSTRUCTION", "print $1", "write x.extend_interval 1");
    fs_test_text(t, "TYPE", "PASSIVE");
    FS_REQUIRE(begin(t));
    static const uint64_t times[] = {900000000, 1000000000, 1500000000, 2500000000};
    for (unsigned i = 0; i < 4; i++) {
        send_at(t, times[i], 0);
    }
    FS_TEXT(fs_test_written(t, "-"), "1.000000\n2.500000\n");
    FS_EQUAL(fs_test_count(t, "k"), 4);
    send_at(t, 9000000000, 0);
    FS_EQUAL(fs_test_drops(t, "x", FS_DROP_DENIED), 1);
    fs_test_end(t);
}

FS_TEST(average_counter_averages)
{
    struct fs_test *t = through("AverageCounter");
    FS_REQUIRE(begin(t));
    for (unsigned i = 0; i < 5; i++) {
        fs_test_send(t, "in", "abcd", 4);
        fs_test_advance(t, 500 * ms);
    }
    FS_TEXT(fs_test_read(t, "x.count"), "5");
    FS_TEXT(fs_test_read(t, "x.rate"), "2.5"); /* 5 in 2 seconds */
    FS_TEXT(fs_test_read(t, "x.byte_rate"), "10");
    FS_CHECK(fs_test_write(t, "x.reset", ""));
    FS_TEXT(fs_test_read(t, "x.byte_count"), "0");
    fs_test_end(t);
}

/* ---- what says or does something at the start ---- */

FS_TEST(messages_are_said)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "m", "Message");
    fs_test_text(t, "TEXT", "hello");
    fs_test_add(t, "w", "Message");
    fs_test_text(t, "TEXT", "careful");
    fs_test_text(t, "TYPE", "WARNING");
    fs_test_add(t, "a", "AddressInfo");
    fs_test_add(t, "b", "PortInfo");
    fs_test_add(t, "c", "ScheduleInfo");
    fs_test_texts(t, "ENTRY", "q 0.5");
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_log(t), "Message(): hello\nMessage(): warning: careful\n");
    fs_test_end(t);
    t = fs_test_new();
    fs_test_add(t, "m", "Message");
    fs_test_text(t, "TEXT", "no way");
    fs_test_text(t, "TYPE", "ERROR");
    FS_CHECK(strstr(fs_test_refused(t), "no way") != NULL);
    fs_test_end(t);
    t = fs_test_new();
    fs_test_add(t, "m", "Error");
    FS_CHECK(strstr(fs_test_refused(t), "Error") != NULL);
    fs_test_end(t);
}

FS_TEST(poke_handlers_writes)
{
    struct fs_test *t = through("Counter");
    fs_test_add(t, "p", "PokeHandlers");
    fs_test_texts(t, "DIRECTIVE", "1", "x.reset", "x.none 5", "0.5s", "quit");
    FS_REQUIRE(begin(t));
    fs_test_send(t, "in", "abc", 3);
    fs_test_advance(t, 1000 * ms);
    FS_TEXT(fs_test_read(t, "x.count"), "1");
    fs_test_advance(t, 1 * ms);
    FS_TEXT(fs_test_read(t, "x.count"), "0");
    FS_TEXT(fs_test_log(t), "p: no 'x.none' write handler\n");
    FS_CHECK(!fs_router_stopped(fs_test_router(t)));
    fs_test_advance(t, 500 * ms);
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    fs_test_end(t);
}
