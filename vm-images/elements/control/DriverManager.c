/* DriverManager: a script that decides what a stop of the driver means. */
#include "net/script.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_script_configure(e, FS_SCRIPT_DRIVER, error);
}

FS_ELEMENT(DriverManager) = {
    .name = "DriverManager",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = fs_script_args,
    .arg_count = FS_COUNT(fs_script_args),
    .handlers = fs_script_handlers,
    .handler_count = FS_SCRIPT_HANDLERS,
    .handler = fs_script_handler,
    .effects = "keeps-state",
    .summary = "a Script that is asked when something stops the driver",
    .doc = "A Script whose TYPE is DRIVER: each stop (of a source's `STOP true`, or the global handler `stop`) releases one\n"
           "`pause`. The run ends where the script ends. A router has one at most.\n\n"
           "    DriverManager(pause, write k.flush, wait 0.1s, stop)\n",
    .size = sizeof(struct fs_script),
    .configure = configure,
    .initialize = fs_script_initialize,
};
