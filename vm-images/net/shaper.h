/* shaper.h: Shaper and BandwidthShaper: what is pulled through them comes at a rate at most. */
#ifndef NET_SHAPER_H
#define NET_SHAPER_H

#include "net/gate.h"
#include "net/rated.h"

struct fs_shaper {
    struct fs_rated rated;
    struct fs_gate gate;
};

int fs_shaper_configure(struct fs_element *e, bool bytes, struct fs_text *error);
int fs_shaper_initialize(struct fs_element *e, struct fs_text *error);
void fs_shaper_pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max);

int fs_shaper_write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error);

#define FS_SHAPER_HANDLERS \
    FS_RATED_HANDLER, {"reset", NULL, fs_shaper_write_reset, FS_HANDLER_BUTTON, NULL, "Forgets what was saved up."}

#endif
