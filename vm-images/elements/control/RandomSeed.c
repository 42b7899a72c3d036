/* RandomSeed: makes random numbers repeatable. */
#include <flowstream/element.h>

#include "net/values.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    if (fs_args_given(e->args, 0)) {
        fs_random_seed(e, (uint64_t)fs_args_integer(e->args, 0, 0));
    }
    return 0;
}

static int write_seed(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t seed;
    if (fs_write_integer("seed", value, length, 0, UINT32_MAX, &seed, error) != 0) {
        return -1;
    }
    fs_random_seed(e, (uint64_t)seed);
    return 0;
}

static const struct fs_arg args[] = {
    {"SEED", "integer", FS_OPTIONAL, 0, UINT32_MAX, "", "The seed; without it nothing changes."},
};
static const struct fs_handler handlers[] = {
    {"seed", NULL, write_seed, 0, NULL, "Seeds the generator again."},
};

FS_ELEMENT(RandomSeed) = {
    .name = "RandomSeed",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "",
    .summary = "makes random numbers repeatable",
    .doc = "    RandomSeed(42)\n",
    .size = sizeof(struct fs_element),
    .configure = configure,
};
