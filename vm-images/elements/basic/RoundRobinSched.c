/* RoundRobinSched: gives packets of its inputs by turns. */
#include "net/sched.h"

struct round_robin {
    struct fs_element base;
    uint32_t next;
};

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    (void)port;
    fs_pull_by_turns(e, &((struct round_robin *)e)->next, batch, max);
}

FS_ELEMENT(RoundRobinSched) = {
    .name = "RoundRobinSched",
    .ports = "-/1",
    .processing = "l/l",
    .flow = "x/x",
    .effects = "reorders",
    .summary = "gives packets of its inputs by turns",
    .doc = "One packet of each; an input that has none is passed over. The puller sleeps while all inputs are empty.\n\n"
           "    q0 :: Queue -> [0]rr :: RoundRobinSched -> ToDevice(0);  q1 :: Queue -> [1]rr;\n",
    .size = sizeof(struct round_robin),
    .pull = pull,
};
