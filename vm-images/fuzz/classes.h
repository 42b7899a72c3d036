/* classes.h: how an input names a class: by a mark made of its name, so that what was kept of earlier runs still means
 * the same class when others were added. */
#ifndef FUZZ_CLASSES_H
#define FUZZ_CLASSES_H

#include <string.h>

#include <flowstream/element.h>

#include "engine/internal.h"

/* FNV-1a, folded to 16 bits. */
static inline uint16_t class_mark(const char *name)
{
    uint32_t h = 2166136261u;
    for (; *name != '\0'; name++) {
        h = (h ^ (uint8_t)*name) * 16777619u;
    }
    return (uint16_t)(h ^ h >> 16);
}

/* The class whose mark is the next one at or above; none of the tests' own. */
static inline const struct fs_class *class_near(uint16_t mark)
{
    static uint16_t marks[1024];
    const struct fs_class *nearest = NULL;
    uint16_t distance = 0xffff;
    for (unsigned i = 0; i < fs_class_count() && i < sizeof marks / sizeof marks[0]; i++) {
        const struct fs_class *class = fs_class_at(i);
        if (marks[i] == 0) {
            marks[i] = class_mark(class->name);
        }
        uint16_t away = (uint16_t)(marks[i] - mark);
        if ((nearest == NULL || away < distance) && strncmp(class->name, "Test", 4) != 0) {
            nearest = class;
            distance = away;
        }
    }
    return nearest;
}

#endif
