/* Counter: counts packets and bytes and measures their rate. */
#include "net/count_call.h"
#include "net/rate.h"
#include "net/values.h"

struct counter {
    struct fs_element base;
    uint64_t count, byte_count;
    uint64_t millisecond; /* since 1970; that `current` of the rates belongs to */
    struct fs_rate packets, bytes;
    struct fs_count_call count_call, byte_call;
};

enum { COUNT_CALL, BYTE_COUNT_CALL };

static void pass_time(struct counter *c)
{
    uint64_t now = fs_now(&c->base) / 1000000;
    if (now != c->millisecond) {
        uint64_t passed = now > c->millisecond && c->millisecond != 0 ? now - c->millisecond : 0;
        c->millisecond = now;
        fs_rate_pass(&c->packets, passed);
        fs_rate_pass(&c->bytes, passed);
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct counter *c = (struct counter *)e;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        bytes += batch->packets[i]->length;
    }
    pass_time(c);
    c->packets.current += batch->count;
    c->bytes.current += bytes;
    c->count += batch->count;
    c->byte_count += bytes;
    if (fs_count_call_due(&c->count_call, c->count)) {
        fs_count_call_make(e, &c->count_call);
    }
    if (fs_count_call_due(&c->byte_call, c->byte_count)) {
        fs_count_call_make(e, &c->byte_call);
    }
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct counter *c = (struct counter *)e;
    const char *count_call = fs_args_text(e->args, COUNT_CALL, "");
    const char *byte_call = fs_args_text(e->args, BYTE_COUNT_CALL, "");
    if (*count_call != '\0'
        && fs_count_call_set(e, &c->count_call, "COUNT_CALL", count_call, __builtin_strlen(count_call), error) != 0) {
        return -1;
    }
    if (*byte_call != '\0'
        && fs_count_call_set(e, &c->byte_call, "BYTE_COUNT_CALL", byte_call, __builtin_strlen(byte_call), error) != 0) {
        return -1;
    }
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct counter *c = (struct counter *)e;
    const struct counter *o = (const struct counter *)old;
    c->count = o->count;
    c->byte_count = o->byte_count;
    c->millisecond = o->millisecond;
    c->packets = o->packets;
    c->bytes = o->bytes;
    c->count_call.done = c->count_call.handler != NULL && c->count >= c->count_call.at;
    c->byte_call.done = c->byte_call.handler != NULL && c->byte_count >= c->byte_call.at;
}

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct counter *)e)->count);
}
static void read_byte_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct counter *)e)->byte_count);
}
static void read_rate(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    pass_time((struct counter *)e);
    fs_text_fixed(value, fs_rate_per_second(&((struct counter *)e)->packets), FS_RATE_BITS);
}
static void read_byte_rate(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    pass_time((struct counter *)e);
    fs_text_fixed(value, fs_rate_per_second(&((struct counter *)e)->bytes), FS_RATE_BITS);
}
static void read_bit_rate(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    pass_time((struct counter *)e);
    fs_text_fixed(value, fs_rate_per_second(&((struct counter *)e)->bytes), FS_RATE_BITS - 3);
}
static void read_count_call(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    if (((struct counter *)e)->count_call.handler != NULL) {
        fs_text_u64(value, ((struct counter *)e)->count_call.at);
    }
}

static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct counter *c = (struct counter *)e;
    (void)value, (void)length, (void)error;
    c->count = c->byte_count = 0;
    c->count_call.done = c->byte_call.done = false;
    return 0;
}
static int write_count_call(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct counter *c = (struct counter *)e;
    return fs_count_call_set(e, &c->count_call, "count_call", value, length, error);
}
static int write_byte_count_call(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct counter *c = (struct counter *)e;
    return fs_count_call_set(e, &c->byte_call, "byte_count_call", value, length, error);
}

static const struct fs_arg args[] = {
    [COUNT_CALL] = {"COUNT_CALL", "string", FS_KEYWORD, 0, 0, "",
                    "`N HANDLER [VALUE]`: when the packet count reaches N, HANDLER is written."},
    [BYTE_COUNT_CALL] = {"BYTE_COUNT_CALL", "string", FS_KEYWORD, 0, 0, "",
                         "`N HANDLER [VALUE]`: when the byte count reaches or passes N, HANDLER is written."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets since the start or the last reset."},
    {"byte_count", read_byte_count, NULL, 0, NULL, "Bytes since the start or the last reset."},
    {"rate", read_rate, NULL, 0, NULL,
     "Packets per second, a moving average over the last few hundredths of a second."},
    {"bit_rate", read_bit_rate, NULL, 0, NULL, "Bits per second, averaged alike."},
    {"byte_rate", read_byte_rate, NULL, 0, NULL, "Bytes per second, averaged alike."},
    {"count_call", read_count_call, write_count_call, FS_HANDLER_DIFFERS, NULL,
     "The count of COUNT_CALL; takes a new `N HANDLER [VALUE]`."},
    {"byte_count_call", NULL, write_byte_count_call, 0, NULL, "Takes a new `N HANDLER [VALUE]`."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL,
     "Sets the counts to zero and makes the calls possible again."},
    {"reset_counts", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "The same as reset."},
};

FS_ELEMENT(Counter) = {
    .name = "Counter",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads length",
    .summary = "counts packets and bytes and measures their rate",
    .doc = "Passes packets unchanged. The clock is read once per batch, so a rate costs nothing per packet; a call\n"
           "is made before the batch that reaches its count goes on.\n\n"
           "    FromDevice(0) -> c :: Counter(COUNT_CALL 1000 stop) -> Discard;\n",
    .size = sizeof(struct counter),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
