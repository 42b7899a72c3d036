/* interface.h: what the drivers of network interfaces share: tap.c, packet_socket.c, packet_ring.c, xdp_socket.c. */
#ifndef FS_LINUX_INTERFACE_H
#define FS_LINUX_INTERFACE_H

#include <net/if.h>

#include "machine.h"

enum {
    FS_INTERFACE_ROOM = FS_FRAME_MAX, /* bytes that a driver takes of a frame */
    FS_VLAN_TAG = 4,                  /* bytes */
};

/* A driver's struct begins with it. */
struct fs_interface {
    struct fs_linux_device common;
    char name[IFNAMSIZ];
};

static inline struct fs_interface *fs_interface_of(struct fs_device *d) { return (struct fs_interface *)(void *)d; }

/* False, and one line in `why`: the name is none. */
bool fs_interface_name(const char *name, char *why, size_t why_size);
/* Fills in what all of them have: `size` bytes that begin with a struct fs_interface, zeroed; ends the program when there
 * is no memory for it. */
void *fs_interface_make(size_t size, const char *name, int fd, const struct fs_device_operations *operations);
/* Whether there is an interface of this name: its number, and its address, which an ioctl answers. */
bool fs_interface_find(const char *name, int *index, uint8_t mac[6], char *why, size_t why_size);
/* Says "NAME: WHAT: the error of errno" in `why`. */
void fs_interface_fail(const char *name, const char *what, char *why, size_t why_size);
/* Has the interface receive frames that are for others, as long as this packet socket is open. */
bool fs_interface_all_frames(int packet_socket, int index);

/* Puts a VLAN tag that the kernel gives beside the frame back into it, where there are FS_VLAN_TAG bytes of room behind;
 * type and tci are host numbers. Answers the new length; the same where the frame is too short to have had one. */
size_t fs_interface_put_tag(uint8_t *frame, size_t length, uint16_t type, uint16_t tci);

/* Frames that were lost before any element saw them. */
static inline void fs_interface_lost(struct fs_interface *i, enum fs_loss loss, uint64_t frames)
{
    i->common.losses[loss] += frames;
    i->common.base.counters.no_buffer += frames;
}
/* A frame of this length has come and is taken as packet p, which may be NULL: true when it goes into the batch. */
bool fs_interface_take(struct fs_interface *i, struct fs_batch *batch, struct fs_packet *p, size_t length, bool unfinished);

/* The operations of two kinds that are read by a system call for each frame. */
unsigned fs_interface_receive_by(struct fs_device *d, struct fs_batch *batch, unsigned max,
                                 ssize_t (*take)(struct fs_interface *i, uint8_t *at, size_t size, bool *unfinished));
unsigned fs_interface_transmit(struct fs_device *d, struct fs_batch *batch);
bool fs_interface_arm(struct fs_device *d);
void fs_interface_want_room(struct fs_device *d);
bool fs_interface_close(struct fs_linux_device *d);

#endif
