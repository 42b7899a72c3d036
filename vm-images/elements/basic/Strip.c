/* Strip: takes bytes off the front. */
#include <flowstream/element.h>

struct strip {
    struct fs_element base;
    uint32_t length;
};

enum { LENGTH };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const uint32_t length = ((struct strip *)e)->length;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (fs_packet_strip(p, length)) {
            batch->packets[kept++] = p;
        } else {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct strip *)e)->length = (uint32_t)fs_args_integer(e->args, LENGTH, 0);
    return 0;
}

static const struct fs_arg args[] = {
    [LENGTH] = {"LENGTH", "integer", FS_POSITIONAL, 0, FS_PACKET_SIZE, NULL, "Bytes to take off."},
};

FS_ELEMENT(Strip) = {
    .name = "Strip",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes any length; drops",
    .summary = "takes bytes off the front of packets",
    .doc = "The bytes stay where they are, in front of the packet: Unstrip brings them back. A packet that is\n"
           "shorter is dropped as `bad-length`.\n\n"
           "    FromDevice(0) -> Strip(14) -> CheckIPHeader -> ...\n",
    .size = sizeof(struct strip),
    .configure = configure,
    .act = act,
};
