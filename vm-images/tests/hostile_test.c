/* 100,000 malformed frames with 10,000 good ones among them through a firewall of the stock template's form: the good
 * ones all arrive, in order and unchanged; at every element what came in is what went out and what was dropped; the
 * packet pool is whole at the end. */
#include "hostile.h"

enum { GOOD_FRAMES = 10000, BAD_FRAMES = 100000, CHUNK = 220, EDGES = 32 };

/* Every connection of the graph has a Counter in it. */
struct edge {
    const char *from, *to;
    char counter[12];
};
struct graph {
    struct fs_test *t;
    struct edge edges[EDGES];
    unsigned count;
};

static void join(struct graph *g, const char *from, unsigned port, const char *to)
{
    struct edge *e = &g->edges[g->count];
    *e = (struct edge){.from = from, .to = to};
    snprintf(e->counter, sizeof e->counter, "edge%u", g->count++);
    fs_test_add(g->t, e->counter, "Counter");
    fs_test_connect(g->t, from, port, e->counter, 0);
    fs_test_connect(g->t, e->counter, 0, to, 0);
}

static uint64_t read_number(struct graph *g, const char *element, const char *handler)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", element, handler);
    return strtoull(fs_test_read(g->t, name), NULL, 10);
}

static bool build(struct graph *g)
{
    struct fs_test *t = g->t;
    struct program four = firewall_rules(false), six = firewall_rules(true);
    fs_test_pool(t, 512);
    fs_test_devices(t, 2);
    fs_test_add(t, "outside", "FromDevice");
    fs_test_text(t, "DEVNAME", "0");
    fs_test_add(t, "inside", "ToDevice");
    fs_test_text(t, "DEVNAME", "1");
    fs_test_add(t, "monitor", "FlowMonitor");
    fs_test_integer(t, "CAPACITY", 1000);
    fs_test_add(t, "mark", "MarkInnerHeader");
    fs_test_add(t, "check", "CheckIPHeader");
    fs_test_boolean(t, "MARKED", true);
    fs_test_add(t, "check6", "CheckIP6Header");
    fs_test_boolean(t, "MARKED", true);
    fs_test_add(t, "filter", "IPFilter");
    fs_test_table(t, "RULE", four.table, four.size, four.rule_count);
    fs_test_add(t, "filter6", "IP6Filter");
    fs_test_table(t, "RULE", six.table, six.size, six.rule_count);
    fs_test_add(t, "other", "Discard");
    fs_test_add(t, "queue", "Queue");
    join(g, "outside", 0, "monitor");
    join(g, "monitor", 0, "mark");
    join(g, "mark", 0, "check");
    join(g, "mark", 1, "check6");
    join(g, "mark", 2, "queue");
    join(g, "mark", 3, "other");
    join(g, "check", 0, "filter");
    join(g, "check6", 0, "filter6");
    join(g, "filter", 0, "queue");
    join(g, "filter6", 0, "queue");
    join(g, "queue", 0, "inside");
    return fs_test_start(t);
}

/* In = out + drops at an element that is not an end of the graph. */
static void check_balance(struct graph *g, const char *element)
{
    uint64_t in = 0, out = 0;
    for (unsigned i = 0; i < g->count; i++) {
        uint64_t passed = read_number(g, g->edges[i].counter, "count");
        in += strcmp(g->edges[i].to, element) == 0 ? passed : 0;
        out += strcmp(g->edges[i].from, element) == 0 ? passed : 0;
    }
    uint64_t dropped = fs_drops_total(fs_test_element(g->t, element));
    if (!FS_EQUAL(in, out + dropped) || !FS_CHECK(in > 0)) {
        printf("    at %s\n", element);
    }
}

/* What has left by device 1: good frames unchanged, and in order for each way through the graph (IPv4, IPv6, ARP;
 * frames of different ways may overtake one another, as a batch is parted by way). Answers how many. With each number
 * greater than the one before, as many as were sent are all of them. */
