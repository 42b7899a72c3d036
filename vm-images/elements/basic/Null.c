/* Null: passes packets on. */
#include <flowstream/element.h>

static void act(struct fs_element *e, struct fs_batch *batch) { (void)e, (void)batch; }

FS_ELEMENT(Null) = {
    .name = "Null",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "",
    .summary = "passes packets on, unchanged",
    .doc = "A name for a place in a configuration.\n\n    FromDevice(0) -> entry :: Null -> ToDevice(1);\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
