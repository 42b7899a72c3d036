/* PullTee: sends a copy of each packet that is pulled through it to its other outputs. */
#include "net/copies.h"
#include "net/handlers.h"

struct pull_tee {
    struct fs_element base;
    uint64_t lost; /* copies that could not be made */
};

enum { N };

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct fs_batch fresh;
    fresh.count = 0;
    (void)port;
    fs_input_pull(e, 0, &fresh, max);
    for (uint32_t output = 1; output < e->output_count; output++) {
        ((struct pull_tee *)e)->lost += fs_push_copies(e, output, &fresh);
    }
    for (uint32_t i = 0; i < fresh.count; i++) {
        fs_batch_add(batch, fresh.packets[i]);
    }
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

FS_READ_NUMBER(read_lost, struct pull_tee, lost)

static const struct fs_arg args[] = {
    [N] = {"N", "integer", FS_OPTIONAL, 1, INT32_MAX, "the number of outputs", "How many outputs there are."},
};
static const struct fs_handler handlers[] = {
    {"lost", read_lost, NULL, 0, NULL,
     "Copies not made because the packet pool was empty; the packets themselves went on."},
};

FS_ELEMENT(PullTee) = {
    .name = "PullTee",
    .ports = "1/1-",
    .processing = "l/lh",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "copies",
    .summary = "copies packets that are pulled through it to its other outputs",
    .doc = "Packets go out by output 0, where they are pulled; copies are pushed by the others.\n\n"
           "    Queue -> t :: PullTee -> ToDevice(0);  t[1] -> Counter -> Discard;\n",
    .size = sizeof(struct pull_tee),
    .configure = configure,
    .pull = pull,
};
