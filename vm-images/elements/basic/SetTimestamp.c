/* SetTimestamp: puts a time on packets. */
#include <flowstream/element.h>

struct set_timestamp {
    struct fs_element base;
    uint64_t time; /* 0: now */
    bool first, delta;
};

enum { TIMESTAMP, FIRST, DELTA };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct set_timestamp *s = (struct set_timestamp *)e;
    uint64_t time = s->time != 0 || s->delta ? s->time : fs_now(e);
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (s->delta) {
            p->timestamp -= fs_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP);
        } else if (s->first) {
            fs_set_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP, time);
        } else {
            p->timestamp = time;
        }
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct set_timestamp *s = (struct set_timestamp *)e;
    s->time = (uint64_t)fs_args_integer(e->args, TIMESTAMP, 0);
    s->first = fs_args_boolean(e->args, FIRST, false);
    s->delta = fs_args_boolean(e->args, DELTA, false);
    if (s->delta && (s->first || fs_args_given(e->args, TIMESTAMP))) {
        fs_text_string(error, "DELTA goes with neither FIRST nor TIMESTAMP");
        return -1;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [TIMESTAMP] = {"TIMESTAMP", "duration", FS_OPTIONAL, 0, INT64_MAX, "now", "The time, seconds since 1970."},
    [FIRST] = {"FIRST", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to set the first-timestamp annotation."},
    [DELTA] = {"DELTA", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to take the first timestamp from the timestamp."},
};

FS_ELEMENT(SetTimestamp) = {
    .name = "SetTimestamp",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes annotation.timestamp",
    .summary = "puts a time on packets",
    .doc = "    ... -> SetTimestamp -> ...\n",
    .size = sizeof(struct set_timestamp),
    .configure = configure,
    .act = act,
};
