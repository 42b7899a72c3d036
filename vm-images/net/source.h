/* source.h: the packets of sources that repeat one. */
#ifndef NET_SOURCE_H
#define NET_SOURCE_H

#include <flowstream/element.h>

/* DATA where none is given: Click's, since texts of packets are compared. */
enum { FS_SOURCE_TEXT = 69 };
static const char fs_source_text[] = "Random bullshit in a packet, at least 64 bytes long. Well, now it is.";

struct fs_source {
    const uint8_t *data;
    uint32_t data_length;
    int64_t length; /* of a packet: DATA cut off or repeated; below 0: as long as DATA */
};

/* Takes DATA (or the text) and LENGTH. */
void fs_source_configure(struct fs_source *s, const struct fs_args *args, unsigned data, unsigned length);
static inline uint32_t fs_source_length(const struct fs_source *s)
{
    return s->length < 0 ? s->data_length : (uint32_t)s->length;
}
/* A packet with the time on it; NULL when the pool is empty, or it is too long for the pool. */
struct fs_packet *fs_source_packet(struct fs_element *e, const struct fs_source *s);

#endif
