#include "net/testing.h"

static bool started(struct fs_test *t, const char *sink)
{
    fs_test_add(t, "p", "Paint");
    fs_test_integer(t, "COLOR", 0);
    fs_test_add(t, "out", sink);
    fs_test_chain(t, "s", "out");
    return fs_test_start(t);
}
static struct fs_test *source(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "s", "InfiniteSource");
    return t;
}

FS_TEST(source_makes_limit_packets_of_its_data)
{
    struct fs_test *t = source();
    fs_test_bytes(t, "DATA", "\x08\x00xyz", 5);
    fs_test_integer(t, "LIMIT", 10);
    fs_test_integer(t, "BURST", 4);
    FS_REQUIRE(started(t, "TestSink"));
    fs_test_round(t);
    FS_EQUAL(fs_test_count(t, "out"), 4);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 10);
    FS_FRAME(fs_test_out(t, "out", 9), "\x08\x00xyz", 5);
    FS_EQUAL(fs_test_out(t, "out", 0)->timestamp, fs_test_now(t));
    FS_TEXT(fs_test_read(t, "s.count"), "10");
    FS_TEXT(fs_test_read(t, "s.data"), "\x08");
    FS_CHECK(!fs_test_round(t));
    FS_CHECK(fs_test_write(t, "s.reset", ""));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 20);
    FS_CHECK(fs_test_write(t, "s.limit", "11"));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 21);
    fs_test_end(t);
}

FS_TEST(source_default_data_is_64_bytes_at_least)
{
    struct fs_test *t = source();
    fs_test_integer(t, "LIMIT", 1);
    fs_test_boolean(t, "TIMESTAMP", false);
    FS_REQUIRE(started(t, "TestSink"));
    fs_test_run(t);
    FS_REQUIRE(fs_test_count(t, "out") == 1);
    FS_CHECK(fs_test_out(t, "out", 0)->length >= 64);
    FS_EQUAL(fs_test_out(t, "out", 0)->timestamp, 0);
    fs_test_end(t);
}

/* Each packet can be written to without the others seeing it. */
FS_TEST(source_packets_have_bytes_of_their_own)
{
    struct fs_test *t = source();
    fs_test_bytes(t, "DATA", "same", 4);
    fs_test_integer(t, "LIMIT", 2);
    FS_REQUIRE(started(t, "TestSink"));
    fs_test_run(t);
    fs_test_out(t, "out", 0)->data[0] = 'x';
    FS_FRAME(fs_test_out(t, "out", 1), "same", 4);
    fs_test_end(t);
}

FS_TEST(source_length_cuts_and_repeats)
{
    struct fs_test *t = source();
    fs_test_bytes(t, "DATA", "abc", 3);
    fs_test_integer(t, "LENGTH", 7);
    fs_test_integer(t, "LIMIT", 1);
    FS_REQUIRE(started(t, "TestSink"));
    fs_test_run(t);
    FS_FRAME(fs_test_out(t, "out", 0), "abcabca", 7);
    FS_CHECK(fs_test_write(t, "s.length", "2") && fs_test_write(t, "s.reset", ""));
    fs_test_run(t);
    FS_FRAME(fs_test_out(t, "out", 1), "ab", 2);
    FS_CHECK(fs_test_write(t, "s.data", "new data") && fs_test_write(t, "s.length", "-1"));
    FS_CHECK(fs_test_write(t, "s.reset", ""));
    fs_test_run(t);
    FS_FRAME(fs_test_out(t, "out", 2), "new data", 8);
    FS_CHECK(!fs_test_write(t, "s.length", "5000"));
    FS_CHECK(!fs_test_write(t, "s.burst", "0"));
    fs_test_end(t);
}

