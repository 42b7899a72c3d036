#include "net/red.h"

#include "net/ecn.h"
#include "net/handlers.h"

enum { BITS = 32, THRESH_MAX = 0xffff, FORGOTTEN_MS = 4096 };
static const uint64_t one = (uint64_t)1 << BITS;

/* The average with one more sample. */
static void sample(struct fs_red *r, uint32_t size, uint64_t now_ms)
{
    if (size != 0) {
        r->empty_at = 0;
        r->average += (((int64_t)size << BITS) - r->average) >> r->stability;
        return;
    }
    /* An empty queue could have sent packets meanwhile; each millisecond counts as one that found it empty. */
    uint64_t passed = r->empty_at == 0 ? 1 : now_ms - r->empty_at;
    r->empty_at = now_ms == 0 ? 1 : now_ms;
    for (uint64_t i = 0; i < passed && r->average != 0; i++) {
        r->average = i < FORGOTTEN_MS ? r->average - ((r->average + (1 << r->stability) - 1) >> r->stability) : 0;
    }
}

/* How likely a packet is to be taken out, before spreading; 32 bits of fraction, `one` for certainly. */
static uint64_t likelihood(const struct fs_red *r)
{
    uint64_t average = (uint64_t)r->average;
    uint64_t least = (uint64_t)r->min_thresh << BITS, most = (uint64_t)r->max_thresh << BITS;
    if (average <= least) {
        return 0;
    }
    if (average <= most && most > least) {
        uint64_t share = (average - least) / (r->max_thresh - r->min_thresh); /* at most `one` */
        return (uint64_t)((unsigned __int128)r->max_p * share >> BITS);
    }
    if (!r->gentle || average >= 2 * most) {
        return one;
    }
    uint64_t share = (average - most) / r->max_thresh;
    return r->max_p + (uint64_t)((unsigned __int128)(one - r->max_p) * share >> BITS);
}

/* Drops are spread: after one, the next comes evenly within 1 / likelihood packets. */
static bool takes(struct fs_red *r)
{
    uint64_t p = likelihood(r);
    if (p == 0) {
        r->count = -1;
        return false;
    }
    if (p >= one) {
        r->count = -1;
        return true;
    }
    r->count++;
    if (r->count > 0 && (unsigned __int128)r->count * p > r->chance) {
        r->count = 0;
        r->chance = fs_random(&r->base) >> 32;
        return true;
    }
    if (r->count == 0) {
        r->chance = fs_random(&r->base) >> 32;
    }
    return false;
}

void fs_red_act(struct fs_element *e, struct fs_batch *batch)
{
    struct fs_red *r = (struct fs_red *)e;
    uint64_t now_ms = fs_steady(e) / 1000000;
    uint32_t kept = 0, count = batch->count, stored = fs_storage_length(&r->queues);
    bool push = e->outputs[0].push;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        /* The queue as this packet finds it: with those of the batch that go before it, or that were behind it. */
        sample(r, stored + (push ? kept : count - 1 - i), now_ms);
        if (takes(r)) {
            enum fs_ecn ecn = r->ecn && r->count == 0 ? fs_ecn_mark(e, &p) : FS_ECN_NOT_CAPABLE;
            if (ecn == FS_ECN_NOT_CAPABLE) {
                r->drops++;
                fs_reject(e, 1, p, FS_DROP_QUEUE_FULL);
                continue;
            }
            if (ecn == FS_ECN_LOST) {
                continue;
            }
            r->marks++;
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int check(uint32_t least, uint32_t most, struct fs_text *error)
{
    if (least > most) {
        fs_text_string(error, "MIN_THRESH is greater than MAX_THRESH");
        return -1;
    }
    return 0;
}

int fs_red_configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_red *r = (struct fs_red *)e;
    r->min_thresh = (uint32_t)fs_args_integer(e->args, FS_RED_MIN, 0);
    r->max_thresh = (uint32_t)fs_args_integer(e->args, FS_RED_MAX, 0);
    r->max_p = (uint64_t)fs_args_integer(e->args, FS_RED_P, 0);
    r->stability = (uint32_t)fs_args_integer(e->args, FS_RED_STABILITY, 4);
    r->gentle = fs_args_boolean(e->args, FS_RED_GENTLE, true);
    r->ecn = fs_args_boolean(e->args, FS_RED_ECN, false);
    r->count = -1;
    return check(r->min_thresh, r->max_thresh, error);
}

int fs_red_initialize(struct fs_element *e, struct fs_text *error)
{
    struct fs_red *r = (struct fs_red *)e;
    return fs_storage_find(e, fs_args_text(e->args, FS_RED_QUEUES, NULL), e->outputs[0].push, &r->queues, error);
}

void fs_red_take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct fs_red *)e)->average = ((struct fs_red *)old)->average;
    ((struct fs_red *)e)->drops = ((struct fs_red *)old)->drops;
    ((struct fs_red *)e)->marks = ((struct fs_red *)old)->marks;
}

