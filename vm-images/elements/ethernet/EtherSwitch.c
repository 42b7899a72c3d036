/* EtherSwitch: a learning Ethernet switch. */
#include "net/etherswitch.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    if (e->input_count != e->output_count) {
        fs_text_format(error, "expected as many inputs as outputs, found %u and %u", e->input_count, e->output_count);
        return -1;
    }
    return fs_etherswitch_configure(e, error);
}

FS_ELEMENT(EtherSwitch) = {
    .name = "EtherSwitch",
    .ports = "-/-",
    .processing = "h/h",
    .flow = "#/[^#]",
    .args = fs_etherswitch_args,
    .arg_count = FS_COUNT(fs_etherswitch_args),
    .handlers = fs_etherswitch_handlers,
    .handler_count = FS_COUNT(fs_etherswitch_handlers),
    .effects = "reads eth.src eth.dst; drops; copies; keeps-state",
    .summary = "switches Ethernet frames among its ports, learning where addresses are",
    .doc = "Input i and output i are one LAN. A frame goes out where its destination was last seen as a source, or to all\n"
           "other LANs when that is not known. A frame for the LAN that it came from is dropped as `discarded`. When a new\n"
           "address finds no place, the one that was silent longest gives way.\n\n"
           "    s :: EtherSwitch;  FromDevice(0, PROMISC true) -> [0]s[0] -> ToDevice(0);\n"
           "    FromDevice(1, PROMISC true) -> [1]s[1] -> ToDevice(1);\n",
    .size = sizeof(struct fs_etherswitch),
    .configure = configure,
    .take_state = fs_etherswitch_take_state,
    .push = fs_etherswitch_push,
};
