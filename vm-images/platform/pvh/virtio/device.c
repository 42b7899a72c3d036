/* device.c: see device.h. */
#include "device.h"

#include "../boot/memory.h"
#include "../boot/pages.h"
#include "../ring0/descriptors.h"

/* 2.1 device status */
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, FAILED = 128 };

/* 4.1.4.3 common configuration */
enum {
    DEVICE_FEATURE_SELECT = 0,
    DEVICE_FEATURE = 4,
    DRIVER_FEATURE_SELECT = 8,
    DRIVER_FEATURE = 12,
    STATUS = 20,
    QUEUE_SELECT = 22,
    QUEUE_SIZE = 24,
    QUEUE_VECTOR = 26,
    QUEUE_ENABLE = 28,
    QUEUE_NOTIFY_OFFSET = 30,
    QUEUE_DESCRIPTORS = 32,
    QUEUE_DRIVER = 40,
    QUEUE_DEVICE = 48,
};

enum { MSIX_ENABLE = 1u << 31, MSIX_ADDRESS = 0xfee00000u, CAPABILITIES_MAX = 16, RESET_LOOKS = 100000, DEVICE_BYTES = 4096 };

static volatile uint32_t *word(volatile uint8_t *at)
{
    return (volatile uint32_t *)(volatile void *)at;
}
static volatile uint16_t *half(volatile uint8_t *at)
{
    return (volatile uint16_t *)(volatile void *)at;
}

static volatile uint8_t *in_bar(pci_function f, unsigned bar, uint32_t offset)
{
    uint64_t at = bar > 5 ? 0 : pci_bar(f, bar);
    return at == 0 ? NULL : (volatile uint8_t *)pages_reach_device(at + offset, DEVICE_BYTES);
}

/* Notes where capabilities lie in configuration space, by virtio's types and with places behind those for others; then
 * finds the registers of each type. The first walk has no branch but its loop's (see boot/start_info.c). */
