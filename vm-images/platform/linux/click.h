/* click.h: the process build as Click's user-level driver (`click`): what it prints, and when it ends. */
#ifndef FS_LINUX_CLICK_H
#define FS_LINUX_CLICK_H

#include "machine.h"
#include "options.h"

enum { FS_CLICK_NAME = 1024 }; /* longest name of a handler with its element, bytes */

/* Runs the started router, unless it has no elements or --quit was given, and prints the handlers that --handler names.
 * Answers the exit status: 1 when one of them is not there, else what --exit-handler says. */
int fs_click_run(struct fs_machine *m, const struct fs_options *o);

#endif
