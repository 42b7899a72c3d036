/* device.h: one side of a middlebox: a network interface, as the platform gives it (virtio-net, TAP, AF_PACKET, pcap
 * file). A device is known by its number in the order of the machine ("0") or by a name ("eth0", "0:tap…").
 *
 * The same few functions on each platform. None of them waits: what cannot be done now is said, and the caller counts.
 */
#ifndef FLOWSTREAM_DEVICE_H
#define FLOWSTREAM_DEVICE_H

#include <flowstream/packet.h>
#include <flowstream/task.h>

struct fs_device;

/* Opens the device named so, for one more user; NULL when there is none. Closed by as many fs_device_close(). */
struct fs_device *fs_device_open(struct fs_element *e, const char *name);
void fs_device_close(struct fs_device *d);

uint8_t fs_device_index(const struct fs_device *d);
const uint8_t *fs_device_mac(const struct fs_device *d); /* 6 bytes */
unsigned fs_device_frame_limit(const struct fs_device *d); /* longest frame it takes, bytes, without FCS */

/* Adds at most max received frames to the batch; they come from the element's pool, with timestamp, device index and
 * mac header set. Frames that could not be taken for want of buffers are counted by the device. */
unsigned fs_device_receive(struct fs_device *d, struct fs_batch *batch, unsigned max);
/* The task is scheduled when frames arrive while it is asleep. One receiver a device. */
void fs_device_listen(struct fs_device *d, struct fs_task *t);
/* Before the receiving task stops scheduling itself: true when nothing waits and arrival will wake it; false when
 * frames came in between (go on polling). */
bool fs_device_arm(struct fs_device *d);

/* Sends from the front of the batch what the ring takes, removes it from the batch (the device owns those packets and
 * frees them when sent), answers how many. The rest keeps its order. */
unsigned fs_device_transmit(struct fs_device *d, struct fs_batch *batch);
/* The task is scheduled once the ring has room again after a transmit that did not take all. */
void fs_device_want_room(struct fs_device *d, struct fs_task *t);

/* Health level 3 (docs/contracts.md, "Probe"): true when the frame was a probe; it has then been bounced or freed. */
bool fs_probe_take(struct fs_element *e, struct fs_device *d, struct fs_packet *p);
/* BFD with the switch ("BFD" there), for frames whose source address begins with FS_BFD_MAC: true when the frame was
 * sent by it; it has then been answered, if it asked for that, and freed. */
enum { FS_BFD_MAC = 0xfe46 };
bool fs_bfd_take(struct fs_element *e, struct fs_device *d, struct fs_packet *p);

struct fs_device_counters {
    uint64_t received, received_bytes, sent, sent_bytes, no_buffer, ring_full;
};
void fs_device_counters(const struct fs_device *d, struct fs_device_counters *c);

#endif
