/* NotifierQueue: a queue that tells pullers, not pushers. */
#include "net/queue.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_queue_configure(e, FS_QUEUE_TELLS_NONEMPTY, error);
}

FS_ELEMENT(NotifierQueue) = {
    .name = "NotifierQueue",
    .ports = "1/1-2",
    .processing = "h/lh",
    FS_QUEUE_CLASS,
    .summary = "a queue that tells pullers, not pushers",
    .doc = "Queue without the signal that there is room again: who pushes into it does not wait.\n",
    .configure = configure,
    .push = fs_queue_push,
};
