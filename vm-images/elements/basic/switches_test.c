/* The elements that choose an output or an input: by turns, by hash, by colour, by chance, by shares, by hand. */
#include "net/testing.h"

static const char *const outs[] = {"out0", "out1", "out2", "out3"};

static struct fs_test *some(const char *class_name, unsigned outputs)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    for (unsigned i = 0; i < outputs; i++) {
        fs_test_add(t, outs[i], "TestSink");
    }
    fs_test_add(t, "e", class_name);
    fs_test_connect(t, "in", 0, "e", 0);
    for (unsigned i = 0; i < outputs; i++) {
        fs_test_connect(t, "e", i, outs[i], 0);
    }
    return t;
}
static void send_batch(struct fs_test *t, unsigned count)
{
    struct fs_packet *p[FS_BATCH_MAX];
    for (unsigned i = 0; i < count; i++) {
        uint8_t byte = (uint8_t)i;
        p[i] = fs_test_packet(t, &byte, 1);
    }
    fs_test_send_batch(t, "in", p, count);
}
static void paint(struct fs_test *t, uint8_t color)
{
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    fs_set_anno_u8(p, FS_ANNO_PAINT, color);
    fs_test_send_packet(t, "in", p);
}

FS_TEST(roundrobinswitch_takes_turns)
{
    struct fs_test *t = some("RoundRobinSwitch", 3);
    FS_REQUIRE(fs_test_start(t));
    send_batch(t, 7);
    send_batch(t, 1);
    FS_EQUAL(fs_test_count(t, "out0"), 3);
    FS_EQUAL(fs_test_count(t, "out1"), 3);
    FS_EQUAL(fs_test_count(t, "out2"), 2);
    FS_EQUAL(fs_test_out(t, "out1", 1)->data[0], 4);
    fs_test_end(t);
}

/* Click's hash: the sum of the bytes; for a power of two outputs it is folded. */
FS_TEST(hashswitch_goes_by_bytes)
{
    static const struct {
        unsigned outputs;
        const char *bytes;
        unsigned output;
    } cases[] = {
        {3, "00 01 03 99", 1}, {3, "00 01 04 98", 2}, {4, "00 20 05", (0x25 ^ 2) & 3}, {4, "00 ff", 0}, {1, "00 05 05", 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_test *t = some("HashSwitch", cases[i].outputs);
        fs_test_integer(t, "OFFSET", 1);
        fs_test_integer(t, "LENGTH", 2);
        FS_REQUIRE(fs_test_start(t));
        struct bytes b = hex(cases[i].bytes);
        fs_test_send(t, "in", b.at, b.size);
        FS_EQUAL(fs_test_count(t, outs[cases[i].output]), 1);
        fs_test_end(t);
    }
}

FS_TEST(randomswitch_uses_all_outputs)
{
    struct fs_test *t = some("RandomSwitch", 4);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 5; i++) {
        send_batch(t, 64);
    }
    unsigned all = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned n = fs_test_count(t, outs[i]);
        FS_CHECK(n > 40 && n < 120); /* of 320: 80 each, four standard deviations are 31 */
        all += n;
    }
    FS_EQUAL(all, 320);
    fs_test_end(t);
}

FS_TEST(paintswitch_goes_by_colour)
{
    struct fs_test *t = some("PaintSwitch", 3);
    FS_REQUIRE(fs_test_start(t));
    paint(t, 0);
    paint(t, 2);
    paint(t, 255);
    paint(t, 3);
    FS_EQUAL(fs_test_count(t, "out0"), 2);
    FS_EQUAL(fs_test_count(t, "out1"), 1);
    FS_EQUAL(fs_test_count(t, "out2"), 2);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_MATCH), 1);
    fs_test_end(t);
}

FS_TEST(paintswitch_keeps_copies_in_their_place)
{
    struct fs_test *t = some("PaintSwitch", 2);
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p[3];
    for (unsigned i = 0; i < 3; i++) {
        p[i] = fs_test_packet(t, &"abc"[i], 1);
        fs_set_anno_u8(p[i], FS_ANNO_PAINT, i == 1 ? 255 : 0);
    }
    fs_test_send_batch(t, "in", p, 3);
    FS_FRAME(fs_test_out(t, "out0", 1), "b", 1);
    FS_FRAME(fs_test_out(t, "out0", 2), "c", 1);
    FS_FRAME(fs_test_out(t, "out1", 0), "b", 1);
    fs_test_end(t);
}

