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
    unsigned flows; /* 1: made by InfiniteSource */
};
static const struct row rows[] = {
    {"source, Discard", 32, {NULL}, 1},
    {"Counter", 32, {"Counter"}, 1},
    {"Counter, burst 64", 64, {"Counter"}, 1},
    {"Counter, burst 1", 1, {"Counter"}, 1},
    {"Counter x 4", 32, {"Counter", "Counter", "Counter", "Counter"}, 1},
    {"EtherMirror", 32, {"EtherMirror"}, 1},
    {"Strip, CheckIPHeader", 32, {"Strip", "CheckIPHeader"}, 1},
    {"Tee to two", 32, {"Tee"}, 1},
    {"Queue, Unqueue", 32, {"Queue", "Unqueue"}, 1},
    {"Strip, CheckIPHeader, IPFilter", 32, {"Strip", "CheckIPHeader", "IPFilter"}, 1},
    {"the same, 10 rules one by one", 32, {"Strip", "CheckIPHeader", "IPFilter"}, 1},
    {"MarkInnerHeader", 32, {"MarkInnerHeader"}, 1},
    {"FlowMonitor", 32, {"FlowMonitor"}, 1},
    {"FlowRateLimiter", 32, {"FlowRateLimiter"}, 1},
    {"Strip, CheckIPHeader, RadixIPLookup", 32, {"Strip", "CheckIPHeader", "RadixIPLookup"}, 1},
    {"router, 1,000 routes", 32, {"Strip", "CheckIPHeader", "RadixIPLookup", "DecIPTTL", "EtherEncap"}, 1},
    {"10,000 flows, Discard", 32, {NULL}, 10000},
    {"10,000 flows, FlowRateLimiter", 32, {"FlowRateLimiter"}, 10000},
    {"10,000 flows, FlowMonitor", 32, {"FlowMonitor"}, 10000},
    {"10,000 flows, IPFIXExporter", 32, {"IPFIXExporter"}, 10000},
    {"10,000 flows, Strip, CheckIPHeader", 32, {"Strip", "CheckIPHeader"}, 10000},
    {"the same, AggregateIP, AggregateCounter", 32, {"Strip", "CheckIPHeader", "AggregateIP", "AggregateCounter"}, 10000},
    {"10,000 flows, both, AggregateIPFlows", 32, {"Strip", "CheckIPHeader", "AggregateIPFlows"}, 10000},
    {"10,000 flows, look-up", 32, {"Strip", "CheckIPHeader", "RadixIPLookup"}, 10000},
    {"10,000 flows, router, 1,000 routes", 32, {"Strip", "CheckIPHeader", "RadixIPLookup", "DecIPTTL", "EtherEncap"}, 10000},
};

/* ---- a source of many flows: frames of random destinations, in turn; each packet gets its bytes copied ---- */
struct flows {
    struct fs_element base;
    struct fs_task task;
    uint32_t burst, count, next;
    uint64_t left;
    uint8_t (*frames)[64];
};
static bool flows_run(struct fs_element *e, struct fs_task *task)
{
    struct flows *f = (struct flows *)e;
    struct fs_batch batch;
    batch.count = 0;
    unsigned n = fs_packet_new_batch(fs_pool(e), FS_HEADROOM, 64, &batch, f->left < f->burst ? (unsigned)f->left : f->burst);
    if (n == 0) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        memcpy(batch.packets[i]->data, f->frames[f->next], 64);
        f->next = f->next + 1 == f->count ? 0 : f->next + 1;
    }
    f->left -= n;
    fs_output_push(e, 0, &batch);
    fs_task_schedule(task);
    return true;
}
static int flows_configure(struct fs_element *e, struct fs_text *error)
{
    struct flows *f = (struct flows *)e;
    uint64_t state = 5;
    (void)error;
    f->burst = (uint32_t)fs_args_integer(e->args, 0, 32);
    f->left = (uint64_t)fs_args_integer(e->args, 1, 0);
    f->count = (uint32_t)fs_args_integer(e->args, 2, 1);
    f->frames = fs_alloc(e, f->count * sizeof *f->frames);
    for (uint32_t i = 0; i < f->count; i++) {
        memcpy(f->frames[i], frame, 64);
        fs_put32(f->frames[i] + 30, (uint32_t)noise(&state));
        fix_ip_checksum(f->frames[i] + 14);
    }
    return 0;
}
static int flows_initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_task_init(e, &((struct flows *)e)->task, flows_run);
    fs_task_schedule(&((struct flows *)e)->task);
    return 0;
}
static const struct fs_arg flows_args[] = {
    {"BURST", "integer", FS_OPTIONAL, 0, 0, "32", ""},
    {"LIMIT", "integer", FS_OPTIONAL, 0, 0, "0", ""},
    {"FLOWS", "integer", FS_OPTIONAL, 0, 0, "1", ""},
};
FS_ELEMENT(BenchFlows) = {
    .name = "BenchFlows",
    .ports = "0/1",
    .processing = "h/h",
    .flow = "x/x",
    .args = flows_args,
    .arg_count = FS_COUNT(flows_args),
    .size = sizeof(struct flows),
    .configure = flows_configure,
    .initialize = flows_initialize,
};

