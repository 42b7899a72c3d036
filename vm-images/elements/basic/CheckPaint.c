/* CheckPaint: lets through the packets of one colour. */
#include "net/handlers.h"
#include "net/paint.h"

enum { COLOR, ANNO };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct fs_paint *c = (struct fs_paint *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (fs_anno_u8(p, c->annotation) == c->color) {
            batch->packets[kept++] = p;
        } else {
            fs_reject(e, 1, p, FS_DROP_NO_MATCH);
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_paint *c = (struct fs_paint *)e;
    c->color = (uint8_t)fs_args_integer(e->args, COLOR, 0);
    return fs_paint_annotation(e, ANNO, &c->annotation, error);
}

FS_READ_NUMBER(read_color, struct fs_paint, color)
FS_WRITE_NUMBER(write_color, struct fs_paint, color, "color", 0, 255)

static const struct fs_arg args[] = {
    [COLOR] = {"COLOR", "integer", FS_POSITIONAL, 0, 255, NULL, "The colour."},
    [ANNO] = {"ANNO", "annotation", FS_OPTIONAL, 0, 0, "PAINT", "The annotation to look at; one byte."},
};
static const struct fs_handler handlers[] = {
    {"color", read_color, write_color, 0, NULL, "The COLOR argument."},
};

FS_ELEMENT(CheckPaint) = {
    .name = "CheckPaint",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads annotation.PAINT; drops",
    .summary = "lets through packets of one colour",
    .doc = "Others leave by output 1; where it is not connected they are dropped as `no-match`.\n\n"
           "    ... -> c :: CheckPaint(1) -> ...;  c[1] -> ...;\n",
    .size = sizeof(struct fs_paint),
    .configure = configure,
    .act = act,
};
