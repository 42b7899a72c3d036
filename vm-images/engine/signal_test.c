#include "testing.h"

/* A storing element whose signals a test switches; a listener whose task counts; a joint of two pulled inputs; a source
 * of pulls that never says when. */
struct store {
    struct fs_element base;
    struct fs_signal nonempty, room;
};
struct listener {
    struct fs_element base;
    struct fs_task task;
    unsigned found, runs, again;
    struct fs_task *takes_out, *schedules; /* in its run; NULL: none */
    unsigned stops;                        /* so often, in its run */
    unsigned *clock, ran_at;               /* counts runs of several; its own latest place */
};

static int offer(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_signal_offer(e, &((struct store *)e)->nonempty, FS_SIGNAL_NONEMPTY, false);
    fs_signal_offer(e, &((struct store *)e)->room, FS_SIGNAL_ROOM, true);
    return 0;
}

static void no_pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    (void)e;
    (void)port;
    (void)batch;
    (void)max;
}

static void no_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    fs_drop_batch(e, batch, FS_DROP_DISCARDED);
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct listener *l = (struct listener *)e;
    l->runs++;
    l->ran_at = l->clock != NULL ? ++*l->clock : 0;
    if (l->takes_out != NULL) {
        fs_task_unschedule(l->takes_out);
    }
    if (l->schedules != NULL) {
        fs_task_schedule(l->schedules);
    }
    for (; l->stops > 0; l->stops--) {
        fs_stop(e);
    }
    if (l->again > 0) {
        l->again--;
        fs_task_schedule(t);
    }
    return true;
}

static int listen(struct fs_element *e, struct fs_text *error)
{
    struct listener *l = (struct listener *)e;
    (void)error;
    fs_task_init(e, &l->task, run);
    bool upstream = e->input_count > 0;
    l->found = fs_signal_listen(e, 0, upstream ? FS_SIGNAL_NONEMPTY : FS_SIGNAL_ROOM, &l->task);
    return 0;
}

FS_ELEMENT(TestSignalStore) = {.name = "TestSignalStore", .ports = "0-1/0-1", .processing = "h/l", .flow = "x/y",
                               .size = sizeof(struct store), .configure = offer, .push = no_push, .pull = no_pull,
                               .summary = "signals"};
FS_ELEMENT(TestListener) = {.name = "TestListener", .ports = "0-1/0-1", .processing = "l/h", .flow = "x/y",
                            .size = sizeof(struct listener), .initialize = listen, .summary = "listens"};
FS_ELEMENT(TestJoint) = {.name = "TestJoint", .ports = "-/-", .processing = "a/a", .flow = "x/x",
                         .size = sizeof(struct fs_element), .pull = no_pull, .push = no_push, .summary = "joins"};

static struct listener *listener(struct fs_test *t) { return (struct listener *)fs_test_element(t, "l"); }
static struct store *store(struct fs_test *t, const char *name) { return (struct store *)fs_test_element(t, name); }

FS_TEST(signals_are_found_through_agnostic_elements)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "a", "TestSignalStore");
    fs_test_add(t, "b", "TestSignalStore");
    fs_test_add(t, "j", "TestJoint");
    fs_test_add(t, "k", "TestJoint");
    fs_test_add(t, "l", "TestListener");
    fs_test_connect(t, "a", 0, "j", 0);
    fs_test_connect(t, "b", 0, "j", 1);
    fs_test_chain(t, "j", "k", "l");
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(listener(t)->found, 2);
    FS_EQUAL(listener(t)->task.ready, 0);
    fs_test_run(t);
    FS_EQUAL(listener(t)->runs, 0);

    fs_signal_wake(&store(t, "a")->nonempty);
    fs_signal_wake(&store(t, "a")->nonempty); /* already awake: nothing more */
    fs_signal_wake(&store(t, "b")->nonempty);
    FS_EQUAL(listener(t)->task.ready, 2);
    fs_test_run(t);
    FS_EQUAL(listener(t)->runs, 1); /* scheduled once, however many woke it */
    fs_signal_sleep(&store(t, "a")->nonempty);
    fs_signal_sleep(&store(t, "a")->nonempty);
    FS_EQUAL(listener(t)->task.ready, 1);
    fs_signal_wake(&store(t, "a")->nonempty);
    fs_test_run(t);
    FS_EQUAL(listener(t)->runs, 2);
    FS_TEXT(fs_test_read(t, "j.ports"),
            "2 inputs\npull~\t-\ta [0]\npull~\t-\tb [0]\n1 output\npull~\t-\t[0] k\n");
    fs_test_end(t);
}

FS_TEST(a_way_without_a_signal_makes_the_listener_poll)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "a", "TestSignalStore");
    fs_test_add(t, "silent", "TestJoint"); /* pulled, with nothing behind it */
    fs_test_add(t, "j", "TestJoint");
    fs_test_add(t, "l", "TestListener");
    fs_test_connect(t, "a", 0, "j", 0);
    fs_test_connect(t, "silent", 0, "j", 1);
    fs_test_chain(t, "j", "l");
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(listener(t)->found, 0);
    fs_test_end(t);
}

