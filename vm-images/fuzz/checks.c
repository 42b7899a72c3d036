/* checks.c: the checks of engine/testing.h for fuzzing: what does not hold ends the process, so that the fuzzer keeps
 * the input. In place of engine/testing.c. */
#include "engine/testing.h"

#include <stdio.h>
#include <stdlib.h>

static bool require(bool holds, const char *file, int line, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
        abort();
    }
    return true;
}

_Noreturn void fs_panic(const char *text)
{
    fprintf(stderr, "PANIC %s\n", text);
    abort();
}
bool fs_test_check(bool holds, const char *file, int line, const char *what) { return require(holds, file, line, what); }
bool fs_test_equal(uint64_t found, uint64_t expected, const char *file, int line, const char *what)
{
    return require(found == expected, file, line, what);
}
bool fs_test_text_equal(const char *found, const char *expected, const char *file, int line, const char *what)
{
    return require(strcmp(found, expected) == 0, file, line, what);
}
bool fs_test_frame_equal(const struct fs_packet *found, const void *expected, size_t size, const char *file, int line,
                         const char *what)
{
    return require(found != NULL && found->length == size && memcmp(found->data, expected, size) == 0, file, line, what);
}
