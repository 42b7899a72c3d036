/* paint.h: the COLOR and ANNO arguments of the elements that go by a one-byte annotation. */
#ifndef NET_PAINT_H
#define NET_PAINT_H

#include <flowstream/element.h>

struct fs_paint {
    struct fs_element base;
    uint16_t annotation;
    uint8_t color;
};

/* The annotation of argument `index`; -1 and a line in `error` when it is not of one byte. */
static inline int fs_paint_annotation(struct fs_element *e, unsigned index, uint16_t *annotation, struct fs_text *error)
{
    *annotation = (uint16_t)fs_args_integer(e->args, index, FS_ANNO_PAINT);
    if (fs_annotation_size(*annotation) != 1 || !fs_annotation_valid(*annotation)) {
        fs_text_string(error, "ANNO: expected an annotation of one byte");
        return -1;
    }
    return 0;
}

#endif
