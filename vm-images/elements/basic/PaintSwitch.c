/* PaintSwitch: sends packets to the output that their colour names. */
#include "net/paint.h"

enum { ANNO };
enum { EVERYWHERE = 255 };

static void copy_to_all(struct fs_element *e, struct fs_packet *p)
{
    for (uint32_t output = 0; output + 1 < e->output_count; output++) {
        struct fs_packet *copy = fs_packet_clone(p);
        if (copy != NULL) {
            fs_output_push_one(e, output, copy);
        }
    }
    fs_output_push_one(e, e->output_count - 1, p);
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    const struct fs_paint *c = (struct fs_paint *)e;
    uint32_t outputs[FS_BATCH_MAX];
    bool everywhere = false;
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        outputs[i] = fs_anno_u8(batch->packets[i], c->annotation);
        everywhere = everywhere || outputs[i] == EVERYWHERE;
    }
    if (!everywhere) {
        fs_output_scatter(e, batch, outputs, NULL, FS_DROP_NO_MATCH);
        return;
    }
    for (uint32_t i = 0; i < batch->count; i++) { /* one by one, so that copies keep their place */
        struct fs_packet *p = batch->packets[i];
        if (outputs[i] == EVERYWHERE) {
            copy_to_all(e, p);
        } else if (outputs[i] < e->output_count) {
            fs_output_push_one(e, outputs[i], p);
        } else {
            fs_drop(e, p, FS_DROP_NO_MATCH);
        }
    }
    batch->count = 0;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_paint_annotation(e, ANNO, &((struct fs_paint *)e)->annotation, error);
}

static const struct fs_arg args[] = {
    [ANNO] = {"ANNO", "annotation", FS_OPTIONAL, 0, 0, "PAINT", "The annotation to look at; one byte."},
};

FS_ELEMENT(PaintSwitch) = {
    .name = "PaintSwitch",
    .ports = "1/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads annotation.PAINT; drops; copies",
    .summary = "sends packets to the output that their colour names",
    .doc = "Packets of colour 255 are copied to every output; those of other colours that there is no output for are\n"
           "dropped as `no-match`.\n\n"
           "    FromDevice(0) -> Paint(0) -> x;  FromDevice(1) -> Paint(1) -> x :: Null -> ps :: PaintSwitch;\n",
    .size = sizeof(struct fs_paint),
    .configure = configure,
    .push = push,
};
