/* SimplePrioSched: gives packets of the first input that has some. */
#include "net/sched.h"

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    (void)port;
    fs_pull_by_rank(e, batch, max);
}

FS_ELEMENT(SimplePrioSched) = {
    .name = "SimplePrioSched",
    .ports = "-/1",
    .processing = "l/l",
    .flow = "x/x",
    .effects = "reorders",
    .summary = "gives packets of the first input that has some",
    .doc = "The same as PrioSched, which takes no longer for looking at signals.\n",
    .size = sizeof(struct fs_element),
    .pull = pull,
};
