/* element.h: what an element class is, and what it may ask of the engine. With the headers it includes, this is all
 * that is needed to write an element; elements include nothing else but <flowstream/...> and the headers of net/.
 *
 * The model is Click's (Kohler et al., "The Click Modular Router", ACM TOCS 18(3), 2000): elements joined by push and
 * pull connections; but packets move in vectors (struct fs_batch), and losing one is an act that is counted.
 *
 * An element is one file: its state (a struct whose first member is `struct fs_element base`), its functions, and a
 * descriptor registered by FS_ELEMENT. There is no list of elements to edit: the linker gathers descriptors.
 * The descriptor is the only truth about a class: the build prints all of them as JSON for the compiler and the docs.
 */
#ifndef FLOWSTREAM_ELEMENT_H
#define FLOWSTREAM_ELEMENT_H

#include <flowstream/args.h>
#include <flowstream/drop.h>
#include <flowstream/handler.h>
#include <flowstream/packet.h>
#include <flowstream/signal.h>
#include <flowstream/task.h>

struct fs_router;
struct fs_class;
struct fs_drops;

/* The far side of a port. */
struct fs_port {
    struct fs_element *element; /* NULL when nothing is connected */
    uint32_t port;
    bool push; /* how packets cross: pushed by the upstream side, or pulled by the downstream side */
    bool met;  /* the engine's: there is an element, and it has a push or pull of its own */
};

struct fs_element {
    const struct fs_class *class;
    struct fs_router *router;
    const char *name;
    const struct fs_args *args;
    uint32_t index; /* in the router */
    uint32_t input_count, output_count;
    struct fs_port *inputs, *outputs;
    struct fs_drops *drops;
    struct fs_task *task; /* the first that it made: its handlers `scheduled` and `runs` are about it */
};

/* For functions that run once, as configure() does, in files that are compiled for speed: they are compiled for size. In
 * an emulated machine (QEMU's TCG) code that runs once costs half a microsecond an instruction and two a branch, and all
 * of it before READY is waited for. So what stock templates use asks first whether an argument was given at all. */
#define FS_ONCE __attribute__((cold))

/* ---- the descriptor ---- */
struct fs_class {
    const char *name;
    /* Port counts INPUTS/OUTPUTS, each a number, a range `1-2`, `1-` or `-` (any), or `=arguments`: as many as the
     * FS_REST argument has arguments. One text such as "1/1" or "0/0" or "1/=arguments". */
    const char *ports;
    /* Click's processing code INPUTS/OUTPUTS of h (push), l (pull), a (agnostic); the last letter repeats: "a/ah". */
    const char *processing;
    /* Click's flow code, "x/x" when every input reaches every output; "x/y" when none does. */
    const char *flow;
    const struct fs_arg *args; /* arg_count of them */
    uint32_t arg_count;
    const struct fs_handler *handlers;
    uint32_t handler_count;
    /* Handlers that are not known before it runs (of a script's variables): asked for a name that is not in the list
     * above, at once before that handler is called. NULL: there is none of that name. */
    const struct fs_handler *(*handler)(struct fs_element *e, const char *name, size_t length);
    /* What it may do to packets: clauses parted by ';' of `reads FIELD...`, `writes FIELD...`, and the single words
     * drops, copies, originates, delays, reorders, splits, merges, acknowledges, keeps-state. Empty text: nothing at
     * all. NULL: unknown, which means anything. Fields: eth.dst eth.src eth.type vlan ip.src ip.dst ip.proto ip.ttl
     * ip.tos ip.id ip.options ip.checksum ip ip6.src ip6.dst ip6 tcp.sport tcp.dport tcp.flags tcp.seq tcp.ack
     * tcp.window tcp.options tcp udp.sport udp.dport udp icmp icmp6 arp payload length annotation.NAME any */
    FS_DOC(effects);
    FS_DOC(summary); /* one line */
    FS_DOC(doc);     /* the rest of the reference entry, Markdown; generated docs show args and handlers by themselves */
    size_t size;         /* of the state struct */