static uint32_t check_sent(struct graph *g, uint32_t next[3])
{
    uint32_t arrived = 0;
    for (unsigned i = 0; i < fs_test_sent_count(g->t, 1); i++) {
        struct fs_packet *p = fs_test_sent(g->t, 1, i);
        uint32_t number;
        if (read_mark(p, &number)) {
            struct bytes sent = good_frame(number);
            unsigned way = number % GOOD_KINDS == 5 ? 2 : !is_ip4(number);
            if (!FS_CHECK(number >= next[way])) {
                printf("    number %u\n", number);
            }
            FS_FRAME(p, sent.at, sent.size);
            next[way] = number + 1;
            arrived++;
        }
    }
    fs_test_forget_sent(g->t, 1);
    return arrived;
}

FS_TEST(hostile_frames)
{
    struct graph g = {.t = fs_test_new()};
    FS_REQUIRE(build(&g));
    fs_test_ring(g.t, 1, 1000000);
    const uint32_t pool_level = fs_pool(fs_test_element(g.t, "mark"))->free_count;
    uint64_t state = 8;
    uint32_t good = 0, bad = 0, arrived = 0, next[3] = {0};
    while (good < GOOD_FRAMES || bad < BAD_FRAMES) {
        for (unsigned i = 0; i < CHUNK && (good < GOOD_FRAMES || bad < BAD_FRAMES); i++) {
            /* One in eleven is good, at no regular distance. */
            bool next_good = bad == BAD_FRAMES || (good < GOOD_FRAMES && noise(&state) % 11 == 0);
            struct bytes b = next_good ? good_frame(good++) : bad_frame(bad++, &state);
            fs_test_arrive(g.t, 0, b.at, b.size);
        }
        fs_test_run(g.t);
        arrived += check_sent(&g, next);
    }
    FS_EQUAL(arrived, GOOD_FRAMES);
    FS_EQUAL(read_number(&g, "outside", "count"), GOOD_FRAMES + BAD_FRAMES);
    FS_EQUAL(read_number(&g, "edge0", "count"), GOOD_FRAMES + BAD_FRAMES);

    static const char *const inner[] = {"monitor", "mark", "check", "check6", "filter", "filter6", "queue"};
    for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++) {
        check_balance(&g, inner[i]);
    }
    FS_EQUAL(read_number(&g, "edge5", "count"), fs_drops_total(fs_test_element(g.t, "other")));
    FS_EQUAL(read_number(&g, "edge10", "count"),
             read_number(&g, "inside", "count") + fs_drops_total(fs_test_element(g.t, "inside")));

    /* Each kind of fault was met, and nothing was lost for want of something. */
    FS_CHECK(fs_test_drops(g.t, "mark", FS_DROP_BAD_LENGTH) > 1000);
    FS_CHECK(fs_test_drops(g.t, "check", FS_DROP_BAD_LENGTH) > 1000);
    FS_CHECK(fs_test_drops(g.t, "check", FS_DROP_BAD_VERSION) > 1000);
    FS_CHECK(fs_test_drops(g.t, "check", FS_DROP_BAD_HEADER_LENGTH) > 100);
    FS_CHECK(fs_test_drops(g.t, "check", FS_DROP_BAD_CHECKSUM) > 1000);
    FS_CHECK(fs_test_drops(g.t, "check6", FS_DROP_BAD_LENGTH) > 1000);
    FS_CHECK(fs_test_drops(g.t, "check6", FS_DROP_BAD_VERSION) > 1000);
    FS_CHECK(fs_test_rule_drops(g.t, "filter", 1) > 1000);
    FS_CHECK(fs_test_rule_drops(g.t, "filter6", 1) > 1000);
    FS_CHECK(fs_test_drops(g.t, "inside", FS_DROP_TOO_LONG) > 1000);
    FS_EQUAL(fs_test_drops(g.t, "inside", FS_DROP_RING_FULL), 0);
    FS_EQUAL(fs_test_drops(g.t, "queue", FS_DROP_QUEUE_FULL), 0);
    FS_EQUAL(fs_pool(fs_test_element(g.t, "mark"))->free_count, pool_level);
    fs_test_end(g.t);
}
