/* EtherSwitch and ListenEtherSwitch. */
#include "net/testing.h"

static const uint64_t sec = 1000000000;

static struct fs_test *three(const char *class_name)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in0", "TestSource");
    fs_test_add(t, "in1", "TestSource");
    fs_test_add(t, "in2", "TestSource");
    fs_test_add(t, "out0", "TestSink");
    fs_test_add(t, "out1", "TestSink");
    fs_test_add(t, "out2", "TestSink");
    fs_test_add(t, "listen", "TestSink");
    fs_test_add(t, "s", class_name);
    for (unsigned i = 0; i < 3; i++) {
        fs_test_connect(t, (const char *const[]){"in0", "in1", "in2"}[i], 0, "s", i);
        fs_test_connect(t, "s", i, (const char *const[]){"out0", "out1", "out2"}[i], 0);
    }
    return t;
}
static struct fs_packet *frame(struct fs_test *t, uint64_t to, uint64_t from)
{
    struct bytes b = {0};
    put_number(&b, 6, to);
    put_number(&b, 6, from);
    put_hex(&b, "0800");
    return fs_test_packet(t, b.at, b.size);
}
/* How many frames each output has got since the last time, as one number. */
static unsigned got(struct fs_test *t)
{
    unsigned n = fs_test_count(t, "out0") * 100 + fs_test_count(t, "out1") * 10 + fs_test_count(t, "out2");
    fs_test_forget(t, "out0");
    fs_test_forget(t, "out1");
    fs_test_forget(t, "out2");
    return n;
}

enum { A = 0x02000a, B = 0x02000b };

FS_TEST(etherswitch_learns)
{
    struct fs_test *t = three("EtherSwitch");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in0", frame(t, B, A));
    FS_EQUAL(got(t), 11); /* not known: to all others */
    fs_test_send_packet(t, "in2", frame(t, A, B));
    FS_EQUAL(got(t), 100);
    fs_test_send_packet(t, "in0", frame(t, B, A));
    FS_EQUAL(got(t), 1);
    fs_test_send_packet(t, "in2", frame(t, B, 0x020001)); /* its own LAN has it already */
    FS_EQUAL(got(t), 0);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_DISCARDED), 1);
    fs_test_send_packet(t, "in1", frame(t, 0xffffffffffff, B)); /* B has moved */
    FS_EQUAL(got(t), 101);
    fs_test_send_packet(t, "in0", frame(t, B, A));
    FS_EQUAL(got(t), 10);
    FS_CHECK(strstr(fs_test_read(t, "s.table"), "00-00-00-02-00-0B 1\n") != NULL);
    FS_CHECK(strstr(fs_test_read(t, "s.table"), "00-00-00-02-00-0A 0\n") != NULL);
    fs_test_advance(t, 301 * sec);
    FS_TEXT(fs_test_read(t, "s.table"), "");
    fs_test_send_packet(t, "in0", frame(t, B, A));
    FS_EQUAL(got(t), 11);
    fs_test_send(t, "in0", "short", 5);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_LENGTH), 1);
    fs_test_end(t);
}

/* What one output gets keeps its order, though some of it goes elsewhere too. */
FS_TEST(etherswitch_keeps_order_within_a_batch)
{
    struct fs_test *t = three("EtherSwitch");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in1", frame(t, 0xffffffffffff, B));
    got(t);
    struct fs_packet *p[5];
    for (unsigned i = 0; i < 5; i++) {
        p[i] = frame(t, i % 2 == 0 ? B : 0xffffffffffff, A + 0x100 * i);
    }
    fs_test_send_batch(t, "in0", p, 5);
    FS_EQUAL(fs_test_count(t, "out2"), 2);
    FS_REQUIRE(fs_test_count(t, "out1") == 5);
    for (unsigned i = 0; i < 5; i++) {
        FS_EQUAL(fs_test_out(t, "out1", i)->data[10], i);
    }
    fs_test_end(t);
}

FS_TEST(etherswitch_without_timeout_is_a_hub)
{
    struct fs_test *t = three("EtherSwitch");
    fs_test_integer(t, "TIMEOUT", 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in0", frame(t, B, A));
    fs_test_send_packet(t, "in2", frame(t, A, B));
    FS_EQUAL(got(t), 121);
    FS_CHECK(fs_test_write(t, "s.timeout", "10"));
    FS_TEXT(fs_test_read(t, "s.timeout"), "10");
    fs_test_send_packet(t, "in2", frame(t, A, B));
    fs_test_send_packet(t, "in0", frame(t, B, A));
    FS_EQUAL(got(t), 111);
    fs_test_end(t);
}

/* Thousands of addresses: the table stays as large as it is, and the newest are known. */
FS_TEST(etherswitch_bounds_its_table)
{
    struct fs_test *t = three("EtherSwitch");
    fs_test_integer(t, "CAPACITY", 4);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 1; i <= 1000; i++) {
        fs_test_send_packet(t, "in0", frame(t, 0xffffffffffff, i << 8));
        fs_test_advance(t, 1000);
        got(t);
    }
    unsigned lines = 0;
    for (const char *at = fs_test_read(t, "s.table"); *at != '\0'; at++) {
        lines += *at == '\n';
    }
    FS_EQUAL(lines, 4);
    fs_test_send_packet(t, "in1", frame(t, 1000 << 8, B));
    FS_EQUAL(got(t), 100);
    fs_test_end(t);
}

FS_TEST(etherswitch_takes_over_what_was_learnt)
{
    struct fs_test *t = three("EtherSwitch");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in2", frame(t, 0xffffffffffff, B));
    got(t);
    struct fs_test *u = three("EtherSwitch");
    FS_REQUIRE(fs_test_start(u));
    struct fs_element *s = fs_test_element(u, "s");
    s->class->take_state(s, fs_test_element(t, "s"));
    fs_test_send_packet(u, "in0", frame(u, B, A));
    FS_EQUAL(got(u), 1);
    fs_test_end(u);
    fs_test_end(t);
}

FS_TEST(etherswitch_needs_as_many_outputs_as_inputs)
{
    struct fs_test *t = three("EtherSwitch");
    fs_test_connect(t, "s", 3, "listen", 0);
    FS_CHECK(strstr(fs_test_refused(t), "found 3 and 4") != NULL);
    fs_test_end(t);
    t = three("ListenEtherSwitch");
    FS_CHECK(strstr(fs_test_refused(t), "one more output") != NULL);
    fs_test_end(t);
}

FS_TEST(listenetherswitch_hears_everything)
{
    struct fs_test *t = three("ListenEtherSwitch");
    fs_test_connect(t, "s", 3, "listen", 0);
    FS_REQUIRE(fs_test_start(t));
    fs_test_send_packet(t, "in0", frame(t, B, A));
    fs_test_send_packet(t, "in2", frame(t, A, B));
    fs_test_send_packet(t, "in2", frame(t, B, 0x020001));
    FS_EQUAL(got(t), 111);
    FS_EQUAL(fs_test_count(t, "listen"), 3);
    fs_test_end(t);
}
