/* Idle, Null, Tee, Switch, Paint, Strip and Unstrip: a few lines each. */
#include "net/testing.h"

static struct fs_test *one(const char *class_name)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", class_name);
    return t;
}
static bool started(struct fs_test *t)
{
    fs_test_chain(t, "in", "e", "out");
    return fs_test_start(t);
}

FS_TEST(idle_takes_and_gives_nothing)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "i", "Idle");
    fs_test_add(t, "u", "Unqueue");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "i", "u", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abc", 3);
    FS_EQUAL(fs_test_drops(t, "i", FS_DROP_DISCARDED), 1);
    fs_test_run(t);
    FS_CHECK(!fs_test_round(t)); /* its puller sleeps */
    FS_EQUAL(fs_test_count(t, "out"), 0);
    fs_test_end(t);
}

FS_TEST(null_passes_on)
{
    struct fs_test *t = one("Null");
    FS_REQUIRE(started(t));
    fs_test_send(t, "in", "abc", 3);
    FS_FRAME(fs_test_out(t, "out", 0), "abc", 3);
    fs_test_end(t);
}

FS_TEST(tee_gives_each_output_a_copy)
{
    struct fs_test *t = one("Tee");
    fs_test_integer(t, "N", 3);
    fs_test_add(t, "second", "TestSink");
    fs_test_add(t, "third", "TestSink");
    fs_test_connect(t, "e", 1, "second", 0);
    fs_test_connect(t, "e", 2, "third", 0);
    FS_REQUIRE(started(t));
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 5);
    fs_test_send_packet(t, "in", p);
    static const char *const sinks[] = {"out", "second", "third"};
    for (unsigned i = 0; i < 3; i++) {
        FS_REQUIRE(fs_test_count(t, sinks[i]) == 1);
        FS_FRAME(fs_test_out(t, sinks[i], 0), "abc", 3);
        FS_EQUAL(fs_anno_u8(fs_test_out(t, sinks[i], 0), FS_ANNO_PAINT), 5);
    }
    FS_CHECK(fs_test_out(t, "third", 0) == p); /* the last gets the packet itself */
    FS_TEXT(fs_test_read(t, "e.lost"), "0");
    fs_test_end(t);
}

FS_TEST(tee_without_buffers_still_passes_the_packet)
{
    struct fs_test *t = one("Tee");
    fs_test_pool(t, 4);
    fs_test_add(t, "second", "TestSink");
    fs_test_connect(t, "e", 1, "second", 0);
    FS_REQUIRE(started(t));
    struct fs_packet *p[3];
    for (unsigned i = 0; i < 3; i++) {
        p[i] = fs_test_packet(t, "abc", 3);
    }
    fs_test_send_batch(t, "in", p, 3);
    FS_EQUAL(fs_test_count(t, "second"), 3);
    FS_EQUAL(fs_test_count(t, "out") + (unsigned)atoi(fs_test_read(t, "e.lost")), 3);
    FS_CHECK(fs_test_count(t, "out") >= 1 && fs_test_count(t, "out") < 3);
    fs_test_end(t);
}

FS_TEST(tee_refuses_another_number_of_outputs)
{
    struct fs_test *t = one("Tee");
    fs_test_integer(t, "N", 2);
    fs_test_chain(t, "in", "e", "out");
    FS_CHECK(strstr(fs_test_refused(t), "1 outputs are connected, but N is 2") != NULL);
    fs_test_end(t);
}

FS_TEST(switch_sends_to_the_output_that_is_on)
{
    struct fs_test *t = one("Switch");
    fs_test_add(t, "second", "TestSink");
    fs_test_connect(t, "e", 1, "second", 0);
    FS_REQUIRE(started(t));
    fs_test_send(t, "in", "a", 1);
    FS_CHECK(fs_test_write(t, "e.switch", "1"));
    fs_test_send(t, "in", "b", 1);
    FS_CHECK(fs_test_write(t, "e.switch", "-1"));
    FS_TEXT(fs_test_read(t, "e.switch"), "-1");
    fs_test_send(t, "in", "c", 1);
    FS_CHECK(!fs_test_write(t, "e.switch", "2"));
    FS_CHECK(strstr(fs_test_said(t), "2") != NULL);
    FS_TEXT(fs_test_read(t, "e.switch"), "-1");
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_EQUAL(fs_test_count(t, "second"), 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_DISCARDED), 1);
    fs_test_end(t);
}

