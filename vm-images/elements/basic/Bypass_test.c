/* Bypass, PullSwitch and SimplePullSwitch: ways that a handler changes. */
#include "net/testing.h"

FS_TEST(bypass_pushes_round)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "back", "TestSource");
    fs_test_add(t, "b", "Bypass");
    fs_test_add(t, "on", "TestSink");
    fs_test_add(t, "round", "TestSink");
    fs_test_chain(t, "in", "b", "on");
    fs_test_connect(t, "b", 1, "round", 0);
    fs_test_connect(t, "back", 0, "b", 1);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "b.active"), "false");
    fs_test_send(t, "in", "a", 1);
    FS_CHECK(fs_test_write(t, "b.active", "true"));
    fs_test_send(t, "in", "b", 1);
    fs_test_send(t, "back", "c", 1); /* the end of the way round */
    FS_EQUAL(fs_test_count(t, "on"), 2);
    FS_FRAME(fs_test_out(t, "on", 0), "a", 1);
    FS_FRAME(fs_test_out(t, "on", 1), "c", 1);
    FS_EQUAL(fs_test_count(t, "round"), 1);
    FS_FRAME(fs_test_out(t, "round", 0), "b", 1);
    FS_CHECK(!fs_test_write(t, "b.active", "perhaps"));
    fs_test_end(t);
}

FS_TEST(bypass_with_one_output_passes_on)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "b", "Bypass");
    fs_test_boolean(t, "ACTIVE", true);
    fs_test_add(t, "on", "TestSink");
    fs_test_chain(t, "in", "b", "on");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "a", 1);
    FS_EQUAL(fs_test_count(t, "on"), 1);
    fs_test_end(t);
}

FS_TEST(bypass_pulls_from_the_other_input)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "a", "TestStore");
    fs_test_add(t, "z", "TestStore");
    fs_test_add(t, "b", "Bypass");
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "a", "b", "out");
    fs_test_connect(t, "z", 0, "b", 1);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "a", "a", 1);
    fs_test_send(t, "z", "z", 1);
    FS_CHECK(fs_test_write(t, "b.active", "true"));
    FS_EQUAL(fs_test_pull(t, "out", 5), 1);
    FS_FRAME(fs_test_out(t, "out", 0), "z", 1);
    FS_CHECK(fs_test_write(t, "b.active", "false"));
    FS_EQUAL(fs_test_pull(t, "out", 5), 1);
    FS_FRAME(fs_test_out(t, "out", 1), "a", 1);
    fs_test_end(t);
}

static struct fs_test *pulled(const char *class_name, int64_t input)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "a", "TestStore");
    fs_test_add(t, "i", "Idle");
    fs_test_add(t, "s", class_name);
    fs_test_integer(t, "INPUT", input);
    fs_test_add(t, "d", "Discard");
    fs_test_chain(t, "a", "s", "d");
    fs_test_connect(t, "i", 0, "s", 1);
    return t;
}

/* A puller sleeps while the input that is on has nothing, or none is on. */
FS_TEST(pullswitch_says_what_its_input_says)
{
    struct fs_test *t = pulled("PullSwitch", -1);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "d.scheduled"), "false");
    FS_CHECK(fs_test_write(t, "s.switch", "1"));
    FS_TEXT(fs_test_read(t, "d.scheduled"), "false");
    fs_test_send(t, "a", "a", 1);
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "d.count"), "0");
    FS_CHECK(fs_test_write(t, "s.switch", "0"));
    FS_TEXT(fs_test_read(t, "d.scheduled"), "true");
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "d.count"), "1");
    FS_TEXT(fs_test_read(t, "d.scheduled"), "false");
    fs_test_end(t);
}

FS_TEST(simplepullswitch_pulls_from_its_input)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "a", "TestStore");
    fs_test_add(t, "b", "TestStore");
    fs_test_add(t, "s", "SimplePullSwitch");
    fs_test_integer(t, "INPUT", 1);
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "a", "s", "out");
    fs_test_connect(t, "b", 0, "s", 1);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "a", "a", 1);
    FS_EQUAL(fs_test_pull(t, "out", 5), 0);
    FS_CHECK(!fs_test_write(t, "s.switch", "2"));
    FS_CHECK(fs_test_write(t, "s.switch", "-7"));
    FS_TEXT(fs_test_read(t, "s.switch"), "-1");
    FS_EQUAL(fs_test_pull(t, "out", 5), 0);
    FS_CHECK(fs_test_write(t, "s.switch", "0"));
    FS_EQUAL(fs_test_pull(t, "out", 5), 1);
    fs_test_end(t);
    t = pulled("SimplePullSwitch", 2);
    FS_CHECK(strstr(fs_test_refused(t), "INPUT 2 does not exist, there are 2") != NULL);
    fs_test_end(t);
}
