/* Pad: makes packets longer. */
#include <flowstream/element.h>

struct pad {
    struct fs_element base;
    bool by_annotation;
    uint32_t length;
};

enum { LENGTH, ZERO };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct pad *c = (struct pad *)e;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint32_t more = c->by_annotation          ? fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH)
                        : p->length < c->length ? c->length - p->length
                                                : 0;
        fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, 0);
        if (more != 0) {
            p = fs_writable(e, p);
            if (p == NULL) {
                continue;
            }
            if (!fs_packet_append(p, more)) {
                fs_drop(e, p, FS_DROP_NO_ROOM);
                continue;
            }
            __builtin_memset(p->data + p->length - more, 0, more);
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct pad *c = (struct pad *)e;
    (void)error;
    c->by_annotation = !fs_args_given(e->args, LENGTH);
    c->length = (uint32_t)fs_args_integer(e->args, LENGTH, 0);
    return 0;
}

static const struct fs_arg args[] = {
    [LENGTH] = {"LENGTH", "integer", FS_OPTIONAL, 0, 0xffff, "by the annotation",
                "The least length; without it packets grow by their extra length annotation."},
    [ZERO] = {"ZERO", "boolean", FS_KEYWORD, 0, 0, "true",
              "Accepted; what is added is zero in any case, so that nobody's old bytes leave."},
};

FS_ELEMENT(Pad) = {
    .name = "Pad",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes length; drops",
    .summary = "makes short packets longer",
    .doc = "The extra length annotation is 0 afterwards. Packets without room are dropped as `no-room`.\n\n"
           "    ... -> Pad(60) -> ToDevice(0);\n",
    .size = sizeof(struct pad),
    .configure = configure,
    .act = act,
};
