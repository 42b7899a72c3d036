/* Print: writes a line about each packet to the log. */
#include <flowstream/element.h>

#include "net/contents.h"
#include "net/values.h"

struct print {
    struct fs_element base;
    const char *label;
    int64_t bytes; /* of the packet to show at most; below 0: all */
    enum fs_contents contents;
    bool active, timestamp, annotations, headroom, cpu;
    struct fs_text line;
};

enum { LABEL, MAXLENGTH, CONTENTS, TIMESTAMP, PRINTANNO, ACTIVE, HEADROOM, NBYTES, LENGTH, CPU };

static void print(struct print *c, const struct fs_packet *p)
{
    struct fs_text *t = &c->line;
    const char *separator = "";
    t->length = t->missing = 0;
    if (*c->label != '\0') {
        fs_text_string(t, c->label);
        separator = ": ";
    }
    if (c->cpu) {
        fs_text_string(t, "(0)");
        separator = ": ";
    }
    if (c->timestamp) {
        fs_text_string(t, separator);
        fs_text_time(t, p->timestamp);
        separator = ": ";
    }
    fs_text_format(t, "%s%4u", separator, p->length);
    if (c->headroom) {
        fs_text_format(t, " (h%u t%u)", (unsigned)fs_headroom(p), (unsigned)fs_tailroom(p));
    }
    if (c->annotations) {
        fs_text_string(t, " | ");
        fs_text_hex(t, p->annotations, sizeof p->annotations);
    }
    uint32_t bytes = c->bytes < 0 || p->length < c->bytes ? p->length : (uint32_t)c->bytes;
    if (c->contents != FS_CONTENTS_NONE && bytes > 0) {
        fs_text_string(t, " | ");
        fs_text_contents(t, c->contents, p->data, bytes, UINT32_MAX);
    }
    fs_log(&c->base, t->at, t->length);
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct print *c = (struct print *)e;
    for (uint32_t i = 0; c->active && i < batch->count; i++) {
        print(c, batch->packets[i]);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct print *c = (struct print *)e;
    const char *contents = fs_args_text(e->args, CONTENTS, "HEX");
    c->label = fs_args_text(e->args, LABEL, "");
    c->bytes = fs_args_integer(e->args, MAXLENGTH, fs_args_integer(e->args, NBYTES, fs_args_integer(e->args, LENGTH, 24)));
    c->cpu = fs_args_boolean(e->args, CPU, false);
    c->line = fs_text_growing(e);
    c->timestamp = fs_args_boolean(e->args, TIMESTAMP, false);
    c->annotations = fs_args_boolean(e->args, PRINTANNO, false);
    c->active = fs_args_boolean(e->args, ACTIVE, true);
    c->headroom = fs_args_boolean(e->args, HEADROOM, false);
    if (!fs_parse_contents(contents, &c->contents)) {
        fs_text_format(error, "bad contents value '%s'; should be 'NONE', 'HEX', or 'ASCII'", contents);
        return -1;
    }
    return 0;
}

static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, ((struct print *)e)->active);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_boolean("active", value, length, &((struct print *)e)->active, error);
}

static const struct fs_arg args[] = {
    [LABEL] = {"LABEL", "string", FS_OPTIONAL, 0, 0, "", "Text that starts the line."},
    [MAXLENGTH] = {"MAXLENGTH", "integer", FS_OPTIONAL, INT32_MIN, INT32_MAX, "24",
                   "Bytes to show at most; below 0: all."},
    [CONTENTS] = {"CONTENTS", "word", FS_KEYWORD, 0, 0, "HEX", "How to show the bytes: NONE, HEX or ASCII."},
    [TIMESTAMP] = {"TIMESTAMP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the packet's timestamp."},
    [PRINTANNO] = {"PRINTANNO", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the annotation bytes."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true", "Whether it prints at all."},
    [HEADROOM] = {"HEADROOM", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show headroom and tailroom."},
    [NBYTES] = {"NBYTES", "integer", FS_KEYWORD, INT32_MIN, INT32_MAX, "24", "The older name of MAXLENGTH."},
    [LENGTH] = {"LENGTH", "integer", FS_KEYWORD, INT32_MIN, INT32_MAX, "24", "The older name of MAXLENGTH."},
    [CPU] = {"CPU", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the processor: always `(0)`."},
};
static const struct fs_handler handlers[] = {
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX | FS_HANDLER_CALM, NULL, "The ACTIVE argument."},
};

FS_ELEMENT(Print) = {
    .name = "Print",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any",
    .summary = "prints packets to the log",
    .doc = "A line is `LABEL: LENGTH | BYTES`, the length in at least four places, the bytes in groups of four.\n\n"
           "    ... -> Print(in, 8) -> ...    // in:   60 | ffffffff ffff0200\n",
    .size = sizeof(struct print),
    .configure = configure,
    .act = act,
};
