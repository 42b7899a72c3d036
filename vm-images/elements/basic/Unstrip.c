/* Unstrip: brings back bytes that Strip took off the front. */
#include <flowstream/element.h>

struct unstrip {
    struct fs_element base;
    uint32_t length;
};

enum { LENGTH };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const uint32_t length = ((struct unstrip *)e)->length;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (fs_packet_prepend(p, length)) {
            batch->packets[kept++] = p;
        } else {
            fs_drop(e, p, FS_DROP_NO_ROOM);
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct unstrip *)e)->length = (uint32_t)fs_args_integer(e->args, LENGTH, 0);
    return 0;
}

static const struct fs_arg args[] = {
    [LENGTH] = {"LENGTH", "integer", FS_POSITIONAL, 0, FS_PACKET_SIZE, NULL, "Bytes to bring back."},
};

FS_ELEMENT(Unstrip) = {
    .name = "Unstrip",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes any length; drops",
    .summary = "brings back bytes at the front of packets",
    .doc = "Undoes a Strip of the same length. Without one the bytes are whatever was in front; dropped as\n"
           "`no-room` when there are not as many.\n\n"
           "    Strip(14) -> CheckIPHeader -> IPFilter(...) -> Unstrip(14) -> ToDevice(1);\n",
    .size = sizeof(struct unstrip),
    .configure = configure,
    .act = act,
};
