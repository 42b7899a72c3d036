/* rewriter.h: what Click's rewriters have in common: inputs with their specifications, a table of mappings, timeouts,
 * handlers. Classes differ in what of a packet is its flow (the style), and in protocols. A batch is worked on in three
 * passes, hash and prefetch the index, look up and prefetch the mappings, change the packets; the clock is read once.
 */
#ifndef NET_REWRITER_H
#define NET_REWRITER_H

#include <flowstream/element.h>

#include "net/nat_fragments.h"
#include "net/nat_pattern.h"
#include "net/nat_table.h"

enum fs_rewriter_style {
    FS_REWRITE_PORTS,   /* addresses and ports */
    FS_REWRITE_ADDRESS, /* the source address alone */
    FS_REWRITE_PAIR,    /* both addresses */
    FS_REWRITE_PING,    /* addresses and ICMP echo identifier */
};

enum { FS_REWRITER_PROTOCOLS = 3 };

struct fs_rewriter_kind {
    enum fs_rewriter_style style;
    bool follow_tcp; /* timeouts by the state of TCP connections */
    uint8_t fragments; /* place of FS_REWRITER_FRAGMENTS; 0: none */
    uint8_t protocol_count;
    struct {
        uint8_t protocol; /* 0: any */
        uint8_t map;      /* 0 or 1: of the element's maps, the one that its flows are in */
    } protocols[FS_REWRITER_PROTOCOLS];
};

struct fs_rewriter;
struct fs_mapper;

struct fs_rewriter_input {
    enum { FS_INPUT_DROP, FS_INPUT_PASS, FS_INPUT_KEEP, FS_INPUT_PATTERN, FS_INPUT_MAPPER } kind;
    uint16_t output[2]; /* forward (also of FS_INPUT_PASS), back */
    struct fs_nat_pattern *pattern, own;
    struct fs_mapper *mapper;
    uint32_t way; /* first of its ways: by a mapper's choice, then by protocol */
    uint32_t way_room; /* ways that it has, used or not */
    uint32_t count, failures;
};

struct fs_rewriter {
    struct fs_element base;
    const struct fs_rewriter_kind *kind;
    struct fs_nat_table *table, own;
    const char *share; /* the rewriter whose table it is, NULL when it is `own` */
    struct fs_rewriter_input *inputs;
    struct fs_nat_times times[2]; /* by the kind's map */
    uint16_t map; /* number of its first map in the table */
    uint16_t reply_annotation; /* 0: none */
    bool set_destination; /* annotation */
    struct fs_nat_fragments *fragments; /* NULL where later ones are not rewritten */
    uint64_t reap; /* nanoseconds between sweeps; 0: never */
    uint32_t swept;
    struct fs_timer timer;
};

/* Arguments: every rewriter's come first, in this order. */
enum fs_rewriter_arg {
    FS_RW_INPUTSPEC,
    FS_RW_CAPACITY,
    FS_RW_MAPPING_CAPACITY,
    FS_RW_TIMEOUT,
    FS_RW_GUARANTEE,
    FS_RW_REAP_INTERVAL,
    FS_RW_REAP_TIME,
    FS_RW_REPLY_ANNO,
    FS_RW_DST_ANNO, /* from here on not all */
    FS_RW_MORE,
};
#define FS_REWRITER_ARGS(timeout, timeout_doc) \
    [FS_RW_INPUTSPEC] = {"INPUTSPEC", "rewriter-input", FS_REST, 0, 0, NULL, \
                         "`drop`, `pass OUTPUT`, `keep FOUTPUT ROUTPUT`, `pattern PATTERN FOUTPUT ROUTPUT`,\n" \
                         "`pattern NAME FOUTPUT ROUTPUT` or a mapper's name: one for each input."}, \
    [FS_RW_CAPACITY] = {"CAPACITY", "word", FS_KEYWORD, 0, 0, "16384", "The same as MAPPING_CAPACITY."}, \
    [FS_RW_MAPPING_CAPACITY] = {"MAPPING_CAPACITY", "word", FS_KEYWORD, 0, 0, "16384", \
                                "Mappings it can hold, 48 bytes each; or another rewriter, to share its table."}, \
    [FS_RW_TIMEOUT] = {"TIMEOUT", "duration", FS_KEYWORD, 0, 0, timeout, timeout_doc}, \
    [FS_RW_GUARANTEE] = {"GUARANTEE", "duration", FS_KEYWORD, 0, 0, "5s", \
                         "How long after its latest packet a mapping never makes room for another."}, \
    [FS_RW_REAP_INTERVAL] = {"REAP_INTERVAL", "duration", FS_KEYWORD, 0, 0, "900s", \
                             "How often mappings that timed out are removed, 0.1s at least; 0 for never."}, \
    [FS_RW_REAP_TIME] = {"REAP_TIME", "duration", FS_KEYWORD, 0, 0, "900s", "Old name of REAP_INTERVAL."}, \
    [FS_RW_REPLY_ANNO] = {"REPLY_ANNO", "annotation", FS_KEYWORD, 0, 0, "", \
                          "An annotation of one byte: answers get the value that the flow's first packet had."}
