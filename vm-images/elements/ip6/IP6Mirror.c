/* IP6Mirror: sends IPv6 packets back where they came from. */
#include "net/marked6.h"

static void swap(uint8_t *a, uint8_t *b, size_t n)
{
    while (n-- > 0) {
        uint8_t kept = a[n];
        a[n] = b[n];
        b[n] = kept;
    }
}

/* What is swapped is added up in the same checksums: they stay as they are. */
static void change(const struct fs_packet *p, struct fs_ip6 *h)
{
    struct fs_ip6_upper upper;
    uint8_t *at = (uint8_t *)h;
    const uint8_t *end = fs_ip6_end(p, h);
    swap(h->source, h->destination, 16);
    fs_ip6_walk(at, end, &upper);
    if ((upper.protocol == FS_PROTOCOL_TCP || upper.protocol == FS_PROTOCOL_UDP) && !upper.later_fragment
        && end - at >= upper.offset + 4) {
        swap(at + upper.offset, at + upper.offset + 2, 2);
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        struct fs_ip6 *h = p == NULL ? NULL : fs_marked_ip6(p);
        if (h != NULL) {
            change(p, h);
            batch->packets[kept++] = p;
        } else if (p != NULL) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
        }
    }
    batch->count = kept;
}

FS_ELEMENT(IP6Mirror) = {
    .name = "IP6Mirror",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "writes ip6.src ip6.dst tcp.sport tcp.dport udp.sport udp.dport; drops",
    .summary = "swaps IPv6 source and destination",
    .doc = "Swaps the addresses and, in TCP and UDP packets that are no later fragments, the ports. Checksums stay\n"
           "right. Packets without a marked IPv6 header are dropped as `bad-length`.\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
