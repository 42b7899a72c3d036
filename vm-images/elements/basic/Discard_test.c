#include "net/testing.h"

FS_TEST(discard_drops_what_is_pushed)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "d", "Discard");
    fs_test_boolean(t, "ACTIVE", false); /* only pulling is switched off by it */
    fs_test_chain(t, "in", "d");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    fs_test_send(t, "in", "abc", 3);
    FS_TEXT(fs_test_read(t, "d.count"), "2");
    FS_EQUAL(fs_test_drops(t, "d", FS_DROP_DISCARDED), 2);
    FS_CHECK(fs_test_write(t, "d.reset_counts", ""));
    FS_TEXT(fs_test_read(t, "d.count"), "0");
    fs_test_end(t);
}

FS_TEST(discard_pulls_bursts_when_active)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "d", "Discard");
    fs_test_integer(t, "BURST", 2);
    fs_test_chain(t, "in", "d");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    for (unsigned i = 0; i < 5; i++) {
        fs_test_send(t, "in", "abc", 3);
    }
    fs_test_round(t);
    FS_TEXT(fs_test_read(t, "d.count"), "2");
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "d.count"), "5");
    FS_CHECK(fs_test_write(t, "d.active", "false"));
    FS_TEXT(fs_test_read(t, "d.active"), "false");
    fs_test_send(t, "in", "abc", 3);
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "d.count"), "5");
    FS_CHECK(!fs_test_write(t, "d.active", "maybe"));
    FS_CHECK(fs_test_write(t, "d.active", "true"));
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "d.count"), "6");
    fs_test_end(t);
}
