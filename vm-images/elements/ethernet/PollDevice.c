/* PollDevice: FromDevice, by the name of configurations that were written for a router within a kernel. */
#include "net/receiver.h"

enum { DEVNAME, BURST, PROMISC, TIMESTAMP };

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_receiver *r = (struct fs_receiver *)e;
    (void)error;
    r->name = fs_args_text(e->args, DEVNAME, "");
    r->burst = (uint32_t)fs_args_integer(e->args, BURST, FS_BATCH_MAX);
    r->timestamp = fs_args_boolean(e->args, TIMESTAMP, true);
    return 0;
}

static const struct fs_arg args[] = {
    [DEVNAME] = {"DEVNAME", "device", FS_POSITIONAL, 0, 0, NULL, "The device."},
    [BURST] = {"BURST", "integer", FS_OPTIONAL, 1, FS_BATCH_MAX, "64", "Frames to take at once, at most."},
    [PROMISC] = {"PROMISC", "boolean", FS_KEYWORD, 0, 0, "false",
                 "Accepted: a device gives all frames that the switch sends."},
    [TIMESTAMP] = {"TIMESTAMP", "boolean", FS_KEYWORD, 0, 0, "true",
                   "Whether packets carry the time they were received."},
    {"HEADROOM", "integer", FS_KEYWORD, 0, FS_HEADROOM, "128", "Accepted: there are always 128 bytes."},
    {"ALLOW_NONEXISTENT", "boolean", FS_KEYWORD, 0, 0, "false", "Accepted: a template's devices are there."},
    {"QUIET", "boolean", FS_KEYWORD, 0, 0, "false", "Not needed here."},
};
static const struct fs_handler handlers[] = {FS_RECEIVER_HANDLERS};

FS_ELEMENT(PollDevice) = {
    .name = "PollDevice",
    .ports = "0/1",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "",
    .summary = "reads frames from a device",
    .doc = "Does what FromDevice does: that polls while frames come, and sleeps while none do. So configurations run that\n"
           "were written for a router within a kernel.\n\n"
           "    PollDevice(0) -> Queue -> ToDevice(1);\n",
    .size = sizeof(struct fs_receiver),
    .configure = configure,
    .initialize = fs_receiver_initialize,
    .cleanup = fs_receiver_cleanup,
    .take_state = fs_receiver_take_state,
};
