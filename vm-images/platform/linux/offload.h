/* offload.h: checksums that whoever sent a frame left to a NIC that is not there.
 *
 * Between interfaces that are memory alone (veth, TAP) Linux passes frames on without the TCP or UDP checksum: its field
 * holds the sum of the pseudo header, for a NIC to go on from. A middlebox that sends such a frame sends a broken one.
 */
#ifndef FS_LINUX_OFFLOAD_H
#define FS_LINUX_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a frame that is known to be unfinished: puts the checksum into its outermost TCP or UDP header (RFC 9293 3.1,
 * RFC 768), behind any number of VLAN tags. False, and nothing changed, where that is not what is unfinished. */
bool fs_offload_finish(uint8_t *frame, size_t length);
/* Of one that may be: the same if it looks so. A whole frame does by chance once in 65,536, and then stays as it is, for
 * its checksum is right; a broken one of which the same is true would be taken for an unfinished one. So this is for
 * interfaces that carry frames from memory to memory and break none. */
void fs_offload_guess(uint8_t *frame, size_t length);

#endif
