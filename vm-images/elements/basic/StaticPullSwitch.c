/* StaticPullSwitch: pulls packets from one input. */
#include <flowstream/element.h>

enum { INPUT };

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    int64_t input = fs_args_integer(e->args, INPUT, 0);
    (void)port;
    if (input >= 0 && input < (int64_t)e->input_count) {
        fs_input_pull(e, (unsigned)input, batch, max);
    }
}

static const struct fs_arg args[] = {
    [INPUT] = {"INPUT", "integer", FS_POSITIONAL, INT32_MIN, INT32_MAX, NULL,
               "The input; below 0, or one that there is not: none."},
};

FS_ELEMENT(StaticPullSwitch) = {
    .name = "StaticPullSwitch",
    .ports = "-/1",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "gives packets from one of its inputs",
    .doc = "A PullSwitch that cannot be switched.\n\n"
           "    q0 :: Queue -> [0]s :: StaticPullSwitch(1) -> ToDevice(0);  q1 :: Queue -> [1]s;\n",
    .size = sizeof(struct fs_element),
    .pull = pull,
};
