/* FromDevice: takes frames from a device and pushes them on. */
#include <flowstream/device.h>
#include <flowstream/element.h>

#include "net/ether.h"
#include "net/ip.h"
#include "net/ip6.h"
#include "net/values.h"

enum { ETHER_PROBE = 0x88b5 }; /* the EtherType of health probes; whether it is one, fs_probe_take() says */

struct from_device {
    struct fs_element base;
    struct fs_task task;
    struct fs_device *device; /* NULL before initialize() */
    const char *name;
    uint64_t count;
    uint32_t burst;
    bool force_ip, timestamp;
};

enum { DEVNAME, SNIFFER, PROMISC, SNAPLEN, FORCE_IP, METHOD, BPF_FILTER, ENCAP, OUTBOUND, HEADROOM, BURST, TIMESTAMP };

static void set_type(const struct from_device *f, struct fs_packet *p)
{
    static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const uint8_t *to = ((const struct fs_ether *)p->data)->destination;
    if ((to[0] & 1) == 0) {
        bool mine = __builtin_memcmp(to, fs_device_mac(f->device), 6) == 0;
        p->packet_type = mine ? FS_TYPE_HOST : FS_TYPE_OTHER_HOST;
    } else {
        p->packet_type = __builtin_memcmp(to, broadcast, 6) == 0 ? FS_TYPE_BROADCAST : FS_TYPE_MULTICAST;
    }
}

/* FORCE_IP: marks the IP header; false when there is none. */
static bool mark_ip(struct fs_packet *p)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    int type = fs_take_ether(&c);
    if (type == FS_ETHER_IP && fs_left(&c) >= FS_IP_SIZE) {
        fs_set_network_header(p, c.at, fs_ip_header_length((const struct fs_ip *)c.at));
        return true;
    }
    if (type == FS_ETHER_IP6 && fs_left(&c) >= FS_IP6_SIZE) {
        fs_set_network_header(p, c.at, FS_IP6_SIZE);
        return true;
    }
    return false;
}

/* Takes probes and unwanted frames out of the batch. */
static void look(struct from_device *f, struct fs_batch *batch)
{
    struct fs_element *e = &f->base;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (i + 1 < count) {
            __builtin_prefetch(batch->packets[i + 1]->data);
        }
        if (p->length >= FS_ETHER_SIZE) {
            if (fs_get16(p->data + 12) == ETHER_PROBE && fs_probe_take(e, f->device, p)) {
                continue;
            }
            set_type(f, p);
        }
        f->count++;
        if (!f->timestamp) {
            p->timestamp = 0;
        }
        if (f->force_ip && !mark_ip(p)) {
            fs_reject(e, 1, p, FS_DROP_BAD_PROTOCOL);
            continue;
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct from_device *f = (struct from_device *)e;
    struct fs_batch batch;
    batch.count = 0;
    unsigned received = fs_device_receive(f->device, &batch, f->burst);
    if (received == 0) {
        if (!fs_device_arm(f->device)) {
            fs_task_schedule(t);
        }
        return false;
    }
    look(f, &batch);
    fs_output_push(e, 0, &batch);
    fs_task_schedule(t);
    return true;
}

static bool equal(const char *a, const char *b)
{
    size_t length = __builtin_strlen(a);
    return length == __builtin_strlen(b) && __builtin_memcmp(a, b, length) == 0;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct from_device *f = (struct from_device *)e;
    f->name = fs_args_text(e->args, DEVNAME, "");
    f->burst = (uint32_t)fs_args_integer(e->args, BURST, FS_BATCH_MAX);
    f->force_ip = fs_args_boolean(e->args, FORCE_IP, false);
    f->timestamp = fs_args_boolean(e->args, TIMESTAMP, true);
    if (fs_args_given(e->args, BPF_FILTER) && *fs_args_text(e->args, BPF_FILTER, "") != '\0') {
        fs_text_string(error, "BPF_FILTER is not supported; put an IPClassifier or a Classifier behind");
        return -1;
    }
    if (fs_args_boolean(e->args, OUTBOUND, false)) {
        fs_text_string(error, "OUTBOUND true is not supported: a device does not give back what is sent to it");
        return -1;
    }
    if (fs_args_given(e->args, ENCAP)) {
        const char *encap = fs_args_text(e->args, ENCAP, "");
        if (!equal(encap, "ETHER") && !equal(encap, "AUTO")) {
            fs_text_format(error, "ENCAP %s is not supported, expected ETHER", encap);
            return -1;
        }
    }
    return 0;
}

FS_ONCE static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct from_device *f = (struct from_device *)e;
    f->device = fs_device_open(e, f->name);
    if (f->device == NULL) {
        fs_text_string(error, "no such device");
        return -1;
    }
    fs_task_init(e, &f->task, run);
    fs_device_listen(f->device, &f->task);
    fs_task_schedule(&f->task);
    return 0;
}

