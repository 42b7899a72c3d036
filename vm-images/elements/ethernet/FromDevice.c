/* FromDevice: takes frames from a device and pushes them on. */
#include "net/receiver.h"

enum { DEVNAME, SNIFFER, PROMISC, SNAPLEN, FORCE_IP, METHOD, BPF_FILTER, ENCAP, OUTBOUND, HEADROOM, BURST, TIMESTAMP };

static bool equal(const char *a, const char *b)
{
    size_t length = __builtin_strlen(a);
    return length == __builtin_strlen(b) && __builtin_memcmp(a, b, length) == 0;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_receiver *r = (struct fs_receiver *)e;
    r->name = fs_args_text(e->args, DEVNAME, "");
    r->burst = (uint32_t)fs_args_integer(e->args, BURST, FS_BATCH_MAX);
    r->force_ip = fs_args_boolean(e->args, FORCE_IP, false);
    r->timestamp = fs_args_boolean(e->args, TIMESTAMP, true);
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

static void read_encap(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)e, (void)parameters;
    fs_text_string(value, "ETHER");
}

static const struct fs_arg args[] = {
    [DEVNAME] = {"DEVNAME", "device", FS_POSITIONAL, 0, 0, NULL, "The device."},
    [SNIFFER] = {"SNIFFER", "boolean", FS_KEYWORD, 0, 0, "true", "Accepted: no other stack sees a middlebox's frames."},
    [PROMISC] = {"PROMISC", "boolean", FS_OPTIONAL, 0, 0, "false",
                 "Accepted: a device gives all frames that the switch sends."},
    [SNAPLEN] = {"SNAPLEN", "integer", FS_OPTIONAL, 0, INT32_MAX, "2046", "Accepted: frames are never cut."},
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
    FS_RECEIVER_HANDLERS,
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
    .size = sizeof(struct fs_receiver),
    .configure = configure,
    .initialize = fs_receiver_initialize,
    .cleanup = fs_receiver_cleanup,
    .take_state = fs_receiver_take_state,
};
