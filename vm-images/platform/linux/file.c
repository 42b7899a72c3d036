/* file.c: files of the configuration, by C's streams. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"

static FILE *stream(struct fs_file *f) { return (FILE *)f; }

static struct fs_file *file_open(void *context, const char *name, enum fs_file_mode mode, struct fs_text *error)
{
    (void)context;
    if (strcmp(name, "-") == 0) {
        return (struct fs_file *)(mode == FS_FILE_READ ? stdin : stdout);
    }
    FILE *f = fopen(name, mode == FS_FILE_READ ? "rb" : mode == FS_FILE_WRITE ? "wb" : "ab");
    if (f == NULL) {
        fs_text_format(error, "%s: %s", name, strerror(errno));
    }
    return (struct fs_file *)f;
}

static size_t file_read(struct fs_file *f, void *bytes, size_t n, bool some)
{
    if (some) {
        ssize_t got = read(fileno(stream(f)), bytes, n);
        return got > 0 ? (size_t)got : 0;
    }
    return fread(bytes, 1, n, stream(f));
}

static bool file_write(struct fs_file *f, const void *bytes, size_t n) { return fwrite(bytes, 1, n, stream(f)) == n; }

static bool file_flush(struct fs_file *f) { return fflush(stream(f)) == 0; }

static bool file_close(struct fs_file *f)
{
    bool standard = stream(f) == stdin || stream(f) == stdout;
    return standard ? fflush(stream(f)) == 0 : fclose(stream(f)) == 0;
}

const struct fs_file_operations fs_linux_files = {file_open, file_read, file_write, file_flush, file_close};
