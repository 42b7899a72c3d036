/* RED, AdaptiveRED, PI and CoDel. */
#include "net/testing.h"

static const uint64_t ms = 1000000;

/* in -> e -> q -> out, and e[1] -> rest */
static struct fs_test *pushed(const char *class_name)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "out", "TestPuller");
    fs_test_add(t, "rest", "TestSink");
    fs_test_add(t, "e", class_name);
    fs_test_chain(t, "in", "e", "q", "out");
    fs_test_connect(t, "e", 1, "rest", 0);
    return t;
}
static struct fs_test *red(int64_t least, int64_t most, int64_t p)
{
    struct fs_test *t = pushed("RED");
    fs_test_integer(t, "MIN_THRESH", least);
    fs_test_integer(t, "MAX_THRESH", most);
    fs_test_integer(t, "MAX_P", p);
    return t;
}
static void send(struct fs_test *t, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        fs_test_send(t, "in", "abc", 3);
    }
}
/* Sends one and takes one out, so that the queue keeps its length where nothing is taken out before it. */
static void steady(struct fs_test *t, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned before = fs_test_count(t, "rest");
        fs_test_send(t, "in", "abc", 3);
        if (fs_test_count(t, "rest") == before) {
            fs_test_pull(t, "out", 1);
            fs_test_forget(t, "out");
        }
        fs_test_forget(t, "out");
        if (fs_test_count(t, "rest") > 500) {
            fs_test_forget(t, "rest");
        }
    }
}

FS_TEST(red_leaves_a_short_queue_alone)
{
    struct fs_test *t = red(20, 40, (int64_t)1 << 32);
    FS_REQUIRE(fs_test_start(t));
    send(t, 20);
    steady(t, 300);
    FS_TEXT(fs_test_read(t, "e.drops"), "0");
    FS_TEXT(fs_test_read(t, "e.queues"), "q\n");
    FS_TEXT(fs_test_read(t, "e.max_p"), "1");
    fs_test_end(t);
}

/* Average 30 between 5 and 55, MAX_P 0.1: p is 0.05, and drops come evenly within 20 packets, 10.5 on average. */
FS_TEST(red_takes_out_in_proportion)
{
    struct fs_test *t = red(5, 55, 429496730);
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "e.min_thresh", "50")); /* until there are 30 */
    send(t, 30);
    FS_CHECK(fs_test_write(t, "e.min_thresh", "5"));
    steady(t, 4000);
    int drops = atoi(fs_test_read(t, "e.drops")), average = atoi(fs_test_read(t, "e.avg_queue_size"));
    FS_CHECK(drops > 320 && drops < 450); /* 381 */
    FS_CHECK(average >= 28 && average <= 30);
    FS_CHECK(!fs_test_write(t, "e.min_thresh", "56"));
    FS_CHECK(strstr(fs_test_read(t, "e.stats"), "30 current queue\n") != NULL);
    fs_test_end(t);
}

FS_TEST(red_is_gentle_above_its_threshold)
{
    struct fs_test *t = red(1, 10, 0);
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "e.max_thresh", "1000"));
    send(t, 15);
    steady(t, 100);
    FS_TEXT(fs_test_read(t, "e.drops"), "0"); /* MAX_P is 0 */
    FS_CHECK(fs_test_write(t, "e.max_thresh", "10"));
    steady(t, 500); /* half way from 10 to 20: p is 0.5, a drop in one or two packets */
    int drops = atoi(fs_test_read(t, "e.drops"));
    FS_CHECK(drops > 250 && drops < 420);
    fs_test_end(t);
    t = red(1, 10, 0);
    fs_test_boolean(t, "GENTLE", false);
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "e.max_thresh", "1000"));
    send(t, 15);
    steady(t, 100);
    FS_CHECK(fs_test_write(t, "e.max_thresh", "10"));
    steady(t, 50);
    FS_TEXT(fs_test_read(t, "e.drops"), "50");
    fs_test_end(t);
}

FS_TEST(red_forgets_while_the_queue_is_empty)
{
    struct fs_test *t = red(5, 10, 0);
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "e.max_thresh", "1000"));
    send(t, 100);
    FS_CHECK(atoi(fs_test_read(t, "e.avg_queue_size")) > 50);
    fs_test_pull(t, "out", 64);
    fs_test_pull(t, "out", 64);
    send(t, 1);
    fs_test_pull(t, "out", 1);
    fs_test_advance(t, 1000 * ms);
    send(t, 1);
    FS_TEXT(fs_test_read(t, "e.avg_queue_size"), "0");
    fs_test_end(t);
}

FS_TEST(red_watches_upstream_when_it_is_pulled)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "e", "RED");
    fs_test_integer(t, "MIN_THRESH", 0);
    fs_test_integer(t, "MAX_THRESH", 0);
    fs_test_integer(t, "MAX_P", 0);
    fs_test_boolean(t, "GENTLE", false);
    fs_test_integer(t, "STABILITY", 1);
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "q", "e", "out");
    FS_REQUIRE(fs_test_start(t));
    send(t, 10);
    FS_EQUAL(fs_test_pull(t, "out", 10), 0); /* each found others behind it, and the last one the average */
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_QUEUE_FULL), 10);
    fs_test_end(t);
}

