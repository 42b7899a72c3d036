/* AlignmentInfo: says how packets lie in memory. */
#include <flowstream/element.h>

static const struct fs_arg args[] = {{"ENTRY", "texts", FS_REST, 0, 0, "", "An element, and MODULUS OFFSET of each input."}};

FS_ELEMENT(AlignmentInfo) = {
    .name = "AlignmentInfo",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "says how packets lie in memory",
    .doc = "What click-align adds to a configuration. Elements here read headers wherever they lie: nothing changes.\n\n"
           "    AlignmentInfo(rt 4 2)\n",
    .size = sizeof(struct fs_element),
};
