/* ProtocolTranslator46: makes IPv4 packets into IPv6 packets. */
#include "net/fragment6.h"
#include "net/translate.h"

struct translator {
    struct fs_element base;
    struct fs_translator t;
    uint64_t fragments;
};

enum { PREFIX, HOSTS, MTU };

/* Whether it is too long and has the header to be fragmented with. */
static bool is_long(const struct fs_translator *t, const struct fs_packet *p)
{
    return p->length > t->mtu && ((const struct fs_ip6 *)p->data)->next_header == FS_IP6_FRAGMENT;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct translator *c = (struct translator *)e;
    struct fs_batch made;
    uint32_t id = 0; /* each fragment has its packet's */
    (void)port;
    made.count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        enum fs_drop_reason wrong = fs_translate_4_to_6(&c->t, p);
        if (wrong != FS_DROP_REASON_COUNT) {
            fs_reject(e, 1, p, wrong);
        } else if (!is_long(&c->t, p)) {
            fs_batch_add(&made, p);
        } else {
            fs_output_push(e, 0, &made); /* keeps the order */
            made.count = 0;
            if (fs_fragment6(e, p, c->t.mtu, &id, &c->fragments) != 0) {
                fs_drop(e, p, FS_DROP_TOO_LONG);
            }
        }
    }
    batch->count = 0;
    fs_output_push(e, 0, &made);
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_translator *t = &((struct translator *)e)->t;
    t->mtu = (uint32_t)fs_args_integer(e->args, MTU, FS_IP6_MTU_MIN);
    return fs_translator_init(t, fs_args_bytes(e->args, PREFIX), fs_args_bytes(e->args, HOSTS), error);
}

static const struct fs_arg args[] = {
    [PREFIX] = FS_TRANSLATOR_ARGS,
    [MTU] = {"MTU", "integer", FS_KEYWORD, FS_IP6_MTU_MIN, 65535, "1280",
             "Ours: packets without Don't Fragment that would be longer are fragmented."},
};

FS_ELEMENT(ProtocolTranslator46) = {
    .name = "ProtocolTranslator46",
    .ports = "1/1-2",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads any; writes ip ip6 icmp icmp6 tcp udp payload length annotation.DST_IP6; drops splits",
    .summary = "translates IPv4 packets to IPv6",
    .doc = "As RFC 7915 says: the header without its options, ICMP with the packets that errors quote, and the checksums\n"
           "of TCP, UDP (made anew where there was none), DCCP and UDP-Lite. The time to live becomes the hop limit; a\n"
           "DecIPTTL belongs in front or a DecIP6HLIM behind. Fragments stay fragments. The packet then begins with its\n"
           "marked IPv6 header, 20 to 48 bytes in front of where it began, and the destination annotation is set.\n\n"
           "What has no counterpart leaves unchanged by output 1; where it is not connected it is dropped:\n"
           "`bad-address` (that cannot be a host's), `bad-protocol` (ICMP that IPv6 does not have, fragmented ICMP, a\n"
           "source route that is not used up), `bad-checksum` (of an ICMP error; none in a fragment of UDP),\n"
           "`bad-length`, `bad-header-length`, `no-room`.\n\n"
           "    ... -> CheckIPHeader -> DecIPTTL -> ProtocolTranslator46(PREFIX 64:ff9b::/96) -> rt :: LookupIP6Route(...)\n",
    .size = sizeof(struct translator),
    .configure = configure,
    .push = push,
};
