#include "net/testing.h"

static struct fs_test *unqueue(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "u", "Unqueue");
    return t;
}
static bool started(struct fs_test *t)
{
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "u", "out");
    return fs_test_start(t);
}
static void store(struct fs_test *t, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        fs_test_send(t, "in", &(uint8_t){(uint8_t)i}, 1);
    }
}

FS_TEST(unqueue_moves_one_a_time_by_default)
{
    struct fs_test *t = unqueue();
    FS_REQUIRE(started(t));
    store(t, 3);
    fs_test_round(t);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 3);
    FS_TEXT(fs_test_read(t, "u.count"), "3");
    FS_TEXT(fs_test_read(t, "u.burst"), "1");
    FS_TEXT(fs_test_read(t, "u.limit"), "-1");
    FS_CHECK(!fs_test_round(t)); /* sleeps while the store is empty */
    fs_test_end(t);
}

FS_TEST(unqueue_burst_beyond_a_batch_and_without_end)
{
    struct fs_test *t = unqueue();
    fs_test_integer(t, "BURST", 100);
    FS_REQUIRE(started(t));
    store(t, 250);
    fs_test_round(t);
    FS_EQUAL(fs_test_count(t, "out"), 100);
    FS_CHECK(fs_test_write(t, "u.burst", "-1")); /* until nothing comes back */
    fs_test_round(t);
    FS_EQUAL(fs_test_count(t, "out"), 250);
    for (unsigned i = 0; i < 250; i++) {
        FS_EQUAL(fs_test_out(t, "out", i)->data[0], i);
    }
    fs_test_end(t);
}

FS_TEST(unqueue_limit_and_reset)
{
    struct fs_test *t = unqueue();
    fs_test_integer(t, "LIMIT", 5);
    fs_test_integer(t, "BURST", 3);
    FS_REQUIRE(started(t));
    store(t, 20);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 5);
    FS_CHECK(!fs_test_round(t));
    FS_CHECK(fs_test_write(t, "u.limit", "6"));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 6);
    FS_CHECK(fs_test_write(t, "u.reset", ""));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 12);
    FS_CHECK(fs_test_write(t, "u.limit", "-1"));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 20);
    FS_CHECK(!fs_test_write(t, "u.limit", "some"));
    fs_test_end(t);
}

FS_TEST(unqueue_active)
{
    struct fs_test *t = unqueue();
    fs_test_boolean(t, "ACTIVE", false);
    FS_REQUIRE(started(t));
    store(t, 2);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_TEXT(fs_test_read(t, "u.active"), "false");
    FS_CHECK(fs_test_write(t, "u.active", "true"));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_end(t);
}

FS_TEST(unqueue_burst_of_nothing)
{
    struct fs_test *t = unqueue();
    fs_test_integer(t, "BURST", 0);
    FS_REQUIRE(started(t));
    store(t, 2);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_CHECK(!fs_test_round(t));
    fs_test_end(t);
}
