/* bench.c: nanoseconds of CPU a packet, of small push and pull paths in one process without devices. The rows stand for
 * those of Click that other engines are compared with: a source that makes 64-byte frames, the path, a Discard.
 *
 *     bench [PACKETS [ROW]]     prints the least and the median of 7 runs of so many packets each
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/testing.h"
#include "net/testing.h"

enum { RUNS = 7, CHAIN = 8 };

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

/* UDP from 10.0.0.1 to 10.0.0.2, 64 bytes with the Ethernet header, checksum right. */
static const uint8_t frame[64] = {2,    0,    0,    0,    0,    1,    2,    0,    0,    0, 0, 2, 8, 0, 0x45, 0, 0, 50, 0, 1, 0,
                                  0,    64,   17,   0x66, 0xb8, 10,   0,    0,    1,    10, 0, 0, 2, 0, 53, 0, 53, 0, 30};

struct row {
    const char *name;
    unsigned burst;
    const char *classes[CHAIN]; /* between source and Discard */
};
static const struct row rows[] = {
    {"source, Discard", 32, {NULL}},
    {"Counter", 32, {"Counter"}},
    {"Counter, burst 64", 64, {"Counter"}},
    {"Counter, burst 1", 1, {"Counter"}},
    {"Counter x 4", 32, {"Counter", "Counter", "Counter", "Counter"}},
    {"EtherMirror", 32, {"EtherMirror"}},
    {"Strip, CheckIPHeader", 32, {"Strip", "CheckIPHeader"}},
    {"Tee to two", 32, {"Tee"}},
    {"Queue, Unqueue", 32, {"Queue", "Unqueue"}},
    {"Strip, CheckIPHeader, IPFilter", 32, {"Strip", "CheckIPHeader", "IPFilter"}},
    {"the same, 10 rules one by one", 32, {"Strip", "CheckIPHeader", "IPFilter"}},
    {"MarkInnerHeader", 32, {"MarkInnerHeader"}},
    {"FlowMonitor", 32, {"FlowMonitor"}},
};

/* allow udp dst port 53, then deny all */
static const uint32_t filter[] = {1, 2, 2, 0, 0, 0xffffffff, 8u | 1u << 16, 0x00ff0000, 0x00110000, 1, 0x80000001,
                                  0u | 2u << 16, 0x0000ffff, 53, 0x80000000, 0x80000001};

/* Nine rules `deny src net N && udp && dst port P`, of which every third has the frame's net, then allow all; tested one
 * after the other, though a compiler would share their tests: 18 tests a packet. */
static struct program ten_rules(void)
{
    struct program p = {0};
    uint32_t deny[9], allow;
    for (unsigned i = 0; i < 9; i++) {
        deny[i] = rule(&p, FS_MATCH_NONE);
    }
    allow = rule(&p, 0);
    for (unsigned i = 0; i < 9; i++) {
        uint32_t here = 4 * i, next = i < 8 ? here + 4 : allow;
        node(&p, FS_MATCH_NETWORK, 12, 0, 0xffffff00, i % 3 == 0 ? 0x0a000000 : 0x0a010000 * i, here + 1, next);
        node(&p, FS_MATCH_NETWORK, 8, 0, 0x00ff0000, 17u << 16, here + 2, next);
        node(&p, FS_MATCH_NETWORK, 4, 0, 0x00001fff, 0, here + 3, next);
        node(&p, FS_MATCH_TRANSPORT, 0, 0, 0x0000ffff, 1000 + i, deny[i], next);
    }
    finish(&p, 0);
    return p;
}

static void add_arguments(struct fs_test *t, const char *class, const struct row *row)
{
    if (strcmp(class, "Strip") == 0) {
        fs_test_integer(t, "LENGTH", 14);
    } else if (strcmp(class, "Unqueue") == 0) {
        fs_test_integer(t, "BURST", row->burst);
    } else if (strcmp(class, "IPFilter") == 0 && strstr(row->name, "10 rules") != NULL) {
        struct program p = ten_rules();
        fs_test_table(t, "RULE", p.table, p.size, p.rule_count);
    } else if (strcmp(class, "IPFilter") == 0) {
        fs_test_table(t, "RULE", filter, sizeof(filter), 2);
    }
}

static struct fs_test *build(const struct row *row, int64_t packets)
{
    static const char *const names[CHAIN] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "source", "InfiniteSource");
    fs_test_bytes(t, "DATA", frame, sizeof(frame));
    fs_test_integer(t, "LIMIT", packets);
    fs_test_integer(t, "BURST", row->burst);
    fs_test_boolean(t, "TIMESTAMP", false);
    const char *last = "source";
    for (unsigned i = 0; row->classes[i] != NULL; i++) {
        fs_test_add(t, names[i], row->classes[i]);
        add_arguments(t, row->classes[i], row);
        fs_test_connect(t, last, 0, names[i], 0);
        last = names[i];
    }
    fs_test_add(t, "end", "Discard");
    fs_test_connect(t, last, 0, "end", 0);
    if (row->classes[0] != NULL && strcmp(row->classes[0], "Tee") == 0) {
        fs_test_add(t, "end1", "Discard");
        fs_test_connect(t, last, 1, "end1", 0);
    }
    return t;
}

static double run(const struct row *row, int64_t packets)
{
    struct fs_test *t = build(row, packets);
    struct fs_platform *p = (struct fs_platform *)(uintptr_t)fs_test_router(t)->platform; /* the test's own */
    p->now = real_now;
    p->steady = real_steady;
    if (!fs_test_start(t)) {
        exit(1);
    }
    uint64_t begun = clock_of(CLOCK_THREAD_CPUTIME_ID);
    while (fs_router_run_once(fs_test_router(t))) {
    }
    uint64_t taken = clock_of(CLOCK_THREAD_CPUTIME_ID) - begun;
    if (strtoll(fs_test_read(t, "end.count"), NULL, 10) != packets) {
        printf("%s: only %s of %ld packets arrived\n", row->name, fs_test_read(t, "end.count"), packets);
        printf("%s", fs_test_read(t, "drops"));
        exit(1);
    }
    fs_test_end(t);
    return (double)taken / (double)packets;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int64_t packets = argc > 1 ? strtoll(argv[1], NULL, 10) : 4000000;
    printf("%-32s %8s %8s   (ns a packet, %ld packets, %d runs)\n", "path", "least", "median", packets, RUNS);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double times[RUNS];
        if (argc > 2 && strstr(rows[i].name, argv[2]) == NULL) {
            continue;
        }
        for (unsigned k = 0; k < RUNS; k++) {
            times[k] = run(&rows[i], packets);
        }
        qsort(times, RUNS, sizeof(times[0]), by_size);
        printf("%-32s %8.2f %8.2f\n", rows[i].name, times[0], times[RUNS / 2]);
    }
    return 0;
}
