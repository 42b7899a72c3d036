/* PI: takes packets out by chance so that a queue keeps a length (proportional-integral control). */
#include "net/ecn.h"
#include "net/handlers.h"
#include "net/storage.h"

struct pi {
    struct fs_element base;
    struct fs_storage queues;
    struct fs_timer timer;
    uint64_t a, b;      /* 32 bits of fraction */
    uint64_t interval;
    int64_t p;          /* 32 bits of fraction, 0 to 1 */
    uint32_t target, before;
    bool ecn;
    uint64_t drops, marks;
};

enum { W, A, B, TARGET, QUEUES, QREF, STABILITY, ECN };
static const int64_t one = (int64_t)1 << 32;

/* Hollot, Misra, Towsley and Gong, "On Designing Improved Controllers for AQM Routers", INFOCOM 2001. */
static void control(struct fs_element *e, struct fs_timer *t)
{
    struct pi *c = (struct pi *)e;
    uint32_t size = fs_storage_length(&c->queues);
    __int128 p = c->p + (__int128)c->a * ((int64_t)size - c->target) - (__int128)c->b * ((int64_t)c->before - c->target);
    c->p = p < 0 ? 0 : p > one ? one : (int64_t)p;
    c->before = size;
    fs_timer_after(t, c->interval);
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct pi *c = (struct pi *)e;
    uint32_t kept = 0, count = batch->count;
    if (c->p == 0) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if ((int64_t)(fs_random(e) >> 32) < c->p) {
            enum fs_ecn ecn = c->ecn ? fs_ecn_mark(e, &p) : FS_ECN_NOT_CAPABLE;
            if (ecn == FS_ECN_NOT_CAPABLE) {
                c->drops++;
                fs_reject(e, 1, p, FS_DROP_QUEUE_FULL);
                continue;
            }
            if (ecn == FS_ECN_LOST) {
                continue;
            }
            c->marks++;
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct pi *c = (struct pi *)e;
    c->interval = (uint64_t)fs_args_integer(e->args, W, 0);
    c->a = (uint64_t)fs_args_integer(e->args, A, 0);
    c->b = (uint64_t)fs_args_integer(e->args, B, 0);
    c->target = (uint32_t)fs_args_integer(e->args, TARGET, 0);
    c->target = (uint32_t)fs_args_integer(e->args, QREF, c->target);
    c->ecn = fs_args_boolean(e->args, ECN, false);
    c->before = c->target;
    if (c->interval == 0) {
        fs_text_string(error, "W: expected more than 0");
        return -1;
    }
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct pi *c = (struct pi *)e;
    fs_timer_init(e, &c->timer, control);
    fs_timer_after(&c->timer, c->interval);
    return fs_storage_find(e, fs_args_text(e->args, QUEUES, NULL), e->outputs[0].push, &c->queues, error);
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct pi *c = (struct pi *)e;
    const struct pi *o = (struct pi *)old;
    c->p = o->p;
    c->before = o->before;
    c->drops = o->drops;
    c->marks = o->marks;
}

FS_READ_NUMBER(read_drops, struct pi, drops)
FS_READ_NUMBER(read_marks, struct pi, marks)
FS_READ(read_p, struct pi, fs_text_fraction(value, (uint64_t)self->p))
FS_READ(read_a, struct pi, fs_text_fraction(value, self->a))
FS_READ(read_b, struct pi, fs_text_fraction(value, self->b))
FS_READ_NUMBER(read_target, struct pi, target)
FS_READ(read_queues, struct pi, fs_storage_text(&self->queues, value))
FS_READ(read_stats, struct pi,
        fs_text_format(value, "%u current queue\n%llu drops\n", fs_storage_length(&self->queues),
                       (unsigned long long)self->drops))
static int write_a(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_fraction("a", value, length, 1000, &((struct pi *)e)->a, error);
}
static int write_b(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_fraction("b", value, length, 1000, &((struct pi *)e)->b, error);
}
FS_WRITE_NUMBER(write_target, struct pi, target, "target", 0, 0xffff)

static const struct fs_arg args[] = {
    [W] = {"W", "duration", FS_POSITIONAL, 0, 0, NULL, "How often the probability is reckoned anew."},
    [A] = {"A", "fraction", FS_POSITIONAL, 0, 1000, NULL, "What each packet above TARGET adds to it now,"},
    [B] = {"B", "fraction", FS_POSITIONAL, 0, 1000, NULL, "and what each packet above TARGET took from it last time."},
    [TARGET] = {"TARGET", "integer", FS_POSITIONAL, 0, 0xffff, NULL, "The length that the queues should have."},
    [QUEUES] = {"QUEUES", "string", FS_OPTIONAL, 0, 0, "the nearest", "Names of the queues to watch, parted by spaces."},
    [QREF] = {"QREF", "integer", FS_KEYWORD, 0, 0xffff, "TARGET", "Another name of TARGET."},
    [STABILITY] = {"STABILITY", "integer", FS_KEYWORD, 1, 16, "4",
                   "Accepted: Click's controller does not use the average that it is for."},
    [ECN] = {"ECN", "boolean", FS_KEYWORD, 0, 0, "false",
             "Ours: packets whose senders understand it are marked (RFC 3168), not taken out."},
};
static const struct fs_handler handlers[] = {
    {"a", read_a, write_a, 0, NULL, "The A argument."},
    {"b", read_b, write_b, 0, NULL, "The B argument."},
    {"target", read_target, write_target, 0, NULL, "The TARGET argument."},
    {"p", read_p, NULL, 0, NULL, "How likely a packet is taken out now; ours."},
    {"drops", read_drops, NULL, 0, NULL, "Packets taken out."},
    {"marks", read_marks, NULL, 0, NULL, "Packets marked."},
    {"queues", read_queues, NULL, 0, NULL, "The queues watched, one a line."},
    {"stats", read_stats, NULL, 0, NULL, "Length and drops, in words."},
};

FS_ELEMENT(PI) = {
    .name = "PI",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads length; writes ip.tos ip6; drops",
    .summary = "drops packets so that a queue keeps a length (PI controller)",
    .doc = "Each W the probability becomes p + A (length - TARGET) - B (length before - TARGET). What it takes out leaves by\n"
           "output 1; where it is not connected it is dropped as `queue-full`. Watches queues as RED does.\n\n"
           "    ... -> PI(6ms, 0.00001822, 0.00001816, 200) -> Queue(800) -> ToDevice(1);\n",
    .size = sizeof(struct pi),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .act = act,
};
