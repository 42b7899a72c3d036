/* ToHostSniffers: where copies of packets for the host's sniffers end. */
#include "net/no_host.h"

FS_READ_NUMBER(read_count, struct fs_no_host, count)

static const struct fs_arg args[] = {FS_NO_HOST_ARGS};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets that came here."},
};

FS_ELEMENT(ToHostSniffers) = {
    .name = "ToHostSniffers",
    .ports = "1/0",
    .processing = "h/h",
    .flow = "x/y",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops",
    .summary = "where copies of packets for the host's sniffers end",
    .doc = "A middlebox is no part of its host, whose network stack it cannot reach: packets are dropped as `discarded`, and\n"
           "counted. So configurations run that were written for a router within a kernel. To hand packets to somebody, give\n"
           "the template a device of its own for that, and write ToDevice.\n",
    .size = sizeof(struct fs_no_host),
    .push = fs_no_host_push,
};
