/* ListenEtherSwitch: a learning Ethernet switch with one more output that gets everything. */
#include "net/etherswitch.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    if (e->input_count + 1 != e->output_count) {
        fs_text_format(error, "expected one more output than inputs, found %u inputs and %u outputs", e->input_count,
                       e->output_count);
        return -1;
    }
    return fs_etherswitch_configure(e, error);
}

FS_ELEMENT(ListenEtherSwitch) = {
    .name = "ListenEtherSwitch",
    .ports = "-/-",
    .processing = "h/h",
    .flow = "x/x",
    .args = fs_etherswitch_args,
    .arg_count = FS_COUNT(fs_etherswitch_args),
    .handlers = fs_etherswitch_handlers,
    .handler_count = FS_COUNT(fs_etherswitch_handlers),
    .effects = "reads eth.src eth.dst; drops; copies; keeps-state",
    .summary = "an EtherSwitch whose last output gets a copy of every frame",
    .doc = "With n inputs it has n + 1 outputs; the last one listens.\n\n"
           "    s :: ListenEtherSwitch;  s[2] -> ToDevice(2);\n",
    .size = sizeof(struct fs_etherswitch),
    .configure = configure,
    .take_state = fs_etherswitch_take_state,
    .push = fs_etherswitch_push,
};
