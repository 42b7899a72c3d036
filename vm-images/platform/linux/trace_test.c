/* trace_test.c: what --trace tells, against what a packet's way is by the configuration. */
#include "trace.h"

#include <stdio.h>
#include <unistd.h>

#include "engine/testing.h"

enum { TEXT = 16384, LINE = 8192, SHORT = 30 };

struct told {
    char path[64];
    char text[TEXT];
    struct fs_trace *trace;
};

static void begin(struct told *x, struct fs_test *t)
{
    char why[300] = "";
    snprintf(x->path, sizeof(x->path), "/tmp/flowstream-trace-test-%d", (int)getpid());
    x->trace = fs_trace_begin(fs_test_router(t), x->path, why, sizeof(why));
    FS_TEXT(why, "");
}

/* The lines without their times, and without frames. */
static void end(struct told *x)
{
    static char line[LINE];
    size_t length = 0;
    FS_CHECK(fs_trace_end(x->trace));
    FILE *f = fopen(x->path, "r");
    x->text[0] = '\0';
    while (f != NULL && fgets(line, LINE, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *words = strchr(line, '\t') + 1, *last = strrchr(line, '\t');
        if (strlen(last) > (size_t)SHORT) {
            *last = '\0';
        }
        length += (size_t)snprintf(x->text + length, TEXT - length, "%s\n", words);
    }
    if (f != NULL) {
        fclose(f);
    }
    unlink(x->path);
}

static void send(struct fs_test *t, struct told *x, const char *source, const void *bytes, size_t size)
{
    struct fs_packet *p = fs_test_packet(t, bytes, size);
    fs_trace_received(x->trace, p, 0);
    fs_test_send_packet(t, source, p);
}

static const uint8_t frame[60] = {1};

FS_TEST(trace_follows_copies_and_drops)
{
    static struct told x;
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "tee", "Tee");
    fs_test_add(t, "c", "Counter");
    fs_test_add(t, "d", "Discard");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "tee", "c", "d");
    fs_test_connect(t, "tee", 1, "out", 0);
    FS_REQUIRE(fs_test_start(t));
    begin(&x, t);
    send(t, &x, "in", frame, sizeof(frame));
    fs_test_forget(t, "out"); /* its puller is no element: what a sink keeps would be told as held */
    end(&x);
    FS_TEXT(x.text, "in\t1\t0\n"
                    "go\t1\tin\t0\ttee\t0\tsame\n"
                    "go\t1\ttee\t0\tc\t0\tsame\n"
                    "go\t1\tc\t0\td\t0\tsame\n"
                    "drop\t1\td\tdiscarded\t-\n"
                    "copy\t2\ttee\t1\n"
                    "go\t2\ttee\t1\tout\t0\tsame\n"
                    "ended\t2\tout\n");
    fs_test_end(t);
}

FS_TEST(trace_tells_what_waits_in_a_queue_and_what_was_rewritten)
{
    static struct told x;
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "strip", "Strip");
    fs_test_integer(t, "LENGTH", 14);
    fs_test_add(t, "back", "Unstrip");
    fs_test_integer(t, "LENGTH", 14);
    fs_test_add(t, "mirror", "EtherMirror");
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "q", "strip", "back", "mirror", "out");
    FS_REQUIRE(fs_test_start(t));
    begin(&x, t);
    send(t, &x, "in", frame, sizeof(frame));
    send(t, &x, "in", frame, sizeof(frame));
    FS_EQUAL(fs_test_pull(t, "out", 1), 1);
    end(&x);
    FS_TEXT(x.text, "in\t1\t0\n"
                    "go\t1\tin\t0\tq\t0\tsame\n"
                    "in\t2\t0\n"
                    "go\t2\tin\t0\tq\t0\tsame\n"
                    "go\t1\tq\t0\tstrip\t0\tsame\n"
                    "go\t1\tstrip\t0\tback\t0\tsame\n"
                    "go\t1\tback\t0\tmirror\t0\tsame\n"
                    "go\t1\tmirror\t0\tout\t0\tchanged\n"
                    "held\t1\tout\n"
                    "held\t2\tq\n");
    /* Nothing of it stays in the way. */
    FS_EQUAL(fs_test_pull(t, "out", 1), 1);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_end(t);
}

FS_TEST(trace_tells_an_answer_from_what_it_answers)
{
    /* An ARP request for 10.0.0.1, which becomes its own answer. */
    static const uint8_t request[60] = {255, 255, 255, 255, 255, 255, 6, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1,
                                        6, 0, 0, 0, 0, 1, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1};
    static const uint8_t entry[24] = {1, 0, 0, 0, 1, 0, 0, 0, 10, 0, 0, 1, 255, 255, 255, 255, 2, 0, 0, 0, 0, 9};
    static struct told x;
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "r", "ARPResponder");
    fs_test_table(t, "ENTRY", entry, sizeof(entry), 1);
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "r", "out");
    FS_REQUIRE(fs_test_start(t));
    begin(&x, t);
    send(t, &x, "in", request, sizeof(request));
    end(&x);
    FS_TEXT(x.text, "in\t1\t0\n"
                    "go\t1\tin\t0\tr\t0\tsame\n"
                    "ended\t1\tr\n"
                    "made\t2\tr\t1\n"
                    "go\t2\tr\t0\tout\t0\tsame\n"
                    "held\t2\tout\n");
    fs_test_end(t);
}

FS_TEST(trace_names_the_rule_that_drops)
{
    static const uint8_t denied[60] = {9, 3};
    static struct told x;
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "s", "TestSorter");
    fs_test_add(t, "a", "TestSink");
    fs_test_chain(t, "in", "s", "a");
    FS_REQUIRE(fs_test_start(t));
    begin(&x, t);
    send(t, &x, "in", denied, sizeof(denied));
    end(&x);
    FS_TEXT(x.text, "in\t1\t0\n"
                    "go\t1\tin\t0\ts\t0\tsame\n"
                    "drop\t1\ts\tdenied\t3\n");
    fs_test_end(t);
}

FS_TEST(trace_refuses_who_uses_its_annotation)
{
    struct fs_test *t = fs_test_new();
    char why[300] = "";
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "p", "Paint");
    fs_test_integer(t, "COLOR", 1);
    fs_test_integer(t, "ANNO", FS_ANNOTATION(47, 1));
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "p", "out");
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_trace_begin(fs_test_router(t), "/dev/null", why, sizeof(why)) == NULL);
    FS_TEXT(why, "--trace keeps its numbers in annotation bytes 44 to 47, which p uses");
    fs_test_end(t);
}
