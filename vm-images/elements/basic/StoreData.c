/* StoreData: writes bytes into packets. */
#include <flowstream/element.h>

enum { OFFSET, DATA, MASK, GROW };

static void write(struct fs_packet *p, uint32_t offset, struct fs_bytes data, struct fs_bytes mask)
{
    size_t room = p->length > offset ? p->length - offset : 0;
    size_t n = data.length < room ? data.length : room;
    uint8_t *at = p->data + offset;
    for (size_t i = 0; i < n; i++) {
        uint8_t bits = mask.at == NULL ? 0xff : i < mask.length ? mask.at[i] : 0;
        at[i] = (uint8_t)((at[i] & ~bits) | (data.at[i] & bits));
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t offset = (uint32_t)fs_args_integer(e->args, OFFSET, 0), kept = 0;
    struct fs_bytes data = fs_args_bytes(e->args, DATA), mask = fs_args_bytes(e->args, MASK);
    bool grow = fs_args_boolean(e->args, GROW, false);
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        size_t end = offset + data.length, before = p->length;
        if (grow && end > before) {
            if (!fs_packet_append(p, end - before)) {
                fs_drop(e, p, FS_DROP_NO_ROOM);
                continue;
            }
            __builtin_memset(p->data + before, 0, end - before);
        }
        write(p, offset, data, mask);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static const struct fs_arg args[] = {
    [OFFSET] = {"OFFSET", "integer", FS_POSITIONAL, 0, 0xffff, NULL, "Where to write."},
    [DATA] = {"DATA", "data", FS_POSITIONAL, 0, 0, NULL, "What to write."},
    [MASK] = {"MASK", "data", FS_OPTIONAL, 0, 0, "all bits", "Which bits to write; bytes that it does not reach stay."},
    [GROW] = {"GROW", "boolean", FS_KEYWORD, 0, 0, "false", "Whether packets that are too short become longer."},
};

FS_ELEMENT(StoreData) = {
    .name = "StoreData",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes any length; drops",
    .summary = "writes bytes into packets",
    .doc = "What lies behind a packet's end is not written, unless GROW says so; packets that have no room to grow are\n"
           "dropped as `no-room`.\n\n"
           "    ... -> StoreData(0, \\<02 00 00 00 00 01>) -> ...   StoreData(1, \\<ff>, MASK \\<02>)\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
