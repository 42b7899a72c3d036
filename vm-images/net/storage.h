/* storage.h: the queues that an element watches: those it names, or the nearest ones behind it (push) or before it
 * (pull), by the connections (Click's flow-based router context). */
#ifndef NET_STORAGE_H
#define NET_STORAGE_H

#include <flowstream/element.h>

struct fs_storage {
    struct fs_element **queues;
    uint32_t count;
};

/* From initialize(). `names`: parted by spaces; NULL or empty: the nearest. Answers like initialize(). */
int fs_storage_find(struct fs_element *e, const char *names, bool downstream, struct fs_storage *s,
                    struct fs_text *error);
static inline uint32_t fs_storage_length(const struct fs_storage *s)
{
    uint32_t length = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        length += s->queues[i]->class->stored(s->queues[i]);
    }
    return length;
}
void fs_storage_text(const struct fs_storage *s, struct fs_text *value); /* names, one a line */

#endif
