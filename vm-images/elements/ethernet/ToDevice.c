/* ToDevice: sends packets out by a device. */
#include <flowstream/device.h>
#include <flowstream/element.h>

#include "net/values.h"

struct to_device {
    struct fs_element base;
    struct fs_task task;      /* pulls, when connected to a pull output */
    struct fs_device *device; /* NULL before initialize() */
    const char *name;
    uint64_t count, pulls;
    uint32_t burst;
    unsigned signals; /* that wake the task */
    struct fs_batch held; /* pulled, but the ring was full */
};

enum { DEVNAME, BURST, METHOD, DEBUG };

/* Hands the device what it takes; what is too long for it is dropped, what finds no room stays. */
static void send(struct to_device *d, struct fs_batch *batch)
{
    const uint32_t limit = fs_device_frame_limit(d->device);
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->length <= limit) {
            batch->packets[kept++] = p;
        } else {
            fs_drop(&d->base, p, FS_DROP_TOO_LONG);
        }
    }
    batch->count = kept;
    if (kept != 0) {
        d->count += fs_device_transmit(d->device, batch);
    }
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct to_device *d = (struct to_device *)e;
    (void)port;
    send(d, batch);
    fs_drop_batch(e, batch, FS_DROP_RING_FULL);
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct to_device *d = (struct to_device *)e;
    bool pulled = false;
    if (d->held.count == 0) {
        d->pulls++;
        fs_input_pull(e, 0, &d->held, d->burst);
        pulled = d->held.count != 0;
    }
    uint32_t before = d->held.count;
    if (before != 0) {
        send(d, &d->held);
    }
    if (d->held.count != 0) {
        fs_device_want_room(d->device, t);
    } else if (before != 0 || d->signals == 0) {
        fs_task_schedule(t);
    }
    return pulled || d->held.count != before;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct to_device *d = (struct to_device *)e;
    (void)error;
    d->name = fs_args_text(e->args, DEVNAME, "");
    d->burst = (uint32_t)fs_args_integer(e->args, BURST, FS_BATCH_MAX);
    return 0;
}

FS_ONCE static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct to_device *d = (struct to_device *)e;
    d->device = fs_device_open(e, d->name);
    if (d->device == NULL) {
        fs_text_string(error, "no such device");
        return -1;
    }
    if (!e->inputs[0].push) {
        fs_task_init(e, &d->task, run);
        d->signals = fs_signal_listen(e, 0, FS_SIGNAL_NONEMPTY, &d->task);
        fs_task_schedule(&d->task);
    }
    return 0;
}

static void cleanup(struct fs_element *e)
{
    struct to_device *d = (struct to_device *)e;
    fs_drop_batch(e, &d->held, FS_DROP_SHUTDOWN);
    if (d->device != NULL) {
        fs_device_close(d->device);
        d->device = NULL;
    }
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct to_device *d = (struct to_device *)e, *o = (struct to_device *)old;
    d->count = o->count;
    if (!e->inputs[0].push) {
        d->held = o->held;
        o->held.count = 0;
    }
}

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct to_device *)e)->count);
}
static void read_pulls(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct to_device *)e)->pulls);
}
static void read_held(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct to_device *)e)->held.count);
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    ((struct to_device *)e)->count = 0;
    return 0;
}

static const struct fs_arg args[] = {
    [DEVNAME] = {"DEVNAME", "device", FS_POSITIONAL, 0, 0, NULL, "The device."},
    [BURST] = {"BURST", "integer", FS_KEYWORD, 1, FS_BATCH_MAX, "64", "Packets to pull at once, at most."},
    [METHOD] = {"METHOD", "word", FS_KEYWORD, 0, 0, "", "Accepted: a device has one way to be written."},
    [DEBUG] = {"DEBUG", "boolean", FS_KEYWORD, 0, 0, "false", "Accepted, without effect."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Frames given to the device."},
    {"reset_counts", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Sets the count to zero."},
    {"pulls", read_pulls, NULL, 0, NULL, "How often it has pulled."},
    {"q", read_held, NULL, 0, NULL, "Packets pulled that wait for room in the device's ring."},
};

FS_ELEMENT(ToDevice) = {
    .name = "ToDevice",
    .ports = "1/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops",
    .summary = "sends packets to a device",
    .doc = "Behind a pull output it pulls while the device has room, and waits without loss while it has none.\n"
           "Packets that are pushed and find the device's ring full are dropped as `ring-full`. A packet longer\n"
           "than the device's frame limit is dropped as `too-long`. Several elements may push to one ToDevice.\n\n"
           "    FromDevice(0) -> ToDevice(1);  FromDevice(1) -> Queue -> ToDevice(0);\n",
    .size = sizeof(struct to_device),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .take_state = take_state,
    .push = push,
};
