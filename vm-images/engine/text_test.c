#include "testing.h"

FS_TEST(text_formats_like_printf)
{
    char buffer[128];
    struct fs_text t = fs_text_in(buffer, sizeof(buffer) - 1);
    fs_text_format(&t, "%s|%4d|%-4u|%08x|%c|%lu|%%|%.3s|%02x", "ab", -7, 42u, 0xbeefu, 'z', 18446744073709551615ul,
                   "abcdef", 5u);
    buffer[t.length] = '\0';
    FS_TEXT(buffer, "ab|  -7|42  |0000beef|z|18446744073709551615|%|abc|05");
    FS_EQUAL(t.missing, 0);
}

FS_TEST(text_counts_what_does_not_fit)
{
    char buffer[4];
    struct fs_text t = fs_text_in(buffer, sizeof(buffer));
    fs_text_string(&t, "abcdef");
    FS_EQUAL(t.length, 4);
    FS_EQUAL(t.missing, 2);
    fs_text_i64(&t, INT64_MIN);
    FS_EQUAL(t.missing, 2 + strlen("-9223372036854775808"));
    FS_CHECK(memcmp(buffer, "abcd", 4) == 0);
}
