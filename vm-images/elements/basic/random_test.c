/* RandomSample, RandomBitErrors, TimedUnqueue and Burster. */
#include "net/testing.h"

static const uint64_t ms = 1000000;

static struct fs_test *one(const char *class_name, const char *name, int64_t probability)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "rest", "TestSink");
    fs_test_add(t, "e", class_name);
    fs_test_integer(t, name, probability);
    fs_test_chain(t, "in", "e", "out");
    return t;
}

FS_TEST(randomsample_lets_a_part_through)
{
    struct fs_test *t = one("RandomSample", "P", (int64_t)1 << 30); /* a quarter */
    fs_test_connect(t, "e", 1, "rest", 0);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 400; i++) {
        fs_test_send(t, "in", "a", 1);
    }
    unsigned passed = fs_test_count(t, "out");
    FS_CHECK(passed > 65 && passed < 135); /* 100, four standard deviations are 35 */
    FS_EQUAL(fs_test_count(t, "rest"), 400 - passed);
    FS_EQUAL(atoi(fs_test_read(t, "e.drops")), 400 - passed);
    FS_TEXT(fs_test_read(t, "e.sampling_prob"), "0.25");
    FS_TEXT(fs_test_read(t, "e.drop_prob"), "0.75");
    FS_CHECK(fs_test_write(t, "e.drop_prob", "0.999"));
    FS_TEXT(fs_test_read(t, "e.sampling_prob"), "0.001");
    FS_CHECK(!fs_test_write(t, "e.sampling_prob", "1.5"));
    FS_CHECK(!fs_test_write(t, "e.sampling_prob", "."));
    FS_CHECK(fs_test_write(t, "e.active", "false"));
    fs_test_forget(t, "out");
    fs_test_send(t, "in", "a", 1);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}

FS_TEST(randomsample_certain_cases)
{
    struct fs_test *t = one("RandomSample", "DROP", 0);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 50; i++) {
        fs_test_send(t, "in", "a", 1);
    }
    FS_EQUAL(fs_test_count(t, "out"), 50);
    FS_CHECK(fs_test_write(t, "e.sampling_prob", "0"));
    fs_test_send(t, "in", "a", 1);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_DENIED), 1);
    fs_test_end(t);
    t = one("RandomSample", "P", 0);
    fs_test_integer(t, "DROP", 0);
    FS_CHECK(strstr(fs_test_refused(t), "expected one of") != NULL);
    fs_test_end(t);
}

static unsigned ones(const struct fs_packet *p)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < p->length; i++) {
        n += (unsigned)__builtin_popcount(p->data[i]);
    }
    return n;
}

FS_TEST(randombiterrors_flips_sets_and_clears)
{
    static const uint8_t zeros[1000] = {0};
    struct fs_test *t = one("RandomBitErrors", "P", (int64_t)1 << 29); /* one in eight */
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", zeros, sizeof zeros);
    unsigned flipped = ones(fs_test_out(t, "out", 0));
    FS_CHECK(flipped > 880 && flipped < 1120); /* 1,000 of 8,000, four standard deviations are 118 */
    FS_CHECK(fs_test_write(t, "e.error_kind", "clear"));
    fs_test_send(t, "in", zeros, sizeof zeros);
    FS_EQUAL(ones(fs_test_out(t, "out", 1)), 0);
    FS_CHECK(fs_test_write(t, "e.error_kind", "set"));
    FS_CHECK(fs_test_write(t, "e.p_bit_error", "1"));
    fs_test_send(t, "in", zeros, sizeof zeros);
    FS_EQUAL(ones(fs_test_out(t, "out", 2)), 8000);
    FS_CHECK(!fs_test_write(t, "e.error_kind", "turn"));
    FS_TEXT(fs_test_read(t, "e.error_kind"), "set");
    FS_CHECK(fs_test_write(t, "e.p_bit_error", "0.5"));
    FS_TEXT(fs_test_read(t, "e.p_bit_error"), "0.5");
    FS_CHECK(fs_test_write(t, "e.active", "no"));
    fs_test_send(t, "in", zeros, sizeof zeros);
    FS_EQUAL(ones(fs_test_out(t, "out", 3)), 0);
    fs_test_end(t);
}

/* All eight bits are hit alike, and by each other's side. */
FS_TEST(randombiterrors_are_alike_for_all_bits)
{
    static const uint8_t zeros[1400] = {0};
    struct fs_test *t = one("RandomBitErrors", "P", (int64_t)1 << 30);
    FS_REQUIRE(fs_test_start(t));
    unsigned counts[8] = {0};
    for (unsigned i = 0; i < 10; i++) {
        fs_test_send(t, "in", zeros, sizeof zeros);
        const struct fs_packet *p = fs_test_out(t, "out", i);
        for (uint32_t j = 0; j < p->length; j++) {
            for (unsigned bit = 0; bit < 8; bit++) {
                counts[bit] += p->data[j] >> bit & 1;
            }
        }
    }
    for (unsigned bit = 0; bit < 8; bit++) {
        FS_CHECK(counts[bit] > 3280 && counts[bit] < 3720); /* 3,500 of 14,000, four standard deviations are 205 */
    }
    fs_test_end(t);
}

FS_TEST(timedunqueue_pulls_at_intervals)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "u", "TimedUnqueue");
    fs_test_integer(t, "INTERVAL", (int64_t)(10 * ms));
    fs_test_integer(t, "BURST", 2);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "q", "u", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    for (unsigned i = 0; i < 5; i++) {
        fs_test_send(t, "in", "a", 1);
    }
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_advance(t, 10 * ms - 1);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_advance(t, 1);
    FS_EQUAL(fs_test_count(t, "out"), 4);
    fs_test_advance(t, 30 * ms);
    FS_EQUAL(fs_test_count(t, "out"), 5);
    fs_test_send(t, "in", "a", 1);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 6); /* it had slept for an interval */
    fs_test_end(t);
    t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "u", "Burster");
    fs_test_integer(t, "INTERVAL", 0);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "u", "out");
    FS_CHECK(strstr(fs_test_refused(t), "INTERVAL") != NULL);
    fs_test_end(t);
}

FS_TEST(burster_pulls_eight)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "u", "Burster");
    fs_test_integer(t, "INTERVAL", (int64_t)ms);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "u", "out");
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 20; i++) {
        fs_test_send(t, "in", "a", 1);
    }
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 8);
    fs_test_advance(t, 2 * ms);
    FS_EQUAL(fs_test_count(t, "out"), 20);
    fs_test_end(t);
}
