#include "absent.h"

#define NO_HOST "there is no host's kernel here"

const struct fs_absent fs_absent_classes[] = {
    {"KernelTun", NO_HOST ": use a device of the template, FromDevice and ToDevice"},
    {"KernelTap", NO_HOST ": use a device of the template, FromDevice and ToDevice"},
    {"KernelFilter", NO_HOST " that would take packets too, so there is nothing to filter: leave it out"},
    {"RawSocket", NO_HOST ": use FromDevice and ToDevice"},
    {"Socket", NO_HOST " to open sockets in: send packets by a device, with UDPIPEncap"},
    {"FromSocket", NO_HOST " to open sockets in: packets come by a device"},
    {"ToSocket", NO_HOST " to open sockets in: send packets by a device, with UDPIPEncap"},
    {"IGMP", "MulticastSwitch listens to IGMP, asks, and copies to the ports that have members"},
    {"IPMulticastTable", "MulticastSwitch keeps the members of groups by port, and copies to them"},
    {"ControlSocket", "handlers are there without it: flowstream handler"},
    {"ChatterSocket", "log lines are there without it: flowstream logs"},
};
const uint32_t fs_absent_class_count = sizeof fs_absent_classes / sizeof fs_absent_classes[0];
