/* receiver.h: what FromDevice and PollDevice have in common: frames are taken from a device and pushed on. */
#ifndef NET_RECEIVER_H
#define NET_RECEIVER_H

#include <flowstream/device.h>
#include <flowstream/element.h>

/* configure() sets name, burst, force_ip and timestamp. */
struct fs_receiver {
    struct fs_element base;
    struct fs_task task;
    struct fs_device *device; /* NULL before initialize() */
    const char *name;
    uint64_t count;
    uint32_t burst;
    bool force_ip, timestamp;
};

int fs_receiver_initialize(struct fs_element *e, struct fs_text *error);
void fs_receiver_cleanup(struct fs_element *e);
void fs_receiver_take_state(struct fs_element *e, struct fs_element *old);

void fs_receiver_read_count(struct fs_element *e, const char *parameters, struct fs_text *value);
void fs_receiver_read_kernel_drops(struct fs_element *e, const char *parameters, struct fs_text *value);
int fs_receiver_write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error);

#define FS_RECEIVER_HANDLERS \
    {"count", fs_receiver_read_count, NULL, 0, NULL, "Frames received, without health probes and BFD."}, \
        {"reset_counts", NULL, fs_receiver_write_reset, FS_HANDLER_BUTTON, NULL, "Sets the count to zero."}, \
        {"kernel_drops", fs_receiver_read_kernel_drops, NULL, 0, NULL, \
         "Frames that the device could not take for want of packet buffers."}

#endif
