/* AggregateFirst: passes the first packet of each aggregate. */
#include "net/aggregates.h"

struct first {
    struct fs_element base;
    struct fs_aggregates table; /* of those that were seen */
    struct fs_aggregate_listener listener;
};

enum { NOTIFIER, CAPACITY };

static struct first *mine(struct fs_element *e) { return (struct first *)e; }

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct fs_aggregates *t = &mine(e)->table;
    uint64_t hashes[FS_BATCH_MAX];
    uint32_t kept = 0, count = batch->count;
    fs_aggregates_hashes(t, batch, hashes);
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint32_t aggregate = fs_anno_u32(p, FS_ANNO_AGGREGATE);
        if (fs_aggregates_find(t, hashes[i], aggregate) != NULL) {
            fs_reject(e, 1, p, FS_DROP_DENIED);
        } else if (fs_aggregates_add(t, hashes[i], aggregate) == NULL) {
            fs_reject(e, 1, p, FS_DROP_TABLE_FULL);
        } else {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static void ended(struct fs_element *e, uint32_t aggregate)
{
    struct fs_aggregates *t = &mine(e)->table;
    void *record = fs_aggregates_find(t, fs_aggregates_hash(t, aggregate), aggregate);
    if (record != NULL) {
        fs_aggregates_remove(t, record);
    }
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    uint32_t capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, FS_AGGREGATES);
    if (fs_aggregates_init(&mine(e)->table, e, sizeof(uint32_t), capacity) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    mine(e)->listener.ended = ended;
    return 0;
}

FS_ONCE static int initialize(struct fs_element *e, struct fs_text *error)
{
    const char *notifier = fs_args_text(e->args, NOTIFIER, NULL);
    return notifier != NULL ? fs_aggregate_listen(e, notifier, &mine(e)->listener, error) : 0;
}

FS_ONCE static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct fs_aggregates *t = &mine(e)->table;
    const struct fs_aggregates *o = &mine(old)->table;
    for (uint32_t i = 0; i < o->count; i++) {
        uint32_t aggregate = fs_aggregate_of(fs_aggregates_at(o, i));
        fs_aggregates_add(t, fs_aggregates_hash(t, aggregate), aggregate);
    }
}

static const struct fs_arg args[] = {
    [NOTIFIER] = {"NOTIFIER", "element", FS_KEYWORD, 0, 0, "", "An AggregateIPFlows: flows that have ended are forgotten."},
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, 1 << 26, "65536", "Aggregates to remember; 12 bytes each. Ours."},
};

FS_ELEMENT(AggregateFirst) = {
    .name = "AggregateFirst",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads annotation.AGGREGATE; drops; keeps-state",
    .summary = "passes the first packet of each aggregate",
    .doc = "Later packets leave by output 1, or are dropped as `denied`; so are those of a new aggregate when the table is\n"
           "full, as `table-full`. Process build only.\n\n"
           "    ... -> f :: AggregateIPFlows -> AggregateFirst(NOTIFIER f) -> ToDump(first.pcap)\n",
    .size = sizeof(struct first),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .act = act,
};