    /* Reads the arguments. Answers 0, or appends a line that says what is wrong and answers -1. (A line with the answer 0
     * is a remark: it is logged, and the configuration goes on.) Allocates with
     * fs_alloc(). Called in order of appearance; no other element may be touched yet. */
    int (*configure)(struct fs_element *e, struct fs_text *error);
    /* After all are configured and connected: start tasks and timers, open devices. Same answers. */
    int (*initialize)(struct fs_element *e, struct fs_text *error);
    /* Gives up what the arena does not hold: packets (fs_drop with FS_DROP_SHUTDOWN) and devices. Called also after a
     * failed configure or initialize. */
    void (*cleanup)(struct fs_element *e);
    /* Takes over the state of the same-named element of the same class in the configuration that this one replaces.
     * Called after initialize. `old` is about to be cleaned up: moved packets must be taken out of it. */
    void (*take_state)(struct fs_element *e, struct fs_element *old);

    /* Packets arrive at a push input. Consumes every packet of the batch; the batch is empty (count 0) on return. */
    void (*push)(struct fs_element *e, unsigned port, struct fs_batch *batch);
    /* Packets are asked for at a pull output: adds at most `max` to the batch (the caller leaves room for max). */
    void (*pull)(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max);
    /* Instead of push and pull, for one-input agnostic elements: what is left in the batch leaves by output 0. The
     * others were given to fs_drop(), fs_output_push() or fs_reject(). The engine makes push and pull of it. */
    void (*act)(struct fs_element *e, struct fs_batch *batch);
    /* How many packets it stores for others to pull, for classes that do (Click's Storage); RED and its like ask. */
    uint32_t (*stored)(const struct fs_element *e);
};

#define FS_COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))
/* Registers a class: FS_ELEMENT(Counter) = { .name = "Counter", ... }; The linker gathers the entries. */
struct fs_class_entry {
    const struct fs_class *class;
    const char *file; /* where the class is written: elements/GROUP/NAME.c */
};
#ifndef FS_CLASS_SECTION /* a machine's linker script wants one for each, to put them in order */
#define FS_CLASS_SECTION(symbol) "fs_classes"
#endif
#define FS_ELEMENT(symbol) \
    static const struct fs_class fs_class_##symbol; \
    __attribute__((used, section(FS_CLASS_SECTION(symbol)), aligned(8))) static const struct fs_class_entry fs_entry_##symbol = { \
        &fs_class_##symbol, __FILE__}; \
    static const struct fs_class fs_class_##symbol

/* ---- moving packets ---- */
/* Pushes the batch to the element behind output `port` and empties it. An output beyond output_count, or one that is
 * not connected, drops as FS_DROP_UNCONNECTED. An empty batch is fine. */
void fs_output_push(struct fs_element *e, unsigned port, struct fs_batch *batch);
void fs_output_push_one(struct fs_element *e, unsigned port, struct fs_packet *p);
/* Sends each packet i to output ports[i], keeping the order of those that share an output; empties the batch.
 * A port >= output_count drops the packet with `reason` (and rule rules[i] when rules is not NULL). */
void fs_output_scatter(struct fs_element *e, struct fs_batch *batch, const uint32_t *ports, const uint32_t *rules,
                       enum fs_drop_reason reason);
/* Pulls at most max packets from the element behind input `port` and adds them. */
void fs_input_pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max);

/* ---- losing packets: the only ways ---- */
void fs_drop(struct fs_element *e, struct fs_packet *p, enum fs_drop_reason reason);
/* `rule` is the place (from 0) of the rule or pattern among the element's FS_REST arguments, or FS_RULE_NONE. */
void fs_drop_rule(struct fs_element *e, struct fs_packet *p, enum fs_drop_reason reason, uint32_t rule);
/* All of a batch, packet i by rules[i], or for another reason where that is FS_RULE_NONE; empties the batch. */
void fs_drop_by_rules(struct fs_element *e, struct fs_batch *batch, const uint32_t *rules,
                      enum fs_drop_reason with_rule, enum fs_drop_reason without);
