/* Meter: sends packets the way that their rate of arrival says, in packets. */
#include "net/meter.h"

static int configure(struct fs_element *e, struct fs_text *error) { return fs_meter_configure(e, false, error); }

static const struct fs_arg args[] = {
    {"RATE", "integers", FS_REST, 1, (int64_t)1 << 40, NULL, "Rates, each greater than the one before it."},
};

FS_ELEMENT(Meter) = {
    .name = "Meter",
    .ports = "1/2-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = fs_meter_handlers,
    .handler_count = FS_METER_HANDLERS,
    .effects = "",
    .summary = "sends all packets to the output that the rate of arrival says (packets a second)",
    .doc = "With n rates it has n + 1 outputs: output i is for less than rate i + 1, the last one for at least the last\n"
           "rate. The rate is a moving average, and all packets go the same way; RatedSplitter parts them.\n\n"
           "    ... -> m :: Meter(10000);  m[0] -> ToDevice(1);  m[1] -> Discard;\n",
    .size = sizeof(struct fs_meter),
    .configure = configure,
    .take_state = fs_meter_take_state,
    .push = fs_meter_push,
};
