/* trace.c: the lines of a trace, docs/contracts.md 7. */
#include "trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/internal.h"

enum {
    MARK_OFFSET = FS_ANNOTATION_BYTES - 4, /* no annotation of Click's reaches so far */
    PACKETS = 1024,                        /* followed at most */
    EVENTS = 20000,                        /* told at most */
    NESTED = 1000,                         /* crossings of pushes within pushes */
    KEPT = 2048,                           /* bytes of a packet's room that are compared */
    NOWHERE = 0xffffffff,
};

/* What is known of packet N (from 1): packets[N - 1]. */
struct traced {
    uint32_t at; /* the element that it is in; NOWHERE when it has left the router */
    bool begun;  /* has it crossed a connection */
    const struct fs_packet *is;
    size_t end;  /* of its frame, as the bytes below */
    uint8_t bytes[KEPT]; /* from `head` on */
};

/* Between the ends of one connection. */
struct crossing {
    struct fs_element base;
    struct fs_drops drops;
    struct fs_port in, out; /* what is before and behind it */
    struct fs_trace *trace;
    const struct fs_connection *connection;
};

/* What the drops of an element were when they were last looked at. */
struct tally {
    uint64_t total;
    uint64_t counts[FS_DROP_REASON_COUNT];
    uint64_t *rules;
    uint32_t rule_count;
};

struct fs_trace {
    struct fs_router *router;
    FILE *out;
    struct crossing *crossings;
    struct tally *tallies;
    struct traced *packets;
    uint32_t packet_count, events, nested;
    uint32_t inside, guest; /* the element that is being pushed to, and which packet; guest 0: none */
};

static uint32_t mark_of(const struct fs_packet *p)
{
    uint32_t mark;
    memcpy(&mark, p->annotations + MARK_OFFSET, sizeof(mark));
    return mark;
}

static void set_mark(struct fs_packet *p, uint32_t mark) { memcpy(p->annotations + MARK_OFFSET, &mark, sizeof(mark)); }

static const char *name_of(const struct fs_trace *t, uint32_t element) { return t->router->elements[element]->name; }

/* The beginning of a line; false when there are enough. */
static bool line(struct fs_trace *t, const char *word, uint32_t packet)
{
    if (t->events >= (uint32_t)EVENTS) {
        return false;
    }
    if (++t->events == (uint32_t)EVENTS) {
        fputs("0\tmore\t0\n", t->out);
        return false;
    }
    const struct fs_platform *platform = t->router->platform;
    fprintf(t->out, "%llu\t%s\t%u", (unsigned long long)platform->now(platform->context), word, packet);
    return true;
}

static void end_with_frame(struct fs_trace *t, const struct fs_packet *p)
{
    fputc('\t', t->out);
    for (uint32_t i = 0; i < p->length; i++) {
        fprintf(t->out, "%02x", p->data[i]);
    }
    fputc('\n', t->out);
}

static void tell_end(struct fs_trace *t, const char *word, uint32_t packet)
{
    struct traced *known = &t->packets[packet - 1];
    if (known->at != (uint32_t)NOWHERE && line(t, word, packet)) {
        fprintf(t->out, "\t%s\n", name_of(t, known->at));
    }
    known->at = NOWHERE;
}

/* A new number for p; 0 when all are given. What was known as this object is no more: it was made into p, or given back. */
static uint32_t number(struct fs_trace *t, struct fs_packet *p)
{
    for (uint32_t i = 0; i < t->packet_count; i++) {
        if (t->packets[i].is == p) {
            tell_end(t, "ended", i + 1);
        }
    }
    if (t->packet_count == (uint32_t)PACKETS) {
        return 0;
    }
    t->packets[t->packet_count] = (struct traced){.at = NOWHERE, .is = p};
    set_mark(p, ++t->packet_count);
    return t->packet_count;
}

static void keep_bytes(struct traced *known, const struct fs_packet *p)
{
    known->end = (size_t)(fs_packet_end(p) - p->head);
    known->end = known->end < (size_t)KEPT ? known->end : (size_t)KEPT;
    memcpy(known->bytes, p->head, known->end);
}

/* Whether the frame has bytes that were not there. To take off its front changes none. */
static bool changed(const struct traced *known, const struct fs_packet *p)
{
    size_t from = (size_t)(p->data - p->head), end = (size_t)(fs_packet_end(p) - p->head);
    end = end < (size_t)KEPT ? end : (size_t)KEPT;
    return end > known->end || (from < end && memcmp(known->bytes + from, p->head + from, end - from) != 0);
}

/* ---- drops: found by looking at all counters between two events ---- */

static void tell_drops(struct fs_trace *t, uint32_t element, uint64_t count, uint64_t *told, enum fs_drop_reason reason,
                       uint32_t rule)
{
    for (; *told < count; ++*told) {
        uint32_t packet = t->packet_count;
        while (packet > 0 && t->packets[packet - 1].at != element) { /* the latest that went in */
            packet--;
        }
        if (packet > 0) {
            t->packets[packet - 1].at = NOWHERE;
        }
        if (!line(t, "drop", packet)) {
            continue;
        }
        fprintf(t->out, "\t%s\t%s\t", name_of(t, element), fs_drop_word(reason));
        if (rule == (uint32_t)FS_RULE_NONE) {
            fputs("-\n", t->out);
        } else {
            fprintf(t->out, "%u\n", rule);
        }
    }
}

