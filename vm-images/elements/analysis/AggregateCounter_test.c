#include "net/testing.h"

static struct fs_test *counter(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "second", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "rest", "TestSink");
    fs_test_add(t, "p", "Paint"); /* something to call */
    fs_test_integer(t, "COLOR", 0);
    fs_test_add(t, "a", "AggregateCounter");
    fs_test_chain(t, "in", "a", "out");
    return t;
}
static void with_all_ports(struct fs_test *t)
{
    fs_test_connect(t, "second", 0, "a", 1);
    fs_test_connect(t, "a", 1, "rest", 0);
}
static struct fs_packet *of(struct fs_test *t, uint32_t aggregate, size_t size)
{
    static const uint8_t zeros[1500];
    struct fs_packet *p = fs_test_packet(t, zeros, size);
    fs_set_anno_u32(p, FS_ANNO_AGGREGATE, aggregate);
    return p;
}
static void send(struct fs_test *t, uint32_t aggregate) { fs_test_send_packet(t, "in", of(t, aggregate, 60)); }

FS_TEST(aggregate_counter_counts_packets)
{
    static const uint32_t sent[] = {1, 1, 0, 0, 0, 2, 3, 2};
    struct fs_packet *packets[8];
    struct fs_test *t = counter();
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "a.counts"), "");
    for (unsigned i = 0; i < 8; i++) {
        packets[i] = of(t, sent[i], 60);
    }
    fs_test_send_batch(t, "in", packets, 8);
    FS_EQUAL(fs_test_count(t, "out"), 8);
    FS_TEXT(fs_test_read(t, "a.counts"), "0 3\n1 2\n2 2\n3 1\n");
    FS_TEXT(fs_test_read(t, "a.count"), "8");
    FS_TEXT(fs_test_read(t, "a.nagg"), "4");
    struct fs_packet *many = of(t, 0xc0000201, 60);
    fs_set_anno_u32(many, FS_ANNO_EXTRA_PACKETS, 9);
    fs_test_send_packet(t, "in", many);
    FS_TEXT(fs_test_read(t, "a.count"), "18");
    FS_CHECK(fs_test_write(t, "a.active", "false"));
    send(t, 1);
    FS_TEXT(fs_test_read(t, "a.active"), "false");
    FS_TEXT(fs_test_read(t, "a.count"), "18");
    FS_CHECK(fs_test_write(t, "a.clear", ""));
    FS_TEXT(fs_test_read(t, "a.counts"), "");
    FS_TEXT(fs_test_read(t, "a.count"), "0");
    fs_test_end(t);
}

FS_TEST(aggregate_counter_counts_bytes)
{
    for (unsigned ip = 0; ip < 2; ip++) {
        struct fs_test *t = counter();
        fs_test_boolean(t, "BYTES", true);
        fs_test_boolean(t, "IP_BYTES", ip);
        fs_test_boolean(t, "EXTRA_LENGTH", !ip);
        FS_REQUIRE(fs_test_start(t));
        struct fs_packet *p = of(t, 5, 100);
        fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, 7);
        fs_set_anno_u32(p, FS_ANNO_EXTRA_PACKETS, 3);
        fs_set_network_header(p, p->data + 14, 20);
        fs_test_send_packet(t, "in", p);
        fs_test_send_packet(t, "in", of(t, 6, 0)); /* counts for nothing, so it is no aggregate yet */
        FS_TEXT(fs_test_read(t, "a.counts"), ip ? "5 86\n" : "5 107\n");
        fs_test_end(t);
    }
    struct fs_test *t = counter();
    fs_test_boolean(t, "MULTIPACKET", false);
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = of(t, 5, 100);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_PACKETS, 3);
    fs_test_send_packet(t, "in", p);
    FS_TEXT(fs_test_read(t, "a.counts"), "5 1\n");
    fs_test_end(t);
}

FS_TEST(aggregate_counter_frozen_and_second_input)
{
    struct fs_test *t = counter();
    with_all_ports(t);
    FS_REQUIRE(fs_test_start(t));
    send(t, 1);
    fs_test_send_packet(t, "second", of(t, 1, 60)); /* is known */
    fs_test_send_packet(t, "second", of(t, 2, 60)); /* is not, and input 1 is always frozen */
    FS_EQUAL(fs_test_count(t, "out"), 2);
    FS_EQUAL(fs_test_count(t, "rest"), 1);
    FS_TEXT(fs_test_read(t, "a.counts"), "1 2\n");
    FS_TEXT(fs_test_read(t, "a.freeze"), "false");
    FS_CHECK(fs_test_write(t, "a.freeze", "true"));
    send(t, 3);
    send(t, 1);
    FS_EQUAL(fs_test_count(t, "rest"), 2);
    FS_TEXT(fs_test_read(t, "a.counts"), "1 3\n");
    FS_CHECK(fs_test_write(t, "a.active", "0"));
    send(t, 1);
    FS_EQUAL(fs_test_count(t, "rest"), 3);
    FS_CHECK(!fs_test_write(t, "a.freeze", "maybe"));
    fs_test_end(t);
}