FS_TEST(red_needs_a_queue)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "e", "RED");
    fs_test_integer(t, "MIN_THRESH", 1);
    fs_test_integer(t, "MAX_THRESH", 2);
    fs_test_integer(t, "MAX_P", 0);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "e", "out");
    FS_CHECK(strstr(fs_test_refused(t), "no Queues downstream") != NULL);
    fs_test_end(t);
    t = red(1, 2, 0);
    fs_test_text(t, "QUEUES", "q rest");
    FS_CHECK(strstr(fs_test_refused(t), "'rest' is not an element that stores") != NULL);
    fs_test_end(t);
    t = red(3, 2, 0);
    FS_CHECK(strstr(fs_test_refused(t), "greater") != NULL);
    fs_test_end(t);
}

/* RFC 3168: ECT becomes CE, with the checksum (and IPv6 alike); who does not take part is dropped. */
FS_TEST(red_marks_where_senders_understand_it)
{
    struct fs_test *t = red(0, 2, (int64_t)1 << 32);
    fs_test_boolean(t, "ECN", true);
    fs_test_integer(t, "STABILITY", 16);
    FS_REQUIRE(fs_test_start(t));
    send(t, 1);
    struct bytes capable = udp_frame(1, 2, 4), plain = capable, six = udp6_frame(1, 2, 4);
    capable.at[15] = 2;
    fix_ip_checksum(capable.at + 14);
    six.at[15] = 0x10; /* ECT(1) */
    for (unsigned i = 0; i < 200; i++) {
        const struct bytes *b = i % 3 == 0 ? &capable : i % 3 == 1 ? &plain : &six;
        struct fs_packet *p = fs_test_packet(t, b->at, b->size);
        p->network_offset = p->transport_offset = FS_OFFSET_NONE;
        fs_test_send_packet(t, "in", p);
    }
    FS_CHECK(atoi(fs_test_read(t, "e.marks")) > 0);
    fs_test_pull(t, "out", 1);
    unsigned marked = 0;
    while (fs_test_pull(t, "out", 1) == 1) {
        unsigned last = fs_test_count(t, "out") - 1;
        struct fs_packet *p = fs_test_out(t, "out", last);
        if (p->data[12] == 8) {
            FS_EQUAL(plain_checksum(p->data + 14, 20), 0);
            marked += (p->data[15] & 3) == 3;
        } else {
            marked += (p->data[15] >> 4 & 3) == 3;
        }
    }
    FS_EQUAL(marked, atoi(fs_test_read(t, "e.marks")));
    for (unsigned i = 0; i < fs_test_count(t, "rest"); i++) {
        FS_EQUAL(fs_test_out(t, "rest", i)->data[15] & 3, 0);
    }
    fs_test_end(t);
}

/* Half a second with a long queue: MAX_P grows by a quarter of itself; with a short one it shrinks by a tenth. */
FS_TEST(adaptivered_adapts)
{
    struct fs_test *t = pushed("AdaptiveRED");
    fs_test_integer(t, "MIN_THRESH", 10);
    fs_test_integer(t, "MAX_THRESH", 20);
    fs_test_integer(t, "MAX_P", 85899346); /* 0.02 */
    FS_REQUIRE(fs_test_start(t));
    fs_test_advance(t, 500 * ms);
    FS_CHECK(strncmp(fs_test_read(t, "e.max_p"), "0.018", 5) == 0 || strncmp(fs_test_read(t, "e.max_p"), "0.0179", 6) == 0);
    FS_CHECK(fs_test_write(t, "e.max_p", "0.02"));
    FS_CHECK(fs_test_write(t, "e.max_thresh", "1000"));
    send(t, 40);
    steady(t, 200);
    FS_CHECK(fs_test_write(t, "e.max_thresh", "20"));
    fs_test_advance(t, 500 * ms);
    FS_CHECK(strncmp(fs_test_read(t, "e.max_p"), "0.025", 5) == 0 || strncmp(fs_test_read(t, "e.max_p"), "0.0249", 6) == 0);
    fs_test_end(t);
}

