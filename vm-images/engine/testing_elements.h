/* testing_elements.h: the ends of a test's router: TestSource, TestStore, TestSink, TestPuller (testing.h). */
#ifndef FS_ENGINE_TESTING_ELEMENTS_H
#define FS_ENGINE_TESTING_ELEMENTS_H

#include "testing_platform.h"

/* The state of all four. */
struct fs_test_end {
    struct fs_element base;
    struct fs_packet *kept[FS_TEST_KEPT]; /* of a store: from `first` on */
    unsigned first, count;
    struct fs_signal signal;
};

#endif
