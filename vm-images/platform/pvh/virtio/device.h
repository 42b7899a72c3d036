/* device.h: a virtio device on PCI, driver's side, up to its queues.
 * (Virtual I/O Device specification 1.1: 3.1.1 for the steps, 4.1 for PCI.) */
#ifndef PVH_VIRTIO_DEVICE_H
#define PVH_VIRTIO_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "../machine/pci.h"
#include "queue.h"

#define VIRTIO_F_EVENT_IDX (UINT64_C(1) << 29)
#define VIRTIO_F_VERSION_1 (UINT64_C(1) << 32)

struct virtio_device {
    pci_function function;
    volatile uint8_t *common, *notify;
    volatile uint8_t *config; /* the device type's own */
    uint32_t notify_multiplier;
    uint64_t features; /* agreed on */
};

/* Steps 1 to 6: reset, acknowledge, agree on `wanted` as far as offered. False when the device is not a modern one or
 * refuses; it is then marked as failed. */
bool virtio_open(struct virtio_device *d, pci_function f, uint64_t wanted);
/* Step 7, each queue: at most `most` entries, of memory that memory_take() gives; interrupts by VECTOR_WAKE if wanted.
 * False when there is no such queue. */
bool virtio_queue(struct virtio_device *d, struct queue *q, uint16_t index, uint16_t most, bool interrupts);
/* Step 8. */
void virtio_run(struct virtio_device *d);

#endif
