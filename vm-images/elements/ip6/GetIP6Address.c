/* GetIP6Address: sets the IPv6 destination annotation from the packet. */
#include "net/marked6.h"

struct get {
    struct fs_element base;
    uint32_t offset;
};

enum { OFFSET };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const uint32_t offset = ((struct get *)e)->offset;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->length < offset + 16u) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        fs_set_anno_address6(p, p->data + offset);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct get *)e)->offset = (uint32_t)fs_args_integer(e->args, OFFSET, 0);
    return 0;
}

static const struct fs_arg args[] = {
    [OFFSET] = {"OFFSET", "integer", FS_POSITIONAL, 0, FS_PACKET_SIZE, NULL, "Where the address is, from the frame's start."},
};

FS_ELEMENT(GetIP6Address) = {
    .name = "GetIP6Address",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads any; writes annotation.DST_IP6; drops",
    .summary = "sets the IPv6 destination annotation from the packet",
    .doc = "Packets that end before the address does are dropped as `bad-length`.\n\n"
           "    ... -> CheckIP6Header -> GetIP6Address(24) -> LookupIP6Route(...)   // the destination\n",
    .size = sizeof(struct get),
    .configure = configure,
    .act = act,
};
