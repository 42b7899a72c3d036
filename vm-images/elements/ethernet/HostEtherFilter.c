/* HostEtherFilter: lets through what an interface with a given address would take in. */
#include "net/ether.h"
#include "net/handlers.h"

struct filter {
    struct fs_element base;
    uint8_t mac[6];
    bool drop_own, drop_other;
    uint32_t offset;
};

enum { ETHER, DROP_OWN, DROP_OTHER, OFFSET };

static bool accepts(const struct filter *f, struct fs_packet *p)
{
    static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const struct fs_ether *h = (const struct fs_ether *)(p->data + f->offset);
    if (f->drop_own && __builtin_memcmp(h->source, f->mac, 6) == 0) {
        return false;
    }
    if (__builtin_memcmp(h->destination, f->mac, 6) == 0) {
        p->packet_type = FS_TYPE_HOST;
    } else if ((h->destination[0] & 1) == 0) {
        p->packet_type = FS_TYPE_OTHER_HOST;
        return !f->drop_other;
    } else {
        p->packet_type =
            __builtin_memcmp(h->destination, broadcast, 6) == 0 ? FS_TYPE_BROADCAST : FS_TYPE_MULTICAST;
    }
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct filter *f = (struct filter *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (p->length < f->offset + FS_ETHER_SIZE) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
        } else if (accepts(f, p)) {
            batch->packets[kept++] = p;
        } else {
            fs_reject(e, 1, p, FS_DROP_BAD_ADDRESS);
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct filter *f = (struct filter *)e;
    (void)error;
    __builtin_memcpy(f->mac, fs_args_bytes(e->args, ETHER).at, 6);
    f->drop_own = fs_args_boolean(e->args, DROP_OWN, false);
    f->drop_other = fs_args_boolean(e->args, DROP_OTHER, true);
    f->offset = (uint32_t)fs_args_integer(e->args, OFFSET, 0);
    return 0;
}

static const struct fs_arg args[] = {
    [ETHER] = {"ETHER", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The address of the interface."},
    [DROP_OWN] = {"DROP_OWN", "boolean", FS_OPTIONAL, 0, 0, "false", "Whether frames from that address are filtered out."},
    [DROP_OTHER] = {"DROP_OTHER", "boolean", FS_OPTIONAL, 0, 0, "true",
                    "Whether frames to other hosts' addresses are filtered out."},
    [OFFSET] = {"OFFSET", "integer", FS_KEYWORD, 0, 0xffff, "0", "Where the Ethernet header starts."},
};

FS_ELEMENT(HostEtherFilter) = {
    .name = "HostEtherFilter",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads eth.dst eth.src; drops",
    .summary = "drops frames that are for other hosts",
    .doc = "Sets the packet type: host, broadcast, multicast or other host. What is filtered out leaves by output 1; where\n"
           "it is not connected it is dropped as `bad-address`. Frames without a whole header are dropped as `bad-length`.\n\n"
           "    FromDevice(0, PROMISC true) -> HostEtherFilter(02:00:00:00:00:01) -> ...\n",
    .size = sizeof(struct filter),
    .configure = configure,
    .act = act,
};
