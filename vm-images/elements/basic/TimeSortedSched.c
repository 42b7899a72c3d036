/* TimeSortedSched: gives packets of its inputs by their timestamps. */
#include "net/handlers.h"

enum { BUFFER_MAX = 64 };

struct sorted {
    struct fs_element base;
    struct fs_packet **held; /* `buffer` places for each input; used ones first, in order of arrival */
    uint32_t *counts;
    uint32_t buffer;
    uint64_t last;
    bool stop, disordered;
};

enum { STOP, BUFFER };

/* Fills the places of each input as far as it has packets. */
static void fill(struct sorted *s)
{
    for (uint32_t i = 0; i < s->base.input_count; i++) {
        if (s->counts[i] < s->buffer) {
            struct fs_batch batch;
            batch.count = 0;
            fs_input_pull(&s->base, i, &batch, s->buffer - s->counts[i]);
            for (uint32_t j = 0; j < batch.count; j++) {
                s->held[i * s->buffer + s->counts[i]++] = batch.packets[j];
            }
        }
    }
}

static struct fs_packet *take_first(struct sorted *s)
{
    uint32_t input = 0, place = 0;
    struct fs_packet *first = NULL;
    for (uint32_t i = 0; i < s->base.input_count; i++) {
        for (uint32_t j = 0; j < s->counts[i]; j++) {
            struct fs_packet *p = s->held[i * s->buffer + j];
            if (first == NULL || p->timestamp < first->timestamp) {
                first = p;
                input = i;
                place = j;
            }
        }
    }
    if (first != NULL) {
        struct fs_packet **at = s->held + input * s->buffer + place;
        __builtin_memmove(at, at + 1, (--s->counts[input] - place) * sizeof *at);
    }
    return first;
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct sorted *s = (struct sorted *)e;
    uint32_t before = batch->count;
    (void)port;
    for (; max > 0; max--) {
        fill(s);
        struct fs_packet *p = take_first(s);
        if (p == NULL) {
            break;
        }
        s->disordered = s->disordered || p->timestamp < s->last;
        s->last = p->timestamp;
        fs_batch_add(batch, p);
    }
    if (batch->count == before && s->stop) {
        fs_stop(e);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct sorted *s = (struct sorted *)e;
    s->stop = fs_args_boolean(e->args, STOP, false);
    s->buffer = (uint32_t)fs_args_integer(e->args, BUFFER, 1);
    s->held = fs_alloc(e, (e->input_count * s->buffer + 1) * sizeof(struct fs_packet *));
    s->counts = fs_alloc(e, (e->input_count + 1) * sizeof *s->counts);
    if (s->held == NULL || s->counts == NULL) {
        s->counts = NULL;
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

static void cleanup(struct fs_element *e)
{
    struct sorted *s = (struct sorted *)e;
    for (uint32_t i = 0; s->counts != NULL && i < e->input_count; i++) {
        for (uint32_t j = 0; j < s->counts[i]; j++) {
            fs_drop(e, s->held[i * s->buffer + j], FS_DROP_SHUTDOWN);
        }
    }
}

/* What finds no place here stays with the old one, and ends with it. */
static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct sorted *s = (struct sorted *)e, *o = (struct sorted *)old;
    s->last = o->last;
    s->disordered = o->disordered;
    for (uint32_t i = 0; i < e->input_count && i < old->input_count; i++) {
        struct fs_packet **held = o->held + i * o->buffer;
        uint32_t count = o->counts[i] < s->buffer ? o->counts[i] : s->buffer;
        __builtin_memcpy(s->held + i * s->buffer, held, count * sizeof *held);
        s->counts[i] = count;
        o->counts[i] -= count;
        __builtin_memmove(held, held + count, o->counts[i] * sizeof *held);
    }
}

FS_READ(read_well_ordered, struct sorted, fs_text_boolean(value, !self->disordered))

static const struct fs_arg args[] = {
    [STOP] = {"STOP", "boolean", FS_KEYWORD, 0, 0, "false",
              "Whether the driver is stopped when it is asked for packets and no input has any."},
    [BUFFER] = {"BUFFER", "integer", FS_KEYWORD, 1, BUFFER_MAX, "1",
                "Packets held of each input: so far out of order an input may be."},
};
static const struct fs_handler handlers[] = {
    {"well_ordered", read_well_ordered, NULL, 0, NULL, "Whether all packets went out in the order of their timestamps."},
};

FS_ELEMENT(TimeSortedSched) = {
    .name = "TimeSortedSched",
    .ports = "-/1",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops; delays; reorders",
    .summary = "gives packets of its inputs by their timestamps",
    .doc = "Each time it gives the oldest of the packets that its inputs have next.\n\n"
           "    a :: Queue -> [0]s :: TimeSortedSched -> Unqueue -> ...;  b :: Queue -> [1]s;\n",
    .size = sizeof(struct sorted),
    .configure = configure,
    .cleanup = cleanup,
    .take_state = take_state,
    .pull = pull,
};
