/* HashSwitch: sends packets to outputs by a hash of some of their bytes. */
#include <flowstream/element.h>

struct hash_switch {
    struct fs_element base;
    uint32_t offset, length;
    bool power_of_two; /* the number of outputs */
};

enum { OFFSET, LENGTH };

/* Click's hash: the sum of the bytes. */
static uint32_t output_of(const struct hash_switch *s, const struct fs_packet *p)
{
    if (p->length < s->offset + s->length) {
        return 0;
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < s->length; i++) {
        sum += p->data[s->offset + i];
    }
    return s->power_of_two ? (sum ^ sum >> 4) & (s->base.output_count - 1) : sum % s->base.output_count;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    uint32_t outputs[FS_BATCH_MAX];
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        outputs[i] = output_of((struct hash_switch *)e, batch->packets[i]);
    }
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_UNCONNECTED);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct hash_switch *s = (struct hash_switch *)e;
    (void)error;
    s->offset = (uint32_t)fs_args_integer(e->args, OFFSET, 0);
    s->length = (uint32_t)fs_args_integer(e->args, LENGTH, 1);
    s->power_of_two = (e->output_count & (e->output_count - 1)) == 0;
    return 0;
}

static const struct fs_arg args[] = {
    [OFFSET] = {"OFFSET", "integer", FS_POSITIONAL, 0, 0xffff, NULL, "Where the bytes start."},
    [LENGTH] = {"LENGTH", "integer", FS_POSITIONAL, 1, 0xffff, NULL, "How many they are."},
};

FS_ELEMENT(HashSwitch) = {
    .name = "HashSwitch",
    .ports = "1/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads any",
    .summary = "sends packets to outputs by a hash of some of their bytes",
    .doc = "Packets with the same bytes there leave by the same output; packets too short leave by output 0.\n\n"
           "    ... -> h :: HashSwitch(16, 4);   // by the destination of IP packets\n"
           "    h[0] -> ToDevice(1);  h[1] -> ToDevice(2);\n",
    .size = sizeof(struct hash_switch),
    .configure = configure,
    .push = push,
};
