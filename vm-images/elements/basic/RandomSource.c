/* RandomSource: makes packets of random bytes. */
#include <flowstream/element.h>

#include "net/values.h"

enum { LENGTH_MAX = 65535 };

struct random_source {
    struct fs_element base;
    struct fs_task task;
    uint64_t count;
    int64_t limit, length, burst;
    bool active, stop, ended;
};

enum { LENGTH, LIMIT, BURST, ACTIVE, STOP };

static struct random_source *mine(struct fs_element *e) { return (struct random_source *)e; }

static struct fs_packet *make(struct fs_element *e)
{
    uint32_t length = (uint32_t)mine(e)->length;
    struct fs_packet *p = fs_packet_new(fs_pool(e), FS_HEADROOM, length);
    for (uint32_t at = 0; p != NULL && at < length; at += 8) {
        uint64_t bits = fs_random(e);
        __builtin_memcpy(p->data + at, &bits, length - at < 8 ? length - at : 8);
    }
    if (p != NULL) {
        p->timestamp = fs_now(e);
        mine(e)->count++;
    }
    return p;
}

static bool at_limit(const struct random_source *s) { return s->limit >= 0 && s->count >= (uint64_t)s->limit; }

static void end(struct random_source *s)
{
    if (!s->ended && s->stop) {
        fs_stop(&s->base);
    }
    s->ended = true;
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct random_source *s = mine(e);
    struct fs_batch batch = {.count = 0};
    if (!s->active || at_limit(s)) {
        if (s->active) {
            end(s);
        }
        return false;
    }
    for (int64_t i = 0; i < s->burst && !fs_batch_full(&batch) && !at_limit(s); i++) {
        struct fs_packet *p = make(e);
        if (p == NULL) {
            break;
        }
        fs_batch_add(&batch, p);
    }
    fs_output_push(e, 0, &batch);
    fs_task_schedule(t);
    return true;
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct random_source *s = mine(e);
    (void)port;
    for (unsigned i = 0; s->active && i < max && !at_limit(s); i++) {
        struct fs_packet *p = make(e);
        if (p == NULL) {
            break;
        }
        fs_batch_add(batch, p);
    }
    if (s->active && at_limit(s)) {
        end(s);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct random_source *s = mine(e);
    (void)error;
    s->length = fs_args_integer(e->args, LENGTH, 0);
    s->limit = fs_args_integer(e->args, LIMIT, -1);
    s->burst = fs_args_integer(e->args, BURST, 1);
    s->active = fs_args_boolean(e->args, ACTIVE, true);
    s->stop = fs_args_boolean(e->args, STOP, false);
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_task_init(e, &mine(e)->task, run);
    if (e->outputs[0].push) {
        fs_task_schedule(&mine(e)->task);
    }
    return 0;
}

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, mine(e)->count);
}
static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, mine(e)->active);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (fs_write_boolean("active", value, length, &mine(e)->active, error) != 0) {
        return -1;
    }
    if (mine(e)->active && e->outputs[0].push) {
        fs_task_schedule(&mine(e)->task);
    }
    return 0;
}

static const struct fs_arg args[] = {
    [LENGTH] = {"LENGTH", "integer", FS_POSITIONAL, 0, LENGTH_MAX, NULL, "Bytes of a packet."},
    [LIMIT] = {"LIMIT", "integer", FS_OPTIONAL, INT32_MIN, INT64_MAX, "-1", "Packets in all; below 0: no limit."},
    [BURST] = {"BURST", "integer", FS_OPTIONAL, 1, INT32_MAX, "1", "Packets to push each time it is scheduled."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_OPTIONAL, 0, 0, "true", "Whether it makes packets."},
    [STOP] = {"STOP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to stop the driver after LIMIT packets."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets made so far."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument."},
};

FS_ELEMENT(RandomSource) = {
    .name = "RandomSource",
    .ports = "0/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "originates",
    .summary = "makes packets of random bytes",
    .doc = "    RandomSource(100) -> ...\n",
    .size = sizeof(struct random_source),
    .configure = configure,
    .initialize = initialize,
    .pull = pull,
};
