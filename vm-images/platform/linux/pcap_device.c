/* pcap_device.c: a device that replays one file and writes another. In virtual time frames come at their timestamps;
 * else with the same distances, the first one at once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "machine.h"
#include "pcap.h"

struct pcap_device {
    struct fs_linux_device common;
    struct fs_pcap in;
    uint64_t shift; /* what is added to a frame's timestamp; computed once */
    bool shifted, failed;
    FILE *out;
    const char *out_path;
};

static struct pcap_device *mine(struct fs_device *d) { return (struct pcap_device *)(void *)d; }

static uint64_t next(struct fs_linux_device *base)
{
    struct pcap_device *d = mine(&base->base);
    struct fs_pcap_frame frame;
    if (d->in.bytes == NULL || !fs_pcap_peek(&d->in, &frame)) {
        return UINT64_MAX;
    }
    if (!d->shifted) {
        d->shifted = true;
        d->shift = base->machine->simtime ? 0 : fs_machine_now(base->machine) - frame.timestamp;
    }
    return frame.timestamp + d->shift;
}

static unsigned receive(struct fs_device *base, struct fs_batch *batch, unsigned max)
{
    struct pcap_device *d = mine(base);
    struct fs_machine *m = d->common.machine;
    unsigned got = 0;
    while (got < max && next(&d->common) <= fs_machine_now(m)) {
        struct fs_pcap_frame frame;
        fs_pcap_peek(&d->in, &frame);
        fs_pcap_next(&d->in);
        m->last_activity = m->last_arrival = m->virtual_now;
        struct fs_packet *p = fs_packet_new(base->pool, FS_HEADROOM, frame.length);
        if (p == NULL) { /* the pool is empty, or the frame is larger than any packet */
            base->counters.no_buffer++;
            continue;
        }
        memcpy(p->data, frame.bytes, frame.length);
        p->device = base->index;
        fs_set_mac_header(p, p->data);
        fs_trace_received(m->trace, p, base->index);
        base->counters.received++;
        base->counters.received_bytes += frame.length;
        fs_batch_add(batch, p);
        got++;
    }
    return got;
}

static unsigned transmit(struct fs_device *base, struct fs_batch *batch)
{
    struct pcap_device *d = mine(base);
    unsigned n = batch->count;
    d->common.machine->last_activity = d->common.machine->virtual_now;
    for (unsigned i = 0; i < n; i++) {
        const struct fs_packet *p = batch->packets[i];
        fs_trace_sent(d->common.machine->trace, p, base->index);
        base->counters.sent++;
        base->counters.sent_bytes += p->length;
        if (d->out != NULL && !d->failed
            && !fs_pcap_write_frame(d->out, fs_machine_now(d->common.machine), p->data, p->length)) {
            d->failed = true;
            fprintf(stderr, "ERROR %s: %s\n", d->out_path, strerror(errno));
        }
    }
    fs_packet_free_batch(batch);
    return n;
}

static bool arm(struct fs_device *base)
{
    struct pcap_device *d = mine(base);
    d->common.armed = next(&d->common) > fs_machine_now(d->common.machine);
    return d->common.armed;
}

static void want_room(struct fs_device *base) { fs_device_room(base); } /* a file always has room */

static bool close_pcap(struct fs_linux_device *base)
{
    struct pcap_device *d = mine(&base->base);
    if (d->out != NULL && fclose(d->out) != 0 && !d->failed) {
        d->failed = true;
        fprintf(stderr, "ERROR %s: %s\n", d->out_path, strerror(errno));
    }
    bool whole = !d->failed;
    free(d->in.bytes);
    free(d);
    return whole;
}

static const struct fs_device_operations operations = {receive, transmit, arm, want_room};

static int open_in(struct pcap_device *d, const char *in, char *why, size_t why_size)
{
    struct fs_image_file file;
    char reason[200];
    if (in[0] == '\0') {
        return 0;
    }
    if (fs_file_whole(&file, in, reason, sizeof(reason)) != 0) {
        snprintf(why, why_size, "%s: %s", in, reason);
        return -1;
    }
    d->in = (struct fs_pcap){.bytes = file.bytes, .length = file.length};
    if (fs_pcap_check(&d->in, reason, sizeof(reason)) != 0) {
        snprintf(why, why_size, "%s: %s", in, reason);
        return -1;
    }
    return 0;
}

static int open_out(struct pcap_device *d, const char *out, char *why, size_t why_size)
{
    if (out[0] == '\0') {
        return 0;
    }
    d->out_path = out;
    d->out = fopen(out, "wb");
    if (d->out == NULL || !fs_pcap_write_header(d->out)) {
        snprintf(why, why_size, "%s: %s", out, strerror(errno));
        return -1;
    }
    return 0;
}

struct fs_linux_device *fs_pcap_open(const char *in, const char *out, char *why, size_t why_size)
{
    struct pcap_device *d = calloc(1, sizeof(*d));
    d->common = (struct fs_linux_device){.fd = -1, .next = next, .close = close_pcap, .io = "pcap"};
    d->common.base = (struct fs_device){.operations = &operations, .name = "", .frame_limit = 1518};
    if (open_in(d, in, why, why_size) != 0 || open_out(d, out, why, why_size) != 0) {
        close_pcap(&d->common);
        return NULL;
    }
    return &d->common;
}
