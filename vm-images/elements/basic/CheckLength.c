/* CheckLength: lets through packets up to a length. */
#include "net/handlers.h"

struct check {
    struct fs_element base;
    uint32_t length;
    bool extra;
};

enum { LENGTH, EXTRA_LENGTH };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct check *c = (struct check *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint64_t length = (uint64_t)p->length + (c->extra ? fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH) : 0);
        if (length <= c->length) {
            batch->packets[kept++] = p;
        } else {
            fs_reject(e, 1, p, FS_DROP_TOO_LONG);
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct check *c = (struct check *)e;
    (void)error;
    c->length = (uint32_t)fs_args_integer(e->args, LENGTH, 0);
    c->extra = fs_args_boolean(e->args, EXTRA_LENGTH, false);
    return 0;
}

FS_READ_NUMBER(read_length, struct check, length)
FS_WRITE_NUMBER(write_length, struct check, length, "length", 0, UINT32_MAX)

static const struct fs_arg args[] = {
    [LENGTH] = {"LENGTH", "integer", FS_POSITIONAL, 0, UINT32_MAX, NULL, "The greatest length, bytes."},
    [EXTRA_LENGTH] = {"EXTRA_LENGTH", "boolean", FS_KEYWORD, 0, 0, "false",
                      "Whether the extra length annotation counts too."},
};
static const struct fs_handler handlers[] = {
    {"length", read_length, write_length, 0, NULL, "The LENGTH argument."},
};

FS_ELEMENT(CheckLength) = {
    .name = "CheckLength",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads length; drops",
    .summary = "lets through packets up to a length",
    .doc = "Longer ones leave by output 1; where it is not connected they are dropped as `too-long`.\n\n"
           "    ... -> c :: CheckLength(1500) -> ...;  c[1] -> ICMPError(10.0.0.1, unreachable, needfrag) -> ...;\n",
    .size = sizeof(struct check),
    .configure = configure,
    .act = act,
};
