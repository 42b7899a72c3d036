#include "net/flow_index.h"

/* Full when 7 places in 10 are taken: then 3 in 100 values are not in their own bucket. */
enum { FILL_PARTS = 7, FILL_OF = 10, PASSED_MOST = 0xffff };

static uint64_t bucket_count(uint64_t values) { return values * FILL_OF / (FILL_PARTS * FS_FLOW_BUCKET) + 1; }

uint64_t fs_flow_index_bytes(uint64_t values) { return bucket_count(values) * sizeof(struct fs_flow_bucket); }

int fs_flow_index_init(struct fs_flow_index *x, struct fs_element *e, uint64_t values)
{
    uint64_t count = bucket_count(values);
    x->buckets = count <= UINT32_MAX ? fs_alloc(e, count * sizeof *x->buckets) : NULL;
    x->count = (uint32_t)count;
    return x->buckets != NULL ? 0 : -1;
}

void fs_flow_seed(struct fs_flow_seed *s, struct fs_element *e)
{
    for (unsigned i = 0; i < 3; i++) {
        s->words[i] = fs_random(e);
    }
}

static uint32_t after(const struct fs_flow_index *x, uint32_t bucket) { return bucket + 1 == x->count ? 0 : bucket + 1; }

void fs_flow_index_insert(struct fs_flow_index *x, uint64_t hash, uint32_t value)
{
    for (uint32_t i = fs_flow_home(x, hash);; i = after(x, i)) {
        struct fs_flow_bucket *b = &x->buckets[i];
        for (unsigned place = 0; place < FS_FLOW_BUCKET; place++) {
            if (b->tags[place] == 0) {
                b->tags[place] = fs_flow_tag(hash);
                b->values[place] = value;
                return;
            }
        }
        b->passed += b->passed != PASSED_MOST; /* once there, it stays: looked past for good, never wrongly ended */
    }
}

static bool take_out(struct fs_flow_bucket *b, uint8_t tag, uint32_t value)
{
    for (unsigned place = 0; place < FS_FLOW_BUCKET; place++) {
        if (b->tags[place] == tag && b->values[place] == value) {
            b->tags[place] = 0;
            return true;
        }
    }
    return false;
}

bool fs_flow_index_remove(struct fs_flow_index *x, uint64_t hash, uint32_t value)
{
    uint32_t home = fs_flow_home(x, hash), i = home;
    uint8_t tag = fs_flow_tag(hash);
    while (!take_out(&x->buckets[i], tag, value)) {
        bool last = x->buckets[i].passed == 0;
        i = after(x, i);
        if (last || i == home) {
            return false;
        }
    }
    for (; home != i; home = after(x, home)) {
        x->buckets[home].passed -= x->buckets[home].passed != PASSED_MOST;
    }
    return true;
}

void fs_flow_index_clear(struct fs_flow_index *x)
{
    __builtin_memset(x->buckets, 0, (size_t)x->count * sizeof *x->buckets);
}
