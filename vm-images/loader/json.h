/* json.h: finding a few values in the manifest (JSON, RFC 8259), without memory. Positions are pointers into the text;
 * NULL means that there is no such value or that the text is not JSON.
 */
#ifndef FS_LOADER_JSON_H
#define FS_LOADER_JSON_H

#include <stddef.h>

struct fs_json {
    const char *at, *end; /* from the value's first byte to the end of the whole text */
};

struct fs_json fs_json_text(const char *text, size_t length);
/* The value of an object's member. */
struct fs_json fs_json_member(struct fs_json object, const char *name);
/* An array's item. */
struct fs_json fs_json_item(struct fs_json array, unsigned index);
/* A string's bytes as written, escapes and all; NULL when it is none. */
const char *fs_json_string(struct fs_json value, size_t *length);

#endif
