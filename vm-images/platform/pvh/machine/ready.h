/* ready.h: the READY line (docs/contracts.md, "Log lines"). */
#ifndef PVH_MACHINE_READY_H
#define PVH_MACHINE_READY_H

#include <engine/router.h>

#include "machine.h"

/* Writes the line to the log; answers it, without its newline. */
const char *ready_say(const struct machine *m, struct fs_router *r);
/* The same line for another router, for those who ask: nothing is written. */
const char *ready_again(const struct machine *m, struct fs_router *r);

#endif
