/* CoDel: takes packets out of a queue that keeps them waiting too long (RFC 8289). */
#include "net/ecn.h"
#include "net/handlers.h"
#include "net/quantity.h"
#include "net/storage.h"

struct codel {
    struct fs_element base;
    struct fs_storage queues;
    uint64_t target, interval;       /* nanoseconds */
    uint64_t first_above, drop_next; /* nanoseconds since 1970; first_above 0: the queue is good */
    uint32_t count, last_count;
    bool dropping, ecn;
    uint64_t drops, marks;
};

enum { TARGET, INTERVAL, QUEUES, ECN };

/* The greatest integer whose square is at most n. */
static uint64_t root(uint64_t n)
{
    uint64_t r = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit != 0; bit >>= 1) {
        if ((r + bit) * (r + bit) <= n) {
            r += bit;
        }
    }
    return r;
}

/* RFC 8289 section 5.3: t + interval / sqrt(count). In microseconds, so that the square has room. */
static uint64_t control_law(const struct codel *c, uint64_t t)
{
    uint64_t us = c->interval / 1000;
    return t + root(us * us / (c->count == 0 ? 1 : c->count)) * 1000;
}

/* The next packet, NULL when there is none; *bad: the queue has been bad for an interval (RFC 8289 section 5.5). */
static struct fs_packet *dequeue(struct codel *c, uint64_t now, bool *bad)
{
    struct fs_batch one;
    one.count = 0;
    *bad = false;
    fs_input_pull(&c->base, 0, &one, 1);
    if (one.count == 0) {
        c->first_above = 0;
        return NULL;
    }
    struct fs_packet *p = one.packets[0];
    uint64_t sojourn = now > p->timestamp ? now - p->timestamp : 0;
    if (sojourn < c->target || fs_storage_length(&c->queues) == 0) {
        c->first_above = 0;
    } else if (c->first_above == 0) {
        c->first_above = now + c->interval;
    } else if (now >= c->first_above) {
        *bad = true;
    }
    return p;
}

/* NULL when the packet is gone; else it is marked, and stays. */
static struct fs_packet *take_out(struct codel *c, struct fs_packet *p)
{
    enum fs_ecn ecn = c->ecn ? fs_ecn_mark(&c->base, &p) : FS_ECN_NOT_CAPABLE;
    if (ecn == FS_ECN_MARKED) {
        c->marks++;
        return p;
    }
    if (ecn == FS_ECN_NOT_CAPABLE) {
        c->drops++;
        fs_drop(&c->base, p, FS_DROP_QUEUE_FULL);
    }
    return NULL;
}

static struct fs_packet *next_packet(struct codel *c, uint64_t now)
{
    bool bad;
    struct fs_packet *p = dequeue(c, now, &bad);
    if (c->dropping) {
        if (!bad) {
            c->dropping = false;
        }
        while (p != NULL && c->dropping && now >= c->drop_next) {
            c->count++;
            p = take_out(c, p);
            c->drop_next = control_law(c, c->drop_next);
            if (p != NULL) { /* marked: that is enough for now */
                return p;
            }
            p = dequeue(c, now, &bad);
            c->dropping = bad;
        }
    } else if (p != NULL && bad) {
        p = take_out(c, p);
        c->dropping = true;
        /* When it was dropping not long ago, it goes on about where it was. */
        uint32_t delta = c->count - c->last_count;
        c->count = delta > 1 && now - c->drop_next < 16 * c->interval ? delta : 1;
        c->last_count = c->count;
        c->drop_next = control_law(c, now);
        if (p == NULL) {
            p = dequeue(c, now, &bad);
        }
    }
    return p;
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct codel *c = (struct codel *)e;
    uint64_t now = fs_now(e);
    struct fs_packet *p;
    (void)port;
    for (; max > 0 && (p = next_packet(c, now)) != NULL; max--) {
        fs_batch_add(batch, p);
    }
}