FS_TEST(paint_tee_and_check)
{
    struct fs_test *t = some("PaintTee", 2);
    fs_test_integer(t, "COLOR", 7);
    FS_REQUIRE(fs_test_start(t));
    paint(t, 7);
    paint(t, 6);
    FS_EQUAL(fs_test_count(t, "out0"), 2);
    FS_EQUAL(fs_test_count(t, "out1"), 1);
    FS_CHECK(fs_test_write(t, "e.color", "6"));
    paint(t, 6);
    FS_EQUAL(fs_test_count(t, "out1"), 2);
    FS_TEXT(fs_test_read(t, "e.color"), "6");
    fs_test_end(t);

    t = some("CheckPaint", 2);
    fs_test_integer(t, "COLOR", 7);
    fs_test_integer(t, "ANNO", FS_ANNOTATION(17, 1));
    FS_REQUIRE(fs_test_start(t));
    paint(t, 7); /* another annotation */
    struct fs_packet *p = fs_test_packet(t, "abc", 3);
    p->annotations[17] = 7;
    fs_test_send_packet(t, "in", p);
    FS_EQUAL(fs_test_count(t, "out0"), 1);
    FS_EQUAL(fs_test_count(t, "out1"), 1);
    fs_test_end(t);

    t = some("CheckPaint", 1);
    fs_test_integer(t, "COLOR", 7);
    FS_REQUIRE(fs_test_start(t));
    paint(t, 6);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_NO_MATCH), 1);
    fs_test_end(t);
}

FS_TEST(staticswitch_stays)
{
    struct fs_test *t = some("StaticSwitch", 2);
    fs_test_integer(t, "OUTPUT", 1);
    FS_REQUIRE(fs_test_start(t));
    send_batch(t, 2);
    FS_EQUAL(fs_test_count(t, "out1"), 2);
    fs_test_end(t);
    t = some("StaticSwitch", 2);
    fs_test_integer(t, "OUTPUT", 2);
    FS_REQUIRE(fs_test_start(t));
    send_batch(t, 2);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_DISCARDED), 2);
    fs_test_end(t);
}

FS_TEST(strideswitch_shares)
{
    static const int64_t tickets[2] = {3, 1};
    struct fs_test *t = some("StrideSwitch", 2);
    fs_test_value(t, "TICKETS", tickets, sizeof tickets, 2);
    FS_REQUIRE(fs_test_start(t));
    send_batch(t, 40);
    FS_CHECK(fs_test_count(t, "out0") >= 29 && fs_test_count(t, "out0") <= 31);
    FS_EQUAL(fs_test_count(t, "out0") + fs_test_count(t, "out1"), 40);
    FS_TEXT(fs_test_read(t, "e.tickets0"), "3");
    struct fs_text none = {.capacity = 0};
    FS_EQUAL(fs_router_read(fs_test_router(t), "e.tickets2", "", &none), FS_HANDLER_FAILED);
    FS_CHECK(fs_test_write(t, "e.tickets0", "0"));
    FS_CHECK(!fs_test_write(t, "e.tickets1", "40000"));
    FS_CHECK(!fs_test_write(t, "e.tickets2", "1"));
    fs_test_forget(t, "out1");
    send_batch(t, 5);
    FS_EQUAL(fs_test_count(t, "out1"), 5);
    FS_CHECK(fs_test_write(t, "e.tickets1", "0"));
    send_batch(t, 5);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_DISCARDED), 5);
    fs_test_end(t);
}

FS_TEST(hub_sends_to_all_others)
{
    struct fs_test *t = some("Hub", 3);
    fs_test_add(t, "in1", "TestSource");
    fs_test_add(t, "in2", "TestSource");
    fs_test_connect(t, "in1", 0, "e", 1);
    fs_test_connect(t, "in2", 0, "e", 2);
    FS_REQUIRE(fs_test_start(t));
    send_batch(t, 2);
    fs_test_send(t, "in1", "x", 1);
    fs_test_send(t, "in2", "x", 1);
    FS_EQUAL(fs_test_count(t, "out0"), 2);
    FS_EQUAL(fs_test_count(t, "out1"), 3);
    FS_EQUAL(fs_test_count(t, "out2"), 3);
    fs_test_end(t);
}

FS_TEST(suppressor_closes_ports)
{
    struct fs_test *t = some("Suppressor", 2);
    fs_test_add(t, "in1", "TestSource");
    fs_test_connect(t, "in1", 0, "e", 1);
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "e.active0", "false"));
    FS_CHECK(!fs_test_write(t, "e.active5", "false"));
    FS_TEXT(fs_test_read(t, "e.active0"), "false");
    send_batch(t, 2);
    fs_test_send(t, "in1", "x", 1);
    FS_EQUAL(fs_test_count(t, "out0"), 0);
    FS_EQUAL(fs_test_count(t, "out1"), 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_DENIED), 2);
    FS_CHECK(fs_test_write(t, "e.reset", ""));
    send_batch(t, 2);
    FS_EQUAL(fs_test_count(t, "out0"), 2);
    fs_test_end(t);
}

FS_TEST(pulltee_copies_what_is_pulled)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "e", "PullTee");
    fs_test_add(t, "out", "TestPuller");
    fs_test_add(t, "copy", "TestSink");
    fs_test_chain(t, "in", "e", "out");
    fs_test_connect(t, "e", 1, "copy", 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "a", 1);
    fs_test_send(t, "in", "b", 1);
    FS_EQUAL(fs_test_count(t, "copy"), 0);
    FS_EQUAL(fs_test_pull(t, "out", 1), 1);
    FS_FRAME(fs_test_out(t, "out", 0), "a", 1);
    FS_EQUAL(fs_test_count(t, "copy"), 1);
    FS_FRAME(fs_test_out(t, "copy", 0), "a", 1);
    FS_TEXT(fs_test_read(t, "e.lost"), "0");
    fs_test_end(t);
}
