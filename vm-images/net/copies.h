/* copies.h: copies of a batch for one more output. */
#ifndef NET_COPIES_H
#define NET_COPIES_H

#include <flowstream/element.h>

/* Pushes a copy of each packet by that output; the batch stays as it is. Answers how many copies could not be made. */
static inline uint32_t fs_push_copies(struct fs_element *e, unsigned port, const struct fs_batch *batch)
{
    struct fs_batch copies;
    copies.count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *copy = fs_packet_clone(batch->packets[i]);
        if (copy != NULL) {
            fs_batch_add(&copies, copy);
        }
    }
    uint32_t lost = batch->count - copies.count;
    fs_output_push(e, port, &copies);
    return lost;
}

#endif
