/* MarkIPHeader: says where the IP header is. */
#include <flowstream/element.h>

#include "net/ip.h"

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
        if (offset < p->length) {
            const struct fs_ip *h = (const struct fs_ip *)(p->data + offset);
            fs_set_network_header(p, (const uint8_t *)h, fs_ip_header_length(h));
        } else {
            p->network_offset = p->transport_offset = FS_OFFSET_NONE;
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
    [OFFSET] = {"OFFSET", "integer", FS_OPTIONAL, 0, FS_PACKET_SIZE, "0", "Bytes in front of the IP header."},
};

FS_ELEMENT(MarkIPHeader) = {
    .name = "MarkIPHeader",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip",
    .summary = "marks the IP header without checking it",
    .doc = "Sets the network and transport header annotations. All packets pass; one that ends before OFFSET gets\n"
           "none.\n\n"
           "    FromDevice(0) -> MarkIPHeader(14) -> IPClassifier(icmp, -) -> ...\n",
    .size = sizeof(struct mark),
    .configure = configure,
    .act = act,
};
