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

/* 4.1.4 what capabilities are for */
enum { CAPABILITY_COMMON = 1, CAPABILITY_NOTIFY, CAPABILITY_INTERRUPT, CAPABILITY_DEVICE };

struct virtio_device {
    pci_function function;
    uint8_t msix; /* its capability, 0 none */
    volatile uint8_t *registers[CAPABILITY_DEVICE + 1]; /* by capability; NULL where there is none */
    uint32_t notify_multiplier;
    uint64_t features; /* agreed on */
};

/* Set-up only: finds the device's registers and lets it work. False when it is not a modern one. */
bool virtio_find(struct virtio_device *d, pci_function f);
/* Steps 1 to 6: reset, acknowledge, agree on `wanted` as far as offered. False when the device refuses; it is then
 * marked as failed. */
bool virtio_negotiate(struct virtio_device *d, uint64_t wanted);
/* Step 7, each queue: at most `most` entries; interrupts by VECTOR_WAKE if wanted. False when there is no such queue, or
 * no memory for it. */
bool virtio_queue(struct virtio_device *d, struct queue *q, uint16_t index, uint16_t most, bool interrupts);
/* Step 8. */
void virtio_run(struct virtio_device *d);
/* Set-up only, any time after virtio_find(): turns interrupts on. */
void virtio_interrupt(struct virtio_device *d);

#endif
