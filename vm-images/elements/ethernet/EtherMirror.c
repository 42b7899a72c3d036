/* EtherMirror: swaps the Ethernet addresses. */
#include <flowstream/element.h>

#include "net/ether.h"

static void swap(struct fs_ether *h)
{
    uint8_t destination[6];
    __builtin_memcpy(destination, h->destination, 6);
    __builtin_memcpy(h->destination, h->source, 6);
    __builtin_memcpy(h->source, destination, 6);
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (i + 2 < batch->count) {
            __builtin_prefetch(batch->packets[i + 2]->data, 1);
        }
        if (p->length < FS_ETHER_SIZE) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        p = fs_writable(e, p);
        if (p != NULL) {
            swap((struct fs_ether *)p->data);
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

FS_ELEMENT(EtherMirror) = {
    .name = "EtherMirror",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "writes eth.src eth.dst; drops",
    .summary = "swaps Ethernet source and destination",
    .doc = "A frame shorter than an Ethernet header is dropped as `bad-length`.\n\n"
           "    FromDevice(0) -> EtherMirror -> ToDevice(0);\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
