/* store.h: xenstore, the tree of texts in which a domain finds its devices. (xen/include/public/io/xs_wire.h,
 * docs/misc/xenstore.txt, xenstore-paths.pandoc.) A path without a `/` in front is below the domain's own.
 *
 * Who asks waits for the answer: at set-up, and when the domain is told to end. A xenstore that does not answer for
 * STORE_PATIENCE_NS is the machine's end.
 */
#ifndef PVH_XEN_STORE_H
#define PVH_XEN_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_PATIENCE_NS UINT64_C(30000000000)

/* Set-up only. False when the domain has none. */
bool store_open(void);
bool store_found(void);

/* The value, with a NUL behind it, cut to size - 1 bytes; false, and "", when there is none. */
bool store_read(const char *path, char *room, size_t size);
/* The names below a path, each with a NUL behind it, then one more; as many as there is room for. */
void store_list(const char *path, char *room, size_t size);
/* Does not wait; store_settle() does, and ends the machine when a write was refused. */
void store_write(const char *path, const char *value);
void store_settle(void);

/* The value's changes count from now on. */
void store_watch(const char *path);
/* Whether a value that is watched may have changed since the last call. */
bool store_changed(void);
/* Waits until one may have. */
void store_await(void);

#endif
