/* StripIPHeader: takes the outermost IP header off. */
#include "net/marked.h"

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        const struct fs_ip *h = fs_marked_ip(p);
        if (h == NULL) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        fs_packet_strip(p, (size_t)((const uint8_t *)h - p->data) + fs_ip_header_length(h));
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

FS_ELEMENT(StripIPHeader) = {
    .name = "StripIPHeader",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "reads ip; writes ip length; drops",
    .summary = "strips the outermost IP header",
    .doc = "The packet then begins behind the marked header and its options; what was in front of it goes, too.\n"
           "Packets without a marked IP header are dropped as `bad-length`.\n\n"
           "    ... -> CheckIPHeader -> StripIPHeader -> CheckIPHeader -> ...   // IP in IP\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
