/* Message: says something when the configuration starts. */
#include <flowstream/element.h>

#include "net/config_text.h"

enum { TEXT, TYPE };

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_span type = fs_span(fs_args_text(e->args, TYPE, "MESSAGE"));
    if (!fs_span_is(type, "MESSAGE") && !fs_span_is(type, "WARNING") && !fs_span_is(type, "ERROR")) {
        fs_text_format(error, "unrecognized TYPE '%.*s'", (int)type.length, type.at);
        return -1;
    }
    fs_text_format(error, "%s%s", fs_span_is(type, "WARNING") ? "warning: " : "", fs_args_text(e->args, TEXT, ""));
    return fs_span_is(type, "ERROR") ? -1 : 0;
}

static const struct fs_arg args[] = {
    [TEXT] = {"TEXT", "string", FS_POSITIONAL, 0, 0, NULL, "What to say."},
    [TYPE] = {"TYPE", "word", FS_KEYWORD, 0, 0, "MESSAGE", "MESSAGE, WARNING, or ERROR, which refuses to start."},
};

FS_ELEMENT(Message) = {
    .name = "Message",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "says something when the configuration starts",
    .doc = "    Message(\"the firewall without rules\", TYPE WARNING)\n",
    .size = sizeof(struct fs_element),
    .configure = configure,
};
