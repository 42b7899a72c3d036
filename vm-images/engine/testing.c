/* testing.c: the checks, and what they count. */
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned failures;

unsigned fs_test_failures(void) { return failures; }

_Noreturn void fs_panic(const char *text)
{
    fprintf(stderr, "PANIC %s\n", text);
    abort();
}

bool fs_test_check(bool holds, const char *file, int line, const char *what)
{
    if (!holds) {
        failures++;
        printf("%s:%d: does not hold: %s\n", file, line, what);
    }
    return holds;
}

bool fs_test_equal(uint64_t found, uint64_t expected, const char *file, int line, const char *what)
{
    if (found != expected) {
        failures++;
        printf("%s:%d: %s is %lu (0x%lx), expected %lu (0x%lx)\n", file, line, what, found, found, expected, expected);
    }
    return found == expected;
}

bool fs_test_text_equal(const char *found, const char *expected, const char *file, int line, const char *what)
{
    bool same = strcmp(found, expected) == 0;
    if (!same) {
        failures++;
        printf("%s:%d: %s is\n    \"%s\"\nexpected\n    \"%s\"\n", file, line, what, found, expected);
    }
    return same;
}

static void print_bytes(const char *title, const uint8_t *bytes, size_t size)
{
    printf("    %s", title);
    for (size_t i = 0; i < size; i++) {
        printf("%s%02x", i % 4 == 0 ? " " : "", bytes[i]);
    }
    putchar('\n');
}

bool fs_test_frame_equal(const struct fs_packet *found, const void *expected, size_t size, const char *file, int line,
                         const char *what)
{
    if (found != NULL && found->length == size && memcmp(found->data, expected, size) == 0) {
        return true;
    }
    failures++;
    printf("%s:%d: %s is not the expected frame\n", file, line, what);
    if (found == NULL) {
        puts("    no packet");
    } else {
        print_bytes("found   ", found->data, found->length);
    }
    print_bytes("expected", expected, size);
    return false;
}
