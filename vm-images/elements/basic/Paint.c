/* Paint: gives packets a colour, a one-byte annotation. */
#include <flowstream/element.h>

#include "net/values.h"

struct paint {
    struct fs_element base;
    uint16_t annotation;
    uint8_t color;
};

enum { COLOR, ANNO };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct paint *c = (struct paint *)e;
    for (uint32_t i = 0; i < batch->count; i++) {
        fs_set_anno_u8(batch->packets[i], c->annotation, c->color);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct paint *c = (struct paint *)e;
    c->color = (uint8_t)fs_args_integer(e->args, COLOR, 0);
    c->annotation = (uint16_t)fs_args_integer(e->args, ANNO, FS_ANNO_PAINT);
    if (fs_annotation_size(c->annotation) != 1 || !fs_annotation_valid(c->annotation)) {
        fs_text_string(error, "ANNO: expected an annotation of one byte");
        return -1;
    }
    return 0;
}

static void read_color(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct paint *)e)->color);
}
static int write_color(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t color;
    if (fs_write_integer("color", value, length, 0, 255, &color, error) != 0) {
        return -1;
    }
    ((struct paint *)e)->color = (uint8_t)color;
    return 0;
}

static const struct fs_arg args[] = {
    [COLOR] = {"COLOR", "integer", FS_POSITIONAL, 0, 255, NULL, "The colour."},
    [ANNO] = {"ANNO", "annotation", FS_OPTIONAL, 0, 0, "PAINT", "The annotation to set; one byte."},
};
static const struct fs_handler handlers[] = {
    {"color", read_color, write_color, 0, NULL, "The COLOR argument."},
};

FS_ELEMENT(Paint) = {
    .name = "Paint",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes annotation.PAINT",
    .summary = "sets packets' paint annotation",
    .doc = "The colour travels with the packet inside the configuration; the frame is not changed.\n\n"
           "    FromDevice(0) -> Paint(1) -> shared;  FromDevice(1) -> Paint(2) -> shared;\n",
    .size = sizeof(struct paint),
    .configure = configure,
    .act = act,
};
