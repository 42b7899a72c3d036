/* Hub: sends what comes by one port out by all others. */
#include "net/copies.h"

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    uint32_t last = e->output_count - 1 == port ? e->output_count - 2 : e->output_count - 1;
    if (e->output_count < 2) {
        fs_drop_batch(e, batch, FS_DROP_DISCARDED);
        return;
    }
    for (uint32_t i = 0; i < last; i++) {
        if (i != port) {
            fs_push_copies(e, i, batch);
        }
    }
    fs_output_push(e, last, batch);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    if (e->input_count != e->output_count) {
        fs_text_format(error, "expected as many inputs as outputs, found %u and %u", e->input_count, e->output_count);
        return -1;
    }
    return 0;
}

FS_ELEMENT(Hub) = {
    .name = "Hub",
    .ports = "-/-",
    .processing = "h/h",
    .flow = "#/[^#]",
    .effects = "copies; drops",
    .summary = "sends what comes by one port out by all others",
    .doc = "    h :: Hub;  FromDevice(0) -> [0]h[0] -> ToDevice(0);  FromDevice(1) -> [1]h[1] -> ToDevice(1);\n",
    .size = sizeof(struct fs_element),
    .configure = configure,
    .push = push,
};
