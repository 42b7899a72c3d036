#include "net/reader.h"

int fs_reader_open(struct fs_reader *r, struct fs_element *e, const char *name, struct fs_text *error)
{
    r->element = e;
    r->name = name[0] == '-' && name[1] == '\0' ? "<stdin>" : name;
    r->file = fs_file_open(e, name, FS_FILE_READ, error);
    return r->file != NULL ? 0 : -1;
}

void fs_reader_use(struct fs_reader *r, struct fs_element *e, struct fs_bytes bytes)
{
    r->element = e;
    r->name = "DATA";
    r->bytes = bytes;
}

void fs_reader_close(struct fs_reader *r)
{
    if (r->file != NULL) {
        fs_file_close(r->element, r->file);
        r->file = NULL;
    }
    r->bytes.length = r->at = 0;
}

/* More bytes; false at the end. */
static bool fill(struct fs_reader *r)
{
    if (r->at < r->bytes.length) {
        return true;
    }
    if (r->file == NULL) {
        return false;
    }
    r->before += r->bytes.length;
    r->at = 0;
    r->bytes = (struct fs_bytes){r->buffer, fs_file_read(r->element, r->file, r->buffer, sizeof r->buffer, false)};
    return r->bytes.length > 0;
}

bool fs_reader_line(struct fs_reader *r, struct fs_text *line)
{
    bool any = false;
    line->length = line->missing = 0;
    while (fill(r)) {
        const uint8_t *from = r->bytes.at + r->at, *end = r->bytes.at + r->bytes.length, *to = from;
        any = true;
        while (to < end && *to != '\n') {
            to++;
        }
        fs_text_bytes(line, from, (size_t)(to - from));
        r->at += (size_t)(to - from) + (to < end);
        if (to < end) {
            break;
        }
    }
    if (line->length > 0 && line->at[line->length - 1] == '\r') {
        line->length--;
    }
    r->line += any;
    return any;
}

bool fs_reader_get(struct fs_reader *r, void *bytes, size_t n)
{
    uint8_t *to = bytes;
    while (n > 0 && fill(r)) {
        size_t some = r->bytes.length - r->at < n ? r->bytes.length - r->at : n;
        if (to != NULL) {
            __builtin_memcpy(to, r->bytes.at + r->at, some);
            to += some;
        }
        r->at += some;
        n -= some;
    }
    return n == 0;
}

bool fs_reader_skip(struct fs_reader *r, size_t n) { return fs_reader_get(r, NULL, n); }
