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

/* What is not taken over when a running machine is given another configuration. */
static bool begins_anew(const char *name)
{
    static const char *const words[] = {
        "DriverManager", "Script", /* programs of a configuration: a new one runs its own, from the beginning */
        "FTPPortMapper",           /* what it knows is in its rewriters */
    };
    for (size_t i = 0; i < FS_COUNT(words); i++) {
        if (strcmp(words[i], name) == 0) {
            return true;
        }
    }
    return false;
}

FS_TEST(a_class_that_keeps_state_takes_it_over)
{
    unsigned keep = 0;
    for (const struct fs_class *c = fs_class_after(NULL); c != NULL; c = fs_class_after(c)) {
        bool keeps = c->effects != NULL && strstr(c->effects, "keeps-state") != NULL;
        if (keeps && !begins_anew(c->name)) {
            FS_TEXT(c->take_state != NULL ? c->name : "no take_state", c->name);
        }
        keep += keeps;
    }
    FS_CHECK(keep > 30);
}
