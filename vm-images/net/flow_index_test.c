#include "net/flow_index.h"

#include "net/testing.h"

/* A router with one element, whose memory the index takes. */
static struct fs_test *router(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "out");
    return fs_test_start(t) ? t : NULL;
}

static bool holds(const struct fs_flow_index *x, uint64_t hash, uint32_t value)
{
    struct fs_flow_probe p;
    for (uint32_t v = fs_flow_first(x, hash, &p); v != FS_FLOW_NONE; v = fs_flow_next(x, &p)) {
        if (v == value) {
            return true;
        }
    }
    return false;
}

FS_TEST(flow_index_finds_what_was_inserted)
{
    struct fs_test *t = router();
    FS_REQUIRE(t != NULL);
    struct fs_flow_index x;
    FS_REQUIRE(fs_flow_index_init(&x, fs_test_element(t, "in"), 100) == 0);
    FS_CHECK(!holds(&x, 7, 1));
    fs_flow_index_insert(&x, 7, 1);
    fs_flow_index_insert(&x, 7, 2); /* the same hash: both are offered */
    FS_CHECK(holds(&x, 7, 1));
    FS_CHECK(holds(&x, 7, 2));
    FS_CHECK(!fs_flow_index_remove(&x, 7, 3));
    FS_CHECK(fs_flow_index_remove(&x, 7, 1));
    FS_CHECK(!fs_flow_index_remove(&x, 7, 1));
    FS_CHECK(!holds(&x, 7, 1));
    FS_CHECK(holds(&x, 7, 2));
    fs_flow_index_clear(&x);
    FS_CHECK(!holds(&x, 7, 2));
    fs_test_end(t);
}

/* All values in one bucket's way: they overflow, around the end, and leave nothing behind. */
FS_TEST(flow_index_of_one_hash)
{
    struct fs_test *t = router();
    FS_REQUIRE(t != NULL);
    struct fs_flow_index x;
    FS_REQUIRE(fs_flow_index_init(&x, fs_test_element(t, "in"), 100) == 0);
    uint64_t hash = ~(uint64_t)0; /* the last bucket */
    for (uint32_t i = 0; i < 100; i++) {
        fs_flow_index_insert(&x, hash, i);
    }
    for (uint32_t i = 0; i < 100; i++) {
        FS_CHECK(holds(&x, hash, i));
    }
    for (uint32_t i = 0; i < 100; i += 2) {
        FS_CHECK(fs_flow_index_remove(&x, hash, i));
    }
    for (uint32_t i = 0; i < 100; i++) {
        FS_CHECK(holds(&x, hash, i) == (i % 2 == 1));
    }
    for (uint32_t i = 1; i < 100; i += 2) {
        FS_CHECK(fs_flow_index_remove(&x, hash, i));
    }
    for (uint32_t i = 0; i < x.count; i++) {
        FS_EQUAL(x.buckets[i].passed, 0);
    }
    fs_test_end(t);
}

/* Two buckets, each passed by a value that lies in the other one: who looks for what is not there comes to an end. */
FS_TEST(flow_index_of_two_full_buckets)
{
    struct fs_test *t = router();
    FS_REQUIRE(t != NULL);
    struct fs_flow_index x;
    FS_REQUIRE(fs_flow_index_init(&x, fs_test_element(t, "in"), 16) == 0);
    FS_REQUIRE(x.count == 2);
    const uint64_t first = 0, second = ~(uint64_t)0;
    for (uint32_t i = 0; i < FS_FLOW_BUCKET; i++) {
        fs_flow_index_insert(&x, first, i);
    }
    fs_flow_index_insert(&x, first, 100); /* lies in the second bucket */
    for (uint32_t i = 0; i < 4; i++) {
        FS_CHECK(fs_flow_index_remove(&x, first, i));
    }
    for (uint32_t i = 0; i < FS_FLOW_BUCKET; i++) {
        fs_flow_index_insert(&x, second, 200 + i); /* the last one lies in the first bucket */
    }
    FS_EQUAL(x.buckets[0].passed, 1);
    FS_EQUAL(x.buckets[1].passed, 1);
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t hash = i == 0 ? first + 77 : second - 77; /* in no bucket */
        FS_CHECK(!holds(&x, hash, 1000));
        FS_CHECK(!fs_flow_index_remove(&x, hash, 1000));
    }
    FS_CHECK(holds(&x, first, 100));
    FS_CHECK(holds(&x, second, 200 + FS_FLOW_BUCKET - 1));
    FS_CHECK(fs_flow_index_remove(&x, first, 100));
    FS_CHECK(fs_flow_index_remove(&x, second, 200 + FS_FLOW_BUCKET - 1));
    FS_EQUAL(x.buckets[0].passed, 0);
    FS_EQUAL(x.buckets[1].passed, 0);
    fs_test_end(t);
}

/* Random insertions and removals against a plain array; hashes from a small range, so that many are alike. */
FS_TEST(flow_index_against_a_plain_set)
{
    enum { VALUES = 500, STEPS = 60000 };
    struct fs_test *t = router();
    FS_REQUIRE(t != NULL);
    struct fs_flow_index x;
    FS_REQUIRE(fs_flow_index_init(&x, fs_test_element(t, "in"), VALUES) == 0);
    static uint64_t hashes[VALUES];
    static bool in[VALUES];
    uint64_t state = 11;
    for (unsigned i = 0; i < VALUES; i++) {
        hashes[i] = noise(&state) % 90 * 0x02d0000000000003u;
        in[i] = false;
    }
    for (unsigned step = 0; step < STEPS; step++) {
        uint32_t v = (uint32_t)(noise(&state) % VALUES);
        if (in[v]) {
            FS_CHECK(fs_flow_index_remove(&x, hashes[v], v));
        } else {
            fs_flow_index_insert(&x, hashes[v], v);
        }
        in[v] = !in[v];
        uint32_t w = (uint32_t)(noise(&state) % VALUES);
        if (!FS_CHECK(holds(&x, hashes[w], w) == in[w])) {
            break;
        }
    }
    fs_test_end(t);
}

/* Keys that differ in one bit spread: no bucket gets more than a few of them. */
FS_TEST(flow_hash_spreads)
{
    struct fs_test *t = router();
    FS_REQUIRE(t != NULL);
    struct fs_flow_seed seed;
    fs_flow_seed(&seed, fs_test_element(t, "in"));
    unsigned counts[64] = {0}, most = 0;
    for (uint64_t i = 0; i < 64 * 64; i++) {
        unsigned place = (unsigned)(fs_flow_hash(&seed, 0x0a00000100000000u | i, 53) >> 58);
        counts[place]++;
        most = counts[place] > most ? counts[place] : most;
    }
    FS_CHECK(most < 64 * 2); /* mean 64, deviation 8 */
    fs_test_end(t);
}
