/* Shaper, RatedUnqueue, RatedSplitter, Meter and their Bandwidth relatives: how much passes when. */
#include "net/quantity.h"
#include "net/testing.h"
#include "net/tokens.h"

static const uint64_t ms = 1000000, sec = 1000000000;

static void fill(struct fs_test *t, unsigned count, unsigned length)
{
    static const uint8_t zeros[1600];
    for (unsigned i = 0; i < count; i++) {
        fs_test_send(t, "in", zeros, length);
    }
}

/* in -> q -> e -> u -> out; a shaper is between a queue and an Unqueue. */
static struct fs_test *shaper(const char *class_name, int64_t rate)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "u", "Unqueue");
    fs_test_integer(t, "BURST", 32);
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", class_name);
    fs_test_integer(t, "RATE", rate);
    fs_test_chain(t, "in", "q", "e", "u", "out");
    return t;
}

FS_TEST(shaper_lets_so_many_packets_through)
{
    struct fs_test *t = shaper("Shaper", 10);
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    fill(t, 200, 60);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    FS_CHECK(!fs_test_round(t)); /* it sleeps until the next may go */
    fs_test_advance(t, 100 * ms - 1);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_advance(t, 1);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_advance(t, 10 * sec);
    FS_EQUAL(fs_test_count(t, "out"), 102);
    FS_CHECK(fs_test_write(t, "e.rate", "1000"));
    fs_test_advance(t, 50 * ms);
    FS_CHECK(fs_test_count(t, "out") >= 150 && fs_test_count(t, "out") <= 162); /* 50, and a burst of 10 at most */
    FS_TEXT(fs_test_read(t, "e.rate"), "1000");
    FS_CHECK(!fs_test_write(t, "e.rate", "ten"));
    fs_test_end(t);
}

/* After a pause ten milliseconds' worth may go at once, no more. */
FS_TEST(shaper_saves_little_up)
{
    struct fs_test *t = shaper("Shaper", 1000);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 5 * sec);
    fill(t, 100, 60);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 10);
    fs_test_advance(t, 20 * ms);
    FS_EQUAL(fs_test_count(t, "out"), 30);
    fs_test_end(t);
}

/* Output 1 gives what is above the rate, and nothing that output 0 would. */
FS_TEST(shaper_gives_the_rest_by_output_1)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "a", "TestPuller");
    fs_test_add(t, "b", "TestPuller");
    fs_test_add(t, "e", "Shaper");
    fs_test_integer(t, "RATE", 10);
    fs_test_chain(t, "in", "q", "e", "a");
    fs_test_connect(t, "e", 1, "b", 0);
    FS_REQUIRE(fs_test_start(t));
    fill(t, 20, 60);
    FS_EQUAL(fs_test_pull(t, "b", 5), 0);
    FS_EQUAL(fs_test_pull(t, "a", 5), 1);
    FS_EQUAL(fs_test_pull(t, "a", 5), 0);
    FS_EQUAL(fs_test_pull(t, "b", 5), 5);
    FS_CHECK(fs_test_write(t, "e.reset", ""));
    FS_EQUAL(fs_test_pull(t, "b", 5), 0);
    FS_EQUAL(fs_test_pull(t, "a", 5), 1);
    fs_test_advance(t, 100 * ms);
    FS_EQUAL(fs_test_pull(t, "a", 5), 1);
    fs_test_end(t);
}

FS_TEST(shaper_wakes_for_new_packets)
{
    struct fs_test *t = shaper("Shaper", 1000);
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 1; i <= 5; i++) {
        fs_test_run(t);
        FS_CHECK(!fs_test_round(t));
        fill(t, 1, 60);
        fs_test_run(t);
        FS_EQUAL(fs_test_count(t, "out"), i);
        fs_test_advance(t, 3 * ms);
    }
    fs_test_end(t);
}

FS_TEST(shaper_of_rate_0_lets_nothing_pass)
{
    struct fs_test *t = shaper("BandwidthShaper", 0);
    FS_REQUIRE(fs_test_start(t));
    fill(t, 3, 60);
    fs_test_advance(t, 100 * sec);
    FS_EQUAL(fs_test_count(t, "out"), 1); /* the bucket is full at the start, and that is a byte */
    FS_CHECK(fs_test_write(t, "e.rate", "8kbps"));
    fs_test_advance(t, sec);
    FS_EQUAL(fs_test_count(t, "out"), 3);
    fs_test_end(t);
}

