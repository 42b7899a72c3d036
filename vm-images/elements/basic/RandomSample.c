/* RandomSample: lets packets through by chance. */
#include "net/handlers.h"

struct sample {
    struct fs_element base;
    uint64_t probability; /* 32 bits of fraction */
    bool active;
    uint64_t drops;
};

enum { P, SAMPLE, DROP, ACTIVE };
static const uint64_t certain = (uint64_t)1 << 32;

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct sample *s = (struct sample *)e;
    uint32_t kept = 0, count = batch->count;
    if (!s->active) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (fs_random(e) >> 32 < s->probability) {
            batch->packets[kept++] = p;
        } else {
            s->drops++;
            fs_reject(e, 1, p, FS_DROP_DENIED);
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct sample *s = (struct sample *)e;
    unsigned given = fs_args_given(e->args, P) + fs_args_given(e->args, SAMPLE) + fs_args_given(e->args, DROP);
    if (given != 1) {
        fs_text_string(error, "expected one of P, SAMPLE and DROP");
        return -1;
    }
    s->probability = (uint64_t)fs_args_integer(e->args, P, fs_args_integer(e->args, SAMPLE, 0));
    if (fs_args_given(e->args, DROP)) {
        s->probability = certain - (uint64_t)fs_args_integer(e->args, DROP, 0);
    }
    s->active = fs_args_boolean(e->args, ACTIVE, true);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct sample *)e)->drops = ((struct sample *)old)->drops;
}

FS_READ(read_sampling, struct sample, fs_text_fraction(value, self->probability))
FS_READ(read_dropping, struct sample, fs_text_fraction(value, certain - self->probability))
FS_READ_FLAG(read_active, struct sample, active)
FS_READ_NUMBER(read_drops, struct sample, drops)
FS_WRITE_FLAG(write_active, struct sample, active, "active")
static int write_sampling(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_fraction("sampling_prob", value, length, 1, &((struct sample *)e)->probability, error);
}
static int write_dropping(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    uint64_t dropping;
    if (fs_write_fraction("drop_prob", value, length, 1, &dropping, error) != 0) {
        return -1;
    }
    ((struct sample *)e)->probability = certain - dropping;
    return 0;
}

static const struct fs_arg args[] = {
    [P] = {"P", "fraction", FS_OPTIONAL, 0, 1, "", "How likely a packet passes, from 0 to 1."},
    [SAMPLE] = {"SAMPLE", "fraction", FS_KEYWORD, 0, 1, "", "The same."},
    [DROP] = {"DROP", "fraction", FS_KEYWORD, 0, 1, "", "How likely it does not pass, in place of P."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true", "When false, all packets pass."},
};
static const struct fs_handler handlers[] = {
    {"sampling_prob", read_sampling, write_sampling, 0, NULL, "How likely a packet passes."},
    {"drop_prob", read_dropping, write_dropping, 0, NULL, "How likely it does not."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument."},
    {"drops", read_drops, NULL, 0, NULL, "Packets that did not pass."},
};

FS_ELEMENT(RandomSample) = {
    .name = "RandomSample",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops",
    .summary = "lets packets through by chance",
    .doc = "The others leave by output 1; where it is not connected they are dropped as `denied`.\n\n"
           "    ... -> RandomSample(0.01) -> ToDevice(2);\n",
    .size = sizeof(struct sample),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
