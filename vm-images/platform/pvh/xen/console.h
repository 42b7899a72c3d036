/* console.h: the PV console, which carries log, control and health as records (control/framed.h).
 * (xen/include/public/io/console.h.) A domain without one, such as a domain 0, has its log alone, by Xen's port 0xe9.
 */
#ifndef PVH_XEN_CONSOLE_H
#define PVH_XEN_CONSOLE_H

#include <control/service.h>

/* Set-up only: lines of the log go there from now on. */
void console_open(void);
/* Conversations begin. */
void console_serve(struct fs_service *control, struct fs_service *health);
/* In each round: moves bytes. True when there were any. */
bool console_poll(void);
/* Before an end: lets what there is to say go out, or the log alone (from wherever), for a moment at most. */
void console_flush(void);
void console_flush_log(void);
/* Zeroes what was said, but for a command that is being done. */
void console_scrub(void);

#endif
