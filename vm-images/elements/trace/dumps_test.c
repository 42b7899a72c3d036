#include "engine/testing.h"
#include "net/bytes.h"

static struct fs_test *reading(const void *file, size_t size)
{
    struct fs_test *t = fs_test_new();
    fs_test_file(t, "in", file, size);
    fs_test_add(t, "from", "FromDump");
    fs_test_text(t, "FILENAME", "in");
    fs_test_boolean(t, "STOP", true);
    return t;
}

/* Two IPv4 packets without a link header, microseconds, the other order of bytes. */
static size_t swapped_dump(uint8_t *file)
{
    size_t at = 24;
    memset(file, 0, 24);
    fs_put32(file, 0xa1b2c3d4);
    fs_put16(file + 4, 2);
    fs_put16(file + 6, 4);
    fs_put32(file + 16, 2000);
    fs_put32(file + 20, 101);
    for (uint32_t i = 0; i < 2; i++) {
        fs_put32(file + at, 7 + i);
        fs_put32(file + at + 4, 5);
        fs_put32(file + at + 8, 20);
        fs_put32(file + at + 12, 100);
        memset(file + at + 16, 0, 20);
        file[at + 16] = 0x45;
        file[at + 19] = 20;
        at += 36;
    }
    return at;
}

FS_TEST(dumps_are_read_in_either_order_and_written)
{
    uint8_t file[200];
    size_t size = swapped_dump(file);
    struct fs_test *t = reading(file, size);
    fs_test_add(t, "to", "ToDump");
    fs_test_text(t, "FILENAME", "out");
    fs_test_text(t, "ENCAP", "IP");
    fs_test_integer(t, "SNAPLEN", 12);
    fs_test_boolean(t, "NANO", true);
    fs_test_add(t, "k", "TestSink");
    fs_test_chain(t, "from", "to", "k");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    FS_REQUIRE(fs_test_count(t, "k") == 2);
    struct fs_packet *p = fs_test_out(t, "k", 1);
    FS_EQUAL(p->timestamp, 8000005000);
    FS_EQUAL(fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH), 80);
    FS_CHECK(fs_network_header(p) == p->data);
    FS_TEXT(fs_test_read(t, "from.encap"), "IP");
    const uint32_t head[6] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, 12, 101}, record[4] = {7, 5000, 12, 100};
    const char *out = fs_test_written(t, "out");
    FS_REQUIRE(fs_test_written_size(t, "out") == 24 + 2 * (16 + 12));
    FS_CHECK(memcmp(out, head, 24) == 0 && memcmp(out + 24, record, 16) == 0 && out[40] == 0x45);
    struct fs_test *u = reading(out, fs_test_written_size(t, "out")); /* and back */
    fs_test_add(u, "k", "TestPuller");
    fs_test_chain(u, "from", "k");
    FS_REQUIRE(fs_test_start(u));
    FS_EQUAL(fs_test_pull(u, "k", 5), 2);
    FS_EQUAL(fs_test_out(u, "k", 0)->length, 12);
    FS_EQUAL(fs_test_out(u, "k", 0)->timestamp, 7000005000);
    fs_test_end(u);
    fs_test_end(t);
}

FS_TEST(dumps_that_are_broken_end_or_are_refused)
{
    uint8_t file[200];
    size_t size = swapped_dump(file);
    struct fs_test *t = reading(file, size - 1); /* the second is cut off */
    fs_test_boolean(t, "FORCE_IP", true);
    fs_test_add(t, "k", "TestSink");
    fs_test_chain(t, "from", "k");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "k"), 1);
    fs_test_end(t);
    fs_put32(file + 24 + 8, 0xffffffff); /* longer than any packet */
    t = reading(file, size);
    fs_test_add(t, "k", "TestSink");
    fs_test_chain(t, "from", "k");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "k"), 0);
    fs_test_end(t);
    file[0] = 0;
    t = reading(file, size);
    fs_test_add(t, "k", "TestSink");
    fs_test_chain(t, "from", "k");
    FS_CHECK(strstr(fs_test_refused(t), "bad magic number") != NULL);
    fs_test_end(t);
}