/* A bare number is milliseconds, as in Click. */
static int write_duration(const char *name, const char *value, size_t length, uint64_t *ns, struct fs_text *error)
{
    int64_t ms;
    uint64_t parsed;
    if (fs_parse_integer(value, length, 1, 4000, &ms)) {
        parsed = (uint64_t)ms * 1000000;
    } else if (fs_write_duration(name, value, length, &parsed, error) != 0) {
        return -1;
    }
    if (parsed < 1000 || parsed > 4000000000) {
        fs_text_format(error, "%s: expected from 1us to 4s", name);
        return -1;
    }
    *ns = parsed;
    return 0;
}
static int argument(struct fs_element *e, unsigned index, const char *name, uint64_t *ns, struct fs_text *error)
{
    const char *text = fs_args_text(e->args, index, NULL);
    return text == NULL ? 0 : write_duration(name, text, __builtin_strlen(text), ns, error);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct codel *c = (struct codel *)e;
    c->ecn = fs_args_boolean(e->args, ECN, false);
    c->target = 5000000;
    c->interval = 100000000;
    return argument(e, TARGET, "TARGET", &c->target, error) != 0
                   || argument(e, INTERVAL, "INTERVAL", &c->interval, error) != 0
               ? -1
               : 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    return fs_storage_find(e, fs_args_text(e->args, QUEUES, NULL), false, &((struct codel *)e)->queues, error);
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct codel *c = (struct codel *)e;
    const struct codel *o = (struct codel *)old;
    c->first_above = o->first_above;
    c->drop_next = o->drop_next;
    c->count = o->count;
    c->last_count = o->last_count;
    c->dropping = o->dropping;
    c->drops = o->drops;
    c->marks = o->marks;
}

FS_READ(read_target, struct codel, fs_text_duration(value, self->target))
FS_READ(read_interval, struct codel, fs_text_duration(value, self->interval))
FS_READ_NUMBER(read_drops, struct codel, drops)
FS_READ_NUMBER(read_marks, struct codel, marks)
FS_READ(read_queues, struct codel, fs_storage_text(&self->queues, value))
FS_READ(read_stats, struct codel,
        fs_text_format(value, "%u current queue\n%llu drops\n", fs_storage_length(&self->queues),
                       (unsigned long long)self->drops))
static int write_target(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return write_duration("target", value, length, &((struct codel *)e)->target, error);
}
static int write_interval(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return write_duration("interval", value, length, &((struct codel *)e)->interval, error);
}

static const struct fs_arg args[] = {
    [TARGET] = {"TARGET", "word", FS_OPTIONAL, 0, 0, "5ms", "Packets may wait so long; a number alone is milliseconds."},
    [INTERVAL] = {"INTERVAL", "word", FS_OPTIONAL, 0, 0, "100ms",
                  "For so long all have to wait longer before the first is taken out; a number alone is milliseconds."},
    [QUEUES] = {"QUEUES", "string", FS_KEYWORD, 0, 0, "the nearest upstream",
                "Names of the queues to watch, parted by spaces."},
    [ECN] = {"ECN", "boolean", FS_KEYWORD, 0, 0, "false",
             "Ours: packets whose senders understand it are marked (RFC 3168), not dropped."},
};
static const struct fs_handler handlers[] = {
    {"target", read_target, write_target, 0, NULL, "The TARGET argument."},
    {"interval", read_interval, write_interval, 0, NULL, "The INTERVAL argument."},
    {"drops", read_drops, NULL, 0, NULL, "Packets dropped."},
    {"marks", read_marks, NULL, 0, NULL, "Packets marked."},
    {"queues", read_queues, NULL, 0, NULL, "The queues watched, one a line."},
    {"stats", read_stats, NULL, 0, NULL, "Length and drops, in words."},
};

FS_ELEMENT(CoDel) = {
    .name = "CoDel",
    .ports = "1/1",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads length; writes ip.tos ip6; drops",
    .summary = "drops packets of a queue that keeps them waiting (CoDel, RFC 8289)",
    .doc = "How long a packet has waited is told by its timestamp: that of its arrival, unless a SetTimestamp in front of the\n"
           "queue says otherwise. Dropped as `queue-full`.\n\n"
           "    FromDevice(0) -> Queue(1000) -> CoDel(5, 100) -> BandwidthShaper(10Mbps) -> ToDevice(1);\n",
    .size = sizeof(struct codel),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .pull = pull,
};
