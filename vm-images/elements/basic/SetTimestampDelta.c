/* SetTimestampDelta: makes timestamps differences. */
#include <flowstream/element.h>

#include "net/config_text.h"
#include "net/values.h"

enum type { RANGE, NOW, FIRST };

struct delta {
    struct fs_element base;
    uint64_t first; /* timestamp that came first; 0: none yet */
    enum type type;
};

static struct delta *mine(struct fs_element *e) { return (struct delta *)e; }

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct delta *d = mine(e);
    uint64_t now = d->type == NOW ? fs_now(e) : 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->timestamp == 0) {
            continue;
        }
        d->first = d->first == 0 ? p->timestamp : d->first;
        uint64_t from = d->type == RANGE ? d->first : d->type == NOW ? p->timestamp : fs_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP);
        p->timestamp = (d->type == NOW ? now : p->timestamp) - from;
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    static const char *const names[] = {"RANGE", "NOW", "FIRST"};
    struct fs_span word = fs_span(fs_args_text(e->args, 0, "RANGE"));
    for (unsigned i = 0; i < 3; i++) {
        if (fs_span_is(word, names[i])) {
            mine(e)->type = (enum type)i;
            return 0;
        }
    }
    fs_text_string(error, "bad TYPE; expected RANGE, NOW or FIRST");
    return -1;
}

FS_ONCE static void take_state(struct fs_element *e, struct fs_element *old) { mine(e)->first = mine(old)->first; }

static void read_first(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_time(value, mine(e)->first);
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    mine(e)->first = 0;
    return 0;
}

static const struct fs_arg args[] = {
    {"TYPE", "word", FS_KEYWORD, 0, 0, "RANGE",
     "RANGE: since the first timestamp that came; NOW: from the timestamp to now; FIRST: since the packet's first timestamp."},
};
static const struct fs_handler handlers[] = {
    {"first", read_first, NULL, 0, NULL, "The timestamp that came first."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Forgets it."},
};

FS_ELEMENT(SetTimestampDelta) = {
    .name = "SetTimestampDelta",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes annotation.timestamp; keeps-state",
    .summary = "makes timestamps differences",
    .doc = "Packets without a timestamp pass as they are.\n\n    ... -> SetTimestampDelta -> ...\n",
    .size = sizeof(struct delta),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
