/* AverageCounter: counts packets, and their rate from the first to the latest. */
#include <flowstream/element.h>

#include "net/decimal.h"
#include "net/values.h"

struct average_counter {
    struct fs_element base;
    uint64_t count, byte_count, first, last; /* times: steady ns, 0 none */
    uint64_t ignore;
};

static struct average_counter *mine(struct fs_element *e) { return (struct average_counter *)e; }

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct average_counter *c = mine(e);
    uint64_t now = fs_steady(e);
    c->first = c->first == 0 && batch->count > 0 ? now : c->first;
    for (uint32_t i = 0; i < batch->count && now - c->first >= c->ignore; i++) {
        c->count++;
        c->byte_count += batch->packets[i]->length;
    }
    c->last = now;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    mine(e)->ignore = (uint64_t)fs_args_integer(e->args, 0, 0) * 1000000000;
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    mine(e)->count = mine(old)->count;
    mine(e)->byte_count = mine(old)->byte_count;
    mine(e)->first = mine(old)->first;
    mine(e)->last = mine(old)->last;
}

static void text_rate(const struct average_counter *c, uint64_t count, struct fs_text *value)
{
    uint64_t passed = c->last - c->first;
    struct fs_number n = fs_number_of((int64_t)count), factor = fs_number_of(1000000000);
    struct fs_number ns = fs_number_of((int64_t)(passed > c->ignore ? passed - c->ignore : 1000000));
    n = fs_number_reckon(&n, '*', &factor);
    n = fs_number_reckon(&n, '/', &ns);
    fs_text_number(value, &n);
}
static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, mine(e)->count);
}
static void read_byte_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, mine(e)->byte_count);
}
static void read_rate(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    text_rate(mine(e), mine(e)->count, value);
}
static void read_byte_rate(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    text_rate(mine(e), mine(e)->byte_count, value);
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct average_counter *c = mine(e);
    (void)value, (void)length, (void)error;
    c->count = c->byte_count = c->first = c->last = 0;
    return 0;
}

static const struct fs_arg args[] = {
    {"IGNORE", "integer", FS_OPTIONAL, 0, INT32_MAX, "0", "Seconds from the first packet that do not count."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets that count."},
    {"byte_count", read_byte_count, NULL, 0, NULL, "Their bytes."},
    {"rate", read_rate, NULL, 0, NULL, "Packets a second, from the first to the latest."},
    {"byte_rate", read_byte_rate, NULL, 0, NULL, "Bytes a second alike."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Begins anew."},
};

FS_ELEMENT(AverageCounter) = {
    .name = "AverageCounter",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads length",
    .summary = "counts packets, and their rate over the whole time",
    .doc = "    ... -> AverageCounter -> ...\n",
    .size = sizeof(struct average_counter),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