/* 1,000 bytes a second: packets of 100 bytes every tenth of a second, on the long run. */
FS_TEST(bandwidthshaper_counts_bytes)
{
    struct fs_test *t = shaper("BandwidthShaper", 1000);
    FS_REQUIRE(fs_test_start(t));
    fill(t, 200, 100);
    fs_test_advance(t, 10 * sec);
    FS_CHECK(fs_test_count(t, "out") >= 100 && fs_test_count(t, "out") <= 101);
    FS_TEXT(fs_test_read(t, "e.rate"), "8kbps");
    FS_CHECK(fs_test_write(t, "e.rate", "1.5 Mbps"));
    FS_TEXT(fs_test_read(t, "e.rate"), "1.5Mbps");
    fs_test_end(t);
}

/* A gigabit: 125,000,000 bytes a second, 10 ms apart, packets of 1,250 bytes: 100,000 of them a second. */
FS_TEST(bandwidthshaper_is_exact_when_quick)
{
    struct fs_test *t = shaper("BandwidthShaper", 125000000);
    FS_REQUIRE(fs_test_start(t));
    unsigned all = 0;
    fs_test_run(t);
    for (unsigned i = 0; i < 100; i++) {
        fill(t, 120, 1250); /* more than pass: 100 in a millisecond */
        fs_test_advance(t, ms);
        if (i > 0) { /* behind the first burst */
            all += fs_test_count(t, "out");
        }
        fs_test_forget(t, "out");
        FS_CHECK(fs_test_write(t, "q.reset", ""));
    }
    FS_CHECK(all >= 99 * 100 - 100 && all <= 99 * 100 + 1000);
    fs_test_end(t);
}

FS_TEST(shaper_hands_over_its_debt)
{
    struct fs_test *t = shaper("BandwidthShaper", 1000);
    fs_test_add(t, "in2", "TestStore");
    fs_test_add(t, "next", "BandwidthShaper");
    fs_test_integer(t, "RATE", 1000);
    fs_test_add(t, "out2", "TestPuller");
    fs_test_chain(t, "in2", "next", "out2");
    FS_REQUIRE(fs_test_start(t));
    fill(t, 1, 1010); /* of ten bytes that were there: a second's worth on credit */
    fs_test_run(t);
    struct fs_element *next = fs_test_element(t, "next");
    next->class->take_state(next, fs_test_element(t, "e"));
    fs_test_send(t, "in2", "a", 1);
    FS_EQUAL(fs_test_pull(t, "out2", 1), 0);
    fs_test_advance(t, sec);
    FS_EQUAL(fs_test_pull(t, "out2", 1), 0);
    fs_test_advance(t, ms);
    FS_EQUAL(fs_test_pull(t, "out2", 1), 1);
    fs_test_end(t);
}

/* in -> q -> e -> out */
static struct fs_test *unqueue(const char *class_name, int64_t rate, const char *size_name, int64_t size)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "e", class_name);
    fs_test_integer(t, "RATE", rate);
    if (size_name != NULL) {
        fs_test_integer(t, size_name, size);
    }
    fs_test_chain(t, "in", "q", "e", "out");
    return t;
}

FS_TEST(ratedunqueue_is_a_token_bucket)
{
    struct fs_test *t = unqueue("RatedUnqueue", 1000, "BURST_SIZE", 5);
    FS_REQUIRE(fs_test_start(t));
    fs_test_run(t);
    fill(t, 50, 60);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 5);
    fs_test_advance(t, 10 * ms);
    FS_EQUAL(fs_test_count(t, "out"), 15);
    FS_CHECK(fs_test_write(t, "e.active", "false"));
    fs_test_advance(t, 10 * ms);
    FS_EQUAL(fs_test_count(t, "out"), 15);
    FS_CHECK(fs_test_write(t, "e.active", "true"));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 20); /* five were saved up */
    fs_test_advance(t, sec);
    FS_EQUAL(fs_test_count(t, "out"), 50);
    FS_CHECK(!fs_test_round(t));
    FS_CHECK(strstr(fs_test_read(t, "e.calls"), "50 packets\n") != NULL);
    fs_test_end(t);
}

FS_TEST(ratedunqueue_saves_up_20_ms)
{
    struct fs_test *t = unqueue("RatedUnqueue", 1000, NULL, 0);
    FS_REQUIRE(fs_test_start(t));
    fill(t, 50, 60);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 20);
    fs_test_end(t);
    t = unqueue("RatedUnqueue", 1000, "BURST_SIZE", 3);
    fs_test_integer(t, "BURST_DURATION", 1000);
    FS_CHECK(strstr(fs_test_refused(t), "either") != NULL);
    fs_test_end(t);
}

