/* trace.h: where packets go, told event by event (--trace). Nothing of it is in the way of packets without that option.
 *
 * After the router has started, an element of ours is put between the two ends of each connection. A packet is known by
 * a number in the last four bytes of its annotations, which clones and copies carry on.
 */
#ifndef FS_LINUX_TRACE_H
#define FS_LINUX_TRACE_H

#include "engine/router.h"

struct fs_trace;

enum { FS_TRACE_PATIENCE = 60 }; /* virtual seconds behind the last frame that came in, after which a traced run ends */

/* Follows the packets of a router that is started, and writes to the file `path`. NULL, and a line in `why`, when it
 * cannot be opened or the configuration uses the annotation bytes itself. */
struct fs_trace *fs_trace_begin(struct fs_router *r, const char *path, char *why, size_t why_size);
/* A device received this packet, or is about to send it. A trace that is NULL is none. */
void fs_trace_received(struct fs_trace *t, struct fs_packet *p, unsigned device);
void fs_trace_sent(struct fs_trace *t, const struct fs_packet *p, unsigned device);
/* More happened than a trace holds: the run is to end. */
bool fs_trace_full(const struct fs_trace *t);
/* Tells where each packet stayed, and closes the file; false when something could not be written. */
bool fs_trace_end(struct fs_trace *t);

#endif
