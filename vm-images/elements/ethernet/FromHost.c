/* FromHost: where packets of the host's own network stack would come from. */
#include <flowstream/element.h>

static const struct fs_arg args[] = {
    {"DEVNAME", "string", FS_OPTIONAL, 0, 0, "", "The device that the host would have."},
    {"PREFIX", "ip-prefix", FS_OPTIONAL, 0, 0, "", "The address that it would have, and its network."},
    {"ETHER", "ether-address", FS_KEYWORD, 0, 0, "", "Its Ethernet address."},
    {"GATEWAY", "ip-address", FS_KEYWORD, 0, 0, "", "What the host would send to beyond the network."},
    {"TYPE", "word", FS_KEYWORD, 0, 0, "ETHER", "The kind of device."},
    {"MTU", "integer", FS_KEYWORD, 0, 65535, "1500", "Its longest packet."},
    {"HEADROOM", "integer", FS_KEYWORD, 0, 65535, "0", "Bytes in front of each packet."},
    {"CAPACITY", "integer", FS_KEYWORD, 0, 65535, "100", "Packets that it would hold."},
    {"CLEAR_ANNO", "boolean", FS_KEYWORD, 0, 0, "true", "Whether annotations would be cleared."},
};

FS_ELEMENT(FromHost) = {
    .name = "FromHost",
    .ports = "0/1",
    .processing = "h/h",
    .flow = "x/y",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "where packets of the host's own network stack would come from",
    .doc = "A middlebox is no part of its host, which has no packets for it: none come from here. So configurations run that\n"
           "were written for a router within a kernel. To take packets from somebody, give the template a device of its own\n"
           "for that, and write FromDevice.\n",
    .size = sizeof(struct fs_element),
};
