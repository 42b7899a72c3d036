#include "testing.h"

FS_TEST(classes_are_told_in_order_of_name)
{
    unsigned count = 0;
    const struct fs_class *last = NULL;
    for (const struct fs_class *c = fs_class_after(NULL); c != NULL; c = fs_class_after(c)) {
        FS_CHECK(last == NULL || strcmp(last->name, c->name) < 0);
        FS_CHECK(fs_class_find(c->name, strlen(c->name)) == c);
        last = c;
        count++;
    }
    FS_EQUAL(count, fs_class_count()); /* also: no name is there twice */
    FS_CHECK(fs_class_find("Counte", 6) == NULL && fs_class_find("Counters", 8) == NULL);
    FS_CHECK(strstr(fs_class_file(fs_class_find("Counter", 7)), "elements/basic/Counter.c") != NULL);
}
