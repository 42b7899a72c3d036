/* The classes that test the engine find nothing. */
#include "net/testing.h"

FS_TEST(queueyanktest_passes)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_integer(t, "CAPACITY", 5);
    fs_test_add(t, "out", "TestPuller");
    fs_test_add(t, "y", "QueueYankTest");
    fs_test_text(t, "QUEUE", "q");
    fs_test_chain(t, "in", "q", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 10);
    FS_TEXT(fs_test_log(t), "y :: QueueYankTest: All tests pass!\n");
    fs_test_end(t);
}

FS_TEST(queueyanktest_needs_a_queue)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "y", "QueueYankTest");
    fs_test_text(t, "QUEUE", "y");
    FS_CHECK(strstr(fs_test_refused(t), "QUEUE: expected a Queue") != NULL);
    fs_test_end(t);
}

FS_TEST(tokenbuckettest_passes)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "b", "TokenBucketTest");
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(strstr(fs_test_log(t), "All tests pass!") != NULL);
    fs_test_end(t);
}
