/* SetIPChecksum: makes the IP header checksum anew. */
#include "net/marked.h"
#include "net/values.h"

struct set {
    struct fs_element base;
    uint64_t drops;
};

static bool change(struct fs_element *e, struct fs_packet *p, struct fs_ip *h)
{
    (void)e, (void)p;
    fs_ip_set_checksum(h);
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t before = batch->count;
    fs_each_marked_ip(e, batch, change);
    ((struct set *)e)->drops += before - batch->count;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct set *)e)->drops = ((struct set *)old)->drops;
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct set *)e)->drops);
}

static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Packets dropped."},
};

FS_ELEMENT(SetIPChecksum) = {
    .name = "SetIPChecksum",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip; writes ip.checksum; drops",
    .summary = "sets the IP header checksum",
    .doc = "Packets without a marked IP header are dropped as `bad-length`.\n",
    .size = sizeof(struct set),
    .take_state = take_state,
    .act = act,
};
