#include "net/testing.h"

static struct fs_test *with(const char *word)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "a", "TestSink");
    fs_test_add(t, "b", "TestSink");
    fs_test_add(t, "s", "WordSwitch");
    fs_test_text(t, "WORD", word);
    fs_test_text(t, "CHOICES", "one  two three");
    fs_test_connect(t, "in", 0, "s", 0);
    fs_test_connect(t, "s", 0, "a", 0);
    fs_test_connect(t, "s", 1, "b", 0);
    return t;
}

FS_TEST(wordswitch_chooses_by_word)
{
    struct fs_test *t = with("two");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "x", 1);
    FS_EQUAL(fs_test_count(t, "a"), 0);
    FS_EQUAL(fs_test_count(t, "b"), 1);
    FS_TEXT(fs_test_read(t, "s.switch"), "1");
    fs_test_end(t);
    t = with("three"); /* there is no such output */
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "x", 1);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_UNCONNECTED), 1);
    fs_test_end(t);
    t = with("four");
    FS_CHECK(strstr(fs_test_refused(t), "expected one of 'one  two three', found 'four'") != NULL);
    fs_test_end(t);
}
