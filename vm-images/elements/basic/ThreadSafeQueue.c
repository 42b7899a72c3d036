/* ThreadSafeQueue: holds packets in a first-in, first-out queue. */
#include "net/queue.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_queue_configure(e, FS_QUEUE_TELLS_BOTH, error);
}

FS_ELEMENT(ThreadSafeQueue) = {
    .name = "ThreadSafeQueue",
    .ports = "1/1-2",
    .processing = "h/lh",
    FS_QUEUE_CLASS,
    .summary = "holds packets in a first-in, first-out queue",
    .doc = "The same as Queue: there is one thread.\n",
    .configure = configure,
    .push = fs_queue_push,
};
