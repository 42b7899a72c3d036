/* BandwidthShaper: what is pulled through it comes at a rate at most, in bytes. */
#include "net/shaper.h"

static int configure(struct fs_element *e, struct fs_text *error) { return fs_shaper_configure(e, true, error); }

static const struct fs_arg args[] = {FS_RATED_BYTES_ARG};
static const struct fs_handler handlers[] = {FS_SHAPER_HANDLERS};

FS_ELEMENT(BandwidthShaper) = {
    .name = "BandwidthShaper",
    .ports = "1/1-2",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "delays",
    .summary = "gives at most so many bytes a second",
    .doc = "What exceeds the rate stays upstream, in a Queue. After a pause what the rate gives in 10 ms may pass at once (at\n"
           "least one packet), so a puller that comes late by less loses nothing. A rate of 0 lets nothing pass.\n"
           "Where output 1 is connected, what is above the rate, and only that, can be pulled there.\n\n"
           "    ... -> Queue -> BandwidthShaper(10Mbps) -> ToDevice(1);\n",
    .size = sizeof(struct fs_shaper),
    .configure = configure,
    .initialize = fs_shaper_initialize,
    .take_state = fs_rated_take_state,
    .pull = fs_shaper_pull,
};