static void look_at_drops(struct fs_trace *t)
{
    for (uint32_t i = 0; i < t->router->element_count; i++) {
        const struct fs_drops *drops = t->router->elements[i]->drops;
        struct tally *tally = &t->tallies[i];
        if (drops->total == tally->total) {
            continue;
        }
        tally->total = drops->total;
        if (tally->rule_count != drops->rule_count) { /* the first, or written anew while it runs */
            free(tally->rules);
            tally->rules = calloc(drops->rule_count, sizeof(uint64_t));
            tally->rule_count = tally->rules != NULL ? drops->rule_count : 0;
        }
        for (uint32_t rule = 0; rule < tally->rule_count; rule++) {
            const struct fs_drop_record *record = &drops->rules[rule];
            tell_drops(t, i, record->count, &tally->rules[rule],
                       record->reason > 0 ? (enum fs_drop_reason)(record->reason - 1) : FS_DROP_DENIED, rule);
        }
        for (unsigned reason = 0; reason < (unsigned)FS_DROP_REASON_COUNT; reason++) {
            tell_drops(t, i, drops->counts[reason], &tally->counts[reason], (enum fs_drop_reason)reason, FS_RULE_NONE);
        }
    }
}

/* ---- crossings ---- */

/* The number of a packet that leaves `from`: its own, or a new one for a copy and for what the element has made. */
static uint32_t recognize(struct fs_trace *t, struct fs_packet *p, uint32_t from)
{
    uint32_t mark = mark_of(p), packet;
    const struct traced *known = mark > 0 && mark <= t->packet_count ? &t->packets[mark - 1] : NULL;
    if (known != NULL && (known->at == from || !known->begun)) {
        return mark;
    }
    packet = number(t, p);
    if (packet == 0) {
        return 0;
    }
    if (known != NULL) { /* the packet itself is elsewhere by now */
        if (line(t, "copy", packet)) {
            fprintf(t->out, "\t%s\t%u\n", name_of(t, from), mark);
        }
        t->packets[packet - 1] = *known;
        t->packets[packet - 1].is = p;
        return packet;
    }
    if (line(t, "made", packet)) {
        fprintf(t->out, "\t%s\t%u", name_of(t, from), t->inside == from ? t->guest : 0);
        end_with_frame(t, p);
    }
    keep_bytes(&t->packets[packet - 1], p);
    return packet;
}

static uint32_t cross(struct fs_trace *t, struct fs_packet *p, const struct fs_connection *c)
{
    uint32_t packet = recognize(t, p, c->from);
    if (packet == 0) {
        return 0;
    }
    struct traced *known = &t->packets[packet - 1];
    if (line(t, "go", packet)) {
        fprintf(t->out, "\t%s\t%u\t%s\t%u\t%s\n", name_of(t, c->from), c->from_port, name_of(t, c->to), c->to_port,
                changed(known, p) ? "changed" : "same");
    }
    keep_bytes(known, p);
    known->is = p;
    known->begun = true;
    known->at = c->to;
    return packet;
}

static void pushed(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct crossing *x = (struct crossing *)(void *)e;
    struct fs_trace *t = x->trace;
    struct fs_router *r = t->router;
    (void)port;
    look_at_drops(t);
    const uint32_t inside = t->inside, guest = t->guest;
    for (uint32_t i = 0; i < batch->count; i++) {
        uint32_t packet = cross(t, batch->packets[i], x->connection);
        t->guest = i == 0 ? packet : t->guest;
    }
    t->inside = x->connection->to;
    if (t->nested == (uint32_t)NESTED) {
        fs_drop_batch(r->elements[x->connection->to], batch, FS_DROP_LOOP);
    } else {
        r->levels++; /* as deep as it would be without us */
        t->nested++;
        fs_output_push(e, 0, batch);
        t->nested--;
        r->levels--;
    }
    look_at_drops(t);
    t->inside = inside;
    t->guest = guest;
}

static void pulled(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct crossing *x = (struct crossing *)(void *)e;
    struct fs_trace *t = x->trace;
    (void)port;
    const uint32_t before = batch->count;
    t->router->levels++;
    fs_input_pull(e, 0, batch, max);
    t->router->levels--;
    look_at_drops(t);
    for (uint32_t i = before; i < batch->count; i++) {
        cross(t, batch->packets[i], x->connection);
    }
}

static const struct fs_class between = {.name = "", .ports = "1/1", .processing = "a/a", .flow = "x/x", .push = pushed,
                                        .pull = pulled};

