/* SetIPAddress: sets the destination annotation to one address. */
#include "net/marked.h"
#include "net/values.h"

struct set {
    struct fs_element base;
    uint8_t address[4];
    uint16_t anno;
};

enum { ADDR, ANNO };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct set *s = (struct set *)e;
    for (uint32_t i = 0; i < batch->count; i++) {
        fs_set_anno_address(batch->packets[i], s->anno, s->address);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct set *s = (struct set *)e;
    __builtin_memcpy(s->address, fs_args_bytes(e->args, ADDR).at, 4);
    s->anno = (uint16_t)fs_args_integer(e->args, ANNO, FS_ANNO_DST_IP);
    if (fs_annotation_size(s->anno) != 4 || !fs_annotation_valid(s->anno)) {
        fs_text_string(error, "ANNO: expected an annotation of 4 bytes");
        return -1;
    }
    return 0;
}

static void read_address(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_ip(value, ((struct set *)e)->address);
}
static int write_address(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("addr", value, length, ((struct set *)e)->address, error);
}

static const struct fs_arg args[] = {
    [ADDR] = {"ADDR", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The address."},
    [ANNO] = {"ANNO", "annotation", FS_OPTIONAL, 0, 0, "DST_IP", "The annotation to set."},
};
static const struct fs_handler handlers[] = {
    {"addr", read_address, write_address, FS_HANDLER_CALM, NULL, "The ADDR argument."},
};

FS_ELEMENT(SetIPAddress) = {
    .name = "SetIPAddress",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes annotation.DST_IP",
    .summary = "sets the destination annotation",
    .doc = "The frame is not looked at. A next hop for ARPQuerier, where no table is needed:\n\n"
           "    ... -> SetIPAddress(10.0.0.1) -> ARPQuerier(10.0.0.2, 02:00:00:00:00:02) -> ...\n",
    .size = sizeof(struct set),
    .configure = configure,
    .act = act,
};
