/* contents.h: bytes of packets as Print and its like show them. */
#ifndef NET_CONTENTS_H
#define NET_CONTENTS_H

#include <flowstream/handler.h>

enum fs_contents { FS_CONTENTS_NONE, FS_CONTENTS_HEX, FS_CONTENTS_ASCII };

/* NONE, HEX, ASCII in any case, or a boolean. */
bool fs_parse_contents(const char *text, enum fs_contents *contents);
/* Hexadecimal in groups of 4 bytes, or characters in groups of 8 behind a space each, dots for what cannot be shown.
 * per_line: bytes behind a line feed and two spaces each; UINT32_MAX: all in the line that is there. */
void fs_text_contents(struct fs_text *t, enum fs_contents contents, const uint8_t *at, uint32_t n, uint32_t per_line);

#endif
