/* gate.c: the input gate of devices, with which no packet of a new flow is lost or overtaken.
 *
 * A flow's first packets reach the daemon as packet-ins; once there is a rule for the flow, the next ones come straight to
 * the device. With the gate closed these wait: with the driver, and where its ring is full with the host, whose tap holds
 * a thousand. The daemon hands over, by the control channel, what it holds (`inject`): those frames are received before
 * all others. When no more packet-ins come it opens the gate. docs/contracts.md 5, "First packets".
 */
#include "internal.h"

enum { RECORD = 4, DEVICE = 0, FLAGS = 1, LENGTH = 2, OPEN = 1 };

unsigned fs_gate_receive(struct fs_device *d, struct fs_batch *batch, unsigned max)
{
    unsigned n = d->injected_count < max ? d->injected_count : max;
    if (n == 0) {
        return d->gate_closed ? 0 : d->operations->receive(d, batch, max);
    }
    for (unsigned i = 0; i < n; i++) {
        fs_batch_add(batch, d->injected[i]);
        d->counters.received_bytes += d->injected[i]->length;
    }
    d->counters.received += n;
    d->injected_count -= n;
    memmove(d->injected, d->injected + n, d->injected_count * sizeof d->injected[0]);
    return n;
}

void fs_gate_clear(struct fs_device *d)
{
    while (d->injected_count > 0) {
        fs_packet_free(d->injected[--d->injected_count]);
    }
}

/* A line a device: INDEX open|closed INJECTED, the last the frames that were injected and not received yet. */
void fs_gate_read(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    for (uint32_t i = 0; i < r->platform->device_count; i++) {
        const struct fs_device *d = r->platform->devices[i];
        fs_text_format(value, "%u %s %u\n", i, d->gate_closed ? "closed" : "open", d->injected_count);
    }
}

static void set(struct fs_device *d, bool closed)
{
    bool opens = d->gate_closed && !closed;
    d->gate_closed = closed;
    if (opens) {
        fs_device_arrived(d);
    }
}

/* `open` or `closed`: all devices. */
int fs_gate_write(struct fs_router *r, const char *value, size_t length, struct fs_text *error)
{
    while (length > 0 && (value[length - 1] == '\n' || value[length - 1] == ' ')) {
        length--;
    }
    bool closed = fs_text_is(value, length, "closed");
    if (!closed && !fs_text_is(value, length, "open")) {
        fs_text_string(error, "expected open or closed");
        return -1;
    }
    for (uint32_t i = 0; i < r->platform->device_count; i++) {
        set(r->platform->devices[i], closed);
    }
    return 0;
}

/* ---- frames by the control channel ---- */

struct record {
    struct fs_device *device;
    const uint8_t *frame;
    size_t length;
    bool opens;
};

/* Takes the next record off the front; false, with a line, when it is none. */
static bool take(struct fs_router *r, const uint8_t **at, const uint8_t *end, struct record *taken, struct fs_text *error)
{
    const uint8_t *head = *at;
    size_t left = (size_t)(end - head);
    size_t length = left >= (size_t)RECORD ? (size_t)(head[LENGTH] | head[LENGTH + 1] << 8) : 0;
    if (left < (size_t)RECORD || left - RECORD < length) {
        fs_text_string(error, "a record is cut short");
        return false;
    }
    if (head[DEVICE] >= r->platform->device_count) {
        fs_text_format(error, "there is no device %u", head[DEVICE]);
        return false;
    }
    *taken = (struct record){r->platform->devices[head[DEVICE]], head + RECORD, length, (head[FLAGS] & OPEN) != 0};
    if (length > taken->device->frame_limit) {
        fs_text_format(error, "a frame of %lu bytes is longer than device %u takes", length, head[DEVICE]);
        return false;
    }
    *at += RECORD + length;
    return true;
}

/* Whether all records are sound, and there is room and somebody to receive them: it is all of them, or none. */
static bool takes_all(struct fs_router *r, const uint8_t *at, const uint8_t *end, struct fs_text *error)
{
    uint32_t of_device[UINT8_MAX + 1] = {0}, all = 0;
    while (at < end) {
        struct record next;
        if (!take(r, &at, end, &next, error)) {
            return false;
        }
        if (next.length == 0) {
            continue;
        }
        struct fs_device *d = next.device;
        if (d->listener == NULL || d->listener->element->router != r) {
            fs_text_format(error, "nobody receives from device %u", d->index);
            return false;
        }
        all++;
        if (d->injected_count + ++of_device[d->index] > (uint32_t)FS_INJECTED_MAX) {
            fs_text_format(error, "busy: %u frames wait at device %u", d->injected_count, d->index);
            return false;
        }
    }
    if (all > r->platform->pool->free_count) {
        fs_text_string(error, "busy: no packet buffers");
        return false;
    }
    return true;
}

/* Records of u8 device, u8 flags (1: the device's gate opens), u16 length (little-endian), and so many bytes of a frame. */
int fs_gate_inject(struct fs_router *r, const char *value, size_t length, struct fs_text *error)
{
    const uint8_t *at = (const uint8_t *)value, *end = at + length;
    if (!takes_all(r, at, end, error)) {
        return -1;
    }
    while (at < end) {
        struct record next;
        if (!take(r, &at, end, &next, error)) {
            return -1;
        }
        struct fs_device *d = next.device;
        struct fs_packet *p = next.length > 0 ? fs_packet_new(r->platform->pool, FS_HEADROOM, next.length) : NULL;
        if (p != NULL) {
            memcpy(p->data, next.frame, next.length);
            p->device = d->index;
            fs_set_mac_header(p, p->data);
            d->injected[d->injected_count++] = p;
            fs_device_arrived(d);
        }
        if (next.opens) {
            set(d, false);
        }
    }
    return 0;
}
