/* RandomSwitch: sends each packet to an output by chance. */
#include <flowstream/element.h>

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    uint32_t outputs[FS_BATCH_MAX];
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        outputs[i] = (uint32_t)((fs_random(e) >> 32) * e->output_count >> 32);
    }
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_UNCONNECTED);
}

FS_ELEMENT(RandomSwitch) = {
    .name = "RandomSwitch",
    .ports = "1/1-",
    .processing = "h/h",
    .flow = "x/x",
    .effects = "reorders",
    .summary = "sends each packet to one of its outputs by chance",
    .doc = "All outputs are equally likely.\n\n"
           "    FromDevice(0) -> r :: RandomSwitch;  r[0] -> ToDevice(1);  r[1] -> ToDevice(2);\n",
    .size = sizeof(struct fs_element),
    .push = push,
};
