/* AdjustTimestamp: moves packets' timestamps. */
#include "net/handlers.h"

struct adjust {
    struct fs_element base;
    int64_t time; /* nanoseconds to add */
    bool first, all;
};

enum { TIME, FIRST, ALL };

static struct adjust *mine(struct fs_element *e) { return (struct adjust *)e; }

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct adjust *a = mine(e);
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint64_t time = a->first ? fs_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP) : p->timestamp;
        if (time == 0 && !a->all) {
            continue;
        }
        time += (uint64_t)a->time;
        if (a->first) {
            fs_set_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP, time);
        } else {
            p->timestamp = time;
        }
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    mine(e)->time = fs_args_integer(e->args, TIME, 0);
    mine(e)->first = fs_args_boolean(e->args, FIRST, false);
    mine(e)->all = fs_args_boolean(e->args, ALL, false);
    return 0;
}

FS_READ(read_time, struct adjust, fs_text_time(value, (uint64_t)self->time))
static int write_time(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (!fs_parse_time_difference(value, length, &mine(e)->time)) {
        fs_text_string(error, "time: expected seconds, such as -1.5");
        return -1;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [TIME] = {"TIME", "duration", FS_OPTIONAL, -INT64_MAX, INT64_MAX, "0", "The time to add; may be below zero."},
    [FIRST] = {"FIRST", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to move the first-timestamp annotation instead."},
    [ALL] = {"ALL", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to move timestamps of zero, which are not set, too."},
};
static const struct fs_handler handlers[] = {
    {"time", read_time, write_time, 0, NULL, "The time that is added, seconds."},
};

FS_ELEMENT(AdjustTimestamp) = {
    .name = "AdjustTimestamp",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes annotation.timestamp",
    .summary = "moves packets' timestamps",
    .doc = "A timestamp that comes to lie before 1970 stays what it is, below zero. Process build only.\n\n"
           "    FromDump(a.pcap) -> AdjustTimestamp(-3600) -> ToDump(b.pcap)\n",
    .size = sizeof(struct adjust),
    .configure = configure,
    .act = act,
};
