/* ClickyInfo: says how a drawing of the configuration looks. */
#include <flowstream/element.h>

static const struct fs_arg args[] = {{"STYLE", "texts", FS_REST, 0, 0, "", "What is drawn, and how."}};

FS_ELEMENT(ClickyInfo) = {
    .name = "ClickyInfo",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "says how a drawing of the configuration looks",
    .doc = "For Click's graphical monitor: taken, and changes nothing here.\n\n"
           "    ClickyInfo(STYLE #counter { decorations: activity })\n",
    .size = sizeof(struct fs_element),
};
