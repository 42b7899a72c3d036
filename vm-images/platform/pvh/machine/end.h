/* end.h: the machine's last line, and its end. (docs/contracts.md, "Log lines".) */
#ifndef PVH_MACHINE_END_H
#define PVH_MACHINE_END_H

#include <stddef.h>

/* `ERROR TEXT`, and power off: the configuration is wrong, starting again would not help. */
_Noreturn void end_error(const char *text, size_t length);
/* `STOP WHY`, and power off. */
_Noreturn void end_stop(const char *why);
/* `PANIC TEXT`, pvpanic, and halt. */
_Noreturn void end_panic(const char *text);

#endif