FS_TEST(aggregate_counter_full)
{
    struct fs_test *t = counter();
    fs_test_integer(t, "CAPACITY", 2);
    with_all_ports(t);
    FS_REQUIRE(fs_test_start(t));
    for (uint32_t i = 1; i <= 3; i++) {
        send(t, i);
    }
    send(t, 2);
    FS_TEXT(fs_test_read(t, "a.counts"), "1 1\n2 2\n");
    FS_TEXT(fs_test_read(t, "a.untracked"), "1");
    FS_EQUAL(fs_test_count(t, "rest"), 1);
    fs_test_end(t);
}

FS_TEST(aggregate_counter_pulls)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "a", "AggregateCounter");
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "a", "out");
    FS_REQUIRE(fs_test_start(t));
    for (uint32_t i = 0; i < 5; i++) {
        send(t, i / 2);
    }
    FS_EQUAL(fs_test_pull(t, "out", 3), 3);
    FS_TEXT(fs_test_read(t, "a.counts"), "0 2\n1 1\n");
    fs_test_end(t);
}

FS_TEST(aggregate_counter_calls_for_an_aggregate_too_many)
{
    struct fs_test *t = counter();
    fs_test_text(t, "AGGREGATE_CALL", "2 p.color 7");
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "a.aggregate_call"), "2 p.color 7");
    send(t, 1);
    send(t, 2);
    send(t, 1);
    FS_TEXT(fs_test_read(t, "p.color"), "0"); /* two have been seen; nothing is new */
    send(t, 3);
    FS_TEXT(fs_test_read(t, "p.color"), "7");
    FS_TEXT(fs_test_read(t, "a.nagg"), "3");
    FS_TEXT(fs_test_read(t, "a.aggregate_call"), "");
    FS_CHECK(fs_test_write(t, "a.aggregate_call", "3 a.clear"));
    send(t, 4);
    FS_TEXT(fs_test_read(t, "a.counts"), "4 1\n");
    FS_CHECK(fs_test_write(t, "a.aggregate_call", ""));
    FS_CHECK(!fs_test_write(t, "a.aggregate_call", "some p.color 7"));
    fs_test_end(t);
}

FS_TEST(aggregate_counter_freezes_by_itself)
{
    struct fs_test *t = counter();
    fs_test_integer(t, "AGGREGATE_FREEZE", 1);
    with_all_ports(t);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "a.aggregate_call"), "1 a.freeze true");
    send(t, 1);
    send(t, 2);
    FS_TEXT(fs_test_read(t, "a.freeze"), "true");
    FS_TEXT(fs_test_read(t, "a.counts"), "1 1\n");
    FS_EQUAL(fs_test_count(t, "rest"), 1);
    fs_test_end(t);

    t = counter();
    fs_test_integer(t, "COUNT_FREEZE", 3);
    FS_REQUIRE(fs_test_start(t));
    for (uint32_t i = 0; i < 5; i++) {
        send(t, i);
    }
    FS_TEXT(fs_test_read(t, "a.count"), "3");
    fs_test_end(t);
}

FS_TEST(aggregate_counter_stops)
{
    struct fs_test *t = counter();
    fs_test_integer(t, "COUNT_STOP", 2);
    FS_REQUIRE(fs_test_start(t));
    send(t, 1);
    FS_TEXT(fs_test_read(t, "a.active"), "true");
    send(t, 1);
    FS_TEXT(fs_test_read(t, "a.active"), "false");
    fs_test_end(t);
    t = counter();
    fs_test_text(t, "COUNT_CALL", "2 p.color 8");
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "a.count_call"), "2 p.color 8");
    send(t, 1);
    send(t, 1);
    FS_TEXT(fs_test_read(t, "p.color"), "8");
    FS_CHECK(fs_test_write(t, "a.count_call", "3 p.color 9"));
    send(t, 1);
    FS_TEXT(fs_test_read(t, "p.color"), "9");
    fs_test_end(t);
}

FS_TEST(aggregate_counter_takes_one_of_three)
{
    struct fs_test *t = counter();
    fs_test_integer(t, "COUNT_STOP", 1);
    fs_test_text(t, "COUNT_CALL", "1 stop");
    FS_CHECK(strstr(fs_test_refused(t), "'COUNT_FREEZE', 'COUNT_STOP', and 'COUNT_CALL' are mutually exclusive") != NULL);
    fs_test_end(t);
    t = counter();
    fs_test_integer(t, "AGGREGATE_STOP", 1);
    fs_test_integer(t, "AGGREGATE_FREEZE", 1);
    FS_CHECK(strstr(fs_test_refused(t), "are mutually exclusive") != NULL);
    fs_test_end(t);
    t = counter();
    fs_test_text(t, "AGGREGATE_CALL", "p.color 7");
    FS_CHECK(strstr(fs_test_refused(t), "AGGREGATE_CALL: expected COUNT HANDLER [VALUE]") != NULL);
    fs_test_end(t);
}

