/* write.h: handlers that are written before the run (--write HANDLER=FILE). */
#ifndef FS_LINUX_WRITE_H
#define FS_LINUX_WRITE_H

#include "engine/router.h"
#include "options.h"

/* Writes each that does not read so already. One that is refused is told as `REFUSED HANDLER WORDS` on standard error,
 * and the run goes on without it; false when a file cannot be read. */
bool fs_write_handlers(struct fs_router *r, const struct fs_options *o);

#endif
