#include "testing.h"

#include <stdlib.h>

/* An element with timers, whose firing is written down. */
enum { TIMERS = 400 };
struct clockwork {
    struct fs_element base;
    struct fs_timer timers[TIMERS];
    uint64_t fired[TIMERS]; /* when, 0 never */
    uint64_t last;
    unsigned order, again;
    bool disordered;
};

static void fire(struct fs_element *e, struct fs_timer *t)
{
    struct clockwork *c = (struct clockwork *)e;
    uint64_t now = fs_steady(e);
    c->disordered |= now < c->last;
    c->last = now;
    c->fired[t - c->timers] = now;
    c->order++;
    if (c->again > 0) {
        c->again--;
        fs_timer_after(t, 10);
    }
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    for (unsigned i = 0; i < TIMERS; i++) {
        fs_timer_init(e, &((struct clockwork *)e)->timers[i], fire);
    }
    return 0;
}

FS_ELEMENT(TestClockwork) = {.name = "TestClockwork", .ports = "0/0", .processing = "a/a", .flow = "x/y",
                             .size = sizeof(struct clockwork), .initialize = initialize, .summary = "timers"};

static struct fs_test *clockwork(struct clockwork **c)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "c", "TestClockwork");
    fs_test_start(t);
    *c = (struct clockwork *)fs_test_element(t, "c");
    return t;
}

static void check_heap(const struct fs_timer *t, const struct fs_timer *parent)
{
    const struct fs_timer *previous = parent;
    for (; t != NULL; t = t->sibling) {
        FS_CHECK(t->previous == previous);
        FS_CHECK(parent == NULL || parent->expiry <= t->expiry);
        check_heap(t->child, t);
        previous = t;
    }
}

FS_TEST(timers_fire_in_order_and_on_time)
{
    struct clockwork *c;
    struct fs_test *t = clockwork(&c);
    uint64_t due[TIMERS], start = fs_steady(&c->base);
    srand(3);
    for (unsigned i = 0; i < TIMERS; i++) {
        due[i] = start + (uint64_t)(rand() % 1000) * 10;
        fs_timer_at(&c->timers[i], due[i]);
    }
    for (unsigned i = 0; i < TIMERS; i += 3) { /* move some, clear some */
        due[i] = i % 2 == 0 ? start + (uint64_t)(rand() % 1000) : 0;
        if (due[i] != 0) {
            fs_timer_at(&c->timers[i], due[i]);
        } else {
            fs_timer_clear(&c->timers[i]);
        }
    }
    check_heap(fs_test_router(t)->timers, NULL);
    fs_test_advance(t, 20000);
    for (unsigned i = 0; i < TIMERS; i++) {
        FS_EQUAL(c->fired[i], due[i]);
        FS_CHECK(!fs_timer_set(&c->timers[i]));
    }
    FS_CHECK(!c->disordered);
    FS_EQUAL(fs_router_next_timer(fs_test_router(t)), 0);
    fs_test_end(t);
}

FS_TEST(a_timer_sets_itself_again)
{
    struct clockwork *c;
    struct fs_test *t = clockwork(&c);
    c->again = 5;
    fs_timer_after(&c->timers[0], 10);
    fs_test_advance(t, 1000);
    FS_EQUAL(c->order, 6);
    FS_EQUAL(c->fired[0], 1000000000u + 60);
    fs_test_end(t);
}

FS_TEST(a_timer_of_now_does_not_hold_up_the_round)
{
    struct clockwork *c;
    struct fs_test *t = clockwork(&c);
    c->again = 0;
    fs_timer_at(&c->timers[7], 0); /* 0 means unset, so it is taken as 1: long ago */
    FS_CHECK(fs_timer_set(&c->timers[7]));
    FS_CHECK(!fs_test_round(t));
    FS_EQUAL(c->order, 1);
    fs_test_end(t);
}
