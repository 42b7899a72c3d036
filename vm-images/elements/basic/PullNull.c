/* PullNull: passes packets on; its ports are pull. */
#include <flowstream/element.h>

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    (void)port;
    fs_input_pull(e, 0, batch, max);
}

FS_ELEMENT(PullNull) = {
    .name = "PullNull",
    .ports = "1/1",
    .processing = "l/l",
    .flow = "x/x",
    .effects = "",
    .summary = "passes packets on; its ports are pull",
    .doc = "For tests of configurations: a Null whose ports are not agnostic.\n",
    .size = sizeof(struct fs_element),
    .pull = pull,
};
