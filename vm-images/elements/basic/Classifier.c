/* Classifier: sends frames to outputs by patterns of their bytes. */
#include <flowstream/element.h>

#include "net/match.h"

struct classifier {
    struct fs_element base;
    struct fs_match match;
};

enum { PATTERN };

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    fs_match_push(&((struct classifier *)e)->match, e, batch);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_match_load(&((struct classifier *)e)->match, e, fs_args_bytes(e->args, PATTERN), error);
}

static const struct fs_arg args[] = {
    [PATTERN] = {"PATTERN", "byte-patterns", FS_REST, 0, 0, NULL,
                 "One pattern for each output, the first that matches wins."},
};

FS_ELEMENT(Classifier) = {
    .name = "Classifier",
    .ports = "1/=arguments",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads any; drops",
    .summary = "classifies frames by their bytes",
    .doc = "A pattern is a list of clauses `OFFSET/VALUE` or `OFFSET/VALUE%MASK` in hexadecimal digits, `?` for\n"
           "any digit, `!` in front for not; `-` matches everything. Bytes beyond the end of a frame match no\n"
           "clause. A frame that matches no pattern is dropped as `no-match`.\n\n"
           "    c :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);\n",
    .size = sizeof(struct classifier),
    .configure = configure,
    .push = push,
};
