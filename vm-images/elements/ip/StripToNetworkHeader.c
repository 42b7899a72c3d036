/* StripToNetworkHeader: takes off what is in front of the network header. */
#include <flowstream/element.h>

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        const uint8_t *at = fs_network_header(p);
        if (at != NULL && at < p->data) { /* stripped before: comes back */
            fs_packet_prepend(p, (size_t)(p->data - at));
        } else if (at == NULL || !fs_packet_strip(p, (size_t)(at - p->data))) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

FS_ELEMENT(StripToNetworkHeader) = {
    .name = "StripToNetworkHeader",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "writes length; drops",
    .summary = "strips packets to their network header",
    .doc = "The packet then begins with the marked header. Packets without one are dropped as `bad-length`.\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
