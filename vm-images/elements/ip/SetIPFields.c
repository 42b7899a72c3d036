/* SetIPFields: sets several fields of IP headers at once. */
#include "net/rewrite.h"
#include "net/values.h"

enum { KEEP = -1 };

struct set {
    struct fs_element base;
    int dscp, ecn, ttl; /* KEEP */
    uint8_t source[4], destination[4]; /* all 0: kept */
};

enum { DSCP, ECN, TTL, SRC, DST };

static void change(const struct set *s, struct fs_packet *p, unsigned version)
{
    uint8_t class = fs_marked_class(p, version), *at = fs_network_header(p);
    if (s->dscp != KEEP) {
        class = (uint8_t)(s->dscp << 2 | (class & 3));
    }
    if (s->ecn != KEEP) {
        class = (uint8_t)((class & 0xfc) | s->ecn);
    }
    fs_marked_set_class(p, version, class);
    if (version == 6) {
        if (s->ttl != KEEP) {
            at[7] = (uint8_t)s->ttl;
        }
        return;
    }
    struct fs_ip *h = (struct fs_ip *)at;
    if (s->ttl != KEEP) {
        fs_ip_set8(h, &h->ttl, (uint8_t)s->ttl);
    }
    if (fs_get32(s->source) != 0) {
        fs_ip_set_address(p, h, h->source, s->source);
    }
    if (fs_get32(s->destination) != 0) {
        fs_ip_set_address(p, h, h->destination, s->destination);
        fs_set_anno_address(p, FS_ANNO_DST_IP, s->destination);
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        unsigned version = fs_marked_version(p);
        if (version == 0) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        p = fs_writable(e, p);
        if (p != NULL) {
            change((struct set *)e, p, version);
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct set *s = (struct set *)e;
    struct fs_bytes source = fs_args_bytes(e->args, SRC), destination = fs_args_bytes(e->args, DST);
    (void)error;
    s->dscp = (int)fs_args_integer(e->args, DSCP, KEEP);
    s->ecn = (int)fs_args_integer(e->args, ECN, KEEP);
    s->ttl = (int)fs_args_integer(e->args, TTL, KEEP);
    if (source.at != NULL) {
        __builtin_memcpy(s->source, source.at, 4);
    }
    if (destination.at != NULL) {
        __builtin_memcpy(s->destination, destination.at, 4);
    }
    return 0;
}

static const struct fs_arg args[] = {
    [DSCP] = {"DSCP", "integer", FS_KEYWORD, KEEP, 63, "-1", "The differentiated services code point; -1: as it is."},
    [ECN] = {"ECN", "integer", FS_KEYWORD, KEEP, 3, "-1", "The ECN field; -1: as it is."},
    [TTL] = {"TTL", "integer", FS_KEYWORD, KEEP, 255, "-1", "The time to live, or hop limit; -1: as it is."},
    [SRC] = {"SRC", "ip-address", FS_KEYWORD, 0, 0, "0.0.0.0", "IPv4's source address; 0.0.0.0: as it is."},
    [DST] = {"DST", "ip-address", FS_KEYWORD, 0, 0, "0.0.0.0", "IPv4's destination address; 0.0.0.0: as it is."},
};

FS_ELEMENT(SetIPFields) = {
    .name = "SetIPFields",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes ip.tos ip.ttl ip.src ip.dst ip.checksum ip6 tcp udp annotation.DST_IP; drops",
    .summary = "sets fields of IPv4 and IPv6 headers",
    .doc = "Ours: in one step what SetIPDSCP, SetIPECN and StoreIPAddress do, for templates whose parameters may leave\n"
           "fields as they are. Checksums stay right, TCP's and UDP's too. Packets without a marked header are dropped as\n"
           "`bad-length`.\n",
    .size = sizeof(struct set),
    .configure = configure,
    .act = act,
};
