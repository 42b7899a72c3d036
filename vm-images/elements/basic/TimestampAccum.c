/* TimestampAccum: adds up how long packets have been under way. */
#include <flowstream/element.h>

#include "net/values.h"

struct accum {
    struct fs_element base;
    uint64_t count, ns;
};

static struct accum *mine(struct fs_element *e) { return (struct accum *)e; }

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint64_t now = fs_now(e);
    for (uint32_t i = 0; i < batch->count; i++) {
        mine(e)->ns += now - batch->packets[i]->timestamp;
    }
    mine(e)->count += batch->count;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    mine(e)->count = mine(old)->count;
    mine(e)->ns = mine(old)->ns;
}

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, mine(e)->count);
}
static void read_time(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_time(value, mine(e)->ns);
}
static void read_average(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_time(value, mine(e)->count > 0 ? mine(e)->ns / mine(e)->count : 0);
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    mine(e)->count = mine(e)->ns = 0;
    return 0;
}

static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets so far."},
    {"time", read_time, NULL, 0, NULL, "The sum of now less timestamp, seconds."},
    {"average_time", read_average, NULL, 0, NULL, "The same for a packet on average."},
    {"reset_counts", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Sets both to zero."},
};

FS_ELEMENT(TimestampAccum) = {
    .name = "TimestampAccum",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads annotation.timestamp; keeps-state",
    .summary = "adds up how long packets have been under way",
    .doc = "    ... -> SetTimestamp -> ... -> TimestampAccum -> ...\n",
    .size = sizeof(struct accum),
    .take_state = take_state,
    .act = act,
};