FS_TEST(bandwidthratedunqueue_counts_bytes)
{
    struct fs_test *t = unqueue("BandwidthRatedUnqueue", 10000, "BURST_BYTES", 1000);
    FS_REQUIRE(fs_test_start(t));
    fill(t, 100, 100);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 10);
    fs_test_advance(t, 500 * ms);
    FS_CHECK(fs_test_count(t, "out") >= 59 && fs_test_count(t, "out") <= 60);
    FS_TEXT(fs_test_read(t, "e.rate"), "80kbps");
    fs_test_end(t);
}

static struct fs_test *splitter(const char *class_name, int64_t rate)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "rest", "TestSink");
    fs_test_add(t, "e", class_name);
    fs_test_integer(t, "RATE", rate);
    fs_test_chain(t, "in", "e", "out");
    fs_test_connect(t, "e", 1, "rest", 0);
    return t;
}

FS_TEST(ratedsplitter_splits)
{
    struct fs_test *t = splitter("RatedSplitter", 100);
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p[5];
    for (unsigned i = 0; i < 5; i++) {
        p[i] = fs_test_packet(t, &"abcde"[i], 1);
    }
    fs_test_send_batch(t, "in", p, 5);
    FS_EQUAL(fs_test_count(t, "out"), 2); /* 20 ms of 100 a second */
    FS_EQUAL(fs_test_count(t, "rest"), 3);
    FS_FRAME(fs_test_out(t, "rest", 0), "c", 1);
    for (unsigned i = 0; i < 100; i++) {
        fs_test_advance(t, ms);
        fill(t, 1, 60);
    }
    FS_EQUAL(fs_test_count(t, "out"), 12);
    FS_CHECK(fs_test_write(t, "e.rate", "1000"));
    for (unsigned i = 0; i < 20; i++) {
        fs_test_advance(t, ms);
        fill(t, 1, 60);
    }
    FS_EQUAL(fs_test_count(t, "out"), 32);
    fs_test_end(t);
}

FS_TEST(bandwidthratedsplitter_counts_bytes)
{
    struct fs_test *t = splitter("BandwidthRatedSplitter", 100000);
    FS_REQUIRE(fs_test_start(t));
    fill(t, 50, 100); /* 20 ms are 2,000 bytes */
    FS_EQUAL(fs_test_count(t, "out"), 20);
    fs_test_advance(t, 10 * ms);
    fill(t, 50, 100);
    FS_EQUAL(fs_test_count(t, "out"), 30);
    FS_EQUAL(fs_test_count(t, "rest"), 70);
    fs_test_end(t);
}

static struct fs_test *meter(const char *class_name, const int64_t *rates, unsigned count)
{
    struct fs_test *t = fs_test_new();
    static const char *const outs[] = {"out0", "out1", "out2"};
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "e", class_name);
    fs_test_value(t, "RATE", rates, count * sizeof *rates, count);
    fs_test_connect(t, "in", 0, "e", 0);
    for (unsigned i = 0; i <= count; i++) {
        fs_test_add(t, outs[i], "TestSink");
        fs_test_connect(t, "e", i, outs[i], 0);
    }
    return t;
}
/* So many frames of 60 bytes each millisecond. */
static void stream(struct fs_test *t, unsigned frames, unsigned milliseconds)
{
    for (unsigned i = 0; i < milliseconds; i++) {
        fill(t, frames, 60);
        fs_test_advance(t, ms);
        fs_test_forget(t, "out0");
        fs_test_forget(t, "out1");
        fs_test_forget(t, "out2");
    }
}

FS_TEST(meter_goes_by_the_rate_of_arrival)
{
    static const int64_t rates[2] = {2000, 8000};
    struct fs_test *t = meter("Meter", rates, 2);
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, ms);
    fill(t, 1, 60);
    FS_EQUAL(fs_test_count(t, "out0"), 1);
    stream(t, 1, 200); /* 1,000 a second */
    fill(t, 1, 60);
    FS_EQUAL(fs_test_count(t, "out0"), 1);
    stream(t, 4, 200);
    fill(t, 1, 60);
    FS_EQUAL(fs_test_count(t, "out1"), 1);
    stream(t, 10, 200);
    fill(t, 1, 60);
    FS_EQUAL(fs_test_count(t, "out2"), 1);
    int rate = atoi(fs_test_read(t, "e.rate"));
    FS_CHECK(rate > 9800 && rate < 10200);
    FS_TEXT(fs_test_read(t, "e.meters"), "2000\n8000\n");
    fs_test_advance(t, sec);
    fill(t, 1, 60);
    FS_EQUAL(fs_test_count(t, "out0"), 1);
    fs_test_end(t);
}

