/* ready.h: the READY line (docs/contracts.md, "Log lines"). */
#ifndef PVH_MACHINE_READY_H
#define PVH_MACHINE_READY_H

#include "machine.h"

/* Writes the line to the log, for the first time. */
void ready_say(const struct machine *m, const char *digest);
/* The same line, with its newline, for who asks later; empty before. */
const char *ready_line(size_t *length);

#endif
