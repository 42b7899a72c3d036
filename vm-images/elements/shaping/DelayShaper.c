/* DelayShaper: gives packets some time after their timestamps. */
#include "net/delay.h"
#include "net/gate.h"
#include "net/quantity.h"

struct shaper {
    struct fs_delay delay;
    struct fs_gate gate;
};

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct shaper *s = (struct shaper *)e;
    uint32_t full = batch->count + max;
    (void)port;
    while (batch->count < full) {
        if (fs_delay_empty(&s->delay)) {
            fs_input_pull(e, 0, &s->delay.held, FS_BATCH_MAX);
            if (fs_delay_empty(&s->delay)) {
                fs_gate_empty(&s->gate);
                return;
            }
        }
        uint64_t wait = fs_delay_take(&s->delay, batch, full - batch->count);
        if (wait != 0) {
            fs_gate_wait(&s->gate, wait);
            return;
        }
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    fs_gate_configure(e, &((struct shaper *)e)->gate);
    return fs_delay_configure(e, error);
}
static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_gate_initialize(e, &((struct shaper *)e)->gate);
    return 0;
}

static int write_delay(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct shaper *s = (struct shaper *)e;
    if (fs_write_duration("delay", value, length, &s->delay.delay, error) != 0) {
        return -1;
    }
    fs_gate_open(&s->gate);
    return 0;
}

static const struct fs_arg args[] = {
    {"DELAY", "duration", FS_POSITIONAL, 0, 0, NULL, "How long after its timestamp a packet may go."},
};
static const struct fs_handler handlers[] = {
    {"delay", fs_delay_read, write_delay, 0, NULL, "The DELAY argument."},
};

FS_ELEMENT(DelayShaper) = {
    .name = "DelayShaper",
    .ports = "1/1",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "delays; drops",
    .summary = "gives packets some time after their timestamps",
    .doc = "A packet with timestamp T goes at T + DELAY at the earliest, and its timestamp is then the time at which it goes.\n"
           "Up to 64 packets wait inside, the others upstream.\n\n"
           "    FromDevice(0) -> Queue(1000) -> DelayShaper(20ms) -> ToDevice(1);\n",
    .size = sizeof(struct shaper),
    .configure = configure,
    .initialize = initialize,
    .cleanup = fs_delay_cleanup,
    .take_state = fs_delay_take_state,
    .pull = pull,
};
