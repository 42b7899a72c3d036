/* testing.h: unit tests in C, and a small router to put elements into. For *_test.c files; runs on libc.
 *
 *     #include <engine/testing.h>
 *
 *     FS_TEST(counter_counts)
 *     {
 *         struct fs_test *t = fs_test_new();
 *         fs_test_add(t, "in", "TestSource");
 *         fs_test_add(t, "c", "Counter");
 *         fs_test_boolean(t, "NO_RATE", true);          // of the element added last; by the argument's name
 *         fs_test_add(t, "out", "TestSink");
 *         fs_test_chain(t, "in", "c", "out");           // in -> c -> out, ports 0
 *         fs_test_start(t);
 *         fs_test_send(t, "in", "hello", 5);
 *         FS_EQUAL(fs_test_count(t, "out"), 1);
 *         FS_TEXT(fs_test_read(t, "c.count"), "1");
 *         fs_test_end(t);                               // also: every packet is back in the pool
 *     }
 *
 * Failed checks are printed with their place; the test goes on, except after FS_REQUIRE.
 */
#ifndef FS_ENGINE_TESTING_H
#define FS_ENGINE_TESTING_H



#include "internal.h"

/* ---- tests and checks ---- */
struct fs_test_case {
    const char *name, *file;
    void (*run)(void);
};
#define FS_TEST(symbol) \
    static void symbol(void); \
    __attribute__((used, section("fs_tests"), aligned(8))) static const struct fs_test_case fs_case_##symbol = { \
        #symbol, __FILE__, symbol}; \
    static void symbol(void)

#define FS_CHECK(condition) fs_test_check((condition), __FILE__, __LINE__, #condition)
#define FS_REQUIRE(condition) \
    do { \
        if (!FS_CHECK(condition)) { \
            return; \
        } \
    } while (0)
