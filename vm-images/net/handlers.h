/* handlers.h: the read and write handlers that most classes have: a number, a flag, an Ethernet address, a button.
 *
 *     FS_READ_NUMBER(read_count, struct counter, count)
 *     FS_WRITE_NUMBER(write_color, struct paint, color, "color", 0, 255)
 *
 * define functions for a table of handlers. A value that is written must need nothing but to be stored.
 */
#ifndef NET_HANDLERS_H
#define NET_HANDLERS_H

#include <flowstream/element.h>

#include "net/values.h"

#define FS_READ(function, type, statement) \
    static void function(struct fs_element *e, const char *parameters, struct fs_text *value) \
    { \
        const type *self = (const type *)e; \
        (void)parameters; \
        statement; \
    }
#define FS_READ_NUMBER(function, type, field) FS_READ(function, type, fs_text_u64(value, (uint64_t)self->field))
#define FS_READ_SIGNED(function, type, field) FS_READ(function, type, fs_text_i64(value, (int64_t)self->field))
#define FS_READ_FLAG(function, type, field) FS_READ(function, type, fs_text_boolean(value, self->field))
#define FS_READ_MAC(function, type, field) FS_READ(function, type, fs_text_mac(value, self->field))
#define FS_READ_IP(function, type, field) FS_READ(function, type, fs_text_ip(value, self->field))

#define FS_WRITE_NUMBER(function, type, field, name, minimum, maximum) \
    static int function(struct fs_element *e, const char *value, size_t length, struct fs_text *error) \
    { \
        int64_t number; \
        if (fs_write_integer(name, value, length, minimum, maximum, &number, error) != 0) { \
            return -1; \
        } \
        ((type *)e)->field = (__typeof__(((type *)e)->field))number; \
        return 0; \
    }
#define FS_WRITE_FLAG(function, type, field, name) \
    static int function(struct fs_element *e, const char *value, size_t length, struct fs_text *error) \
    { \
        return fs_write_boolean(name, value, length, &((type *)e)->field, error); \
    }
#define FS_WRITE_MAC(function, type, field, name) \
    static int function(struct fs_element *e, const char *value, size_t length, struct fs_text *error) \
    { \
        return fs_write_mac(name, value, length, ((type *)e)->field, error); \
    }
/* A write handler whose text does not matter; `statement` sees the element as `self`. */
#define FS_BUTTON(function, type, statement) \
    static int function(struct fs_element *e, const char *value, size_t length, struct fs_text *error) \
    { \
        type *self = (type *)e; \
        (void)value, (void)length, (void)error; \
        statement; \
        return 0; \
    }

#endif
