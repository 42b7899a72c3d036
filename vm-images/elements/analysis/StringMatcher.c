/* StringMatcher: tells packets that hold one of some strings from those that do not. */
#include "net/handlers.h"
#include "net/string_set.h"

struct matcher {
    struct fs_element base;
    struct fs_string_set set;
    uint64_t matches;
};

enum { STRING, IGNORE_CASE };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct matcher *m = (struct matcher *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (i + 2 < count) {
            __builtin_prefetch(batch->packets[i + 2]->data);
        }
        const uint8_t *at = p->data;
        uint32_t state = fs_string_set_scan(&m->set, 0, &at, fs_packet_end(p));
        if ((state & FS_STRING_ENDS) == 0) {
            batch->packets[kept++] = p;
            continue;
        }
        m->matches++;
        if (e->output_count > 1) {
            fs_output_push_one(e, 1, p);
        } else {
            fs_drop_rule(e, p, FS_DROP_DENIED, fs_string_first(&m->set, state));
        }
    }
    batch->count = kept;
}

static FS_ONCE int configure(struct fs_element *e, struct fs_text *error)
{
    struct matcher *m = (struct matcher *)e;
    if (fs_string_set_configure(&m->set, e, fs_args_bytes(e->args, STRING),
                                fs_args_boolean(e->args, IGNORE_CASE, false), error)
        != 0) {
        return -1;
    }
    fs_drops_rules(e, m->set.count);
    return 0;
}

static FS_ONCE void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct matcher *)e)->matches = ((struct matcher *)old)->matches;
}

FS_READ_NUMBER(read_matches, struct matcher, matches)
FS_BUTTON(write_reset_count, struct matcher, self->matches = 0)

static const struct fs_arg args[] = {
    [STRING] = {"STRING", "strings", FS_REST, 0, 0, NULL, "What is looked for."},
    [IGNORE_CASE] = {"IGNORE_CASE", "boolean", FS_KEYWORD, 0, 0, "false", "Whether a is A (ASCII)."},
};
static const struct fs_handler handlers[] = {
    {"matches", read_matches, NULL, 0, NULL, "Packets that held one of the strings."},
    {"reset_count", NULL, write_reset_count, FS_HANDLER_BUTTON, NULL, "Sets `matches` to 0."},
};

FS_ELEMENT(StringMatcher) = {
    .name = "StringMatcher",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any; drops",
    .summary = "tells packets that hold one of some strings from others",
    .doc = "FastClick's class. Looks for all strings at once in the whole packet, headers and all. Packets that hold none leave\n"
           "by output 0, the others by output 1; where there is no output 1 they are dropped as `denied`, by the string. Bytes\n"
           "are written as pairs of hexadecimal digits between bars: `a|0d 0a|`, where FastClick has no such form; a bar is\n"
           "`|7c|`. What is parted between packets is not found: FlowStringMatcher follows connections.\n\n"
           "    FromDevice(0) -> m :: StringMatcher(\"/etc/passwd\", |90909090|) -> ToDevice(1);\n",
    .size = sizeof(struct matcher),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
