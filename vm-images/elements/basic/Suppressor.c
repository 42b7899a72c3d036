/* Suppressor: passes packets from each input to its output, unless that is switched off. */
#include "net/handlers.h"

struct suppressor {
    struct fs_element base;
    uint32_t suppressed; /* one bit a port */
};

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    if ((((struct suppressor *)e)->suppressed >> port & 1) != 0) {
        fs_drop_batch(e, batch, FS_DROP_DENIED);
    } else {
        fs_output_push(e, port, batch);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    if (e->input_count != e->output_count) {
        fs_text_format(error, "expected as many inputs as outputs, found %u and %u", e->input_count, e->output_count);
        return -1;
    }
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct suppressor *)e)->suppressed = ((struct suppressor *)old)->suppressed;
}

FS_ONCE static bool has_port(struct fs_element *e, unsigned port, struct fs_text *error)
{
    if (port >= e->input_count) {
        fs_text_fail(error, "there are %u ports only", e->input_count);
    }
    return port < e->input_count;
}

FS_ONCE static void read_active(struct fs_element *e, unsigned port, struct fs_text *value)
{
    if (has_port(e, port, value)) {
        fs_text_boolean(value, (((struct suppressor *)e)->suppressed >> port & 1) == 0);
    }
}

FS_ONCE static int write_active(struct fs_element *e, unsigned port, const char *value, size_t length,
                                struct fs_text *error)
{
    uint32_t *suppressed = &((struct suppressor *)e)->suppressed;
    bool active;
    if (!has_port(e, port, error) || fs_write_boolean("active", value, length, &active, error) != 0) {
        return -1;
    }
    *suppressed = active ? *suppressed & ~(1u << port) : *suppressed | 1u << port;
    return 0;
}
FS_BUTTON(write_reset, struct suppressor, self->suppressed = 0)

#define PORT(n) \
    static void read##n(struct fs_element *e, const char *parameters, struct fs_text *value) \
    { \
        (void)parameters; \
        read_active(e, n, value); \
    } \
    static int write##n(struct fs_element *e, const char *value, size_t length, struct fs_text *error) \
    { \
        return write_active(e, n, value, length, error); \
    }
PORT(0)
PORT(1)
PORT(2)
PORT(3)
PORT(4)
PORT(5)
PORT(6)
PORT(7)
#define HANDLER(n) {"active" #n, read##n, write##n, FS_HANDLER_CHECKBOX, NULL, "Whether port " #n " passes packets."}
static const struct fs_handler handlers[] = {
    HANDLER(0), HANDLER(1), HANDLER(2), HANDLER(3), HANDLER(4), HANDLER(5), HANDLER(6), HANDLER(7),
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Makes all ports active."},
};

FS_ELEMENT(Suppressor) = {
    .name = "Suppressor",
    .ports = "1-8/1-8",
    .processing = "h/h",
    .flow = "#/#",
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops",
    .summary = "passes packets from each input to its output, unless that is switched off",
    .doc = "What comes to a port that is not active is dropped as `denied`. Ours has at most eight ports, and they are push\n"
           "ports.\n\n"
           "    a -> [0]s :: Suppressor;  s[0] -> ...;  b -> [1]s;  s[1] -> ...;   // write s.active1 false\n",
    .size = sizeof(struct suppressor),
    .configure = configure,
    .take_state = take_state,
    .push = push,
};
