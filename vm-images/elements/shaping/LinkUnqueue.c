/* LinkUnqueue: stands for a serial link with a latency and a bandwidth. */
#include "net/handlers.h"
#include "net/quantity.h"

struct transit {
    struct fs_packet *packet;
    uint64_t arrives; /* steady nanoseconds */
};
struct link {
    struct fs_element base;
    struct fs_task task;
    struct fs_timer timer;
    struct transit *ring; /* what is on the link, in order */
    uint32_t mask, head, tail;
    uint64_t latency, bandwidth;
    uint64_t free_at; /* when the sending end has sent what was pulled last */
    bool polls;
};

enum { LATENCY, BANDWIDTH };
enum { PLACES = 4096 };

static uint32_t length(const struct link *k) { return k->tail - k->head; }

/* Time that the packet takes to be sent, with what its extra length annotation stands for; rounded up. */
static uint64_t sending(const struct link *k, struct fs_packet *p)
{
    uint64_t bytes = (uint64_t)p->length + fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH);
    return (bytes * 1000000000 + k->bandwidth - 1) / k->bandwidth;
}

static void deliver(struct link *k, uint64_t now)
{
    struct fs_batch batch;
    do {
        batch.count = 0;
        while (k->head != k->tail && !fs_batch_full(&batch) && k->ring[k->head & k->mask].arrives <= now) {
            struct fs_packet *p = k->ring[k->head++ & k->mask].packet;
            p->timestamp = fs_now(&k->base);
            fs_batch_add(&batch, p);
        }
        fs_output_push(&k->base, 0, &batch);
    } while (k->head != k->tail && k->ring[k->head & k->mask].arrives <= now);
}

/* Puts packets on the link while its sending end is free. False when there is none upstream. */
static bool load(struct link *k, uint64_t now)
{
    while (k->free_at <= now && length(k) <= k->mask) {
        struct fs_batch one;
        one.count = 0;
        fs_input_pull(&k->base, 0, &one, 1);
        if (one.count == 0) {
            return false;
        }
        /* Who comes late by less than a millisecond sends as if it had been on time. */
        uint64_t begins = k->free_at + 1000000 > now ? k->free_at : now;
        k->free_at = begins + sending(k, one.packets[0]);
        k->ring[k->tail++ & k->mask] = (struct transit){one.packets[0], k->free_at + k->latency};
    }
    return true;
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct link *k = (struct link *)e;
    uint64_t now = fs_steady(e);
    uint32_t tail = k->tail, head = k->head;
    deliver(k, now);
    bool more = load(k, now);
    uint64_t next = k->head == k->tail ? UINT64_MAX : k->ring[k->head & k->mask].arrives;
    if (more && length(k) <= k->mask && k->free_at < next) {
        next = k->free_at;
    }
    if (next != UINT64_MAX) {
        fs_timer_after(&k->timer, next > now ? next - now : 1);
    }
    if (!more && k->polls) {
        fs_task_schedule(t);
    }
    return tail != k->tail || head != k->head;
}

static void due(struct fs_element *e, struct fs_timer *t)
{
    (void)t;
    fs_task_schedule(&((struct link *)e)->task);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct link *k = (struct link *)e;
    uint32_t most = fs_pool_size(fs_pool(e)) / 2, places = 1;
    k->latency = (uint64_t)fs_args_integer(e->args, LATENCY, 0);
    k->bandwidth = (uint64_t)fs_args_integer(e->args, BANDWIDTH, 0);
    if (k->bandwidth == 0) {
        fs_text_string(error, "BANDWIDTH: expected more than 0");
        return -1;
    }
    while (places * 2 <= most && places < PLACES) {
        places *= 2;
    }
    k->mask = places - 1;
    k->ring = fs_alloc(e, places * sizeof *k->ring);
    if (k->ring == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct link *k = (struct link *)e;
    (void)error;
    fs_task_init(e, &k->task, run);
    fs_timer_init(e, &k->timer, due);
    k->polls = fs_signal_listen(e, 0, FS_SIGNAL_NONEMPTY, &k->task) == 0;
    fs_task_schedule(&k->task);
    return 0;
}

static void empty(struct link *k, enum fs_drop_reason reason)
{
    while (k->head != k->tail) {
        fs_drop(&k->base, k->ring[k->head++ & k->mask].packet, reason);
    }
}
static void cleanup(struct fs_element *e) { empty((struct link *)e, FS_DROP_SHUTDOWN); }

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct link *k = (struct link *)e, *o = (struct link *)old;
    for (; o->head != o->tail && length(k) <= k->mask; o->head++) {
        k->ring[k->tail++ & k->mask] = o->ring[o->head & o->mask];
    }
    k->free_at = o->free_at;
}

static uint32_t stored(const struct fs_element *e) { return length((const struct link *)e); }

FS_READ(read_latency, struct link, fs_text_duration(value, self->latency))
FS_READ(read_bandwidth, struct link, fs_text_bandwidth(value, self->bandwidth))
FS_READ(read_size, struct link, fs_text_u64(value, length(self)))
FS_BUTTON(write_reset, struct link, {
    empty(self, FS_DROP_DISCARDED);
    self->free_at = 0;
    fs_task_schedule(&self->task);
})

static const struct fs_arg args[] = {
    [LATENCY] = {"LATENCY", "duration", FS_POSITIONAL, 0, 0, NULL, "How long a packet travels."},
    [BANDWIDTH] = {"BANDWIDTH", "bandwidth", FS_POSITIONAL, 0, 0, NULL, "How quickly its bytes are sent."},
};
static const struct fs_handler handlers[] = {
    {"latency", read_latency, NULL, 0, NULL, "The LATENCY argument."},
    {"bandwidth", read_bandwidth, NULL, 0, NULL, "The BANDWIDTH argument."},
    {"size", read_size, NULL, 0, NULL, "Packets on the link."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Drops what is on the link, as `discarded`."},
};

FS_ELEMENT(LinkUnqueue) = {
    .name = "LinkUnqueue",
    .ports = "1/1",
    .processing = "l/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "delays; drops",
    .summary = "stands for a serial link with a latency and a bandwidth",
    .doc = "A packet is pulled when the one before it has been sent, is sent at the bandwidth, and arrives a latency later.\n"
           "At most 4,096 packets are on the link, and no more than half of the machine's packets.\n\n"
           "    FromDevice(0) -> Queue(50) -> LinkUnqueue(10ms, 384kbps) -> ToDevice(1);\n",
    .size = sizeof(struct link),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .take_state = take_state,
    .stored = stored,
};
