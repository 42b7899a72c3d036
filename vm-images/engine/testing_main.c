/* testing_main.c: runs the tests that were linked in, or those whose name or file contains the argument. */
#include <stdio.h>

#include "testing.h"

extern const struct fs_test_case __start_fs_tests[] __attribute__((weak));
extern const struct fs_test_case __stop_fs_tests[] __attribute__((weak));

int main(int argc, char **argv)
{
    unsigned passed = 0, failed = 0;
    for (const struct fs_test_case *c = __start_fs_tests; c < __stop_fs_tests; c++) {
        if (argc > 1 && strstr(c->name, argv[1]) == NULL && strstr(c->file, argv[1]) == NULL) {
            continue;
        }
        unsigned before = fs_test_failures();
        c->run();
        bool good = fs_test_failures() == before;
        if (!good) {
            printf("FAILED %s (%s)\n", c->name, c->file);
        }
        fflush(stdout);
        *(good ? &passed : &failed) += 1;
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0 || passed == 0 ? 1 : 0;
}
