/* BandwidthRatedSplitter: what is above a rate, in bytes, goes another way. */
#include "net/splitter.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_rated_configure((struct fs_rated *)e, true, true, 20000000, error);
}

static const struct fs_arg args[] = {FS_RATED_BYTES_ARG, FS_RATED_BURST_ARGS("BURST_BYTES", "bytes")};
static const struct fs_handler handlers[] = {FS_RATED_HANDLER};

FS_ELEMENT(BandwidthRatedSplitter) = {
    .name = "BandwidthRatedSplitter",
    .ports = "1/1-2",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "",
    .summary = "sends what is above so many bytes a second to its second output",
    .doc = "A token bucket, full at the start: packets that it has tokens for leave by output 0, also when more come than\n"
           "the rate allows.\n\n"
           "    ... -> rs :: BandwidthRatedSplitter(10Mbps) -> ToDevice(1);  rs[1] -> Discard;\n",
    .size = sizeof(struct fs_rated),
    .configure = configure,
    .take_state = fs_rated_take_state,
    .push = fs_splitter_push,
};
