#include "write.h"

#include <stdlib.h>
#include <string.h>

#include "image.h"

enum { WORDS = 1024, COMPILED_HEAD = 8 };

/* The text of a value: of a compiled one (docs/contracts.md 5) what it was compiled of. */
static struct fs_bytes text_of(const struct fs_image_file *file)
{
    struct fs_bytes text = {file->bytes, file->length};
    uint32_t length = 0;
    if (file->length >= (size_t)COMPILED_HEAD && memcmp(file->bytes, "FSCV", 4) == 0) {
        memcpy(&length, file->bytes + 4, sizeof(length));
        if (length <= file->length - (size_t)COMPILED_HEAD) {
            text = (struct fs_bytes){file->bytes + COMPILED_HEAD, length};
        }
    }
    while (text.length > 0 && text.at[text.length - 1] == '\n') {
        text.length--;
    }
    return text;
}

/* Whether the handler reads so now, a newline at the end apart. */
static bool reads_so(struct fs_router *r, const char *handler, struct fs_bytes text)
{
    size_t room = text.length + 2;
    char *buffer = malloc(room);
    struct fs_text value = {.at = buffer, .capacity = room};
    bool same = buffer != NULL && fs_router_read(r, handler, "", &value) == FS_HANDLER_OK && value.missing == 0;
    while (same && value.length > 0 && buffer[value.length - 1] == '\n') {
        value.length--;
    }
    same = same && value.length == text.length && memcmp(buffer, text.at, text.length) == 0;
    free(buffer);
    return same;
}

static void write_one(struct fs_router *r, const char *handler, const struct fs_image_file *file)
{
    char words[WORDS];
    struct fs_text error = {.at = words, .capacity = sizeof(words)};
    if (reads_so(r, handler, text_of(file))) {
        return;
    }
    enum fs_handler_answer answer = fs_router_write(r, handler, (const char *)file->bytes, file->length, &error);
    if (answer == FS_HANDLER_OK) {
        return;
    }
    if (answer != FS_HANDLER_FAILED) {
        error.length = 0;
        fs_text_string(&error, "there is no such handler to write");
    }
    for (size_t i = 0; i < error.length; i++) {
        words[i] = words[i] == '\n' ? ' ' : words[i];
    }
    fprintf(stderr, "REFUSED %s %.*s\n", handler, (int)error.length, words);
}

bool fs_write_handlers(struct fs_router *r, const struct fs_options *o)
{
    bool all = true;
    for (unsigned i = 0; i < o->write_count; i++) {
        struct fs_image_file file;
        char why[300];
        if (fs_file_whole(&file, o->writes[i].file, why, sizeof(why)) != 0) {
            fprintf(stderr, "ERROR --write %s: %s: %s\n", o->writes[i].handler, o->writes[i].file, why);
            all = false;
            continue;
        }
        write_one(r, o->writes[i].handler, &file);
        fs_image_close(&file);
    }
    return all;
}
