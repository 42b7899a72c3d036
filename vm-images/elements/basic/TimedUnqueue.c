/* TimedUnqueue: pulls some packets at each interval and pushes them on. */
#include "net/timed.h"

static int configure(struct fs_element *e, struct fs_text *error) { return fs_timed_configure(e, 1, error); }

static const struct fs_arg args[] = {
    {"INTERVAL", "duration", FS_POSITIONAL, 0, 0, NULL, "The time between two bursts."},
    {"BURST", "integer", FS_OPTIONAL, 1, INT32_MAX, "1", "Packets in a burst, at most."},
};

FS_ELEMENT(TimedUnqueue) = {
    .name = "TimedUnqueue",
    .ports = "1/1",
    .processing = "l/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "delays",
    .summary = "pulls at most so many packets at each interval and pushes them on",
    .doc = "Sleeps while the queues upstream are empty; a packet that comes then, after a whole interval without any, passes\n"
           "at once.\n\n"
           "    ... -> Queue -> TimedUnqueue(10ms, 4) -> ToDevice(0);\n",
    .size = sizeof(struct fs_timed),
    .configure = configure,
    .initialize = fs_timed_initialize,
};
