/* testing_files.h: files in memory, for tests of what reads and writes them. */
#ifndef FS_ENGINE_TESTING_FILES_H
#define FS_ENGINE_TESTING_FILES_H

#include "platform.h"

enum { FS_TEST_FILES = 16 };

struct fs_test_file {
    char *name, *bytes; /* NUL behind the bytes; name NULL: none */
    size_t length;
};

extern const struct fs_file_operations fs_test_file_operations; /* whose context is a struct fs_test_platform */
struct fs_test_file *fs_test_file_find(struct fs_test_file *files, const char *name, bool make);
void fs_test_file_append(struct fs_test_file *file, const void *bytes, size_t n);
void fs_test_files_free(struct fs_test_file *files);

#endif
