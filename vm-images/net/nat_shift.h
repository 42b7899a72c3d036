/* nat_shift.h: TCP sequence numbers that are shifted because something changed the length of what a connection carries
 * (FTPPortMapper). A shift holds from a sequence number on; later ones add up. Acknowledgements of the other direction,
 * and the edges of selective ones (RFC 2018), are shifted back. Few connections need it: they have records of their own.
 */
#ifndef NET_NAT_SHIFT_H
#define NET_NAT_SHIFT_H

#include "net/ip.h"
#include "net/nat_table.h"
#include "net/transport.h"

/* Room for so many connections in the table, unless there is some. 0, or -1 when there is no memory. */
int fs_nat_shift_init(struct fs_nat_table *t, struct fs_element *e, uint32_t connections);
/* From `sequence` on, packets of the direction have `by` added. Sequence numbers of calls ascend. False when there is
 * no room, or they do not. */
bool fs_nat_shift_add(struct fs_nat_table *t, uint32_t entry, uint32_t sequence, int32_t by);
void fs_nat_shift_forget(struct fs_nat_table *t, uint32_t record);
/* Of a mapping in state FS_NAT_SHIFTED. The whole of the TCP header without options is there. */
void fs_nat_shift_apply(const struct fs_nat_table *t, const struct fs_nat_flow *f, unsigned direction,
                        const struct fs_ip *ip, struct fs_tcp *tcp, const uint8_t *end);
/* What is added to the newest sequence numbers of that entry's direction. */
int32_t fs_nat_shift_of(const struct fs_nat_table *t, uint32_t entry);

#endif