/* A thousand random prefixes of 8 to 28 bits and a default route, over 4 outputs and 16 gateways each. */
enum { ROUTES = 1001, OUTPUTS = 4 };
static void add_routes(struct fs_test *t)
{
    static uint8_t table[8 + 16 * ROUTES] = {1};
    uint64_t state = 9;
    put_le32(table + 4, ROUTES);
    for (unsigned i = 0; i < ROUTES; i++) {
        uint8_t *at = table + 8 + 16 * i;
        uint64_t v = noise(&state);
        uint32_t bits = i == 0 ? 0 : 8 + v % 21, mask = bits == 0 ? 0 : 0xffffffffu << (32 - bits);
        fs_put32(at, (uint32_t)(v >> 32) & mask);
        fs_put32(at + 4, mask);
        fs_put32(at + 8, 0x0a000001 + (uint32_t)(v >> 8 & 15));
        put_le32(at + 12, v >> 12 & (OUTPUTS - 1));
    }
    fs_test_table(t, "ROUTE", table, sizeof table, ROUTES);
}

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
    if (strcmp(class, "RadixIPLookup") == 0) {
        add_routes(t);
    } else if (strcmp(class, "EtherEncap") == 0) {
        fs_test_integer(t, "ETHERTYPE", 0x0800);
        fs_test_bytes(t, "SRC", frame, 6);
        fs_test_bytes(t, "DST", frame + 6, 6);
    } else if (strcmp(class, "Strip") == 0) {
        fs_test_integer(t, "LENGTH", 14);
    } else if (strcmp(class, "FlowRateLimiter") == 0) {
        fs_test_integer(t, "RATE", 1000000000000);
    } else if (strcmp(class, "FlowMonitor") == 0) {
        fs_test_integer(t, "CAPACITY", 16384);
    } else if (strcmp(class, "AggregateIP") == 0) {
        static const uint8_t destination[8] = {0, 0, 32, 0, 128};
        fs_test_bytes(t, "FIELD", destination, 8);
    } else if (strcmp(class, "IPFIXExporter") == 0) {
        fs_test_bytes(t, "SRC", frame + 26, 4);
        fs_test_integer(t, "SPORT", 4739);
        fs_test_bytes(t, "DST", frame + 30, 4);
        fs_test_integer(t, "DPORT", 4739);
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
    fs_test_add(t, "source", row->flows == 1 ? "InfiniteSource" : "BenchFlows");
    if (row->flows == 1) {
        fs_test_bytes(t, "DATA", frame, sizeof(frame));
        fs_test_boolean(t, "TIMESTAMP", false);
    } else {
        fs_test_integer(t, "FLOWS", row->flows);
    }
    fs_test_integer(t, "LIMIT", packets);
    fs_test_integer(t, "BURST", row->burst);
    const char *last = "source", *last_class = "";
    for (unsigned i = 0; row->classes[i] != NULL; i++) {
        fs_test_add(t, names[i], row->classes[i]);
        add_arguments(t, row->classes[i], row);
        fs_test_connect(t, last, 0, names[i], 0);
        for (unsigned k = 1; k < OUTPUTS && strcmp(last_class, "RadixIPLookup") == 0; k++) {
            fs_test_connect(t, last, k, names[i], 0);
        }
        last = names[i];
        last_class = row->classes[i];
    }
    fs_test_add(t, "end", "Discard");
    fs_test_connect(t, last, 0, "end", 0);
    for (unsigned k = 1; k < OUTPUTS && strcmp(last_class, "RadixIPLookup") == 0; k++) {
        fs_test_connect(t, last, k, "end", 0);
    }
    if (strcmp(last_class, "IPFIXExporter") == 0) {
        fs_test_add(t, "records", "Discard");
        fs_test_connect(t, last, 1, "records", 0);
    }
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
