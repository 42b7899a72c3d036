/* IPRewriterPatterns: patterns with names, which rewriters share. */
#include <flowstream/element.h>

#include "net/nat_pattern.h"
#include "net/values.h"

enum { PATTERN };

static bool read_pattern(struct fs_nat_patterns *p, struct fs_nat_named *named, const char *text, size_t length,
                         struct fs_text *error)
{
    const char *word, *wrong = "missing name";
    size_t n;
    if (fs_parse_word(&text, &length, &word, &n) && fs_nat_pattern_parse(&named->pattern, text, length, &wrong)) {
        char *name = fs_alloc(&p->base, n + 1);
        if (name != NULL) {
            __builtin_memcpy(name, word, n);
            named->name = name;
            return true;
        }
        wrong = "out of memory";
    }
    fs_text_string(error, wrong);
    return false;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_nat_patterns *p = (struct fs_nat_patterns *)e;
    struct fs_nat_items items;
    const char *text;
    size_t length;
    if (!fs_nat_items(&items, fs_args_bytes(e->args, PATTERN), error)) {
        return -1;
    }
    p->named = fs_alloc(e, items.count * sizeof *p->named);
    if (p->named == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    while (p->count < items.count) {
        if (!fs_nat_next_item(&items, &text, &length)
            || !read_pattern(p, &p->named[p->count], text, length, error)) {
            return -1;
        }
        p->count++;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [PATTERN] = {"PATTERN", "rewriter-pattern", FS_REST, 0, 0, "", "`NAME SADDR SPORT DADDR DPORT`, or `NAME SADDR DADDR`."},
};

FS_ELEMENT(IPRewriterPatterns) = {
    .name = "IPRewriterPatterns",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "gives names to patterns that rewriters share",
    .doc = "Inputs of rewriters whose specification is `pattern NAME FOUTPUT ROUTPUT` share the pattern, and its place in a\n"
           "range that is gone through in order. A name is given once in a configuration.\n\n"
           "    IPRewriterPatterns(outside 198.51.100.1 1024-65535 - -);\n"
           "    rw :: IPRewriter(pattern outside 0 1, drop);\n",
    .size = sizeof(struct fs_nat_patterns),
    .configure = configure,
    .initialize = fs_nat_patterns_initialize,
};