#define FS_REWRITER_DST_ANNO \
    [FS_RW_DST_ANNO] = {"DST_ANNO", "boolean", FS_KEYWORD, 0, 0, "true", \
                        "Set the destination annotation to the new destination address."}
#define FS_REWRITER_FRAGMENTS \
    {"FRAGMENTS", "integer", FS_KEYWORD, 0, FS_NAT_DATAGRAMS_MAX, "0", \
                         "Datagrams at a time whose later fragments become what the first became, 36 bytes each;\n" \
                         "0: later fragments are dropped. Ours."}

/* What the rewriter's handlers show besides these is the class's own. */
#define FS_REWRITER_HANDLERS \
    {"nmappings", fs_rewriter_read_mappings, NULL, 0, NULL, "Mappings that its inputs have made and that live."}, \
    {"mapping_failures", fs_rewriter_read_failures, NULL, 0, NULL, \
     "Flows that got no mapping: no port was free, or the table full."}, \
    {"patterns", fs_rewriter_read_patterns, NULL, 0, NULL, "The inputs' patterns, a line each, with their mappings."}, \
    {"size", fs_rewriter_read_size, NULL, 0, NULL, "Mappings in the table; more than nmappings when it is shared."}, \
    {"capacity", fs_rewriter_read_capacity, fs_rewriter_write_capacity, 0, NULL, \
     "Mappings that the table may hold; can be lowered, and raised to what was configured."}, \
    {"clear", NULL, fs_rewriter_write_clear, FS_HANDLER_BUTTON, NULL, "Removes all mappings of the table."}, \
    FS_REWRITER_PATTERN(0), FS_REWRITER_PATTERN(1), FS_REWRITER_PATTERN(2), FS_REWRITER_PATTERN(3), \
    FS_REWRITER_PATTERN(4), FS_REWRITER_PATTERN(5), FS_REWRITER_PATTERN(6), FS_REWRITER_PATTERN(7)
