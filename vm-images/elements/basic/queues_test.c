/* FrontDropQueue, MixedQueue, the other names of Queue, and what finds a queue full. */
#include "net/testing.h"

static struct fs_test *one(const char *class_name, int64_t capacity)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "last", "TestSource");
    fs_test_add(t, "out", "TestPuller");
    fs_test_add(t, "full", "TestSink");
    fs_test_add(t, "q", class_name);
    fs_test_integer(t, "CAPACITY", capacity);
    fs_test_chain(t, "in", "q", "out");
    return t;
}
/* All that is pulled, a letter a packet. */
static const char *pulled(struct fs_test *t)
{
    static char letters[80];
    fs_test_pull(t, "out", 64);
    unsigned n = fs_test_count(t, "out");
    for (unsigned i = 0; i < n && i < 79; i++) {
        letters[i] = (char)fs_test_out(t, "out", i)->data[0];
    }
    letters[n < 79 ? n : 79] = '\0';
    fs_test_forget(t, "out");
    return letters;
}
static void send(struct fs_test *t, const char *source, const char *letters)
{
    for (; *letters != '\0'; letters++) {
        fs_test_send(t, source, letters, 1);
    }
}
static void send_batch(struct fs_test *t, const char *letters)
{
    struct fs_packet *p[FS_BATCH_MAX];
    unsigned n = 0;
    for (; letters[n] != '\0'; n++) {
        p[n] = fs_test_packet(t, letters + n, 1);
    }
    fs_test_send_batch(t, "in", p, n);
}

FS_TEST(queue_sends_what_has_no_place_to_its_second_output)
{
    static const char *const classes[] = {"Queue",           "FullNoteQueue", "QuickNoteQueue",
                                          "ThreadSafeQueue", "NotifierQueue", "SimpleQueue"};
    for (unsigned i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        struct fs_test *t = one(classes[i], 2);
        fs_test_connect(t, "q", 1, "full", 0);
        FS_REQUIRE(fs_test_start(t));
        send_batch(t, "abcd");
        FS_TEXT(pulled(t), "ab");
        FS_EQUAL(fs_test_count(t, "full"), 2);
        FS_TEXT(fs_test_read(t, "q.drops"), "2");
        FS_TEXT(fs_test_read(t, "q.highwater_length"), "2");
        fs_test_end(t);
    }
}

FS_TEST(frontdropqueue_drops_the_oldest)
{
    struct fs_test *t = one("FrontDropQueue", 3);
    FS_REQUIRE(fs_test_start(t));
    send(t, "in", "abcde");
    FS_TEXT(pulled(t), "cde");
    send_batch(t, "abcdefg"); /* more than it holds at once */
    FS_TEXT(pulled(t), "efg");
    send(t, "in", "ab");
    send_batch(t, "cd");
    FS_TEXT(pulled(t), "bcd");
    FS_EQUAL(fs_test_drops(t, "q", FS_DROP_QUEUE_FULL), 2 + 4 + 1);
    FS_CHECK(fs_test_write(t, "q.capacity", "0"));
    send(t, "in", "a");
    FS_TEXT(fs_test_read(t, "q.length"), "0");
    fs_test_end(t);
}

/* The states that Click's documentation shows, and who gives way when it is full. */
FS_TEST(mixedqueue_is_two_queues_in_one)
{
    struct fs_test *t = one("MixedQueue", 5);
    fs_test_connect(t, "last", 0, "q", 1);
    FS_REQUIRE(fs_test_start(t));
    send(t, "in", "AB");
    send(t, "last", "C");
    send(t, "in", "D");
    send(t, "last", "E");
    send(t, "in", "F");
    FS_EQUAL(fs_test_drops(t, "q", FS_DROP_QUEUE_FULL), 1);
    send(t, "last", "G");
    FS_TEXT(pulled(t), "GECAB");
    FS_TEXT(fs_test_read(t, "q.drops"), "2");
    FS_CHECK(fs_test_write(t, "q.capacity", "0"));
    send(t, "last", "H");
    FS_TEXT(fs_test_read(t, "q.drops"), "3");
    fs_test_end(t);
}

FS_TEST(simplequeue_tells_nobody_and_is_polled)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "SimpleQueue");
    fs_test_add(t, "u", "Unqueue");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "q", "u", "out");
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_round(t));
    fs_test_send(t, "in", "a", 1);
    fs_test_round(t);
    FS_EQUAL(fs_test_count(t, "out"), 1);
    fs_test_end(t);
}
