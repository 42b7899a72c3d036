/* blob.h: the compiled configuration (docs/contracts.md 2) as a list of elements and connections. */
#ifndef FS_LOADER_BLOB_H
#define FS_LOADER_BLOB_H

#include "engine/build.h"

/* Checks every byte that it uses and fills the blueprint, whose parts are in the router's arena or in the blob itself.
 * 0, or -1 and all problems as lines. */
int fs_blob_read(struct fs_router *r, const uint8_t *blob, size_t length, struct fs_blueprint *b,
                 struct fs_text *error);

#endif
