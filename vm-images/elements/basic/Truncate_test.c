#include "net/testing.h"

FS_TEST(truncate_shortens)
{
    for (unsigned extra = 0; extra < 2; extra++) {
        struct fs_test *t = fs_test_new();
        fs_test_add(t, "in", "TestSource");
        fs_test_add(t, "out", "TestSink");
        fs_test_add(t, "t", "Truncate");
        fs_test_integer(t, "LENGTH", 3);
        fs_test_boolean(t, "EXTRA_LENGTH", extra != 0);
        fs_test_chain(t, "in", "t", "out");
        FS_REQUIRE(fs_test_start(t));
        struct fs_packet *p = fs_test_packet(t, "abcdef", 6);
        fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, 10);
        fs_test_send_packet(t, "in", p);
        FS_FRAME(fs_test_out(t, "out", 0), "abc", 3);
        FS_EQUAL(fs_anno_u32(fs_test_out(t, "out", 0), FS_ANNO_EXTRA_LENGTH), extra != 0 ? 13 : 10);
        fs_test_send(t, "in", "abc", 3);
        FS_EQUAL(fs_anno_u32(fs_test_out(t, "out", 1), FS_ANNO_EXTRA_LENGTH), 0);
        fs_test_end(t);
    }
}
