/* EtherRewrite: gives frames other Ethernet addresses. */
#include "net/ether.h"
#include "net/handlers.h"

struct rewrite {
    struct fs_element base;
    uint8_t destination[6], source[6]; /* as in the header */
};

enum { SRC, DST };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct rewrite *r = (struct rewrite *)e;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->length < FS_ETHER_SIZE) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        p = fs_writable(e, p);
        if (p != NULL) {
            __builtin_memcpy(p->data, r->destination, 12);
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct rewrite *r = (struct rewrite *)e;
    (void)error;
    __builtin_memcpy(r->source, fs_args_bytes(e->args, SRC).at, 6);
    __builtin_memcpy(r->destination, fs_args_bytes(e->args, DST).at, 6);
    return 0;
}

FS_READ_MAC(read_source, struct rewrite, source)
FS_READ_MAC(read_destination, struct rewrite, destination)
FS_WRITE_MAC(write_source, struct rewrite, source, "src")
FS_WRITE_MAC(write_destination, struct rewrite, destination, "dst")

static const struct fs_arg args[] = {
    [SRC] = {"SRC", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The new source address."},
    [DST] = {"DST", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The new destination address."},
};
static const struct fs_handler handlers[] = {
    {"src", read_source, write_source, 0, NULL, "The SRC argument."},
    {"dst", read_destination, write_destination, 0, NULL, "The DST argument."},
};

FS_ELEMENT(EtherRewrite) = {
    .name = "EtherRewrite",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes eth.src eth.dst; drops",
    .summary = "sets the Ethernet addresses of frames",
    .doc = "A frame shorter than an Ethernet header is dropped as `bad-length`.\n\n"
           "    ... -> EtherRewrite(02:00:00:00:00:01, 02:00:00:00:00:02) -> ToDevice(0);\n",
    .size = sizeof(struct rewrite),
    .configure = configure,
    .act = act,
};