void fs_drop_batch(struct fs_element *e, struct fs_batch *batch, enum fs_drop_reason reason);
/* Click's "bad packets leave by output `port` where it is connected, else they are dropped". */
void fs_reject(struct fs_element *e, unsigned port, struct fs_packet *p, enum fs_drop_reason reason);
/* fs_packet_unshare() that counts: NULL when the packet was dropped as FS_DROP_NO_BUFFER. */
struct fs_packet *fs_writable(struct fs_element *e, struct fs_packet *p);
/* From configure(): how many rules may name themselves in fs_drop_rule(). Without it rules are not told apart. */
void fs_drops_rules(struct fs_element *e, uint32_t rule_count);
uint64_t fs_drops_total(const struct fs_element *e);

/* ---- asking the engine ---- */
/* Zeroed memory that lives until the router ends; NULL when there is none (configure then says "out of memory"). */
void *fs_alloc(struct fs_element *e, size_t size);
/* For write handlers that make anew what configure() made: calls make(), in which fs_alloc() gives memory that is the
 * element's alone. 0: that memory stays, and what an earlier call made is released; -1, as make() answered: it is
 * released, and nothing has changed. A line in `error` then. */
int fs_remake(struct fs_element *e, int (*make)(struct fs_element *e, void *context, struct fs_text *error), void *context,
              struct fs_text *error);
struct fs_pool *fs_pool(struct fs_element *e);
/* Nanoseconds since 1970 by the clock hook, read once per batch: virtual in tests. */
uint64_t fs_now(struct fs_element *e);
/* Nanoseconds of a clock that never steps back. */
uint64_t fs_steady(struct fs_element *e);
/* Writes bytes to standard output, or to the log where there is none. */
void fs_print(struct fs_element *e, const void *bytes, size_t n);
/* Signals of the process build (a machine has none). Waiting for one: `call` is called, once, soon after it came. */
struct fs_interrupt {
    void (*call)(struct fs_element *e, struct fs_interrupt *i);
    struct fs_element *element;
    int number;
    bool waiting;
    struct fs_interrupt *next; /* the engine's */
};
void fs_interrupt_wait(struct fs_interrupt *i);
/* 0, or -1 and a line. */
int fs_raise(struct fs_element *e, int number, int64_t process, struct fs_text *error);
int64_t fs_process(const struct fs_element *e); /* its number; 0 in a machine */
/* 64 random bits; repeatable when the platform was given a seed. Not for secrets. */
uint64_t fs_random(struct fs_element *e);
void fs_random_seed(struct fs_element *e, uint64_t seed);
/* Writes one line to the log (Print and its like; the platform bounds the rate and the length). */
void fs_log(struct fs_element *e, const char *text, size_t length);
/* Click's `stop` of the driver: the process build ends, a machine goes on with the other elements' tasks stopped. Where
 * a driver element is, it is asked first. */
void fs_stop(struct fs_element *e);
/* An element that decides what a stop means (Click's Script of TYPE DRIVER); one a router. `step` is called when the
 * count of stops is used up: it calls fs_run_on() to take one stop as done and go on, or does not, and the run ends once
 * it answers false. From configure(): 0, or -1 when there is one already. */
struct fs_driver {
    struct fs_element *element; /* the engine's */
    bool (*step)(struct fs_element *e);
};
int fs_drive(struct fs_element *e, struct fs_driver *d);
void fs_run_on(struct fs_element *e);
/* Another element of the same router by name, relative to e's compound first; NULL when there is none. */
struct fs_element *fs_find(struct fs_element *e, const char *name);
/* The router's elements by number, e's own included; NULL beyond the last one. */
struct fs_element *fs_element_at(const struct fs_element *e, uint32_t index);
/* Calls a handler "element.name" or "name" (of e itself); answers as the handler does. */
int fs_handler_write(struct fs_element *e, const char *handler, const char *value, size_t length, struct fs_text *error);
int fs_handler_read(struct fs_element *e, const char *handler, const char *parameters, struct fs_text *value);
/* 0 when there is such a handler to read (or write), or -1 and a line. */
int fs_handler_check(struct fs_element *e, const char *handler, bool write, struct fs_text *error);
/* Appends the handler's whole name: "element.name", or "name" of a global one. */
void fs_handler_name(struct fs_element *e, const char *handler, struct fs_text *t);
/* An empty text of the router's memory that grows as it is written to. What it has outgrown is given back with the
 * router: for texts that are kept and used again. */
struct fs_text fs_text_growing(struct fs_element *e);

#endif
