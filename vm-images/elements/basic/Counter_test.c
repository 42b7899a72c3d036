#include "net/testing.h"

static struct fs_test *counted(const char *count_call, const char *byte_call)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "c", "Counter");
    if (count_call != NULL) {
        fs_test_text(t, "COUNT_CALL", count_call);
    }
    if (byte_call != NULL) {
        fs_test_text(t, "BYTE_COUNT_CALL", byte_call);
    }
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "p", "Paint"); /* something to call */
    fs_test_integer(t, "COLOR", 0);
    fs_test_chain(t, "in", "c", "out");
    return t;
}
static void send(struct fs_test *t, unsigned count, size_t size)
{
    static const uint8_t bytes[1500];
    for (unsigned i = 0; i < count; i++) {
        fs_test_send(t, "in", bytes, size);
    }
}

FS_TEST(counter_counts_and_resets)
{
    struct fs_test *t = counted(NULL, NULL);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "c.count"), "0");
    send(t, 3, 100);
    send(t, 1, 0);
    FS_TEXT(fs_test_read(t, "c.count"), "4");
    FS_TEXT(fs_test_read(t, "c.byte_count"), "300");
    FS_EQUAL(fs_test_count(t, "out"), 4);
    FS_TEXT(fs_test_read(t, "c.count_call"), "");
    FS_CHECK(fs_test_write(t, "c.reset", ""));
    FS_TEXT(fs_test_read(t, "c.count"), "0");
    send(t, 2, 10);
    FS_CHECK(fs_test_write(t, "c.reset_counts", ""));
    FS_TEXT(fs_test_read(t, "c.byte_count"), "0");
    fs_test_end(t);
}

FS_TEST(counter_counts_what_is_pulled)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "c", "Counter");
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "c", "out");
    FS_REQUIRE(fs_test_start(t));
    send(t, 5, 60);
    FS_EQUAL(fs_test_pull(t, "out", 3), 3);
    FS_TEXT(fs_test_read(t, "c.count"), "3");
    FS_TEXT(fs_test_read(t, "c.byte_count"), "180");
    fs_test_end(t);
}

FS_TEST(counter_calls_once_when_the_count_is_reached)
{
    struct fs_test *t = counted("3 p.color 7", "1000 c.reset");
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "c.count_call"), "3");
    send(t, 2, 100);
    FS_TEXT(fs_test_read(t, "p.color"), "0");
    send(t, 1, 100);
    FS_TEXT(fs_test_read(t, "p.color"), "7");
    FS_CHECK(fs_test_write(t, "p.color", "1"));
    send(t, 1, 100);
    FS_TEXT(fs_test_read(t, "p.color"), "1"); /* not again */
    send(t, 1, 599);
    FS_TEXT(fs_test_read(t, "c.byte_count"), "999");
    send(t, 1, 500); /* reaches and passes 1,000 */
    FS_TEXT(fs_test_read(t, "c.byte_count"), "0");
    send(t, 3, 1); /* a reset makes calls possible again */
    FS_TEXT(fs_test_read(t, "p.color"), "7");
    fs_test_end(t);
}

FS_TEST(counter_takes_new_calls)
{
    struct fs_test *t = counted(NULL, NULL);
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "c.count_call", "2 p.color 9"));
    send(t, 2, 1);
    FS_TEXT(fs_test_read(t, "p.color"), "9");
    FS_CHECK(!fs_test_write(t, "c.count_call", "many p.color 9"));
    FS_CHECK(strstr(fs_test_said(t), "COUNT HANDLER") != NULL);
    FS_TEXT(fs_test_read(t, "c.count_call"), "2"); /* as it was */
    FS_CHECK(fs_test_write(t, "c.byte_count_call", "10 no.such 1"));
    send(t, 1, 100);
    FS_CHECK(*fs_test_log(t) != '\0'); /* a call that fails is not silent */
    fs_test_end(t);
}

FS_TEST(counter_refuses_a_call_without_count)
{
    struct fs_test *t = counted("p.color 7", NULL);
    FS_CHECK(strstr(fs_test_refused(t), "COUNT_CALL: expected COUNT HANDLER [VALUE], found 'p.color 7'") != NULL);
    fs_test_end(t);
}

/* 10 packets of 125 bytes in each millisecond are 10,000 packets, 1,250,000 bytes and 10,000,000 bits a second. */
FS_TEST(counter_rates)
{
    struct fs_test *t = counted(NULL, NULL);
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "c.rate"), "0");
    for (unsigned ms = 0; ms < 400; ms++) {
        send(t, 10, 125);
        fs_test_forget(t, "out");
        fs_test_advance(t, 1000000);
    }
    double rate = atof(fs_test_read(t, "c.rate"));
    FS_CHECK(rate > 9950 && rate < 10050);
    rate = atof(fs_test_read(t, "c.byte_rate"));
    FS_CHECK(rate > 1250000 * 0.995 && rate < 1250000 * 1.005);
    rate = atof(fs_test_read(t, "c.bit_rate"));
    FS_CHECK(rate > 10000000 * 0.995 && rate < 10000000 * 1.005);
    fs_test_advance(t, 16000000); /* sixteen silent milliseconds: (15/16)^16 is 0.356 */
    rate = atof(fs_test_read(t, "c.rate"));
    FS_CHECK(rate > 3300 && rate < 3800);
    fs_test_advance(t, 1000000000);
    FS_TEXT(fs_test_read(t, "c.rate"), "0");
    fs_test_end(t);
}
