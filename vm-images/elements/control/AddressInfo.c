/* AddressInfo: names addresses. */
#include <flowstream/element.h>

static const struct fs_arg args[] = {{"ENTRY", "address-info", FS_REST, 0, 0, "", "What is named, and how."}};

FS_ELEMENT(AddressInfo) = {
    .name = "AddressInfo",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "names addresses",
    .doc = "Each argument is a name and its addresses: the compiler puts them where the name stands in other arguments. Where "
           "it could be several things, `NAME:ip`, `NAME:ipnet` (its network), `NAME:bcast` (that network's broadcast "
           "address), `NAME:gw` (its first address, where no other is named so), `NAME:ip6`, `NAME:ip6net` and `NAME:eth` "
           "say which; in patterns a name behind `net` is a network. A name holds in the compound element around it.\n\n"
           "    AddressInfo(gateway 10.0.0.1 02:00:00:00:00:01)\n",
    .size = sizeof(struct fs_element),
};
