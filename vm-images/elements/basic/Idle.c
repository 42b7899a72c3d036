/* Idle: takes and gives nothing. */
#include <flowstream/element.h>

struct idle {
    struct fs_element base;
    struct fs_signal nonempty; /* never active: pullers sleep for good */
};

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_signal_offer(e, &((struct idle *)e)->nonempty, FS_SIGNAL_NONEMPTY, false);
    return 0;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    fs_drop_batch(e, batch, FS_DROP_DISCARDED);
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    (void)e, (void)port, (void)batch, (void)max;
}

FS_ELEMENT(Idle) = {
    .name = "Idle",
    .ports = "-/-",
    .processing = "a/a",
    .flow = "x/y",
    .effects = "drops",
    .summary = "discards what is pushed, and gives nothing when pulled",
    .doc = "Fills ports that have to be connected. What it drops is counted as `discarded`.\n\n"
           "    Idle -> [1] mixer;  filter[1] -> Idle;\n",
    .size = sizeof(struct idle),
    .configure = configure,
    .push = push,
    .pull = pull,
};
