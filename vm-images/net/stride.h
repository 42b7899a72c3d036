/* stride.h: shares by tickets (Waldspurger and Weihl, "Stride Scheduling", 1995): who has twice as many is chosen twice
 * as often. Everyone has a pass, the least is next, and being chosen moves it on by a stride. */
#ifndef NET_STRIDE_H
#define NET_STRIDE_H

#include <flowstream/element.h>

enum { FS_STRIDE_ONE = 1 << 16, FS_TICKETS_MAX = 1 << 15, FS_STRIDE_NONE = 0xffffffff };

struct fs_stride_client {
    uint64_t pass;
    uint32_t tickets, stride;
    uint32_t tried; /* in which choice it was last */
};
/* An element that shares its inputs or outputs so. */
struct fs_stride {
    struct fs_element base;
    struct fs_stride_client *clients;
    uint32_t count, choice;
};

/* From configure(): argument 0, `integers`, has the tickets of `count` clients. */
int fs_stride_configure(struct fs_element *e, uint32_t count, struct fs_text *error);
void fs_stride_take_state(struct fs_element *e, struct fs_element *old);
/* The next client that was not chosen since the last call with `first`; FS_STRIDE_NONE when there is none. */
uint32_t fs_stride_next(struct fs_stride *s, bool first);

/* tickets0 to tickets7: handlers are of the class, so there is a number of them. */
enum { FS_STRIDE_HANDLERS = 8 };
extern const struct fs_handler fs_stride_handlers[FS_STRIDE_HANDLERS];

#endif
