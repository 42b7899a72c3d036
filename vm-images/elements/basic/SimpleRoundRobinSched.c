/* SimpleRoundRobinSched: gives packets of its inputs by turns. */
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

FS_ELEMENT(SimpleRoundRobinSched) = {
    .name = "SimpleRoundRobinSched",
    .ports = "-/1",
    .processing = "l/l",
    .flow = "x/x",
    .effects = "reorders",
    .summary = "gives packets of its inputs by turns",
    .doc = "The same as RoundRobinSched, which takes no longer for looking at signals.\n",
    .size = sizeof(struct round_robin),
    .pull = pull,
};
