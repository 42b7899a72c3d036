/* MarkIP6Header: says where the IPv6 header is. */
#include "net/marked6.h"

struct mark {
    struct fs_element base;
    uint32_t offset;
};

enum { OFFSET };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const uint32_t offset = ((struct mark *)e)->offset;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        const uint8_t *at = p->data + offset;
        if (offset >= p->length) {
            p->network_offset = p->transport_offset = FS_OFFSET_NONE;
        } else if (p->length - offset < FS_IP6_SIZE) {
            fs_set_network_header(p, at, FS_IP6_SIZE);
        } else {
            fs_mark_ip6(p, at);
        }
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct mark *)e)->offset = (uint32_t)fs_args_integer(e->args, OFFSET, 0);
    return 0;
}

static const struct fs_arg args[] = {
    [OFFSET] = {"OFFSET", "integer", FS_OPTIONAL, 0, FS_PACKET_SIZE, "0", "Bytes in front of the IPv6 header."},
};

FS_ELEMENT(MarkIP6Header) = {
    .name = "MarkIP6Header",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip6",
    .summary = "marks the IPv6 header without checking it",
    .doc = "Sets the network header annotation, and that of the transport header to what is behind the extension\n"
           "headers. All packets pass; one that ends before OFFSET gets none.\n\n"
           "    FromDevice(0) -> MarkIP6Header(14) -> IP6Filter(allow icmp6, deny all) -> ...\n",
    .size = sizeof(struct mark),
    .configure = configure,
    .act = act,
};
