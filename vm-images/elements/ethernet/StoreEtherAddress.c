/* StoreEtherAddress: writes an Ethernet address into packets. */
#include "net/ether.h"
#include "net/handlers.h"

struct store {
    struct fs_element base;
    uint8_t mac[6];
    uint32_t offset;
};

enum { ADDR, OFFSET };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct store *s = (struct store *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->length < s->offset + 6) {
            fs_reject(e, 1, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        p = fs_writable(e, p);
        if (p != NULL) {
            __builtin_memcpy(p->data + s->offset, s->mac, 6);
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct store *s = (struct store *)e;
    const char *text = fs_args_text(e->args, OFFSET, "");
    size_t length = __builtin_strlen(text);
    int64_t offset;
    __builtin_memcpy(s->mac, fs_args_bytes(e->args, ADDR).at, 6);
    if (length == 3 && __builtin_memcmp(text, "src", 3) == 0) {
        offset = 6;
    } else if (length == 3 && __builtin_memcmp(text, "dst", 3) == 0) {
        offset = 0;
    } else if (!fs_parse_integer(text, length, 0, 0xffff, &offset)) {
        fs_text_format(error, "OFFSET: expected a number, src or dst, found '%s'", text);
        return -1;
    }
    s->offset = (uint32_t)offset;
    return 0;
}

FS_READ_MAC(read_address, struct store, mac)
FS_WRITE_MAC(write_address, struct store, mac, "addr")

static const struct fs_arg args[] = {
    [ADDR] = {"ADDR", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The address."},
    [OFFSET] = {"OFFSET", "word", FS_POSITIONAL, 0, 0, NULL, "Where to write it; `src` is 6, `dst` is 0."},
};
static const struct fs_handler handlers[] = {
    {"addr", read_address, write_address, 0, NULL, "The ADDR argument."},
};

FS_ELEMENT(StoreEtherAddress) = {
    .name = "StoreEtherAddress",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes any; drops",
    .summary = "writes an Ethernet address into packets",
    .doc = "A packet too short for it leaves by output 1; where that is not connected it is dropped as `bad-length`.\n\n"
           "    ... -> StoreEtherAddress(02:00:00:00:00:01, src) -> ...\n",
    .size = sizeof(struct store),
    .configure = configure,
    .act = act,
};
