/* PaintTee: sends a copy of the packets of one colour to its second output. */
#include "net/handlers.h"
#include "net/paint.h"

enum { COLOR, ANNO };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct fs_paint *c = (struct fs_paint *)e;
    struct fs_batch copies;
    copies.count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        if (fs_anno_u8(batch->packets[i], c->annotation) == c->color) {
            struct fs_packet *copy = fs_packet_clone(batch->packets[i]);
            if (copy != NULL) {
                fs_batch_add(&copies, copy);
            }
        }
    }
    fs_output_push(e, 1, &copies);
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

FS_ELEMENT(PaintTee) = {
    .name = "PaintTee",
    .ports = "1/2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads annotation.PAINT; copies",
    .summary = "copies packets of one colour to its second output",
    .doc = "All packets leave by output 0. Together with Paint it finds packets that a router sends back where they came\n"
           "from, for ICMP redirects.\n\n"
           "    rt[1] -> pt :: PaintTee(1) -> ...;  pt[1] -> ICMPError(10.0.0.1, redirect, host) -> [0]rt;\n",
    .size = sizeof(struct fs_paint),
    .configure = configure,
    .act = act,
};
