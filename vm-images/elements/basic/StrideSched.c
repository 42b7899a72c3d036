/* StrideSched: gives packets of its inputs by shares. */
#include "net/stride.h"

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct fs_stride *s = (struct fs_stride *)e;
    (void)port;
    for (; max > 0; max--) {
        uint32_t before = batch->count;
        for (uint32_t i = fs_stride_next(s, true); i != FS_STRIDE_NONE; i = fs_stride_next(s, false)) {
            fs_input_pull(e, i, batch, 1);
            if (batch->count != before) {
                break;
            }
        }
        if (batch->count == before) {
            return;
        }
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_stride_configure(e, e->input_count, error);
}

static const struct fs_arg args[] = {
    {"TICKETS", "integers", FS_REST, 0, INT32_MAX, NULL, "The tickets of each input; more than 32,768 count as that."},
};

FS_ELEMENT(StrideSched) = {
    .name = "StrideSched",
    .ports = "=arguments/1",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = fs_stride_handlers,
    .handler_count = FS_STRIDE_HANDLERS,
    .effects = "reorders",
    .summary = "gives packets of its inputs by shares",
    .doc = "An input with twice as many tickets is asked twice as often; one with none never. Inputs that have no packet\n"
           "when they are asked lose that turn. Handlers are there for the first eight inputs.\n\n"
           "    q0 :: Queue -> [0]s :: StrideSched(3, 1) -> ToDevice(0);  q1 :: Queue -> [1]s;\n",
    .size = sizeof(struct fs_stride),
    .configure = configure,
    .take_state = fs_stride_take_state,
    .pull = pull,
};
