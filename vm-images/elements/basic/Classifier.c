/* Classifier: sends frames to outputs by patterns of their bytes. */
#include <flowstream/element.h>

#include "net/match_element.h"

enum { PATTERN };

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_match_element_configure(e, false, error);
}

static const struct fs_arg args[] = {
    [PATTERN] = {"PATTERN", "byte-patterns", FS_REST, 0, 0, NULL,
                 "One pattern for each output, the first that matches wins."},
};

static const struct fs_handler handlers[] = {FS_MATCH_HANDLERS("byte-patterns")};

FS_ELEMENT(Classifier) = {
    .name = "Classifier",
    .ports = "1/=arguments",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any; drops",
    .summary = "classifies frames by their bytes",
    .doc = "A pattern is a list of clauses `OFFSET/VALUE` or `OFFSET/VALUE%MASK` in hexadecimal digits, `?` for\n"
           "any digit, `!` in front for not; `-` matches everything. Bytes beyond the end of a frame match no\n"
           "clause. A frame that matches no pattern is dropped as `no-match`.\n\n"
           "    c :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);\n",
    .size = sizeof(struct fs_match_element),
    .configure = configure,
    .push = fs_match_element_push,
};