FS_TEST(switch_refuses_an_output_that_there_is_not)
{
    struct fs_test *t = one("Switch");
    fs_test_integer(t, "OUTPUT", 1);
    fs_test_chain(t, "in", "e", "out");
    FS_CHECK(strstr(fs_test_refused(t), "OUTPUT 1 does not exist") != NULL);
    fs_test_end(t);
}

FS_TEST(paint_sets_one_byte)
{
    struct fs_test *t = one("Paint");
    fs_test_integer(t, "COLOR", 200);
    FS_REQUIRE(started(t));
    struct fs_packet *p = fs_test_packet(t, "a", 1);
    memset(p->annotations, 0x11, sizeof p->annotations);
    fs_test_send_packet(t, "in", p);
    for (unsigned i = 0; i < FS_ANNOTATION_BYTES; i++) {
        FS_EQUAL(p->annotations[i], i == 16 ? 200 : 0x11); /* Click's PAINT is byte 16 */
    }
    FS_TEXT(fs_test_read(t, "e.color"), "200");
    FS_CHECK(fs_test_write(t, "e.color", "3") && !fs_test_write(t, "e.color", "256"));
    fs_test_send(t, "in", "b", 1);
    FS_EQUAL(fs_anno_u8(fs_test_out(t, "out", 1), FS_ANNO_PAINT), 3);
    fs_test_end(t);
}

FS_TEST(paint_takes_an_annotation_of_one_byte)
{
    struct fs_test *t = one("Paint");
    fs_test_integer(t, "COLOR", 2);
    fs_test_integer(t, "ANNO", FS_ANNOTATION(20, 1));
    FS_REQUIRE(started(t));
    fs_test_send(t, "in", "a", 1);
    FS_EQUAL(fs_test_out(t, "out", 0)->annotations[20], 2);
    fs_test_end(t);
    t = one("Paint");
    fs_test_integer(t, "COLOR", 2);
    fs_test_integer(t, "ANNO", FS_ANNO_AGGREGATE);
    fs_test_chain(t, "in", "e", "out");
    FS_CHECK(strstr(fs_test_refused(t), "one byte") != NULL);
    fs_test_end(t);
}

FS_TEST(strip_and_unstrip)
{
    struct fs_test *t = one("Strip");
    fs_test_integer(t, "LENGTH", 2);
    fs_test_add(t, "u", "Unstrip");
    fs_test_integer(t, "LENGTH", 2);
    fs_test_add(t, "mid", "Tee");
    fs_test_add(t, "back", "TestSink");
    fs_test_chain(t, "in", "e", "mid", "out");
    fs_test_connect(t, "mid", 1, "u", 0);
    fs_test_connect(t, "u", 0, "back", 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "abcd", 4);
    fs_test_send(t, "in", "ab", 2);
    fs_test_send(t, "in", "a", 1); /* shorter than LENGTH */
    FS_EQUAL(fs_test_count(t, "out"), 2);
    FS_FRAME(fs_test_out(t, "out", 0), "cd", 2);
    FS_FRAME(fs_test_out(t, "out", 1), "", 0);
    FS_FRAME(fs_test_out(t, "back", 0), "abcd", 4);
    FS_FRAME(fs_test_out(t, "back", 1), "ab", 2);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

FS_TEST(unstrip_beyond_the_headroom_drops)
{
    struct fs_test *t = one("Unstrip");
    fs_test_integer(t, "LENGTH", FS_HEADROOM + 1);
    FS_REQUIRE(started(t));
    fs_test_send(t, "in", "abcd", 4);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}