FS_TEST(aggregate_counter_writes_files)
{
    struct fs_test *t = counter();
    fs_test_text(t, "BANNER", "# mine");
    FS_REQUIRE(fs_test_start(t));
    send(t, 0xc0000201);
    send(t, 0x01020304);
    send(t, 0xc0000201);
    FS_CHECK(fs_test_write(t, "a.write_text_file", "\"a b\""));
    FS_TEXT(fs_test_written(t, "a b"), "!IPAggregate 1.0\n# mine\n!num_nonzero 2\n16909060 1\n3221225985 2\n");
    FS_CHECK(fs_test_write(t, "a.banner", "\n"));
    FS_TEXT(fs_test_read(t, "a.banner"), "");
    FS_CHECK(fs_test_write(t, "a.write_ip_file", "-"));
    FS_TEXT(fs_test_written(t, "-"), "!IPAggregate 1.0\n!num_nonzero 2\n!ip\n1.2.3.4 1\n192.0.2.1 2\n");
    FS_CHECK(fs_test_write(t, "a.banner", "!x"));
    FS_TEXT(fs_test_read(t, "a.banner"), "!x\n");
    FS_CHECK(fs_test_write(t, "a.write_file", "bin"));
    static const char expected[] = "!IPAggregate 1.0\n!x\n!num_nonzero 2\n!packed_le\n"
                                   "\x04\x03\x02\x01\x01\0\0\0\x01\x02\0\xc0\x02\0\0\0";
    FS_EQUAL(fs_test_written_size(t, "bin"), sizeof expected - 1);
    FS_CHECK(memcmp(fs_test_written(t, "bin"), expected, sizeof expected - 1) == 0);
    FS_CHECK(!fs_test_write(t, "a.write_file", ""));
    FS_CHECK(strstr(fs_test_said(t), "argument should be filename") != NULL);
    fs_test_no_files(t);
    FS_CHECK(!fs_test_write(t, "a.write_text_file", "x"));
    fs_test_end(t);
}

FS_TEST(aggregate_counter_writes_many)
{
    struct fs_test *t = counter();
    FS_REQUIRE(fs_test_start(t));
    for (uint32_t i = 0; i < 2000; i++) {
        send(t, i * 2654435761u);
        fs_test_forget(t, "out");
    }
    FS_CHECK(fs_test_write(t, "a.write_ascii_file", "f"));
    const char *text = fs_test_written(t, "f");
    unsigned lines = 0;
    uint32_t before = 0;
    text = strstr(text, "2000\n") + 5;
    for (; *text != '\0'; text = strchr(text, '\n') + 1, lines++) {
        uint32_t aggregate = (uint32_t)strtoul(text, NULL, 10);
        FS_CHECK(lines == 0 || aggregate > before);
        before = aggregate;
    }
    FS_EQUAL(lines, 2000);
    fs_test_end(t);
}

/* Of the counts 3, 2, 2, 1: one is 1, two are 2, one is 3. */
FS_TEST(aggregate_counter_counts_counts)
{
    static const uint32_t sent[] = {1, 1, 0, 0, 0, 2, 3, 2};
    struct fs_test *t = counter();
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 8; i++) {
        send(t, sent[i]);
    }
    FS_CHECK(fs_test_write(t, "a.counts_pdf", ""));
    FS_TEXT(fs_test_read(t, "a.counts"), "1 1\n2 2\n3 1\n");
    FS_TEXT(fs_test_read(t, "a.count"), "4");
    FS_TEXT(fs_test_read(t, "a.nagg"), "3");
    send(t, 2); /* and it goes on */
    FS_TEXT(fs_test_read(t, "a.counts"), "1 1\n2 3\n3 1\n");
    fs_test_end(t);
}

FS_TEST(aggregate_counter_takes_over)
{
    struct fs_test *t = counter();
    fs_test_add(t, "new", "AggregateCounter");
    fs_test_text(t, "COUNT_CALL", "2 p.color 7");
    fs_test_chain(t, "second", "new", "rest");
    FS_REQUIRE(fs_test_start(t));
    send(t, 4);
    send(t, 4);
    send(t, 2);
    FS_CHECK(fs_test_write(t, "a.freeze", "true"));
    struct fs_element *new = fs_test_element(t, "new");
    new->class->take_state(new, fs_test_element(t, "a"));
    FS_TEXT(fs_test_read(t, "new.counts"), "2 1\n4 2\n");
    FS_TEXT(fs_test_read(t, "new.count"), "3");
    FS_TEXT(fs_test_read(t, "new.freeze"), "true");
    FS_TEXT(fs_test_read(t, "new.count_call"), "");
    fs_test_end(t);
}
