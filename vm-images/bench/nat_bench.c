/* nat_bench.c: nanoseconds of CPU a packet of translation in a closed loop, as in the rows of Click that it is compared
 * with: so many packets, each of a flow of its own, go from a queue through the translator, are turned round, come back
 * through it, are turned round again, and go back to the queue. Nothing is copied or made meanwhile.
 *
 *     flowstream-nat-bench [FLOWS [LOOPS]]     one number of flows; otherwise 10,000 and 100,000, and what a million take
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/testing.h"
#include "net/rewriter.h"
#include "net/testing_rewriter.h"

enum { RUNS = 7, PASSES = 2 };

static uint64_t clock_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
static uint64_t real_now(void *context)
{
    (void)context;
    return clock_of(CLOCK_REALTIME);
}
static uint64_t real_steady(void *context)
{
    (void)context;
    return clock_of(CLOCK_MONOTONIC);
}

static void use_real_clocks(struct fs_test *t)
{
    struct fs_platform *p = (struct fs_platform *)(uintptr_t)fs_test_router(t)->platform; /* the test's own */
    p->now = real_now;
    p->steady = real_steady;
}

static void add_queue(struct fs_test *t, uint32_t flows)
{
    fs_test_add(t, "q", "Queue");
    fs_test_integer(t, "CAPACITY", flows + 64);
    fs_test_add(t, "u", "Unqueue");
    fs_test_integer(t, "BURST", 32);
}

static struct fs_test *build(uint32_t flows, bool translate)
{
    char capacity[20];
    struct fs_test *t = fs_test_new();
    fs_test_pool(t, flows + 256);
    fs_test_add(t, "in", "TestSource");
    add_queue(t, flows);
    fs_test_add(t, "limit", "Counter");
    fs_test_chain(t, "in", "q", "u", "limit");
    if (!translate) {
        fs_test_connect(t, "limit", 0, "q", 0);
        return t;
    }
    fs_test_add(t, "check", "CheckIPHeader");
    fs_test_add(t, "there", "IPMirror");
    fs_test_add(t, "check2", "CheckIPHeader");
    fs_test_add(t, "back", "IPMirror");
    fs_test_add(t, "rw", "IPRewriter");
    specify(t, "INPUTSPEC", "pattern 1.0.0.1 1024-65535 - - 0 1", "drop");
    snprintf(capacity, sizeof capacity, "%u", flows + flows / 4);
    fs_test_text(t, "MAPPING_CAPACITY", capacity);
    fs_test_chain(t, "limit", "check", "rw", "there", "check2");
    fs_test_connect(t, "check2", 0, "rw", 1);
    fs_test_connect(t, "rw", 1, "back", 0);
    fs_test_connect(t, "back", 0, "q", 0);
    return t;
}

/* 64 bytes with their Ethernet header, which is stripped. */
static void fill(struct fs_test *t, uint32_t flows)
{
    for (uint32_t i = 0; i < flows; i++) {
        char flow[80];
        snprintf(flow, sizeof flow, "10.%u.%u.%u %u 192.0.%u.%u 53", i >> 16, i >> 8 & 255, i & 255, 1024 + i % 60000,
                 i / 60000, i % 7);
        struct bytes b = udp_packet(flow, 22);
        send_bytes(t, "in", &b);
    }
}

static double run(uint32_t flows, bool translate, uint64_t packets)
{
    struct fs_test *t = build(flows, translate);
    if (!fs_test_start(t)) {
        exit(1);
    }
    use_real_clocks(t);
    fill(t, flows);
    uint64_t begun = 0, first = 0, passed;
    for (;;) {
        for (unsigned i = 0; i < 1000; i++) {
            fs_router_run_once(fs_test_router(t));
        }
        passed = strtoull(fs_test_read(t, "limit.count"), NULL, 10);
        if (begun == 0 && passed >= 2ull * flows) { /* all mappings are made */
            begun = clock_of(CLOCK_THREAD_CPUTIME_ID);
            first = passed;
        } else if (begun != 0 && passed - first >= packets) {
            break;
        }
    }
    uint64_t taken = clock_of(CLOCK_THREAD_CPUTIME_ID) - begun;
    if (translate && strtoull(fs_test_read(t, "rw.size"), NULL, 10) != flows) {
        printf("%s mappings for %u flows\n%s", fs_test_read(t, "rw.size"), flows, fs_test_read(t, "drops"));
        exit(1);
    }
    fs_test_end(t);
    return (double)taken / (double)(passed - first);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void row(uint32_t flows, uint64_t packets)
{
    double times[2][RUNS];
    for (unsigned k = 0; k < RUNS; k++) {
        for (unsigned translate = 0; translate < 2; translate++) {
            times[translate][k] = run(flows, translate != 0, packets);
        }
    }
    for (unsigned translate = 0; translate < 2; translate++) {
        qsort(times[translate], RUNS, sizeof(double), by_size);
        printf("closed loop, %7u flows, %-22s %8.1f %8.1f\n", flows,
               translate != 0 ? "2 passes of IPRewriter" : "no translation", times[translate][0],
               times[translate][RUNS / 2]);
    }
}

/* A million mappings in a table that is full: bytes each, and the time that one takes to make. */
static void million(void)
{
    enum { FLOWS = 1000000 };
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "end", "Discard");
    fs_test_add(t, "rw", "IPRewriter");
    specify(t, "INPUTSPEC", "pattern 1.0.0.1 1024-65535 - - 0 0");
    fs_test_text(t, "MAPPING_CAPACITY", "1000000");
    fs_test_chain(t, "in", "rw", "end");
    if (!fs_test_start(t)) {
        exit(1);
    }
    const struct fs_nat_table *table = ((struct fs_rewriter *)fs_test_element(t, "rw"))->table;
    uint64_t taken = 0;
    for (uint32_t i = 0; i < FLOWS;) {
        struct fs_packet *packets[32];
        for (unsigned k = 0; k < 32; k++, i++) {
            char flow[80];
            snprintf(flow, sizeof flow, "10.%u.%u.%u 1024 192.0.%u.%u 53", i >> 16, i >> 8 & 255, i & 255, i % 251, i % 7);
            struct bytes b = udp_packet(flow, 22);
            packets[k] = marked_packet(t, b.at, b.size, 20);
        }
        uint64_t begun = clock_of(CLOCK_THREAD_CPUTIME_ID);
        fs_test_send_batch(t, "in", packets, 32);
        taken += clock_of(CLOCK_THREAD_CPUTIME_ID) - begun;
    }
    uint64_t bytes = table->room * (uint64_t)sizeof(struct fs_nat_flow) + table->index.count * (uint64_t)64;
    printf("%u mappings: %.1f bytes each, %.0f ns to make one\n", table->size, (double)bytes / table->size,
           (double)taken / FLOWS);
    fs_test_end(t);
}

int main(int argc, char **argv)
{
    uint64_t packets = argc > 2 ? strtoull(argv[2], NULL, 10) : 2500000;
    printf("%-56s %8s %8s   (ns a packet)\n", "", "least", "median");
    if (argc > 1) {
        row((uint32_t)strtoul(argv[1], NULL, 10), packets);
        return 0;
    }
    row(10000, packets);
    row(100000, packets);
    million();
    return 0;
}