#define FS_REWRITER_PATTERN(n) \
    {"pattern" #n, fs_rewriter_read_pattern##n, fs_rewriter_write_pattern##n, 0, NULL, \
     "The specification of input " #n "; writing another one removes the mappings that the input made."}

#define FS_REWRITER_DECLARE(n) \
    void fs_rewriter_read_pattern##n(struct fs_element *, const char *, struct fs_text *); \
    int fs_rewriter_write_pattern##n(struct fs_element *, const char *, size_t, struct fs_text *);
FS_REWRITER_DECLARE(0) FS_REWRITER_DECLARE(1) FS_REWRITER_DECLARE(2) FS_REWRITER_DECLARE(3)
FS_REWRITER_DECLARE(4) FS_REWRITER_DECLARE(5) FS_REWRITER_DECLARE(6) FS_REWRITER_DECLARE(7)
#undef FS_REWRITER_DECLARE
void fs_rewriter_read_mappings(struct fs_element *, const char *, struct fs_text *);
void fs_rewriter_read_failures(struct fs_element *, const char *, struct fs_text *);
void fs_rewriter_read_patterns(struct fs_element *, const char *, struct fs_text *);
void fs_rewriter_read_size(struct fs_element *, const char *, struct fs_text *);
void fs_rewriter_read_capacity(struct fs_element *, const char *, struct fs_text *);
int fs_rewriter_write_capacity(struct fs_element *, const char *, size_t, struct fs_text *);
int fs_rewriter_write_clear(struct fs_element *, const char *, size_t, struct fs_text *);
void fs_rewriter_read_table(struct fs_element *, const char *, struct fs_text *);     /* of map 0 */
void fs_rewriter_read_udp_table(struct fs_element *, const char *, struct fs_text *); /* of map 1 */
void fs_rewriter_read_lookup(struct fs_element *, const char *, struct fs_text *);
void fs_rewriter_read_udp_lookup(struct fs_element *, const char *, struct fs_text *);

/* ---- for the classes ---- */
/* Milliseconds of a duration argument. */
uint32_t fs_rewriter_time(struct fs_element *e, unsigned arg, uint32_t fallback);
void fs_rewriter_udp_times(struct fs_nat_times *t, uint32_t timeout, uint32_t streaming, uint32_t guarantee);
void fs_rewriter_tcp_times(struct fs_nat_times *t, uint32_t no_data, uint32_t data, uint32_t done, uint32_t guarantee);
void fs_rewriter_same_times(struct fs_nat_times *t, uint32_t timeout, uint32_t guarantee);
/* After `times` are set. */
int fs_rewriter_configure(struct fs_element *e, const struct fs_rewriter_kind *kind, struct fs_text *error);
int fs_rewriter_initialize(struct fs_element *e, struct fs_text *error); /* marks the classes */
void fs_rewriter_take_state(struct fs_element *e, struct fs_element *old);
void fs_rewriter_cleanup(struct fs_element *e);
void fs_rewriter_push(struct fs_element *e, unsigned port, struct fs_batch *batch);

/* ---- for other elements ---- */
/* Finds its table, also before it is initialized. */
int fs_rewriter_attach(struct fs_rewriter *r, struct fs_text *error);
static inline struct fs_rewriter *fs_rewriter_of(struct fs_element *e)
{
    return e != NULL && e->class->initialize == fs_rewriter_initialize ? (struct fs_rewriter *)e : NULL;
}
static inline uint32_t fs_rewriter_now(struct fs_element *e) { return (uint32_t)(fs_steady(e) / 1000000); }
enum { FS_ENTRY_KNOWN = -1, FS_ENTRY_ANSWER = -2 };
/* The mapping of a flow of that protocol: record << 1 | direction, or FS_FLOW_NONE. When there is none and `input` is
 * one, it is made as for a packet that arrives there. FS_ENTRY_ANSWER: of a ping's answer. */
uint32_t fs_rewriter_entry(struct fs_rewriter *r, uint8_t protocol, const struct fs_nat_key *key, int input);
static inline struct fs_nat_key fs_rewriter_becomes(const struct fs_rewriter *r, uint32_t entry)
{
    return fs_nat_reverse(r->table->flows[entry >> 1].key[!(entry & 1)]);
}
static inline unsigned fs_rewriter_output(const struct fs_rewriter *r, uint32_t entry)
{
    return r->table->ways[r->table->flows[entry >> 1].way].output[entry & 1];
}

/* ---- mappers: elements that choose for a rewriter (Click's IPMapper) ---- */
struct fs_mapper_request {
    struct fs_rewriter *rewriter;
    struct fs_nat_key key;
    uint16_t map;
    uint8_t protocol;
    bool ping;
    /* the answer */
    struct fs_nat_key rewritten;
    uint32_t choice; /* among the mapper's outputs */
};
struct fs_mapper_choice {
    uint16_t output[2];
    struct fs_nat_pattern *pattern, own; /* NULL where the mapper works without */
};
struct fs_mapper {
    struct fs_element base;
    struct fs_bytes table; /* of patterns; none where the mapper works without */
    struct fs_mapper_choice *choices;
    uint32_t *ids; /* by choice, NULL when its patterns have no numbers behind them */
    uint32_t count;
    bool ready;
    bool (*choose)(struct fs_mapper *m, struct fs_mapper_request *q); /* false: no mapping */
    int (*prepare)(struct fs_mapper *m, struct fs_text *error);       /* once the choices are read; or NULL */
    fs_nat_gone *gone;                                                /* or NULL */
    /* A mapping was made as it chose, or is taken over from a configuration that ended; or NULL. */
    void (*adopt)(struct fs_mapper *m, const struct fs_nat_flow *flow, uint8_t protocol);
};
/* Makes room for the choices of an argument of type mapper-pattern or, with numbers, mapper-server. */
int fs_mapper_configure(struct fs_mapper *m, struct fs_bytes table, bool with_ids, struct fs_text *error);
/* Reads the choices, once. */
int fs_mapper_initialize(struct fs_element *e, struct fs_text *error); /* marks the classes */
static inline struct fs_mapper *fs_mapper_of(struct fs_element *e)
{
    return e != NULL && e->class->initialize == fs_mapper_initialize ? (struct fs_mapper *)e : NULL;
}
static inline bool fs_mapper_try(struct fs_mapper *m, uint32_t choice, struct fs_mapper_request *q)
{
    q->choice = choice;
    return fs_nat_pattern_apply(m->choices[choice].pattern, &m->base, q->rewriter->table, q->map, q->ping, &q->key,
                                &q->rewritten);
}

/* `WORDS... FOUTPUT ROUTPUT`: takes the two numbers off the end of the text. NULL, or what is wrong. */
const char *fs_rewriter_outputs(const char *text, size_t *length, uint16_t output[2]);
/* A pattern in words, or the name of one; NULL in *pattern and `wrong` when it is neither. */
void fs_rewriter_pattern(struct fs_element *e, const char *text, size_t length, struct fs_nat_pattern *own,
                         struct fs_nat_pattern **pattern, struct fs_text *wrong);

#endif
