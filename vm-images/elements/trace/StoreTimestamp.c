/* StoreTimestamp: writes packets' timestamps into their bytes. */
#include <flowstream/element.h>

struct store {
    struct fs_element base;
    uint32_t offset;
    bool tail;
};

enum { OFFSET, TAIL, SIZE = 8 };

/* Click's form on a little-endian machine: nanoseconds of the second, then seconds. */
static void put(uint8_t *at, uint64_t time)
{
    uint64_t stored = time / 1000000000 << 32 | time % 1000000000;
    for (unsigned i = 0; i < SIZE; i++) {
        at[i] = (uint8_t)(stored >> 8 * i);
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct store *s = (struct store *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        uint32_t length = p->length, at = s->tail ? length : s->offset;
        if (at + SIZE > length) {
            if (!fs_packet_append(p, at + SIZE - length)) {
                fs_drop(e, p, FS_DROP_NO_ROOM);
                continue;
            }
            __builtin_memset(p->data + length, 0, at + SIZE - length);
        }
        put(p->data + at, p->timestamp);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct store *s = (struct store *)e;
    s->offset = (uint32_t)fs_args_integer(e->args, OFFSET, 0);
    s->tail = fs_args_boolean(e->args, TAIL, false);
    if (s->tail == fs_args_given(e->args, OFFSET)) {
        fs_text_string(error, "supply exactly one of 'OFFSET' and 'TAIL'");
        return -1;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [OFFSET] = {"OFFSET", "integer", FS_OPTIONAL, 0, 65535, "", "Where in the packet; it grows when it is too short."},
    [TAIL] = {"TAIL", "boolean", FS_KEYWORD, 0, 0, "false", "Whether the timestamp goes behind the packet's last byte."},
};

FS_ELEMENT(StoreTimestamp) = {
    .name = "StoreTimestamp",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads annotation.timestamp; writes payload length; drops",
    .summary = "writes packets' timestamps into their bytes",
    .doc = "Eight bytes, as Click has them in memory on x86: nanoseconds within the second and seconds since 1970, each of\n"
           "four bytes, least significant first. Supply exactly one of OFFSET and TAIL. A packet without room to grow is\n"
           "dropped as `no-room`. Process build only.\n\n"
           "    ... -> StoreTimestamp(TAIL true) -> ...\n",
    .size = sizeof(struct store),
    .configure = configure,
    .act = act,
};
