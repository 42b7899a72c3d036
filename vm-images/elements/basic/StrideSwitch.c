/* StrideSwitch: sends packets to its outputs by shares. */
#include "net/stride.h"

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    uint32_t outputs[FS_BATCH_MAX];
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        outputs[i] = fs_stride_next((struct fs_stride *)e, true);
    }
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_DISCARDED);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_stride_configure(e, e->output_count, error);
}

static const struct fs_arg args[] = {
    {"TICKETS", "integers", FS_REST, 0, INT32_MAX, NULL, "The tickets of each output; more than 32,768 count as that."},
};

FS_ELEMENT(StrideSwitch) = {
    .name = "StrideSwitch",
    .ports = "1/=arguments",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = fs_stride_handlers,
    .handler_count = FS_STRIDE_HANDLERS,
    .effects = "drops; reorders",
    .summary = "sends packets to its outputs by shares",
    .doc = "An output with twice as many tickets gets twice as many packets. When no output has tickets, packets are\n"
           "dropped as `discarded`. Handlers are there for the first eight outputs.\n\n"
           "    ... -> s :: StrideSwitch(9, 1);  s[0] -> ToDevice(1);  s[1] -> ToDevice(2);\n",
    .size = sizeof(struct fs_stride),
    .configure = configure,
    .take_state = fs_stride_take_state,
    .push = push,
};