static void find_registers(struct virtio_device *d)
{
    enum { MSIX = 8, OTHER, PLACES };
    pci_function f = d->function;
    uint8_t places[PLACES] = {0};
    uint32_t at = pci_read32(f, PCI_CAPABILITIES) & 0xfc;
    for (unsigned n = 0; n < CAPABILITIES_MAX && at != 0; n++) {
        uint32_t head = pci_read32(f, at), kind = head & 0xff;
        uint32_t place = kind == PCI_CAPABILITY_MSIX ? MSIX : OTHER;
        place = kind == PCI_CAPABILITY_VENDOR ? head >> 24 & 7 : place;
        places[place] = places[place] == 0 ? (uint8_t)at : places[place]; /* 4.1.4: the first of a type is preferred */
        at = head >> 8 & 0xfc;
    }
    d->msix = places[MSIX];
    for (unsigned type = CAPABILITY_COMMON; type <= CAPABILITY_DEVICE; type++) {
        at = places[type];
        d->registers[type] = at == 0 ? NULL : in_bar(f, pci_read32(f, at + 4) & 0xff, pci_read32(f, at + 8));
    }
    d->notify_multiplier = pci_read32(f, places[CAPABILITY_NOTIFY] + 16u);
    /* The upper half, status bits that a one clears, is left alone. */
    pci_write32(f, PCI_COMMAND, (pci_read32(f, PCI_COMMAND) & 0xffff) | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

void virtio_interrupt(struct virtio_device *d)
{
    /* All queues interrupt by entry 0 of the MSI-X table. (PCI 3.0, 6.8.2.) */
    uint32_t table = d->msix != 0 ? pci_read32(d->function, d->msix + 4u) : 0;
    volatile uint8_t *entry = d->msix != 0 ? in_bar(d->function, table & 7, table & ~7u) : NULL;
    if (entry == NULL) {
        return;
    }
    word(entry)[0] = MSIX_ADDRESS;
    word(entry)[1] = 0;
    word(entry)[2] = VECTOR_WAKE;
    word(entry)[3] = 0; /* not masked */
    pci_write32(d->function, d->msix, pci_read32(d->function, d->msix) | MSIX_ENABLE);
}

/* The features that are both wanted and offered become the driver's, 32 bits at a time. */
static uint32_t agree(volatile uint8_t *common, uint32_t half_index, uint32_t wanted)
{
    *word(common + DEVICE_FEATURE_SELECT) = half_index;
    uint32_t agreed = *word(common + DEVICE_FEATURE) & wanted;
    *word(common + DRIVER_FEATURE_SELECT) = half_index;
    *word(common + DRIVER_FEATURE) = agreed;
    return agreed;
}

bool virtio_find(struct virtio_device *d, pci_function f)
{
    *d = (struct virtio_device){.function = f};
    find_registers(d);
    return d->registers[CAPABILITY_COMMON] != NULL && d->registers[CAPABILITY_NOTIFY] != NULL;
}

bool virtio_negotiate(struct virtio_device *d, uint64_t wanted)
{
    volatile uint8_t *common = d->registers[CAPABILITY_COMMON], *status = common + STATUS;
    *status = 0; /* 3.1.1, 1. Reset the device. 4.1.4.3.2: wait until it reads 0 */
    for (unsigned looks = 0; *status != 0; looks++) {
        if (looks == RESET_LOOKS) {
            return false;
        }
    }
    *status = ACKNOWLEDGE;          /* 2. the guest has noticed the device */
    *status = ACKNOWLEDGE | DRIVER; /* 3. and knows how to drive it */
    wanted |= VIRTIO_F_VERSION_1;
    d->features = agree(common, 0, (uint32_t)wanted); /* 4. read and choose feature bits */
    d->features |= (uint64_t)agree(common, 1, (uint32_t)(wanted >> 32)) << 32;
    *status = ACKNOWLEDGE | DRIVER | FEATURES_OK; /* 5. */
    if ((*status & FEATURES_OK) == 0 || (d->features & VIRTIO_F_VERSION_1) == 0) { /* 6. */
        *status = FAILED;
        return false;
    }
    return true;
}

bool virtio_queue(struct virtio_device *d, struct queue *q, uint16_t index, uint16_t most, bool interrupts)
{
    volatile uint8_t *c = d->registers[CAPABILITY_COMMON];
    *half(c + QUEUE_SELECT) = index; /* 4.1.5.1.3 */
    uint16_t size = *half(c + QUEUE_SIZE);
    if (size == 0) {
        return false;
    }
    if (size > most) {
        size = most;
        *half(c + QUEUE_SIZE) = size;
    }
    void *memory = memory_allocate(NULL, queue_bytes(size));
    if (memory == NULL) {
        return false;
    }
    queue_init(q, memory, index, size, (d->features & VIRTIO_F_EVENT_IDX) != 0);
    q->notify = half(d->registers[CAPABILITY_NOTIFY] + *half(c + QUEUE_NOTIFY_OFFSET) * d->notify_multiplier);
    const uintptr_t parts[] = {(uintptr_t)q->descriptors, (uintptr_t)q->available, (uintptr_t)q->used};
    for (unsigned i = 0; i < 3; i++) {
        *word(c + QUEUE_DESCRIPTORS + 8 * i) = (uint32_t)parts[i]; /* 4.1.3.1: 64-bit fields in two halves */
        *word(c + QUEUE_DESCRIPTORS + 8 * i + 4) = (uint32_t)((uint64_t)parts[i] >> 32);
    }
    if (interrupts) {
        *half(c + QUEUE_VECTOR) = 0;
    }
    *half(c + QUEUE_ENABLE) = 1;
    return true;
}

void virtio_run(struct virtio_device *d)
{
    *(d->registers[CAPABILITY_COMMON] + STATUS) = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
}
