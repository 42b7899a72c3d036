/* class.c: the element classes that were linked in. FS_ELEMENT puts an entry for each into the section fs_classes.
 */
#include "internal.h"

/* Weak: a build without any class links, too. */
extern const struct fs_class_entry __start_fs_classes[] __attribute__((weak));
extern const struct fs_class_entry __stop_fs_classes[] __attribute__((weak));

unsigned fs_class_count(void) { return (unsigned)(__stop_fs_classes - __start_fs_classes); }

static int compare(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

/* The linker's order is that of files; classes are few, so the i-th by name is looked for. */
static const struct fs_class_entry *entry_at(unsigned index)
{
    for (unsigned i = 0; i < fs_class_count(); i++) {
        unsigned before = 0;
        for (unsigned k = 0; k < fs_class_count(); k++) {
            int order = compare(__start_fs_classes[k].class->name, __start_fs_classes[i].class->name);
            before += order < 0 || (order == 0 && k < i);
        }
        if (before == index) {
            return &__start_fs_classes[i];
        }
    }
    return NULL;
}

const struct fs_class *fs_class_at(unsigned index)
{
    const struct fs_class_entry *entry = entry_at(index);
    return entry != NULL ? entry->class : NULL;
}

const char *fs_class_file(unsigned index)
{
    const struct fs_class_entry *entry = entry_at(index);
    return entry != NULL ? entry->file : "";
}

const struct fs_class *fs_class_find(const char *name, size_t length)
{
    for (unsigned i = 0; i < fs_class_count(); i++) {
        if (fs_text_is(name, length, __start_fs_classes[i].class->name)) {
            return __start_fs_classes[i].class;
        }
    }
    return NULL;
}
