/* Truncate: shortens long packets. */
#include <flowstream/element.h>

struct truncate {
    struct fs_element base;
    uint32_t length;
    bool extra_length;
};

enum { LENGTH, EXTRA_LENGTH };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct truncate *t = (struct truncate *)e;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->length > t->length) {
            uint32_t extra = p->length - t->length;
            fs_packet_trim(p, extra);
            if (t->extra_length) {
                fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH) + extra);
            }
        }
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct truncate *t = (struct truncate *)e;
    (void)error;
    t->length = (uint32_t)fs_args_integer(e->args, LENGTH, 0);
    t->extra_length = fs_args_boolean(e->args, EXTRA_LENGTH, true);
    return 0;
}

static const struct fs_arg args[] = {
    [LENGTH] = {"LENGTH", "integer", FS_POSITIONAL, 0, 65535, NULL, "The most bytes that are left."},
    [EXTRA_LENGTH] = {"EXTRA_LENGTH", "boolean", FS_KEYWORD, 0, 0, "true",
                      "Whether the EXTRA_LENGTH annotation counts what is taken off."},
};

FS_ELEMENT(Truncate) = {
    .name = "Truncate",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes length annotation.EXTRA_LENGTH",
    .summary = "shortens packets to a length",
    .doc = "Takes bytes off the end. Headers are not looked at.\n",
    .size = sizeof(struct truncate),
    .configure = configure,
    .act = act,
};