/* found, expected: integers */
#define FS_EQUAL(found, expected) \
    fs_test_equal((uint64_t)(found), (uint64_t)(expected), __FILE__, __LINE__, #found)
/* found, expected: C strings */
#define FS_TEXT(found, expected) fs_test_text_equal((found), (expected), __FILE__, __LINE__, #found)
/* found: a struct fs_packet *; expected: its bytes */
#define FS_FRAME(found, expected, size) fs_test_frame_equal((found), (expected), (size), __FILE__, __LINE__, #found)

/* How many checks have failed so far. */
unsigned fs_test_failures(void);
bool fs_test_check(bool holds, const char *file, int line, const char *what);
bool fs_test_equal(uint64_t found, uint64_t expected, const char *file, int line, const char *what);
bool fs_test_text_equal(const char *found, const char *expected, const char *file, int line, const char *what);
bool fs_test_frame_equal(const struct fs_packet *found, const void *expected, size_t size, const char *file, int line,
                         const char *what);

/* ---- a router to try elements in ----
 * Its clock stands still until fs_test_advance(). Its pool has 512 packets, or what fs_test_pool() said. */
struct fs_test;
struct fs_test *fs_test_new(void);
/* Unloads the router, checks that no packet is missing from the pool, frees everything. */
void fs_test_end(struct fs_test *t);

/* -- before start -- */
void fs_test_pool(struct fs_test *t, unsigned packets);
/* The same, of packets with that many bytes (a multiple of 64), as the process build may have. */
void fs_test_pool_of(struct fs_test *t, unsigned packets, uint32_t object);
/* Gives it `count` devices "0", "1", ... with MAC 02:00:00:00:00:0i and frame limit 1514. */
void fs_test_devices(struct fs_test *t, unsigned count);
/* An element. Besides the classes under test there are, in tests only:
 *   TestSource (-/1 push): fs_test_send pushes        TestStore (-/1 pull): fs_test_send stores, pulls take, signals
 *   TestSink (1/- push): keeps what it gets           TestPuller (1/- pull): fs_test_pull pulls and keeps it */
void fs_test_add(struct fs_test *t, const char *name, const char *class_name);
/* Arguments of the element added last. `name` is the argument's name in the descriptor. */
void fs_test_integer(struct fs_test *t, const char *name, int64_t value);
void fs_test_boolean(struct fs_test *t, const char *name, bool value);
void fs_test_text(struct fs_test *t, const char *name, const char *value);
void fs_test_bytes(struct fs_test *t, const char *name, const void *bytes, size_t size);
/* A value that `items` arguments of the text were made of (FS_REST); decides port counts of `=arguments`. */
void fs_test_table(struct fs_test *t, const char *name, const void *bytes, size_t size, uint32_t items);
/* A value of type `texts`. */
#define fs_test_texts(t, name, ...) fs_test_text_list((t), (name), (const char *const[]){__VA_ARGS__, NULL})
void fs_test_text_list(struct fs_test *t, const char *name, const char *const *texts);
/* A value of whatever type the argument has, as bytes. */
void fs_test_value(struct fs_test *t, const char *name, const void *bytes, size_t size, uint32_t items);
/* The element's argument text, for its `config` handler. */
void fs_test_config(struct fs_test *t, const char *text);
/* Port counts come from the connections and the least that the class needs; this asks for more, unconnected ones. */
void fs_test_ports(struct fs_test *t, unsigned inputs, unsigned outputs);
void fs_test_connect(struct fs_test *t, const char *from, unsigned from_port, const char *to, unsigned to_port);
/* Connects ports 0 of the named elements in a row. */
#define fs_test_chain(t, ...) fs_test_chain_names((t), (const char *const[]){__VA_ARGS__, NULL})
void fs_test_chain_names(struct fs_test *t, const char *const *names);

/* Builds, configures and initializes; a failure is printed and fails the test; false then. */
bool fs_test_start(struct fs_test *t);
/* The same for a router that must be refused: answers its error lines ("" when it was not refused). */
const char *fs_test_refused(struct fs_test *t);

/* -- while it runs -- */
/* One frame through a TestSource or into a TestStore, with the clock's time and its MAC header set. */
void fs_test_send(struct fs_test *t, const char *source, const void *bytes, size_t size);
/* A packet of the pool to fill in and send: with annotations, offsets, timestamp of your choice. */
struct fs_packet *fs_test_packet(struct fs_test *t, const void *bytes, size_t size);
void fs_test_send_packet(struct fs_test *t, const char *source, struct fs_packet *p);
/* Several at once, as one batch (at most FS_BATCH_MAX). */
void fs_test_send_batch(struct fs_test *t, const char *source, struct fs_packet *const *packets, unsigned count);
/* A TestPuller pulls once, at most max; answers how many came. */
unsigned fs_test_pull(struct fs_test *t, const char *puller, unsigned max);
/* Runs rounds until nothing is scheduled (at most 10,000). */
void fs_test_run(struct fs_test *t);
/* Runs exactly one round; answers what fs_router_run_once() said. */
bool fs_test_round(struct fs_test *t);
/* Moves the clock on, from timer to timer, running what is due. */
void fs_test_advance(struct fs_test *t, uint64_t ns);
/* The clock: nanoseconds since 1970 that fs_now() says. Starts at 1,000,000,000 s; steady starts at 1 s. */
uint64_t fs_test_now(const struct fs_test *t);

/* -- what came out of a TestSink or TestPuller -- */
unsigned fs_test_count(struct fs_test *t, const char *sink);
struct fs_packet *fs_test_out(struct fs_test *t, const char *sink, unsigned index); /* NULL: no such */
void fs_test_forget(struct fs_test *t, const char *sink);                          /* frees what it kept */

/* -- devices -- */
void fs_test_arrive(struct fs_test *t, unsigned device, const void *bytes, size_t size);
unsigned fs_test_sent_count(struct fs_test *t, unsigned device);
struct fs_packet *fs_test_sent(struct fs_test *t, unsigned device, unsigned index);
/* Frees what was sent, so that a long test does not run out of places; counts start at 0 again. */
void fs_test_forget_sent(struct fs_test *t, unsigned device);
/* How many frames its transmit ring takes before it is full (default 1000), and making room again. */
void fs_test_ring(struct fs_test *t, unsigned device, unsigned frames);

/* -- files, which are in memory; "-" is standard output --
 * Texts live until the file is written again. NULL: it was never written. */
void fs_test_file(struct fs_test *t, const char *name, const void *bytes, size_t size);
const char *fs_test_written(struct fs_test *t, const char *name);
size_t fs_test_written_size(struct fs_test *t, const char *name);
/* As in a machine: there are none, and no standard output. */
void fs_test_no_files(struct fs_test *t);

/* -- handlers; texts live until the next call or the end -- */
const char *fs_test_read(struct fs_test *t, const char *handler);
bool fs_test_write(struct fs_test *t, const char *handler, const char *value); /* false: refused */
bool fs_test_write_bytes(struct fs_test *t, const char *handler, const void *value, size_t length);
const char *fs_test_said(struct fs_test *t);                                   /* the error of the last write */
uint64_t fs_test_drops(struct fs_test *t, const char *element, enum fs_drop_reason reason);
uint64_t fs_test_rule_drops(struct fs_test *t, const char *element, uint32_t rule);

struct fs_router *fs_test_router(struct fs_test *t);
struct fs_element *fs_test_element(struct fs_test *t, const char *name);
const char *fs_test_log(struct fs_test *t); /* all lines logged so far, each with a newline */
void fs_test_forget_log(struct fs_test *t);

#endif
