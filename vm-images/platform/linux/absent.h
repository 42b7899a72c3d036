/* absent.h: classes of Click that are not here and will not be, each with what to use in its place: the compiler says so
 * where a configuration names one. */
#ifndef FS_LINUX_ABSENT_H
#define FS_LINUX_ABSENT_H

#include <stdint.h>

struct fs_absent {
    const char *name, *hint;
};
extern const struct fs_absent fs_absent_classes[];
extern const uint32_t fs_absent_class_count;

#endif
