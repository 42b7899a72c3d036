/* StringClassifier: sends packets to outputs by the strings that they hold. */
#include "net/handlers.h"
#include "net/string_set.h"

struct classifier {
    struct fs_element base;
    struct fs_string_set set;
};

enum { STRING, IGNORE_CASE };

/* The first of the configuration's strings that the bytes hold. */
static uint32_t first_in(const struct fs_string_set *x, const uint8_t *at, const uint8_t *end)
{
    uint32_t state = 0, first = FS_STRING_NONE;
    while (at < end && first != 0) {
        state = fs_string_set_scan(x, state & ~(uint32_t)FS_STRING_ENDS, &at, end);
        if ((state & FS_STRING_ENDS) != 0) {
            for (uint32_t s = fs_string_first(x, state); s != FS_STRING_NONE; s = x->shorter[s]) {
                first = s < first ? s : first;
            }
        }
    }
    return first;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    const struct classifier *c = (const struct classifier *)e;
    uint32_t outputs[FS_BATCH_MAX];
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct fs_packet *p = batch->packets[i];
        outputs[i] = first_in(&c->set, p->data, fs_packet_end(p));
    }
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_NO_MATCH);
}

static FS_ONCE int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_string_set_configure(&((struct classifier *)e)->set, e, fs_args_bytes(e->args, STRING),
                                   fs_args_boolean(e->args, IGNORE_CASE, false), error);
}

static FS_ONCE void read_patterns(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct classifier *c = (const struct classifier *)e;
    (void)parameters;
    for (uint32_t i = 0; i < c->set.count; i++) {
        fs_text_pattern(value, c->set.strings[i]);
        fs_text_char(value, '\n');
    }
}

static const struct fs_arg args[] = {
    [STRING] = {"STRING", "strings", FS_REST, 0, 0, NULL, "One for each output."},
    [IGNORE_CASE] = {"IGNORE_CASE", "boolean", FS_KEYWORD, 0, 0, "false", "Whether a is A (ASCII)."},
};
static const struct fs_handler handlers[] = {
    {"patterns", read_patterns, NULL, FS_HANDLER_CALM, NULL, "The strings, one a line."},
};

FS_ELEMENT(StringClassifier) = {
    .name = "StringClassifier",
    .ports = "1/=arguments",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any; drops",
    .summary = "classifies packets by strings that they hold",
    .doc = "FastClick's class. Looks for all strings at once in the whole packet, headers and all. Of the strings that a packet\n"
           "holds the first in the configuration decides: the packet leaves by its output. Packets that hold none are dropped\n"
           "as `no-match`. Strings are written as StringMatcher's are. FastClick's handlers `pattern0` and so on are not here:\n"
           "strings are fixed while it runs; `patterns` shows them.\n\n"
           "    c :: StringClassifier(\"BitTorrent protocol\", \"HTTP/1.\");\n",
    .size = sizeof(struct classifier),
    .configure = configure,
    .push = push,
};
