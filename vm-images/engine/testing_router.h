/* testing_router.h: a test's router from inside, for the two files that implement it. */
#ifndef FS_ENGINE_TESTING_ROUTER_H
#define FS_ENGINE_TESTING_ROUTER_H

#include "build.h"
#include "testing.h"
#include "testing_platform.h"

enum { FS_TEST_ELEMENTS = 256, FS_TEST_CONNECTIONS = 256, FS_TEST_TEXT = 65536 };

struct fs_test {
    struct fs_test_platform platform;
    struct fs_router *router;
    struct fs_element_spec elements[FS_TEST_ELEMENTS];
    struct fs_connection connections[FS_TEST_CONNECTIONS];
    struct fs_blueprint blueprint;
    bool started, broken;
    char text[FS_TEST_TEXT], error[FS_TEST_TEXT];
};

/* Fails the test; what follows does nothing. */
void fs_test_complain(struct fs_test *t, const char *what, const char *name);

#endif
