/* RoundRobinSwitch: sends packets to its outputs by turns. */
#include <flowstream/element.h>

struct round_robin_switch {
    struct fs_element base;
    uint32_t next;
};

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct round_robin_switch *s = (struct round_robin_switch *)e;
    uint32_t outputs[FS_BATCH_MAX];
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        outputs[i] = s->next;
        s->next = s->next + 1 < e->output_count ? s->next + 1 : 0;
    }
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_UNCONNECTED);
}

FS_ELEMENT(RoundRobinSwitch) = {
    .name = "RoundRobinSwitch",
    .ports = "1/1-",
    .processing = "h/h",
    .flow = "x/x",
    .effects = "reorders",
    .summary = "sends packets to its outputs by turns",
    .doc = "    FromDevice(0) -> rr :: RoundRobinSwitch;  rr[0] -> ToDevice(1);  rr[1] -> ToDevice(2);\n",
    .size = sizeof(struct round_robin_switch),
    .push = push,
};
