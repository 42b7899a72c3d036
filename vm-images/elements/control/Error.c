/* Error: refuses to start. */
#include <flowstream/element.h>

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)e;
    fs_text_string(error, "an Error element is in the configuration");
    return -1;
}

static const struct fs_arg args[] = {{"TEXT", "texts", FS_REST, 0, 0, "", "Not looked at."}};

FS_ELEMENT(Error) = {
    .name = "Error",
    .ports = "-/-",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "drops",
    .summary = "refuses to start",
    .doc = "Stands in for an element whose class is not known.\n\n    Error\n",
    .size = sizeof(struct fs_element),
    .configure = configure,
};
