/* Queue: holds packets in a first-in, first-out queue. */
#include "net/queue.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_queue_configure(e, FS_QUEUE_TELLS_BOTH, error);
}

FS_ELEMENT(Queue) = {
    .name = "Queue",
    .ports = "1/1-2",
    .processing = "h/lh",
    FS_QUEUE_CLASS,
    .summary = "holds packets in a first-in, first-out queue",
    .doc = "Packets that find it full leave by output 1; where it is not connected they are dropped as `queue-full`. It tells\n"
           "pullers when it is not empty and pushers when there is room again, so neither side polls. A configuration that\n"
           "replaces this one takes over the packets held.\n\n"
           "    FromDevice(0) -> Queue(200) -> ToDevice(1);\n",
    .configure = configure,
    .push = fs_queue_push,
};
