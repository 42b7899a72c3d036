/* ScheduleInfo: says how often tasks run. */
#include <flowstream/element.h>

static const struct fs_arg args[] = {{"ENTRY", "texts", FS_REST, 0, 0, "", "What is named, and how."}};

FS_ELEMENT(ScheduleInfo) = {
    .name = "ScheduleInfo",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "says how often tasks run",
    .doc = "Tasks run in turn here, each as often as the others: the numbers are taken and change nothing.\n\n"
           "    ScheduleInfo(queue 0.5)\n",
    .size = sizeof(struct fs_element),
};