FS_TEST(source_is_pulled)
{
    struct fs_test *t = source();
    fs_test_bytes(t, "DATA", "abc", 3);
    fs_test_integer(t, "LIMIT", 5);
    fs_test_text(t, "END_CALL", "p.color 9");
    FS_REQUIRE(started(t, "TestPuller"));
    FS_EQUAL(fs_test_pull(t, "out", 3), 3);
    FS_TEXT(fs_test_read(t, "p.color"), "0");
    FS_EQUAL(fs_test_pull(t, "out", 3), 2);
    FS_EQUAL(fs_test_pull(t, "out", 3), 0);
    FS_TEXT(fs_test_read(t, "p.color"), "9");
    FS_CHECK(fs_test_write(t, "s.active", "false") && fs_test_write(t, "s.reset", ""));
    FS_EQUAL(fs_test_pull(t, "out", 3), 0);
    FS_CHECK(fs_test_write(t, "s.active", "true"));
    FS_EQUAL(fs_test_pull(t, "out", 3), 3);
    fs_test_end(t);
}

FS_TEST(source_end_call_comes_after_the_last_packet)
{
    struct fs_test *t = source();
    fs_test_integer(t, "LIMIT", 3);
    fs_test_text(t, "END_CALL", "p.color 9");
    FS_REQUIRE(started(t, "TestSink"));
    fs_test_round(t);
    FS_TEXT(fs_test_read(t, "p.color"), "0");
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "p.color"), "9");
    fs_test_end(t);
}

FS_TEST(source_refuses_end_call_with_stop)
{
    struct fs_test *t = source();
    fs_test_text(t, "END_CALL", "p.color 9");
    fs_test_boolean(t, "STOP", true);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "s", "out");
    FS_CHECK(strstr(fs_test_refused(t), "mutually exclusive") != NULL);
    fs_test_end(t);
}

FS_TEST(source_stop_stops_the_tasks)
{
    struct fs_test *t = source();
    fs_test_integer(t, "LIMIT", 3);
    fs_test_boolean(t, "STOP", true);
    fs_test_add(t, "other", "InfiniteSource");
    fs_test_add(t, "d", "Discard");
    fs_test_chain(t, "other", "d");
    FS_REQUIRE(started(t, "TestSink"));
    fs_test_run(t); /* ends, though `other` would go on for ever */
    FS_CHECK(atol(fs_test_read(t, "d.count")) < 100);
    fs_test_end(t);
}

/* With the pool empty it waits, and goes on when packets are back; nothing is lost. */
FS_TEST(source_waits_for_buffers)
{
    struct fs_test *t = source();
    fs_test_pool(t, 8);
    fs_test_integer(t, "BURST", 20);
    FS_REQUIRE(started(t, "TestPuller"));
    unsigned first = fs_test_pull(t, "out", 20);
    FS_CHECK(first > 0 && first <= 8);
    FS_EQUAL(fs_test_pull(t, "out", 20), 0);
    fs_test_forget(t, "out");
    fs_test_advance(t, 2000000);
    FS_EQUAL(fs_test_pull(t, "out", 20), first);
    fs_test_end(t);
}

FS_TEST(source_makes_empty_and_long_packets)
{
    struct fs_test *t = fs_test_new();
    fs_test_pool_of(t, 16, 67584);
    fs_test_add(t, "e", "InfiniteSource");
    fs_test_bytes(t, "DATA", "", 0);
    fs_test_integer(t, "LIMIT", 1);
    fs_test_add(t, "l", "InfiniteSource");
    fs_test_bytes(t, "DATA", "xyz", 3);
    fs_test_integer(t, "LENGTH", 65535);
    fs_test_integer(t, "LIMIT", 1);
    fs_test_add(t, "k", "TestSink");
    fs_test_add(t, "m", "TestSink");
    fs_test_chain(t, "e", "k");
    fs_test_chain(t, "l", "m");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    FS_REQUIRE(fs_test_count(t, "k") == 1 && fs_test_count(t, "m") == 1);
    FS_EQUAL(fs_test_out(t, "k", 0)->length, 0);
    FS_EQUAL(fs_test_out(t, "m", 0)->length, 65535);
    FS_EQUAL(fs_test_out(t, "m", 0)->data[65534], 'z');
    fs_test_end(t);
}