FS_TEST(room_is_found_downstream)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "l", "TestListener");
    fs_test_add(t, "j", "TestJoint");
    fs_test_add(t, "a", "TestSignalStore");
    fs_test_add(t, "b", "TestSignalStore");
    fs_test_chain(t, "l", "j", "a");
    fs_test_connect(t, "j", 1, "b", 0);
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(listener(t)->found, 2);
    FS_EQUAL(listener(t)->task.ready, 2);
    fs_signal_sleep(&store(t, "a")->room);
    fs_signal_wake(&store(t, "a")->room);
    fs_test_run(t);
    FS_EQUAL(listener(t)->runs, 1);
    fs_test_end(t);
}

FS_TEST(a_round_runs_each_task_once)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "l", "TestListener");
    fs_test_add(t, "other", "TestListener");
    FS_REQUIRE(fs_test_start(t));
    struct listener *l = listener(t), *other = (struct listener *)fs_test_element(t, "other");
    l->again = 2;
    fs_task_schedule(&l->task);
    fs_task_schedule(&l->task); /* twice is once */
    fs_task_schedule(&other->task);
    FS_CHECK(fs_test_round(t)); /* l wants more */
    FS_EQUAL(l->runs, 1);
    FS_EQUAL(other->runs, 1);
    FS_CHECK(fs_test_round(t));
    FS_CHECK(!fs_test_round(t));
    FS_EQUAL(l->runs, 3);
    FS_EQUAL(l->task.work, 3);
    fs_task_schedule(&l->task);
    fs_task_unschedule(&l->task);
    fs_task_unschedule(&l->task);
    FS_CHECK(!fs_test_round(t));
    fs_task_schedule(&l->task);
    fs_stop(&l->base);
    FS_CHECK(!fs_test_round(t));
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    FS_EQUAL(l->runs, 3);
    FS_TEXT(fs_test_read(t, "l.name"), "l"); /* handlers go on */
    fs_test_end(t);
}

enum { MANY = 4 };
static unsigned run_clock;

/* Starts a router with so many tasks, all of them scheduled in order. */
static struct fs_test *several(struct listener *tasks[MANY])
{
    static const char *const names[MANY] = {"a", "b", "c", "d"};
    struct fs_test *t = fs_test_new();
    for (unsigned i = 0; i < MANY; i++) {
        fs_test_add(t, names[i], "TestListener");
    }
    run_clock = 0;
    FS_CHECK(fs_test_start(t));
    for (unsigned i = 0; i < MANY; i++) {
        tasks[i] = (struct listener *)fs_test_element(t, names[i]);
        tasks[i]->clock = &run_clock;
        fs_task_schedule(&tasks[i]->task);
    }
    return t;
}

FS_TEST(a_task_is_taken_out_from_any_place)
{
    for (unsigned out = 0; out < MANY; out++) {
        struct listener *tasks[MANY];
        struct fs_test *t = several(tasks);
        fs_task_unschedule(&tasks[out]->task);
        FS_CHECK(!fs_task_scheduled(&tasks[out]->task));
        fs_task_schedule(&tasks[out]->task); /* behind all others now */
        FS_CHECK(!fs_test_round(t));
        for (unsigned i = 0; i < MANY; i++) {
            FS_EQUAL(tasks[i]->ran_at, i == out ? (unsigned)MANY : i < out ? i + 1 : i);
        }
        fs_test_end(t);
    }
}

FS_TEST(a_task_takes_others_out_of_its_round)
{
    for (unsigned out = 1; out < MANY; out++) {
        struct listener *tasks[MANY];
        struct fs_test *t = several(tasks);
        tasks[0]->takes_out = tasks[0]->schedules = &tasks[out]->task; /* it waits for the next round */
        FS_CHECK(fs_test_round(t));
        FS_EQUAL(tasks[out]->runs, 0);
        FS_EQUAL(run_clock, MANY - 1);
        tasks[0]->schedules = NULL;
        tasks[1]->again = tasks[1]->runs == 0; /* and is the last one of its list */
        fs_task_schedule(&tasks[0]->task);
        fs_task_unschedule(&tasks[0]->task);
        FS_EQUAL(fs_test_round(t), out == 1);
        FS_EQUAL(tasks[out]->runs, 1);
        FS_EQUAL(tasks[out]->ran_at, MANY);
        fs_test_end(t);
    }
}

static bool runs_on(struct fs_element *e)
{
    fs_run_on(e);
    return true;
}

FS_TEST(what_a_stop_leaves_of_a_round_comes_first)
{
    for (unsigned at = 0; at < MANY; at++) {
        struct listener *tasks[MANY];
        struct fs_test *t = several(tasks);
        struct fs_driver driver = {.step = runs_on};
        FS_EQUAL(fs_drive(&tasks[0]->base, &driver), 0);
        tasks[0]->again = 1; /* for the next round, behind what is left of this one */
        tasks[at]->stops = 1;
        FS_CHECK(fs_test_round(t));
        FS_EQUAL(run_clock, at + 1);
        FS_CHECK(!fs_test_round(t));
        for (unsigned i = 1; i < MANY; i++) {
            FS_EQUAL(tasks[i]->runs, 1);
            FS_EQUAL(tasks[i]->ran_at, i + 1);
        }
        FS_EQUAL(tasks[0]->ran_at, MANY + 1);
        fs_test_end(t);
    }
}
