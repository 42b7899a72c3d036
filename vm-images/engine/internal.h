/* internal.h: the router from inside; for engine/, loader/ and control/ alone. */
#ifndef FS_ENGINE_INTERNAL_H
#define FS_ENGINE_INTERNAL_H

#include <flowstream/element.h>
#include <string.h>

#include "platform.h"
#include "pool.h"
#include "router.h"

/* Small, and called from many places that run once, at load: not to be copied into each of them. (Under TCG code that
 * runs once costs what its translation costs, a microsecond an instruction.) */
#define FS_OUTLINE __attribute__((noinline))

/* ---- arena: memory that lives as long as its router ---- */
struct fs_chunk {
    struct fs_chunk *next;
    size_t size;
};
struct fs_arena {
    const struct fs_platform *platform;
    struct fs_chunk *chunks; /* newest first */
    uint8_t *at, *end;       /* free part of the newest chunk */
};
/* Zeroed, 16-byte aligned (64 when size >= 64); NULL when there is none. */
void *fs_arena_alloc(struct fs_arena *a, size_t size);
/* Memory of one element, by fs_remake(). */
struct fs_apart {
    struct fs_apart *next;
    const struct fs_element *element;
    struct fs_arena arena;
};
void fs_apart_release(struct fs_router *r);
void fs_arena_release(struct fs_arena *a);
char *fs_arena_text(struct fs_arena *a, const char *text, size_t length); /* a NUL-terminated copy */

/* ---- arguments, as the loader or a test has stored them ---- */
enum fs_encoding {
    FS_ENCODING_INTEGER = 1,
    FS_ENCODING_BOOLEAN,
    FS_ENCODING_TEXT,
    FS_ENCODING_BYTES,
    FS_ENCODING_TABLE,
};
struct fs_value {
    bool given;
    uint32_t items; /* arguments of the text that it was made of */
    struct fs_bytes bytes;
};
struct fs_args {
    const char *config;
    uint32_t count;          /* the class's arg_count */
    struct fs_value *values; /* by the place in the descriptor */
};
enum { FS_TYPE_DEVICE_MACS = 0x100 }; /* with an encoding: may hold stand-ins for devices' addresses (loader/device_mac.h) */
struct fs_type {
    const char *name;
    unsigned encoding; /* 0: unknown */
    size_t size;       /* 0 for any */
};
/* The type of that name; one with encoding 0 when there is none. */
const struct fs_type *fs_type_find(const char *name);
/* The encoding alone, and the size. */
unsigned fs_type_encoding(const char *type, size_t *size);

/* ---- drops ---- */
struct fs_drop_record {
    uint64_t count;
    uint64_t timestamp;
    uint32_t length, kept; /* of the latest frame; how much of it is in `bytes` */
    uint8_t reason;        /* of a rule's record: the first that it was used with, plus 1 */
    uint8_t bytes[FS_DROP_SNAPSHOT];
};
struct fs_drops {
    uint64_t total;
    uint64_t counts[FS_DROP_REASON_COUNT]; /* of drops without a rule */
    struct fs_drop_record *latest[FS_DROP_REASON_COUNT];
    struct fs_drop_record *rules;
    uint32_t rule_count;
    bool rewritten; /* the rules are not those of the arguments */
};

/* ---- signals ---- */
struct fs_offer {
    struct fs_offer *next;
    struct fs_element *element;
    struct fs_signal *signal;
};

/* Where the configuration says something; file "" when it is not known. */
struct fs_place {
    const char *file;
    uint32_t line, column;
};
struct fs_connection {
    uint32_t from, to; /* element indices */
    uint16_t from_port, to_port;
};

struct fs_router {
    const struct fs_platform *platform;
    struct fs_element **elements;
    uint32_t element_count;
    uint32_t configured; /* elements whose configure() was called */
    bool stopped, running;
    int32_t run_count; /* Click's: from 1; each fs_stop() takes one away, and at 0 the driver is asked, or all ends */
    struct fs_interrupt *interrupts; /* who waits for a signal */
    struct fs_driver *driver; /* who decides at 0; NULL: nobody */

    /* hot: the scheduler */
    struct fs_task ring;  /* sentinel of the list of scheduled tasks: behind the last one comes the sentinel again */
    struct fs_task *last; /* of the list; the sentinel when it is empty */
    struct fs_task *rest; /* of this round, a list of their own; the sentinel when none is left */
    struct fs_timer *timers;
    uint64_t bfd_due;     /* when fs_bfd_run() has something to do; 0: never */
    uint64_t now, steady; /* 0: not read in this run of a task */
    uint64_t recent;      /* the latest reading of `now`; 0: none that is good enough for a record */
    uint32_t recent_runs; /* of tasks, after which it is not */
    int32_t levels;       /* pushes and pulls that may still nest */
    uint64_t random[2];

