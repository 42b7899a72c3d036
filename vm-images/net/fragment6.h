/* fragment6.h: splitting an IPv6 packet into fragments (RFC 8200 section 4.5). */
#ifndef NET_FRAGMENT6_H
#define NET_FRAGMENT6_H

#include "net/marked6.h"

enum { FS_FRAGMENT6_SIZE = 8 }; /* of the fragment header */

/* Pushes the packet by output 0 in fragments of at most `mtu` bytes, in order, each with what stands in front of the IPv6
 * header, and adds to `made`. The packet has a marked header, bytes of its own, and all that its payload length says; one
 * that is a fragment itself is split once more, another gets the next identification. Consumes it, also when it is
 * malformed or buffers are short of all fragments, for then it is dropped; -1, and the packet as it was, when its headers
 * alone are too long. */
int fs_fragment6(struct fs_element *e, struct fs_packet *p, uint32_t mtu, uint32_t *id, uint64_t *made);

#endif
