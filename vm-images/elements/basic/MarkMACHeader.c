/* MarkMACHeader: says where packets' link-layer header is. */
#include <flowstream/element.h>

struct mark {
    struct fs_element base;
    uint32_t offset, length;
};

enum { OFFSET, LENGTH };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct mark *m = (struct mark *)e;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->length < m->offset + m->length) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        fs_set_mac_header(p, p->data + m->offset);
        if (m->length != 0) {
            p->network_offset = (uint16_t)(p->mac_offset + m->length);
            p->transport_offset = FS_OFFSET_NONE;
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct mark *m = (struct mark *)e;
    (void)error;
    m->offset = (uint32_t)fs_args_integer(e->args, OFFSET, 0);
    m->length = (uint32_t)fs_args_integer(e->args, LENGTH, 0);
    return 0;
}

static const struct fs_arg args[] = {
    [OFFSET] = {"OFFSET", "integer", FS_OPTIONAL, 0, 1500, "0", "Where the header starts."},
    [LENGTH] = {"LENGTH", "integer", FS_OPTIONAL, 0, 1500, "0",
                "Its length; when it is not 0 the network header is marked behind it."},
};

FS_ELEMENT(MarkMACHeader) = {
    .name = "MarkMACHeader",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "drops",
    .summary = "says where packets' link-layer header is",
    .doc = "Packets that end before it are dropped as `bad-length`.\n\n"
           "    ... -> MarkMACHeader(0, 14) -> ...\n",
    .size = sizeof(struct mark),
    .configure = configure,
    .act = act,
};