/* A 0.01, B 0.005, 30 packets instead of 10: p is 0.2 after W, then 0.2 + 0.2 - 0.1. */
FS_TEST(pi_controls)
{
    struct fs_test *t = pushed("PI");
    fs_test_integer(t, "W", (int64_t)(10 * ms));
    fs_test_integer(t, "A", 42949673);
    fs_test_integer(t, "B", 21474836);
    fs_test_integer(t, "TARGET", 10);
    FS_REQUIRE(fs_test_start(t));
    send(t, 30);
    FS_TEXT(fs_test_read(t, "q.length"), "30");
    fs_test_advance(t, 10 * ms);
    FS_CHECK(strncmp(fs_test_read(t, "e.p"), "0.2", 3) == 0);
    fs_test_advance(t, 10 * ms);
    FS_CHECK(strncmp(fs_test_read(t, "e.p"), "0.3", 3) == 0);
    steady(t, 1000);
    int drops = atoi(fs_test_read(t, "e.drops"));
    FS_CHECK(drops > 240 && drops < 360); /* 300, four standard deviations are 58 */
    fs_test_pull(t, "out", 64);
    fs_test_advance(t, 1000 * ms);
    FS_TEXT(fs_test_read(t, "e.p"), "0");
    FS_TEXT(fs_test_read(t, "e.queues"), "q\n");
    FS_CHECK(fs_test_write(t, "e.target", "7"));
    FS_TEXT(fs_test_read(t, "e.target"), "7");
    fs_test_end(t);
}

static struct fs_test *codel(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "out", "TestPuller");
    fs_test_add(t, "e", "CoDel");
    fs_test_chain(t, "in", "q", "e", "out");
    return t;
}

/* Each millisecond a packet goes out, and one comes in: the queue stands at 50 ms. RFC 8289 section 5: nothing for 100
 * ms, then drops at intervals of 100 ms, 100 / sqrt(2), 100 / sqrt(3), ... */
FS_TEST(codel_drops_ever_more_often)
{
    struct fs_test *t = codel();
    FS_REQUIRE(fs_test_start(t));
    uint64_t dropped_at[8] = {0};
    unsigned drops = 0;
    for (unsigned i = 0; i < 50; i++) {
        send(t, 1);
        fs_test_advance(t, ms);
    }
    for (unsigned i = 0; i < 600 && drops < 5; i++) {
        send(t, 1);
        fs_test_pull(t, "out", 1);
        fs_test_forget(t, "out");
        unsigned now = (unsigned)atoi(fs_test_read(t, "e.drops"));
        for (; drops < now; drops++) {
            dropped_at[drops] = i;
            send(t, 1); /* the queue stays as long as it was */
        }
        fs_test_advance(t, ms);
    }
    FS_REQUIRE(drops == 5);
    FS_EQUAL(dropped_at[0], 100);
    FS_EQUAL(dropped_at[1], 200);
    FS_EQUAL(dropped_at[2], 271);
    FS_CHECK(dropped_at[3] >= 328 && dropped_at[3] <= 330);
    FS_CHECK(dropped_at[4] >= 378 && dropped_at[4] <= 381);
    FS_EQUAL(fs_test_drops(t, "e", FS_DROP_QUEUE_FULL), 5);
    fs_test_end(t);
}

FS_TEST(codel_leaves_good_queues_alone)
{
    struct fs_test *t = codel();
    FS_REQUIRE(fs_test_start(t));
    for (unsigned i = 0; i < 1000; i++) { /* bursts of 80 ms that are gone each time */
        if (i % 80 == 0) {
            send(t, 40);
        }
        fs_test_pull(t, "out", 1);
        fs_test_forget(t, "out");
        fs_test_advance(t, ms);
    }
    FS_TEXT(fs_test_read(t, "e.drops"), "0");
    /* A single packet that waited long is no queue. */
    send(t, 1);
    fs_test_advance(t, 1000 * ms);
    FS_EQUAL(fs_test_pull(t, "out", 1), 1);
    FS_TEXT(fs_test_read(t, "e.target"), "5ms");
    FS_CHECK(fs_test_write(t, "e.target", "20"));
    FS_TEXT(fs_test_read(t, "e.target"), "20ms");
    FS_CHECK(fs_test_write(t, "e.interval", "500us"));
    FS_CHECK(!fs_test_write(t, "e.interval", "1h"));
    FS_TEXT(fs_test_read(t, "e.interval"), "500us");
    fs_test_end(t);
}

FS_TEST(codel_marks_where_senders_understand_it)
{
    struct fs_test *t = codel();
    fs_test_boolean(t, "ECN", true);
    fs_test_text(t, "INTERVAL", "10");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = udp_frame(1, 2, 4);
    b.at[15] = 2;
    fix_ip_checksum(b.at + 14);
    for (unsigned i = 0; i < 200; i++) {
        struct fs_packet *p = fs_test_packet(t, b.at, b.size);
        p->timestamp = fs_test_now(t);
        p->network_offset = FS_OFFSET_NONE;
        fs_test_send_packet(t, "in", p);
    }
    fs_test_advance(t, 100 * ms);
    unsigned marked = 0;
    for (unsigned i = 0; i < 100; i++) {
        FS_REQUIRE(fs_test_pull(t, "out", 1) == 1);
        marked += (fs_test_out(t, "out", 0)->data[15] & 3) == 3;
        fs_test_forget(t, "out");
        fs_test_advance(t, ms);
    }
    FS_CHECK(marked > 5);
    FS_EQUAL(atoi(fs_test_read(t, "e.marks")), marked);
    FS_TEXT(fs_test_read(t, "e.drops"), "0");
    fs_test_end(t);
}
