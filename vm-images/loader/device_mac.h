/* device_mac.h: Ethernet addresses that a configuration gives by a device's name. An image does not know them: each
 * machine has its own. The compiler stores a stand-in, 03 46 53 44 00 and the device's number (a group address that
 * nobody uses), in whose place the loader puts the device's address. */
#ifndef FS_LOADER_DEVICE_MAC_H
#define FS_LOADER_DEVICE_MAC_H

#include "engine/internal.h"

/* Puts addresses in place of stand-ins in a value of type ether-address or arp-entries; the value is copied when there
 * are some. Answers what is wrong, or NULL. */
const char *fs_fill_device_macs(struct fs_router *r, const struct fs_arg *arg, struct fs_bytes *value);

#endif
