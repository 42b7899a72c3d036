/* SetAnnoByte: sets one byte of packets' annotations. */
#include "net/handlers.h"

struct set {
    struct fs_element base;
    uint16_t annotation;
    uint8_t value;
};

enum { ANNO, VALUE };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct set *s = (struct set *)e;
    for (uint32_t i = 0; i < batch->count; i++) {
        fs_set_anno_u8(batch->packets[i], s->annotation, s->value);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct set *s = (struct set *)e;
    s->annotation = (uint16_t)fs_args_integer(e->args, ANNO, 0);
    s->value = (uint8_t)fs_args_integer(e->args, VALUE, 0);
    if (fs_annotation_size(s->annotation) != 1 || !fs_annotation_valid(s->annotation)) {
        fs_text_string(error, "ANNO: expected an annotation of one byte, such as PAINT or 17/1");
        return -1;
    }
    return 0;
}

FS_READ(read_anno, struct set, fs_text_u64(value, fs_annotation_offset(self->annotation)))
FS_READ_NUMBER(read_value, struct set, value)
FS_WRITE_NUMBER(write_value, struct set, value, "value", 0, 255)

static const struct fs_arg args[] = {
    [ANNO] = {"ANNO", "annotation", FS_POSITIONAL, 0, 0, NULL, "The annotation, of one byte."},
    [VALUE] = {"VALUE", "integer", FS_POSITIONAL, 0, 255, NULL, "What it is set to."},
};
static const struct fs_handler handlers[] = {
    {"anno", read_anno, NULL, 0, NULL, "The annotation's offset."},
    {"value", read_value, write_value, 0, NULL, "The VALUE argument."},
};

FS_ELEMENT(SetAnnoByte) = {
    .name = "SetAnnoByte",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes annotation.ANY",
    .summary = "sets one byte of packets' annotations",
    .doc = "The frame is not changed.\n\n"
           "    ... -> SetAnnoByte(PAINT, 3) -> ...\n",
    .size = sizeof(struct set),
    .configure = configure,
    .act = act,
};
