/* SimpleQueue: a queue that tells nobody anything. */
#include "net/queue.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_queue_configure(e, FS_QUEUE_SILENT, error);
}

FS_ELEMENT(SimpleQueue) = {
    .name = "SimpleQueue",
    .ports = "1/1-2",
    .processing = "h/lh",
    FS_QUEUE_CLASS,
    .summary = "a queue that tells nobody anything",
    .doc = "Queue without signals: who pulls from it polls, and who pushes into it does not wait.\n",
    .configure = configure,
    .push = fs_queue_push,
};
