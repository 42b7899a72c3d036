/* channels.h: byte streams to the host: the ports of one virtio-serial device.
 * (Virtual I/O Device specification 1.1, 5.3.)
 *
 * A channel is one port, known by its name, with a service (control/service.h) behind it. The host's opening and closing
 * of a port begins and ends a session. The device is set up after READY; a machine without it runs without it.
 */
#ifndef PVH_VIRTIO_CHANNELS_H
#define PVH_VIRTIO_CHANNELS_H

#include <control/service.h>

#include "device.h"

enum {
    CHANNEL_COUNT = 2,
    CHANNEL_PORTS = 4, /* port numbers 1 .. CHANNEL_PORTS are looked at */
    CHANNEL_BUFFERS = 2,
    CHANNEL_BYTES = 2048,
    CHANNEL_MESSAGES = 16,
    CHANNEL_MESSAGE_BYTES = 64, /* a control message with a name */
};

struct channel {
    const char *name; /* of the port */
    struct fs_service *service;
    struct queue *receive, *transmit; /* NULL until a port of that name was seen */
    uint32_t port;
    bool open;
    const uint8_t *input; /* bytes that the service has not taken yet, of buffer input_buffer */
    size_t input_left;
    uint8_t *input_buffer;
    uint8_t *output_free[CHANNEL_BUFFERS];
    unsigned output_free_count;
    uint8_t input_bytes[CHANNEL_BUFFERS][CHANNEL_BYTES], output_bytes[CHANNEL_BUFFERS][CHANNEL_BYTES];
};

struct channels {
    struct virtio_device virtio;
    bool found, running;
    struct queue control_receive, control_transmit;
    struct queue port_receive[CHANNEL_PORTS], port_transmit[CHANNEL_PORTS];
    struct channel channel[CHANNEL_COUNT];
    uint8_t messages[CHANNEL_MESSAGES][CHANNEL_MESSAGE_BYTES]; /* to the driver */
    uint8_t answers[CHANNEL_MESSAGES][8];                      /* to the device */
    unsigned next_answer;
};

/* Set-up: finds the device's registers. False when it cannot be driven. */
bool channels_find(struct channels *c, pci_function f);
/* After READY: names[i] is served by services[i]. */
void channels_open(struct channels *c, const char *const *names, struct fs_service *const *services);
/* In each round: moves bytes. True when there were any. */
bool channels_poll(struct channels *c);
/* Bytes are on their way to the host. */
bool channels_busy(const struct channels *c);
/* Zeroes what sessions left in buffers, those of the command that is being done apart; the host has nothing under way. */
void channels_scrub(struct channels *c);
/* Last thing before sleeping: true when an interrupt is sure to come with the next event. */
bool channels_sleep(struct channels *c);

#endif
