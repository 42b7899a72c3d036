/* SetIP6Address: sets the IPv6 destination annotation to one address. */
#include "net/marked6.h"

struct set {
    struct fs_element base;
    uint8_t address[16];
};

enum { IPADDR };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        fs_set_anno_address6(batch->packets[i], ((struct set *)e)->address);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    __builtin_memcpy(((struct set *)e)->address, fs_args_bytes(e->args, IPADDR).at, 16);
    return 0;
}

static const struct fs_arg args[] = {
    [IPADDR] = {"IPADDR", "ip6-address", FS_POSITIONAL, 0, 0, NULL, "The address."},
};

FS_ELEMENT(SetIP6Address) = {
    .name = "SetIP6Address",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes annotation.DST_IP6",
    .summary = "sets the IPv6 destination annotation",
    .doc = "The frame is not looked at. A next hop for IP6NDSolicitor, where no table is needed:\n\n"
           "    ... -> SetIP6Address(2001:db8::fe) -> IP6NDSolicitor(2001:db8::1, 02:00:00:00:00:01) -> ...\n",
    .size = sizeof(struct set),
    .configure = configure,
    .act = act,
};
