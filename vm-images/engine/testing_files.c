#include "testing_files.h"

#include <stdlib.h>
#include <string.h>

#include "testing_platform.h"

/* A file that is open. */
struct fs_file {
    struct fs_test_file *file;
    size_t at;
};

struct fs_test_file *fs_test_file_find(struct fs_test_file *files, const char *name, bool make)
{
    for (unsigned i = 0; i < FS_TEST_FILES; i++) {
        if (files[i].name == NULL && make) {
            files[i].name = strdup(name);
            files[i].bytes = calloc(1, 1);
        }
        if (files[i].name == NULL || strcmp(files[i].name, name) == 0) {
            return files[i].name != NULL ? &files[i] : NULL;
        }
    }
    return NULL;
}

void fs_test_file_append(struct fs_test_file *file, const void *bytes, size_t n)
{
    file->bytes = realloc(file->bytes, file->length + n + 1);
    if (n > 0) {
        memcpy(file->bytes + file->length, bytes, n);
    }
    file->length += n;
    file->bytes[file->length] = '\0';
}

void fs_test_files_free(struct fs_test_file *files)
{
    for (unsigned i = 0; i < FS_TEST_FILES; i++) {
        free(files[i].name);
        free(files[i].bytes);
    }
}

static struct fs_file *test_open(void *context, const char *name, enum fs_file_mode mode, struct fs_text *error)
{
    struct fs_test_platform *p = context;
    struct fs_test_file *file = fs_test_file_find(p->files, name, mode != FS_FILE_READ);
    if (file == NULL) {
        fs_text_format(error, "%s: No such file or directory", name);
        return NULL;
    }
    if (mode == FS_FILE_WRITE && strcmp(name, "-") != 0) {
        file->length = 0;
        file->bytes[0] = '\0';
    }
    struct fs_file *f = calloc(1, sizeof(*f));
    f->file = file;
    return f;
}

static size_t test_read(struct fs_file *f, void *bytes, size_t n, bool some)
{
    size_t rest = f->file->length - f->at;
    (void)some;
    n = n < rest ? n : rest;
    memcpy(bytes, f->file->bytes + f->at, n);
    f->at += n;
    return n;
}

static bool test_write(struct fs_file *f, const void *bytes, size_t n)
{
    fs_test_file_append(f->file, bytes, n);
    return true;
}

static bool test_flush(struct fs_file *f) { return f != NULL; }

static bool test_close(struct fs_file *f)
{
    free(f);
    return true;
}

const struct fs_file_operations fs_test_file_operations = {test_open, test_read, test_write, test_flush, test_close};
