/* Script: runs a list of instructions: reads and writes handlers, waits, decides where packets go. */
#include "net/script.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_script_configure(e, FS_SCRIPT_ACTIVE, error);
}

FS_ELEMENT(Script) = {
    .name = "Script",
    .ports = "-/-",
    .processing = "ah/ah",
    .flow = "x/x",
    .args = fs_script_args,
    .arg_count = FS_COUNT(fs_script_args),
    .handlers = fs_script_handlers,
    .handler_count = FS_SCRIPT_HANDLERS,
    .handler = fs_script_handler,
    .effects = "drops; keeps-state",
    .summary = "runs instructions: handlers, waits, decisions",
    .doc = "Instructions, each an argument:\n"
           "\n"
           "`write HANDLER [VALUE]`, `read HANDLER` (name and value to the log), `print [>FILE|>>FILE] TEXT|HANDLER` (to standard\n"
           "output, in a machine to the log), `printn` (no newline), `save HANDLER [PARAMETERS] [FILE]`, `append` the same;\n"
           "`set VAR TEXT`, `init VAR TEXT` (once, at the start), `export VAR [TEXT]` (the same, and a handler VAR);\n"
           "`wait [TIME]`, `pause [N]` (until N steps, also wait_step and wait_stop), `label NAME`, `goto LABEL [CONDITION]`, `loop`,\n"
           "`end`, `exit`, `stop` (asks the driver to stop), `return [VALUE]`, `error [TEXT]`. With `q` behind the name (writeq, readq,\n"
           "printq, setq, initq, exportq, returnq, errorq) one layer of quotes is removed.\n"
           "\n"
           "`$var`, `${var}`, `$(HANDLER ARGUMENTS)` are replaced in texts; the functions below are handlers of the script itself, so\n"
           "`$(add $x 1)` works. Numbers are 64-bit integers, or decimals of 18 places that are shown with 12 digits. `$?` is 0 or\n"
           "the failure of the last write; `$args`, `$1`, `$#` are what `run` was called with, `$0` the handler's name.\n"
           "\n"
           "Files, signals and processes are the process build's; in a machine such an instruction fails and says so.\n"
           "\n"
           "    Script(write c.reset, wait 1s, print \"$(c.count) packets\", loop)\n",
    .size = sizeof(struct fs_script),
    .configure = configure,
    .initialize = fs_script_initialize,
    .push = fs_script_push,
    .pull = fs_script_pull,
};