    uint64_t drops_before; /* of elements of earlier configurations that have none of their name and class here */
    struct fs_drop_record *spare_records; /* not yet given to an element and reason */
    uint32_t spare_record_count;
    struct fs_offer *offers;
    struct fs_place *places; /* of the elements */
    const struct fs_connection *connections;
    uint32_t connection_count;
    struct fs_arena arena;
    struct fs_apart *apart; /* what elements made anew */
    void *image;            /* the image's bytes, where they are this router's to release; else NULL */
    size_t image_size;

    struct fs_bytes manifest;
    char digest[65];
};

void fs_tasks_end_round(struct fs_router *r); /* what is left of this round's tasks comes first in the next one */
void fs_router_ask_to_stop(struct fs_router *r, int32_t times);
void fs_router_new_round(struct fs_router *r); /* forgets the clocks; for tests with a virtual one */
uint64_t fs_router_now(struct fs_router *r);
/* The time as it was at most so many runs of tasks ago, none of which waited; for what only records when something was. */
static inline uint64_t fs_router_recently(struct fs_router *r) { return r->recent != 0 ? r->recent : fs_router_now(r); }
static inline void fs_router_time_passes(struct fs_router *r)
{
    r->now = r->steady = 0;
    if (FS_HARDLY(--r->recent_runs == 0)) {
        r->recent = 0;
    }
}
void fs_router_waits(struct fs_router *r);
uint64_t fs_router_steady(struct fs_router *r);
void fs_router_seed(struct fs_router *r, uint64_t seed);

/* ---- names (class.c, find.c) ---- */
const struct fs_class *fs_class_named(const char *name);
struct fs_element *fs_router_find(struct fs_router *r, const char *name, size_t length);
/* As fs_find() of element.h, for a name that does not end in NUL. */
struct fs_element *fs_find_near(struct fs_element *e, const char *name, size_t length);

/* ---- handlers ---- */
enum { FS_NAME_MAX = 512 }; /* longest handler name with its element, bytes */
extern const struct fs_handler fs_default_handlers[];
unsigned fs_default_handlers_of(const struct fs_element *e); /* how many of them, from the first on, the element has */
/* A handler of the whole router. */
struct fs_global_handler {
    const char *name;
    void (*read)(struct fs_router *r, const char *parameters, struct fs_text *value);
    int (*write)(struct fs_router *r, const char *value, size_t length, struct fs_text *error);
    unsigned flags;
};
extern const struct fs_global_handler fs_global_handlers[];
extern const unsigned fs_global_handler_count;
void fs_drops_text(const struct fs_element *e, struct fs_text *t);
/* What the element of an earlier configuration dropped counts as this one's: by its rules while these are the same. */
void fs_drops_take(struct fs_element *e, const struct fs_element *old);
/* One line of the `handlers` handler: NAME<tab>rw and Click's marks of the flags. */
void fs_handler_line(struct fs_text *t, const char *name, bool readable, bool writable, unsigned flags);

/* ---- text helpers ---- */
static inline struct fs_text fs_text_in(char *buffer, size_t capacity)
{
    return (struct fs_text){.at = buffer, .capacity = capacity};
}
bool fs_text_is(const char *text, size_t length, const char *word);

/* ---- devices ---- */
/* By index or by the platform's name. */
struct fs_device *fs_device_find(const struct fs_platform *platform, const char *name);
void fs_devices_forget(const struct fs_platform *platform, const struct fs_router *r);
/* gate.c: what fs_device_receive() does of a device whose gate is closed, or that has injected frames. */
unsigned fs_gate_receive(struct fs_device *d, struct fs_batch *batch, unsigned max);
void fs_gate_read(struct fs_router *r, const char *parameters, struct fs_text *value);
int fs_gate_write(struct fs_router *r, const char *value, size_t length, struct fs_text *error);
int fs_gate_inject(struct fs_router *r, const char *value, size_t length, struct fs_text *error);
/* Frees what was injected and not received. */
void fs_gate_clear(struct fs_device *d);

/* ---- ports ---- */
uint32_t fs_rest_arguments(const struct fs_element *e); /* that its FS_REST value was made of */
/* Whether an element has as many ports as its class allows. */
bool fs_ports_fit(const struct fs_element *e);
bool fs_ports_parse(const char *ports, bool outputs, uint32_t arguments, uint32_t *least, uint32_t *most);
char fs_processing_of(const char *processing, bool output, uint32_t port);
bool fs_flow_reaches(const char *flow, uint32_t input, uint32_t output);

#endif