FS_READ_NUMBER(read_min, struct fs_red, min_thresh)
FS_READ_NUMBER(read_max, struct fs_red, max_thresh)
FS_READ(read_p, struct fs_red, fs_text_fraction(value, self->max_p))
FS_READ_NUMBER(read_drops, struct fs_red, drops)
FS_READ_NUMBER(read_marks, struct fs_red, marks)
FS_READ(read_queues, struct fs_red, fs_storage_text(&self->queues, value))
FS_READ(read_average, struct fs_red, fs_text_fixed(value, (uint64_t)self->average >> 22, 10))
FS_READ(read_stats, struct fs_red, {
    fs_text_format(value, "%u current queue\n", fs_storage_length(&self->queues));
    fs_text_fixed(value, (uint64_t)self->average >> 22, 10);
    fs_text_format(value, " avg queue\n%llu drops\n", (unsigned long long)self->drops);
})

static int write_threshold(struct fs_red *r, bool least, const char *value, size_t length, struct fs_text *error)
{
    int64_t n;
    if (fs_write_integer(least ? "min_thresh" : "max_thresh", value, length, 0, THRESH_MAX, &n, error) != 0
        || check(least ? (uint32_t)n : r->min_thresh, least ? r->max_thresh : (uint32_t)n, error) != 0) {
        return -1;
    }
    *(least ? &r->min_thresh : &r->max_thresh) = (uint32_t)n;
    return 0;
}
static int write_min(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return write_threshold((struct fs_red *)e, true, value, length, error);
}
static int write_max(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return write_threshold((struct fs_red *)e, false, value, length, error);
}
static int write_p(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_fraction("max_p", value, length, 1, &((struct fs_red *)e)->max_p, error);
}

const struct fs_arg fs_red_args[FS_RED_ARGS] = {
    [FS_RED_MIN] = {"MIN_THRESH", "integer", FS_POSITIONAL, 0, THRESH_MAX, NULL,
                    "Up to this average length of the queues, no packet is taken out."},
    [FS_RED_MAX] = {"MAX_THRESH", "integer", FS_POSITIONAL, 0, THRESH_MAX, NULL,
                    "At this average length packets are taken out with probability MAX_P."},
    [FS_RED_P] = {"MAX_P", "fraction", FS_POSITIONAL, 0, 1, NULL, "A probability, such as 0.02."},
    [FS_RED_QUEUES] = {"QUEUES", "string", FS_OPTIONAL, 0, 0, "the nearest",
                       "Names of the queues to watch, parted by spaces."},
    [FS_RED_STABILITY] = {"STABILITY", "integer", FS_KEYWORD, 1, 16, "4",
                          "How slowly the average follows: a new length weighs 1 / 2^STABILITY."},
    [FS_RED_GENTLE] = {"GENTLE", "boolean", FS_KEYWORD, 0, 0, "true",
                       "Whether the probability rises on to 1 at twice MAX_THRESH, rather than at once."},
    [FS_RED_ECN] = {"ECN", "boolean", FS_KEYWORD, 0, 0, "false",
                    "Ours: packets whose senders understand it are marked (RFC 3168), not taken out."},
};
const struct fs_handler fs_red_handlers[FS_RED_HANDLERS] = {
    {"min_thresh", read_min, write_min, 0, NULL, "The MIN_THRESH argument."},
    {"max_thresh", read_max, write_max, 0, NULL, "The MAX_THRESH argument."},
    {"max_p", read_p, write_p, 0, NULL, "The MAX_P argument."},
    {"drops", read_drops, NULL, 0, NULL, "Packets taken out."},
    {"marks", read_marks, NULL, 0, NULL, "Packets marked."},
    {"queues", read_queues, NULL, 0, NULL, "The queues watched, one a line."},
    {"avg_queue_size", read_average, NULL, 0, NULL, "The average length."},
    {"stats", read_stats, NULL, 0, NULL, "Length, average and drops, in words."},
};
