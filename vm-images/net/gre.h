/* gre.h: Generic Routing Encapsulation (RFC 2784, with key and sequence number of RFC 2890) and VXLAN (RFC 7348). */
#ifndef NET_GRE_H
#define NET_GRE_H

#include "net/bytes.h"

enum {
    FS_GRE_SIZE = 4, /* flags and protocol; each of checksum, key and sequence number has 4 bytes more */
    FS_GRE_CHECKSUM = 0x8000,
    FS_GRE_ROUTING = 0x4000, /* RFC 1701; not in use any more */
    FS_GRE_KEY = 0x2000,
    FS_GRE_SEQUENCE = 0x1000,
    FS_GRE_RESERVED = 0x0ff8,
    FS_GRE_VERSION = 0x0007,

    FS_VXLAN_SIZE = 8,
    FS_VXLAN_PORT = 4789,
    FS_VXLAN_ID_VALID = 0x08, /* in the first byte */
};

struct fs_vxlan {
    uint8_t flags, reserved[3];
    uint8_t id[4]; /* the network identifier in the upper 24 bits */
};
_Static_assert(sizeof(struct fs_vxlan) == FS_VXLAN_SIZE, "no padding");

#endif
