#include "net/crc32.h"
#include "net/testing.h"

FS_TEST(crc32_is_that_of_the_catalogue) { FS_EQUAL(fs_crc32("123456789", 9), 0x0376e6e7); } /* CRC-32/MPEG-2 */

FS_TEST(checkcrc32_takes_off_what_setcrc32_appends)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "again", "TestSource");
    fs_test_add(t, "whole", "TestSink");
    fs_test_add(t, "s", "SetCRC32");
    fs_test_add(t, "c", "CheckCRC32");
    fs_test_chain(t, "in", "s", "out");
    fs_test_chain(t, "again", "c", "whole");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "123456789", 9);
    FS_FRAME(fs_test_out(t, "out", 0), "123456789\xe7\xe6\x76\x03", 13);
    fs_test_send(t, "again", "123456789\xe7\xe6\x76\x03", 13);
    FS_FRAME(fs_test_out(t, "whole", 0), "123456789", 9);
    fs_test_send(t, "again", "123456788\xe7\xe6\x76\x03", 13);
    fs_test_send(t, "again", "123", 3);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_CHECKSUM), 1);
    FS_EQUAL(fs_test_drops(t, "c", FS_DROP_BAD_LENGTH), 1);
    FS_TEXT(fs_test_read(t, "c.drops"), "2");
    fs_test_end(t);
}
