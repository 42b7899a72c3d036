/* PushNull: passes packets on; its ports are push. */
#include <flowstream/element.h>

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    fs_output_push(e, 0, batch);
}

FS_ELEMENT(PushNull) = {
    .name = "PushNull",
    .ports = "1/1",
    .processing = "h/h",
    .flow = "x/x",
    .effects = "",
    .summary = "passes packets on; its ports are push",
    .doc = "For tests of configurations: a Null whose ports are not agnostic.\n",
    .size = sizeof(struct fs_element),
    .push = push,
};
