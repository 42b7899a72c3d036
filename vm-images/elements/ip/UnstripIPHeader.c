/* UnstripIPHeader: brings a stripped IP header back. */
#include <flowstream/element.h>

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        const uint8_t *at = fs_network_header(p);
        if (at == NULL) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        if (at < p->data) {
            fs_packet_prepend(p, (size_t)(p->data - at)); /* marks lie within the packet's room */
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

FS_ELEMENT(UnstripIPHeader) = {
    .name = "UnstripIPHeader",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "writes length; drops",
    .summary = "restores the outermost IP header",
    .doc = "The packet then begins with the marked header again; one that begins before it stays as it is. Packets\n"
           "without a mark are dropped as `bad-length`.\n\n"
           "    ... -> CheckIPHeader -> StripIPHeader -> Print -> UnstripIPHeader -> ...\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
