/* xen.h: what Xen does for its guests, as far as this one asks: pages of Xen's, event channels, grants, sleep, the end.
 * (xen/include/public; docs/misc/pvh.pandoc.) All but the functions said to be for always are for set-up alone: behind the
 * seal, ring 0 makes three hypercalls and no other (ring0/stub.S).
 */
#ifndef PVH_XEN_XEN_H
#define PVH_XEN_XEN_H

#include <stdbool.h>
#include <stddef.h>

#include "abi.h"

/* First of all: hypercalls. */
void xen_begin(void);
/* Where the memory ends in which that address lies, for domains whose start info does not say (domain 0); 0 unknown. */
uintptr_t xen_memory_end(uintptr_t at);
/* What Xen shares; needs memory (boot/memory.h). */
void xen_open(void);
extern volatile struct xen_shared_info *xen_shared;

/* Zeroed pages, one behind the other; a machine without them ends. Before anything else takes memory in other sizes. */
void *xen_pages(size_t count);
/* A parameter of the domain (hvm/params.h), 0 when it has none. */
uint64_t xen_parameter(uint32_t index);
/* The page that a parameter names, within reach for always; NULL when it names none. */
void *xen_parameter_page(uint32_t index);

/* ---- event channels ---- */
/* A port to which that domain may bind its end. */
uint32_t xen_port(uint16_t domain);
/* From now on the port ends sleeping. */
void xen_listen(uint32_t port);
/* For always: tells the other end of the port. */
void xen_send(uint32_t port);
/* For always: forgets what has come until now: to be followed by a look at all that ports speak for, then by sleep. */
void xen_heard(void);
/* For always: sleeps until something comes by a port, or the system time `until` (ns; 0: no time). */
void xen_sleep(uint64_t until);

/* ---- grants ---- */
/* Lets a domain read (or write too) these pages for as long as the machine lives. Answers the first reference; the
 * others follow it. */
uint32_t xen_grant(uint16_t domain, const void *pages, size_t count, bool writable);

/* For always: the domain's end, for a reason of sched.h. */
_Noreturn void xen_shutdown(uint32_t reason);

#endif
