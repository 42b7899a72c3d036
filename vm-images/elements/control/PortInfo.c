/* PortInfo: names ports. */
#include <flowstream/element.h>

static const struct fs_arg args[] = {{"ENTRY", "port-info", FS_REST, 0, 0, "", "What is named, and how."}};

FS_ELEMENT(PortInfo) = {
    .name = "PortInfo",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "names ports",
    .doc = "Each argument is a name, a number and a protocol: the compiler puts the number where the name stands.\n\n"
           "    PortInfo(web 80/tcp)\n",
    .size = sizeof(struct fs_element),
};