/* Puts x into its connection. */
static void interpose(struct fs_trace *t, struct crossing *x, const struct fs_connection *c)
{
    struct fs_element *from = t->router->elements[c->from], *to = t->router->elements[c->to];
    struct fs_port *output = &from->outputs[c->from_port], *input = &to->inputs[c->to_port];
    *x = (struct crossing){.trace = t, .connection = c};
    x->in = (struct fs_port){.element = from, .port = c->from_port, .push = output->push};
    x->out = (struct fs_port){.element = to, .port = c->to_port, .push = output->push};
    x->base = (struct fs_element){.class = &between, .router = t->router, .name = "", .args = from->args,
                                  .index = c->from, .input_count = 1, .output_count = 1, .inputs = &x->in,
                                  .outputs = &x->out, .drops = &x->drops};
    struct fs_port *port = output->push ? output : input;
    port->element = &x->base;
    port->port = 0;
}

static void take_out(struct crossing *x)
{
    const struct fs_connection *c = x->connection;
    struct fs_router *r = x->trace->router;
    if (x->in.push) {
        r->elements[c->from]->outputs[c->from_port] = x->out;
    } else {
        r->elements[c->to]->inputs[c->to_port] = x->in;
    }
}

/* The first element with an annotation in our place; NULL when there is none. */
static const struct fs_element *user_of_the_mark(const struct fs_router *r)
{
    for (uint32_t i = 0; i < r->element_count; i++) {
        const struct fs_element *e = r->elements[i];
        for (uint32_t k = 0; k < e->class->arg_count; k++) {
            const struct fs_value *v = &e->args->values[k];
            uint64_t name = 0;
            if (!v->given || strcmp(e->class->args[k].type, "annotation") != 0) {
                continue;
            }
            memcpy(&name, v->bytes.at, v->bytes.length < sizeof(name) ? v->bytes.length : sizeof(name));
            if (fs_annotation_offset((uint16_t)name) + fs_annotation_size((uint16_t)name) > (unsigned)MARK_OFFSET) {
                return e;
            }
        }
    }
    return NULL;
}

static void release(struct fs_trace *t)
{
    for (uint32_t i = 0; t->tallies != NULL && i < t->router->element_count; i++) {
        free(t->tallies[i].rules);
    }
    free(t->crossings);
    free(t->tallies);
    free(t->packets);
    free(t);
}

struct fs_trace *fs_trace_begin(struct fs_router *r, const char *path, char *why, size_t why_size)
{
    const struct fs_element *user = user_of_the_mark(r);
    if (user != NULL) {
        snprintf(why, why_size, "--trace keeps its numbers in annotation bytes %d to %d, which %s uses", (int)MARK_OFFSET,
                 (int)FS_ANNOTATION_BYTES - 1, user->name);
        return NULL;
    }
    struct fs_trace *t = calloc(1, sizeof(*t));
    t->router = r;
    t->inside = NOWHERE;
    t->crossings = calloc(r->connection_count + 1, sizeof(*t->crossings));
    t->tallies = calloc(r->element_count + 1, sizeof(*t->tallies));
    t->packets = calloc(PACKETS, sizeof(*t->packets));
    t->out = fopen(path, "wb");
    if (t->out == NULL) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        release(t);
        return NULL;
    }
    for (uint32_t i = 0; i < r->connection_count; i++) {
        interpose(t, &t->crossings[i], &r->connections[i]);
    }
    return t;
}

/* ---- devices ---- */

void fs_trace_received(struct fs_trace *t, struct fs_packet *p, unsigned device)
{
    uint32_t packet = t != NULL ? number(t, p) : 0;
    if (packet == 0) {
        return;
    }
    keep_bytes(&t->packets[packet - 1], p);
    if (line(t, "in", packet)) {
        fprintf(t->out, "\t%u", device);
        end_with_frame(t, p);
    }
}

void fs_trace_sent(struct fs_trace *t, const struct fs_packet *p, unsigned device)
{
    uint32_t packet = t != NULL ? mark_of(p) : 0;
    if (t == NULL || packet > t->packet_count) {
        return;
    }
    look_at_drops(t);
    if (packet > 0) {
        t->packets[packet - 1].at = NOWHERE;
    }
    if (line(t, "out", packet)) {
        fprintf(t->out, "\t%u", device);
        end_with_frame(t, p);
    }
}

bool fs_trace_full(const struct fs_trace *t) { return t != NULL && t->events >= (uint32_t)EVENTS; }

bool fs_trace_end(struct fs_trace *t)
{
    if (t == NULL) {
        return true;
    }
    look_at_drops(t);
    /* What an element has taken in without dropping it: answered, or put together with others. */
    const struct fs_pool *pool = t->router->platform->pool;
    const char *word = pool->free_count < pool->size ? "held" : "ended";
    for (uint32_t i = 0; i < t->packet_count; i++) {
        tell_end(t, word, i + 1);
    }
    for (uint32_t i = 0; i < t->router->connection_count; i++) {
        take_out(&t->crossings[i]);
    }
    bool whole = fclose(t->out) == 0;
    release(t);
    return whole;
}
