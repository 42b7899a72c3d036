/* ToHost, ToHostSniffers and FromHost: there is no host here. */
#include "net/testing.h"

FS_TEST(tohost_counts_and_drops)
{
    static const char *const classes[] = {"ToHost", "ToHostSniffers"};
    for (unsigned i = 0; i < 2; i++) {
        struct fs_test *t = fs_test_new();
        fs_test_add(t, "in", "TestSource");
        fs_test_add(t, "h", classes[i]);
        fs_test_text(t, "DEVNAME", "eth0");
        fs_test_add(t, "from", "FromHost");
        fs_test_add(t, "out", "TestSink");
        fs_test_chain(t, "in", "h");
        fs_test_chain(t, "from", "out");
        FS_REQUIRE(fs_test_start(t));
        fs_test_send(t, "in", "abc", 3);
        fs_test_send(t, "in", "abc", 3);
        FS_TEXT(fs_test_read(t, "h.count"), "2");
        FS_EQUAL(fs_test_drops(t, "h", FS_DROP_DISCARDED), 2);
        fs_test_run(t);
        FS_EQUAL(fs_test_count(t, "out"), 0);
        fs_test_end(t);
    }
}
