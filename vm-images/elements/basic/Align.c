/* Align: moves packets' bytes so that they start at an address of a given kind. */
#include <flowstream/element.h>

struct align {
    struct fs_element base;
    uint32_t modulus, offset;
};

enum { MODULUS, OFFSET };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct align *a = (struct align *)e;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint32_t back = ((uint32_t)(uintptr_t)p->data - a->offset) & (a->modulus - 1);
        if (back != 0) {
            p = fs_writable(e, p);
            if (p == NULL) {
                continue;
            }
            back = ((uint32_t)(uintptr_t)p->data - a->offset) & (a->modulus - 1); /* a copy may lie elsewhere */
        }
        if (back != 0) {
            uint32_t length = p->length;
            if (!fs_packet_prepend(p, back)) {
                fs_drop(e, p, FS_DROP_NO_ROOM);
                continue;
            }
            __builtin_memmove(p->data, p->data + back, length);
            p->length = length;
            p->mac_offset = p->network_offset = p->transport_offset = FS_OFFSET_NONE; /* they have moved */
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct align *a = (struct align *)e;
    a->modulus = (uint32_t)fs_args_integer(e->args, MODULUS, 4);
    a->offset = (uint32_t)fs_args_integer(e->args, OFFSET, 0);
    if ((a->modulus != 2 && a->modulus != 4 && a->modulus != 8) || a->offset >= a->modulus) {
        fs_text_string(error, "expected MODULUS 2, 4 or 8, and an OFFSET less than it");
        return -1;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [MODULUS] = {"MODULUS", "integer", FS_POSITIONAL, 2, 8, NULL, "2, 4 or 8."},
    [OFFSET] = {"OFFSET", "integer", FS_POSITIONAL, 0, 7, NULL, "How far from a multiple of it packets start."},
};

FS_ELEMENT(Align) = {
    .name = "Align",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "drops",
    .summary = "moves packets to aligned addresses",
    .doc = "No element here needs it: headers are read at any address. Header annotations are forgotten where bytes move.\n\n"
           "    ... -> Align(4, 0) -> ...\n",
    .size = sizeof(struct align),
    .configure = configure,
    .act = act,
};
