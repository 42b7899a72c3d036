/* AggregateLast: passes the last packet of each aggregate. */
#include "net/aggregates.h"
#include "net/handlers.h"

struct record {
    uint32_t aggregate, zero;
    struct fs_packet *packet;
};
_Static_assert(sizeof(struct record) <= FS_AGGREGATE_RECORD_MAX, "can be sorted");

struct last {
    struct fs_element base;
    struct fs_aggregates table;
    struct fs_aggregate_listener listener;
    struct fs_task clear_task;
    bool stop_after_clear;
};

enum { NOTIFIER, STOP_AFTER_CLEAR, CAPACITY };

static struct last *mine(struct fs_element *e) { return (struct last *)e; }

static bool clear(struct fs_element *e, struct fs_task *task)
{
    struct last *l = mine(e);
    struct fs_batch batch = {.count = 0};
    (void)task;
    fs_aggregates_sort(&l->table);
    for (uint32_t i = 0; i < l->table.count; i++) {
        fs_batch_add(&batch, ((struct record *)fs_aggregates_at(&l->table, i))->packet);
        if (fs_batch_full(&batch)) {
            fs_output_push(e, 0, &batch);
        }
    }
    fs_aggregates_clear(&l->table);
    fs_output_push(e, 0, &batch);
    if (l->stop_after_clear) {
        fs_stop(e);
    }
    return true;
}

/* p takes the place of `before`, and stands for it too. */
static void replace(struct fs_packet *p, struct fs_packet *before)
{
    uint32_t packets = fs_anno_u32(p, FS_ANNO_EXTRA_PACKETS) + 1 + fs_anno_u32(before, FS_ANNO_EXTRA_PACKETS);
    uint32_t bytes = fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH) + before->length + fs_anno_u32(before, FS_ANNO_EXTRA_LENGTH);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_PACKETS, packets);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, bytes);
    fs_set_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP, fs_anno_u64(before, FS_ANNO_FIRST_TIMESTAMP));
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct last *l = mine(e);
    struct fs_batch others = {.count = 0};
    uint64_t hashes[FS_BATCH_MAX];
    (void)port;
    if (fs_task_scheduled(&l->clear_task)) {
        fs_task_unschedule(&l->clear_task);
        clear(e, &l->clear_task);
    }
    fs_aggregates_hashes(&l->table, batch, hashes);
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint32_t aggregate = fs_anno_u32(p, FS_ANNO_AGGREGATE);
        struct record *r = fs_aggregates_find(&l->table, hashes[i], aggregate);
        if (r != NULL) {
            replace(p, r->packet);
            fs_batch_add(&others, r->packet);
            r->packet = p;
        } else if ((r = fs_aggregates_add(&l->table, hashes[i], aggregate)) != NULL) {
            fs_set_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP, p->timestamp);
            r->packet = p;
        } else {
            fs_reject(e, 1, p, FS_DROP_TABLE_FULL);
        }
    }
    batch->count = 0;
    if (e->output_count == 2) {
        fs_output_push(e, 1, &others);
    } else {
        fs_drop_batch(e, &others, FS_DROP_DENIED);
    }
}

static void ended(struct fs_element *e, uint32_t aggregate)
{
    struct fs_aggregates *t = &mine(e)->table;
    struct record *r = fs_aggregates_find(t, fs_aggregates_hash(t, aggregate), aggregate);
    if (r != NULL) {
        struct fs_packet *p = r->packet;
        fs_aggregates_remove(t, r);
        fs_output_push_one(e, 0, p);
    }
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct last *l = mine(e);
    uint32_t half = fs_pool_size(fs_pool(e)) / 2; /* the others need packets, too */
    int64_t capacity = fs_args_integer(e->args, CAPACITY, half);
    if (capacity > half) {
        fs_text_format(error, "CAPACITY: at most half of the pool's packets, %u", half);
        return -1;
    }
    if (fs_aggregates_init(&l->table, e, sizeof(struct record), (uint32_t)capacity) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    l->stop_after_clear = fs_args_boolean(e->args, STOP_AFTER_CLEAR, false);
    l->listener.ended = ended;
    fs_task_init(e, &l->clear_task, clear);
    return 0;
}

FS_ONCE static int initialize(struct fs_element *e, struct fs_text *error)
{
    const char *notifier = fs_args_text(e->args, NOTIFIER, NULL);
    return notifier != NULL ? fs_aggregate_listen(e, notifier, &mine(e)->listener, error) : 0;
}

FS_ONCE static void cleanup(struct fs_element *e)
{
    struct fs_aggregates *t = &mine(e)->table;
    for (uint32_t i = 0; i < t->count; i++) {
        fs_drop(e, ((struct record *)fs_aggregates_at(t, i))->packet, FS_DROP_SHUTDOWN);
    }
    t->count = 0;
}

FS_ONCE static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct fs_aggregates *t = &mine(e)->table, *o = &mine(old)->table;
    for (; o->count > 0 && t->count < t->capacity; o->count--) {
        const struct record *from = fs_aggregates_at(o, o->count - 1);
        struct record *r = fs_aggregates_add(t, fs_aggregates_hash(t, from->aggregate), from->aggregate);
        r->packet = from->packet;
    }
}

FS_BUTTON(write_clear, struct last, fs_task_schedule(&self->clear_task))

static const struct fs_arg args[] = {
    [NOTIFIER] = {"NOTIFIER", "element", FS_KEYWORD, 0, 0, "",
                  "An AggregateIPFlows: the last packet of a flow leaves when the flow has ended."},
    [STOP_AFTER_CLEAR] = {"STOP_AFTER_CLEAR", "boolean", FS_KEYWORD, 0, 0, "false",
                          "Whether the router stops after a `clear` is done."},
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, 1 << 26, "half of all packets", "Packets that it keeps at most. Ours."},
};
static const struct fs_handler handlers[] = {
    {"clear", NULL, write_clear, 0, NULL, "Sends all packets that it keeps, in order of their aggregates."},
};

FS_ELEMENT(AggregateLast) = {
    .name = "AggregateLast",
    .ports = "1/1-2",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads length annotation.AGGREGATE; "
               "writes annotation.EXTRA_PACKETS annotation.EXTRA_LENGTH annotation.FIRST_TIMESTAMP; "
               "drops; delays; reorders; keeps-state",
    .summary = "passes the last packet of each aggregate",
    .doc = "Which one is the last shows when `clear` is written or the NOTIFIER says so. Its annotations then tell the\n"
           "aggregate's volume: extra packets, extra length, first timestamp. The others leave by output 1, or are dropped as\n"
           "`denied`. A packet of a new aggregate for which there is no room does so as `table-full`. Process build only.\n\n"
           "    FromDump(a.pcap, STOP true, FORCE_IP true) -> f :: AggregateIPFlows\n"
           "        -> l :: AggregateLast(NOTIFIER f) -> ToIPSummaryDump(-, CONTENTS aggregate first_timestamp timestamp count)\n"
           "    DriverManager(wait, write f.clear, write l.clear)\n",
    .size = sizeof(struct last),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .take_state = take_state,
    .push = push,
};
