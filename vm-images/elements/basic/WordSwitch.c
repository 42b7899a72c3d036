/* WordSwitch: chooses an output by a word, for templates whose parameter is one. */
#include <flowstream/element.h>

#include "net/values.h"

struct word_switch {
    struct fs_element base;
    uint32_t output;
};

enum { WORD, CHOICES };

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    fs_output_push(e, ((struct word_switch *)e)->output, batch);
}

static bool find(const char *choices, const char *word, uint32_t *place)
{
    size_t length = __builtin_strlen(choices), wanted = __builtin_strlen(word), n;
    const char *choice;
    for (*place = 0; fs_parse_word(&choices, &length, &choice, &n); ++*place) {
        if (n == wanted && __builtin_memcmp(choice, word, n) == 0) {
            return true;
        }
    }
    return false;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    const char *word = fs_args_text(e->args, WORD, ""), *choices = fs_args_text(e->args, CHOICES, "");
    if (!find(choices, word, &((struct word_switch *)e)->output)) {
        fs_text_format(error, "WORD: expected one of '%s', found '%s'", choices, word);
        return -1;
    }
    return 0;
}

static void read_switch(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct word_switch *)e)->output);
}

static const struct fs_arg args[] = {
    [WORD] = {"WORD", "word", FS_POSITIONAL, 0, 0, NULL, "Which of CHOICES it is."},
    [CHOICES] = {"CHOICES", "string", FS_POSITIONAL, 0, 0, NULL, "Words, parted by spaces: one for each output."},
};
static const struct fs_handler handlers[] = {
    {"switch", read_switch, NULL, 0, NULL, "The output in use."},
};

FS_ELEMENT(WordSwitch) = {
    .name = "WordSwitch",
    .ports = "1/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "",
    .summary = "sends all packets to the output that a word names",
    .doc = "Ours; Click's Switch takes the output's number.\n\n"
           "    ... -> way :: WordSwitch($mode, \"gre vxlan\");  way[0] -> GREEncap -> ...;  way[1] -> VXLANEncap(...) -> ...\n",
    .size = sizeof(struct word_switch),
    .configure = configure,
    .push = push,
};
