/* PrioSched: gives packets of the first input that has some. */
#include "net/sched.h"

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    (void)port;
    fs_pull_by_rank(e, batch, max);
}

FS_ELEMENT(PrioSched) = {
    .name = "PrioSched",
    .ports = "-/1",
    .processing = "l/l",
    .flow = "x/x",
    .effects = "reorders",
    .summary = "gives packets of the first input that has some",
    .doc = "Input 0 goes before input 1, and so on: a later input waits as long as an earlier one has packets.\n\n"
           "    voice :: Queue -> [0]ps :: PrioSched -> ToDevice(0);  rest :: Queue -> [1]ps;\n",
    .size = sizeof(struct fs_element),
    .pull = pull,
};
