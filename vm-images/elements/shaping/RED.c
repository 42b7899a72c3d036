/* RED: takes packets out by chance before a queue is full. */
#include "net/red.h"

FS_ELEMENT(RED) = {
    .name = "RED",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = fs_red_args,
    .arg_count = FS_RED_ARGS,
    .handlers = fs_red_handlers,
    .handler_count = FS_RED_HANDLERS,
    .effects = "reads length; writes ip.tos ip6; drops",
    .summary = "drops packets by random early detection",
    .doc = "Watches the nearest queues, those downstream when packets are pushed through it, else those upstream. What it\n"
           "takes out leaves by output 1; where it is not connected it is dropped as `queue-full`. With ECN packets are\n"
           "marked as long as the average is below twice MAX_THRESH.\n\n"
           "    ... -> RED(5, 50, 0.02) -> Queue(200) -> ToDevice(1);\n",
    .size = sizeof(struct fs_red),
    .configure = fs_red_configure,
    .initialize = fs_red_initialize,
    .take_state = fs_red_take_state,
    .act = fs_red_act,
};