static void cleanup(struct fs_element *e)
{
    struct from_device *f = (struct from_device *)e;
    if (f->device != NULL) {
        fs_device_close(f->device);
        f->device = NULL;
    }
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct from_device *)e)->count = ((struct from_device *)old)->count;
}

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct from_device *)e)->count);
}
static void read_kernel_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_device_counters counters;
    (void)parameters;
    fs_device_counters(((struct from_device *)e)->device, &counters);
    fs_text_u64(value, counters.no_buffer);
}
static void read_encap(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)e, (void)parameters;
    fs_text_string(value, "ETHER");
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    ((struct from_device *)e)->count = 0;
    return 0;
}

static const struct fs_arg args[] = {
    [DEVNAME] = {"DEVNAME", "device", FS_POSITIONAL, 0, 0, NULL, "The device."},
    [SNIFFER] = {"SNIFFER", "boolean", FS_KEYWORD, 0, 0, "true", "Accepted: no other stack sees a middlebox's frames."},
    [PROMISC] = {"PROMISC", "boolean", FS_KEYWORD, 0, 0, "false",
                 "Accepted: a device gives all frames that the switch sends."},
    [SNAPLEN] = {"SNAPLEN", "integer", FS_KEYWORD, 0, INT32_MAX, "2046", "Accepted: frames are never cut."},
    [FORCE_IP] = {"FORCE_IP", "boolean", FS_KEYWORD, 0, 0, "false",
                  "Whether to pass IP packets only, with their header marked."},
    [METHOD] = {"METHOD", "word", FS_KEYWORD, 0, 0, "", "Accepted: a device has one way to be read."},
    [BPF_FILTER] = {"BPF_FILTER", "string", FS_KEYWORD, 0, 0, "", "Must be empty."},
    [ENCAP] = {"ENCAP", "word", FS_KEYWORD, 0, 0, "ETHER", "Must be ETHER."},
    [OUTBOUND] = {"OUTBOUND", "boolean", FS_KEYWORD, 0, 0, "false", "Must be false."},
    [HEADROOM] = {"HEADROOM", "integer", FS_KEYWORD, 0, FS_HEADROOM, "128", "Accepted: there are always 128 bytes."},
    [BURST] = {"BURST", "integer", FS_KEYWORD, 1, FS_BATCH_MAX, "64", "Frames to take at once, at most."},
    [TIMESTAMP] = {"TIMESTAMP", "boolean", FS_KEYWORD, 0, 0, "true",
                   "Whether packets carry the time they were received."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Frames received, without health probes."},
    {"reset_counts", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Sets the count to zero."},
    {"kernel_drops", read_kernel_drops, NULL, 0, NULL,
     "Frames that the device could not take for want of packet buffers."},
    {"encap", read_encap, NULL, 0, NULL, "ETHER."},
};

FS_ELEMENT(FromDevice) = {
    .name = "FromDevice",
    .ports = "0/1-2",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops",
    .summary = "reads frames from a device",
    .doc = "Sets timestamp, device and packet type annotations. Sleeps while nothing arrives. With FORCE_IP other\n"
           "frames leave by output 1; where it is not connected they are dropped as `bad-protocol`.\n\n"
           "    FromDevice(0, PROMISC true) -> Queue -> ToDevice(1);\n",
    .size = sizeof(struct from_device),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .take_state = take_state,
};
