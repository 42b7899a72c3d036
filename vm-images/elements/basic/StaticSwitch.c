/* StaticSwitch: sends all packets to one output. */
#include <flowstream/element.h>

enum { OUTPUT };

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    int64_t output = fs_args_integer(e->args, OUTPUT, 0);
    (void)port;
    if (output < 0 || output >= (int64_t)e->output_count) {
        fs_drop_batch(e, batch, FS_DROP_DISCARDED);
    } else {
        fs_output_push(e, (unsigned)output, batch);
    }
}

static const struct fs_arg args[] = {
    [OUTPUT] = {"OUTPUT", "integer", FS_POSITIONAL, INT32_MIN, INT32_MAX, NULL,
                "The output; below 0, or one that there is not: drop."},
};

FS_ELEMENT(StaticSwitch) = {
    .name = "StaticSwitch",
    .ports = "1/-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "drops",
    .summary = "sends packets to one of its outputs",
    .doc = "A Switch that cannot be switched. Where there is no such output packets are dropped as `discarded`.\n\n"
           "    s :: StaticSwitch($log);  s[0] -> ToDevice(1);  s[1] -> Print -> ToDevice(1);\n",
    .size = sizeof(struct fs_element),
    .push = push,
};
