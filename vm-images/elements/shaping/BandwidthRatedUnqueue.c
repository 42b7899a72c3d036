/* BandwidthRatedUnqueue: pulls packets at a rate, in bytes, and pushes them on. */
#include "net/rated_unqueue.h"

static int configure(struct fs_element *e, struct fs_text *error) { return fs_rated_unqueue_configure(e, true, error); }

static const struct fs_arg args[] = {FS_RATED_BYTES_ARG, FS_RATED_BURST_ARGS("BURST_BYTES", "bytes")};

FS_ELEMENT(BandwidthRatedUnqueue) = {
    .name = "BandwidthRatedUnqueue",
    .ports = "1/1",
    .processing = "l/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = fs_rated_unqueue_handlers,
    .handler_count = FS_RATED_UNQUEUE_HANDLERS,
    .effects = "delays",
    .summary = "pulls so many bytes a second and pushes them on",
    .doc = "A token bucket, full at the start. It sleeps while the queues upstream are empty, and until the next packet may\n"
           "go. A rate of 0 lets nothing pass.\n\n"
           "    ... -> Queue -> BandwidthRatedUnqueue(10Mbps) -> ToDevice(1);\n",
    .size = sizeof(struct fs_rated_unqueue),
    .configure = configure,
    .initialize = fs_rated_unqueue_initialize,
    .take_state = fs_rated_take_state,
};
