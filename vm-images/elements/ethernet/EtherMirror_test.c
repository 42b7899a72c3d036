#include "net/testing.h"

FS_TEST(ethermirror_swaps_addresses)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "m", "EtherMirror");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "m", "out");
    FS_REQUIRE(fs_test_start(t));
    struct bytes frame = hex("010203040506 0a0b0c0d0e0f 0800 4500");
    struct bytes mirrored = hex("0a0b0c0d0e0f 010203040506 0800 4500");
    fs_test_send(t, "in", frame.at, frame.size);
    FS_FRAME(fs_test_out(t, "out", 0), mirrored.at, mirrored.size);
    fs_test_send(t, "in", frame.at, 14);
    FS_FRAME(fs_test_out(t, "out", 1), mirrored.at, 14);
    fs_test_send(t, "in", frame.at, 13);
    fs_test_send(t, "in", frame.at, 0);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_BAD_LENGTH), 2);
    fs_test_end(t);
}

/* A Tee with its first output to a mirror, or its last. */
static struct fs_test *teed(unsigned mirrored_output)
{
    struct fs_test *t = fs_test_new();
    fs_test_pool(t, 2);
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "tee", "Tee");
    fs_test_add(t, "m", "EtherMirror");
    fs_test_add(t, "mirrored", "TestSink");
    fs_test_add(t, "plain", "TestSink");
    fs_test_chain(t, "in", "tee");
    fs_test_connect(t, "tee", mirrored_output, "m", 0);
    fs_test_connect(t, "tee", 1 - mirrored_output, "plain", 0);
    fs_test_chain(t, "m", "mirrored");
    return t;
}

/* The other holder of the same bytes does not see the swap. */
FS_TEST(ethermirror_writes_to_a_copy)
{
    struct fs_test *t = teed(0);
    FS_REQUIRE(fs_test_start(t));
    struct bytes frame = hex("010203040506 0a0b0c0d0e0f 0800"), mirrored = hex("0a0b0c0d0e0f 010203040506 0800");
    fs_test_send(t, "in", frame.at, frame.size);
    FS_REQUIRE(fs_test_count(t, "plain") == 1 && fs_test_count(t, "mirrored") == 1);
    FS_FRAME(fs_test_out(t, "plain", 0), frame.at, frame.size);
    FS_FRAME(fs_test_out(t, "mirrored", 0), mirrored.at, mirrored.size);
    fs_test_end(t);
}

/* Without a buffer for the copy the packet is lost, and counted. */
FS_TEST(ethermirror_without_a_buffer_drops)
{
    struct fs_test *t = teed(1);
    FS_REQUIRE(fs_test_start(t));
    struct bytes frame = hex("010203040506 0a0b0c0d0e0f 0800");
    fs_test_send(t, "in", frame.at, frame.size);
    FS_REQUIRE(fs_test_count(t, "plain") == 1);
    FS_EQUAL(fs_test_count(t, "mirrored"), 0);
    FS_EQUAL(fs_test_drops(t, "m", FS_DROP_NO_BUFFER), 1);
    FS_FRAME(fs_test_out(t, "plain", 0), frame.at, frame.size);
    fs_test_end(t);
}
