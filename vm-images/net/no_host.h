/* no_host.h: ToHost and ToHostSniffers, in configurations that were written for a router within a host's kernel. */
#ifndef NET_NO_HOST_H
#define NET_NO_HOST_H

#include <flowstream/element.h>

#include "net/handlers.h"

struct fs_no_host {
    struct fs_element base;
    uint64_t count;
};

static inline void fs_no_host_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    ((struct fs_no_host *)e)->count += batch->count;
    fs_drop_batch(e, batch, FS_DROP_DISCARDED);
}

#define FS_NO_HOST_ARGS \
    {"DEVNAME", "string", FS_OPTIONAL, 0, 0, "", "The host's device that packets would seem to come from."}, \
        {"SNIFFERS", "boolean", FS_KEYWORD, 0, 0, "false", "Whether they would be for sniffers alone."}, \
        {"TYPE", "word", FS_KEYWORD, 0, 0, "ETHER", "The kind of device that is meant."}, \
        {"QUIET", "boolean", FS_KEYWORD, 0, 0, "false", "Not needed here."}, \
        {"ALLOW_NONEXISTENT", "boolean", FS_KEYWORD, 0, 0, "true", "Here no device needs to exist."}

#endif
