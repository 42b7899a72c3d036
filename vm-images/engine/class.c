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

const struct fs_class *fs_class_at(unsigned index)
{
    return index < fs_class_count() ? __start_fs_classes[index].class : NULL;
}

const struct fs_class *fs_class_after(const struct fs_class *previous)
{
    const struct fs_class *next = NULL;
    for (unsigned i = 0; i < fs_class_count(); i++) {
        const struct fs_class *c = __start_fs_classes[i].class;
        if ((previous == NULL || compare(c->name, previous->name) > 0)
            && (next == NULL || compare(c->name, next->name) < 0)) {
            next = c;
        }
    }
    return next;
}

const char *fs_class_file(const struct fs_class *c)
{
    for (unsigned i = 0; i < fs_class_count(); i++) {
        if (__start_fs_classes[i].class == c) {
            return __start_fs_classes[i].file;
        }
    }
    return "";
}

/* Each step halves what is left, without a branch but the loop's. Where the linker has not put the classes in order of
 * name (a process has no linker script), nothing is found that way, and all of them are looked at. */
const struct fs_class *fs_class_named(const char *name)
{
    unsigned at = 0;
    for (unsigned left = fs_class_count(); left > 1;) {
        unsigned half = left / 2;
        at += compare(__start_fs_classes[at + half].class->name, name) <= 0 ? half : 0;
        left -= half;
    }
    const struct fs_class *found = fs_class_at(at);
    return found != NULL && compare(found->name, name) == 0 ? found : fs_class_find(name, strlen(name));
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
