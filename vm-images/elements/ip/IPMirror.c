/* IPMirror: sends IP packets back where they came from. */
#include "net/marked.h"
#include "net/transport.h"

struct mirror {
    struct fs_element base;
    bool annotate;
};

enum { DST_ANNO };

static void swap(uint8_t *a, uint8_t *b, size_t n)
{
    while (n-- > 0) {
        uint8_t kept = a[n];
        a[n] = b[n];
        b[n] = kept;
    }
}

/* What is swapped is added up in the same checksums: they stay as they are. */
static bool change(struct fs_element *e, struct fs_packet *p, struct fs_ip *h)
{
    swap(h->source, h->destination, 4);
    if ((h->protocol == FS_PROTOCOL_TCP || h->protocol == FS_PROTOCOL_UDP) && !fs_ip_later_fragment(h)) {
        struct fs_carried c = fs_ip_carried(p, h);
        struct fs_tcp *tcp = (struct fs_tcp *)c.at;
        if (c.length >= 4) {
            swap(tcp->source_port, tcp->destination_port, 2);
        }
        if (h->protocol == FS_PROTOCOL_TCP && c.length >= 12) {
            swap(tcp->sequence, tcp->acknowledgement, 4);
        }
    }
    if (((struct mirror *)e)->annotate) {
        fs_set_anno_address(p, FS_ANNO_DST_IP, h->destination);
    }
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch) { fs_each_marked_ip(e, batch, change); }

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct mirror *)e)->annotate = fs_args_boolean(e->args, DST_ANNO, true);
    return 0;
}

static const struct fs_arg args[] = {
    [DST_ANNO] = {"DST_ANNO", "boolean", FS_KEYWORD, 0, 0, "true",
                  "Whether to set the destination annotation to the new destination."},
};

FS_ELEMENT(IPMirror) = {
    .name = "IPMirror",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes ip.src ip.dst tcp.sport tcp.dport tcp.seq tcp.ack udp.sport udp.dport annotation.DST_IP; drops",
    .summary = "swaps IP source and destination",
    .doc = "Swaps the addresses and, in TCP and UDP packets that are no later fragments, the ports and TCP's sequence\n"
           "and acknowledgement numbers. Checksums stay right. Packets without a marked IP header are dropped as\n"
           "`bad-length`.\n",
    .size = sizeof(struct mirror),
    .configure = configure,
    .act = act,
};
