/* DropBroadcasts: drops what was sent to many. */
#include "net/handlers.h"

struct drop_broadcasts {
    struct fs_element base;
    uint64_t drops;
};

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct drop_broadcasts *d = (struct drop_broadcasts *)e;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->packet_type == FS_TYPE_BROADCAST || p->packet_type == FS_TYPE_MULTICAST) {
            d->drops++;
            fs_drop(e, p, FS_DROP_BAD_ADDRESS);
        } else {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct drop_broadcasts *)e)->drops = ((struct drop_broadcasts *)old)->drops;
}

FS_READ_NUMBER(read_drops, struct drop_broadcasts, drops)

static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Packets dropped."},
};

FS_ELEMENT(DropBroadcasts) = {
    .name = "DropBroadcasts",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops",
    .summary = "drops frames sent to a broadcast or multicast address",
    .doc = "It goes by the packet type, which FromDevice and HostEtherFilter set. RFC 1812 has routers forward no packet\n"
           "that came as a link-layer broadcast. They are dropped as `bad-address`.\n\n"
           "    rt[1] -> DropBroadcasts -> DecIPTTL -> ...\n",
    .size = sizeof(struct drop_broadcasts),
    .take_state = take_state,
    .act = act,
};
