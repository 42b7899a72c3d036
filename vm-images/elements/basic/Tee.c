/* Tee: sends a copy of each packet to each output. */
#include <flowstream/element.h>

struct tee {
    struct fs_element base;
    uint64_t lost; /* copies that could not be made */
};

enum { N };

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct tee *t = (struct tee *)e;
    (void)port;
    for (uint32_t output = 0; output + 1 < e->output_count; output++) {
        struct fs_batch copies;
        copies.count = 0;
        for (uint32_t i = 0; i < batch->count; i++) {
            struct fs_packet *copy = fs_packet_clone(batch->packets[i]);
            if (copy != NULL) {
                fs_batch_add(&copies, copy);
            } else {
                t->lost++;
            }
        }
        fs_output_push(e, output, &copies);
    }
    fs_output_push(e, e->output_count - 1, batch);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    int64_t n = fs_args_integer(e->args, N, e->output_count);
    if (n != (int64_t)e->output_count) {
        fs_text_format(error, "%u outputs are connected, but N is %lld", e->output_count, (long long)n);
        return -1;
    }
    return 0;
}

static void read_lost(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct tee *)e)->lost);
}

static const struct fs_arg args[] = {
    [N] = {"N", "integer", FS_OPTIONAL, 1, INT32_MAX, "the number of outputs", "How many outputs there are."},
};
static const struct fs_handler handlers[] = {
    {"lost", read_lost, NULL, 0, NULL,
     "Copies not made because the packet pool was empty; the packets themselves went on."},
};

FS_ELEMENT(Tee) = {
    .name = "Tee",
    .ports = "1/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "copies",
    .summary = "copies packets to all its outputs",
    .doc = "Copies share their bytes until one of their holders writes. The last output gets the packet itself.\n\n"
           "    FromDevice(0) -> t :: Tee;  t[0] -> ToDevice(1);  t[1] -> ToDevice(2);\n",
    .size = sizeof(struct tee),
    .configure = configure,
    .push = push,
};
