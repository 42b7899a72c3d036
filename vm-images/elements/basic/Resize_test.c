/* Resize and Clipboard. */
#include "net/testing.h"

static struct fs_test *resize(int64_t head, int64_t tail)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "r", "Resize");
    fs_test_integer(t, "HEAD", head);
    fs_test_integer(t, "TAIL", tail);
    fs_test_chain(t, "in", "r", "out");
    return t;
}

FS_TEST(resize_takes_off_and_puts_on)
{
    struct fs_test *t = resize(-2, -1);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abcdef", 6);
    FS_FRAME(fs_test_out(t, "out", 0), "cde", 3);
    fs_test_send(t, "in", "ab", 2);
    FS_EQUAL(fs_test_out(t, "out", 1)->length, 0);
    fs_test_end(t);
    t = resize(3, 2);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    FS_EQUAL(fs_test_out(t, "out", 0)->length, 8);
    FS_CHECK(memcmp(fs_test_out(t, "out", 0)->data + 3, "abc", 3) == 0);
    fs_test_end(t);
    t = resize(5000, 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    FS_EQUAL(fs_test_drops(t, "r", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}

static struct fs_test *clipboard(const char *first, const char *second)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "a", "TestSource");
    fs_test_add(t, "b", "TestSource");
    fs_test_add(t, "c", "Clipboard");
    fs_test_texts(t, "RANGE", first, second);
    fs_test_add(t, "out0", "TestSink");
    fs_test_add(t, "out1", "TestSink");
    fs_test_chain(t, "a", "c", "out0");
    fs_test_connect(t, "b", 0, "c", 1);
    fs_test_connect(t, "c", 1, "out1", 0);
    return t;
}

FS_TEST(clipboard_copies)
{
    struct fs_test *t = clipboard("0/2", "4/1");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "a", "abcdefg", 7);
    fs_test_send(t, "b", "1234567", 7);
    FS_FRAME(fs_test_out(t, "out0", 0), "abcdefg", 7);
    FS_FRAME(fs_test_out(t, "out1", 0), "ab34e67", 7);
    fs_test_send(t, "a", "xyz", 3); /* too short: neither read ... */
    fs_test_send(t, "b", "1234", 4); /* ... nor written */
    FS_FRAME(fs_test_out(t, "out1", 1), "1234", 4);
    fs_test_send(t, "b", "12345", 5);
    FS_FRAME(fs_test_out(t, "out1", 2), "ab34e", 5);
    fs_test_end(t);
    t = clipboard("0/2", "four");
    FS_CHECK(strstr(fs_test_refused(t), "RANGE: expected OFFSET/LENGTH, found 'four'") != NULL);
    fs_test_end(t);
}
