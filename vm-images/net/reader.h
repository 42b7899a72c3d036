/* reader.h: a file that is read from front to end, or bytes in its place. */
#ifndef NET_READER_H
#define NET_READER_H

#include <flowstream/element.h>
#include <flowstream/file.h>

enum { FS_READER_BUFFER = 8192 };

struct fs_reader {
    struct fs_element *element;
    struct fs_file *file; /* NULL: `bytes` are all that there is */
    const char *name;
    struct fs_bytes bytes;
    size_t at;           /* in bytes */
    uint64_t before;     /* bytes of the file in front of `bytes` */
    uint32_t line;       /* lines read so far */
    uint8_t buffer[FS_READER_BUFFER];
};

/* 0, or -1 and a line in `error`. */
int fs_reader_open(struct fs_reader *r, struct fs_element *e, const char *name, struct fs_text *error);
/* Reads from bytes that stay where they are. */
void fs_reader_use(struct fs_reader *r, struct fs_element *e, struct fs_bytes bytes);
/* Takes NULL's place: may be called again, and on one that was never opened. */
void fs_reader_close(struct fs_reader *r);
/* The next line without its end, in `line`; false behind the last. */
bool fs_reader_line(struct fs_reader *r, struct fs_text *line);
/* The next n bytes; false when there are fewer. */
bool fs_reader_get(struct fs_reader *r, void *bytes, size_t n);
bool fs_reader_skip(struct fs_reader *r, size_t n);
static inline uint64_t fs_reader_position(const struct fs_reader *r) { return r->before + r->at; }

#endif
