#include "internal.h"

/* A round of the scheduler reads each clock once, and only when somebody asks. */
uint64_t fs_router_now(struct fs_router *r)
{
    if (r->now == 0) {
        r->now = r->recent = r->platform->now(r->platform->context);
        r->recent_runs = r->platform->rounds_a_time;
    }
    return r->now;
}

void fs_router_waits(struct fs_router *r) { r->recent = 0; }

uint64_t fs_router_steady(struct fs_router *r)
{
    if (r->steady == 0) {
        r->steady = r->platform->steady(r->platform->context);
    }
    return r->steady;
}

void fs_router_new_round(struct fs_router *r) { fs_router_time_passes(r); }

uint64_t fs_now(struct fs_element *e) { return fs_router_now(e->router); }
uint64_t fs_steady(struct fs_element *e) { return fs_router_steady(e->router); }

/* SplitMix64 (Steele, Lea, Flood 2014) spreads the seed; xoroshiro128+ (Blackman, Vigna 2016) makes the numbers. */
static uint64_t spread(uint64_t *x)
{
    uint64_t z = *x += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Spread when it is first asked for a number: most machines never are. */
void fs_router_seed(struct fs_router *r, uint64_t seed)
{
    r->random[0] = seed;
    r->random[1] = 0;
}

static void spread_seed(uint64_t *s)
{
    uint64_t seed = s[0];
    s[0] = spread(&seed);
    s[1] = spread(&seed);
}

static uint64_t rotated(uint64_t x, unsigned by) { return x << by | x >> (64 - by); }

uint64_t fs_random(struct fs_element *e)
{
    uint64_t *s = e->router->random;
    if (s[1] == 0) {
        spread_seed(s);
    }
    uint64_t a = s[0], b = s[1], answer = a + b;
    b ^= a;
    s[0] = rotated(a, 24) ^ b ^ b << 16;
    s[1] = rotated(b, 37);
    return answer;
}

void fs_random_seed(struct fs_element *e, uint64_t seed) { fs_router_seed(e->router, seed); }