FS_TEST(bandwidthmeter_counts_bytes)
{
    static const int64_t rates[1] = {100000};
    struct fs_test *t = meter("BandwidthMeter", rates, 1);
    fs_test_add(t, "out2", "TestSink");
    FS_REQUIRE(fs_test_start(t));
    stream(t, 1, 200); /* 60,000 bytes a second */
    fill(t, 1, 60);
    FS_EQUAL(fs_test_count(t, "out0"), 1);
    stream(t, 2, 200);
    fill(t, 1, 60);
    FS_EQUAL(fs_test_count(t, "out1"), 1);
    fs_test_end(t);
}

FS_TEST(meter_refuses_rates_that_do_not_rise)
{
    static const int64_t rates[2] = {2000, 2000};
    struct fs_test *t = meter("Meter", rates, 2);
    FS_CHECK(strstr(fs_test_refused(t), "rate 2 must be greater") != NULL);
    fs_test_end(t);
}

FS_TEST(quantities_in_and_out)
{
    static const struct {
        const char *given;
        uint64_t rate;
        const char *shown;
    } cases[] = {{"100", 100, "0.8kbps"},          {"8kbps", 1000, "8kbps"},      {"10 Mbps", 1250000, "10Mbps"},
                 {"1.5kBps", 1500, "12kbps"},      {"9600baud", 1200, "9.6kbps"}, {"8Gbps", 1000000000, "1000MBps"},
                 {"12.3456Mbps", 1543200, "12.3456Mbps"}};
    char text[64];
    struct fs_text shown = {.at = text, .capacity = sizeof text - 1}, error = {.at = text, .capacity = sizeof text - 1};
    uint64_t rate;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FS_CHECK(fs_write_bandwidth("x", cases[i].given, strlen(cases[i].given), &rate, &error) == 0);
        FS_EQUAL(rate, cases[i].rate);
        shown.length = 0;
        fs_text_bandwidth(&shown, rate);
        text[shown.length] = '\0';
        FS_TEXT(text, cases[i].shown);
    }
    static const char *const bad[] = {"", "kbps", "1 2", "1kb", "-1", "1..2", "99999999Gbps", "1 kbps x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        error.length = 0;
        FS_CHECK(fs_write_bandwidth("x", bad[i], strlen(bad[i]), &rate, &error) != 0);
    }
    static const struct {
        uint64_t ns;
        const char *shown;
    } durations[] = {{0, "0s"}, {1, "0.001us"}, {20000, "20us"}, {1500000, "1.5ms"}, {2000000000, "2s"}, {1000000001, "1.000000001s"}};
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        shown.length = 0;
        fs_text_duration(&shown, durations[i].ns);
        text[shown.length] = '\0';
        FS_TEXT(text, durations[i].shown);
    }
}

/* No more passes than the rate says, and no less where something is always there, whatever the steps of time. */
FS_TEST(tokens_neither_gain_nor_lose)
{
    uint64_t state = 1;
    for (unsigned run = 0; run < 200; run++) {
        struct fs_tokens t = {0};
        uint64_t rate = 1 + noise(&state) % ((uint64_t)1 << (1 + run % 35)), now = noise(&state) >> 20, begun = now;
        uint64_t size = 1 + rate / 100 + noise(&state) % 1000;
        t.at = now;
        fs_tokens_set(&t, rate, size, true);
        uint64_t taken = 0, step = size * 500000000 / rate; /* half of what fills it */
        for (unsigned i = 0; i < 500; i++) {
            now += i == 0 ? 0 : 1 + noise(&state) % (step + 1); /* what comes to a full bucket would be lost */
            fs_tokens_refill(&t, now);
            while (t.level >= FS_TOKEN) {
                uint64_t n = 1 + noise(&state) % ((uint64_t)t.level / (uint64_t)FS_TOKEN);
                t.level -= (int64_t)n * FS_TOKEN;
                taken += n;
            }
        }
        unsigned __int128 due = (unsigned __int128)(now - begun) * rate / 1000000000u + size;
        FS_CHECK(taken <= due && taken + 1 >= due);
    }
    struct fs_tokens t = {0};
    fs_tokens_set(&t, 3, 10, true);
    t.level = -FS_TOKEN;
    FS_EQUAL(fs_tokens_wait(&t, FS_TOKEN), 666666667);
    fs_tokens_refill(&t, 666666667);
    FS_CHECK(t.level >= FS_TOKEN);
    fs_tokens_set(&t, 0, 10, false);
    t.level = 0;
    FS_EQUAL(fs_tokens_wait(&t, 1), UINT64_MAX);
}
