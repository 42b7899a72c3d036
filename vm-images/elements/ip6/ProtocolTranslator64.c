/* ProtocolTranslator64: makes IPv6 packets into IPv4 packets. */
#include "net/translate.h"

struct translator {
    struct fs_element base;
    struct fs_translator t;
};

enum { PREFIX, HOSTS };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct fs_translator *t = &((struct translator *)e)->t;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        enum fs_drop_reason wrong = fs_translate_6_to_4(t, p);
        if (wrong == FS_DROP_REASON_COUNT) {
            batch->packets[kept++] = p;
        } else {
            fs_reject(e, 1, p, wrong);
        }
    }
    batch->count = kept;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_translator *t = &((struct translator *)e)->t;
    return fs_translator_init(t, fs_args_bytes(e->args, PREFIX), fs_args_bytes(e->args, HOSTS), error);
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct translator *)e)->t.id = ((struct translator *)old)->t.id;
}

static const struct fs_arg args[] = {
    [PREFIX] = FS_TRANSLATOR_ARGS,
};

FS_ELEMENT(ProtocolTranslator64) = {
    .name = "ProtocolTranslator64",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads any; writes ip ip6 icmp icmp6 tcp udp payload length annotation.DST_IP; drops",
    .summary = "translates IPv6 packets to IPv4",
    .doc = "As RFC 7915 says: the header, ICMPv6 with the packets that errors quote, and the checksums of TCP, UDP, DCCP\n"
           "and UDP-Lite. Both addresses must have PREFIX or HOSTS (where\n"
           "neither is given `::` or `::ffff:0:0`, as in Click), and carry an IPv4 address that can be a host's. The hop\n"
           "limit becomes the time to live; a DecIP6HLIM belongs in front or a DecIPTTL behind. Fragments stay\n"
           "fragments; packets of more than 1,260 bytes get Don't Fragment. The packet then begins with its marked\n"
           "IPv4 header, and the destination annotation is set.\n\n"
           "What has no counterpart leaves unchanged by output 1; where it is not connected it is dropped:\n"
           "`bad-address`, `bad-protocol` (ICMPv6 that means the link, fragmented ICMPv6, a routing header that is not\n"
           "used up, an authentication header), `bad-checksum` (of an ICMPv6 error), `bad-length`, `malformed`.\n\n"
           "    ... -> CheckIP6Header -> DecIP6HLIM -> ProtocolTranslator64(PREFIX 64:ff9b::/96) -> rt :: StaticIPLookup(...)\n",
    .size = sizeof(struct translator),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
