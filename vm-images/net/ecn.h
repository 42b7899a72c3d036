/* ecn.h: explicit congestion notification (RFC 3168): a packet whose sender understands it is marked, not dropped. */
#ifndef NET_ECN_H
#define NET_ECN_H

#include <flowstream/element.h>

enum fs_ecn { FS_ECN_NOT_CAPABLE, FS_ECN_MARKED, FS_ECN_LOST /* no buffer for bytes of its own: dropped, counted */ };

/* Sets congestion experienced in the IP header that is marked in the packet, or that starts it, or that lies behind its
 * Ethernet header. *p may become another packet. */
enum fs_ecn fs_ecn_mark(struct fs_element *e, struct fs_packet **p);

#endif
