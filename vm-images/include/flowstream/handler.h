/* handler.h: named values of an element that can be read and written while it runs (Click's handlers).
 *
 * A read handler appends text, or says fs_text_fail(); a write handler parses text and answers 0, or appends one line that says what is wrong
 * and answers -1, leaving the element as it was. Names, flags and texts are Click's where Click has the class.
 */
#ifndef FLOWSTREAM_HANDLER_H
#define FLOWSTREAM_HANDLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <flowstream/args.h>

struct fs_element;

/* Text that grows into a buffer of the caller's; what does not fit is counted in `missing`, never written. */
struct fs_text {
    char *at;
    size_t length, capacity, missing;
    bool failed; /* fs_text_fail() was called: the text is what went wrong */
    /* Makes room for n more bytes and answers true, or leaves it; NULL: the buffer is as large as it is. `owner` is its
     * own. fs_text_growing() of element.h makes such a text. */
    bool (*grow)(struct fs_text *t, size_t n);
    void *owner;
};
void fs_text_char(struct fs_text *t, char c);
void fs_text_string(struct fs_text *t, const char *s);
void fs_text_bytes(struct fs_text *t, const void *bytes, size_t n);
void fs_text_u64(struct fs_text *t, uint64_t v);
void fs_text_i64(struct fs_text *t, int64_t v);
void fs_text_hex(struct fs_text *t, const void *bytes, size_t n); /* two digits a byte, no spaces */
/* printf's %s %c %d %u %ld %lu %lld %llu %x %lx %llx %02x-style widths and %%; nothing else. */
void fs_text_format(struct fs_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A read handler cannot answer (bad parameters): the text becomes these words, and the reader is told so. */
void fs_text_fail(struct fs_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

enum fs_handler_flags {
    FS_HANDLER_CALM = 1,     /* reading it changes nothing and may be cached for a moment */
    FS_HANDLER_BUTTON = 2,   /* a write handler that takes no text */
    FS_HANDLER_CHECKBOX = 4, /* true or false */
    FS_HANDLER_RAW = 8,      /* the value's bytes matter: no trailing newline is added or removed */
    FS_HANDLER_PARAMETER = 16, /* the read value has parameters after the name */
    FS_HANDLER_EXPENSIVE = 32,
    FS_HANDLER_PRIVATE = 128, /* only elements of the configuration may call it, no client */
    FS_HANDLER_DIFFERS = 256,  /* what is read is not what is written, but a measure or a part of it */
    FS_HANDLER_COMPILED = 64, /* the text is lowered by the daemon (type in `type`); write() gets bytes */
};

struct fs_handler {
    const char *name;
    void (*read)(struct fs_element *e, const char *parameters, struct fs_text *value);
    int (*write)(struct fs_element *e, const char *value, size_t length, struct fs_text *error);
    unsigned flags;
    const char *type; /* argument type of a FS_HANDLER_COMPILED value, else NULL */
    FS_DOC(doc);
};

#endif
