/* swap.h: a running machine takes a new configuration (docs/contracts.md 5): it is made and started beside the old one,
 * which goes on when that fails.
 */
#ifndef FS_LOADER_SWAP_H
#define FS_LOADER_SWAP_H

#include "engine/router.h"

enum fs_swap_kind {
    FS_SWAP_KEEP,  /* elements of the same name and class take the state of the old ones over */
    FS_SWAP_SCRUB, /* nothing of the old configuration, its state or its packets stays in memory */
};

/* SHA-256 of an image segment, then the segment. */
struct fs_swap_message {
    void *memory; /* of the platform, `size` bytes; NULL once it is the new router's */
    size_t size, length;
};

/* Between two rounds alone. 0: the platform was given the new router (fs_platform.install), and `older` is gone. -1, and
 * lines: the old router runs on; or, where a scrub was asked for and `message->memory` is NULL, the new one runs, and
 * something of the old one is left. */
int fs_swap(struct fs_router *older, struct fs_swap_message *message, enum fs_swap_kind kind, struct fs_text *error);

#endif
