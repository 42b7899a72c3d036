/* SetTCPChecksum: makes the TCP checksum anew. */
#include "net/marked.h"
#include "net/transport.h"

struct set {
    struct fs_element base;
    bool fix_offset;
};

enum { FIXOFF };

static bool change(struct fs_element *e, struct fs_packet *p, struct fs_ip *h)
{
    if (fs_ip_fragment(h)) {
        return true;
    }
    struct fs_carried c = fs_ip_carried(p, h);
    struct fs_tcp *tcp = (struct fs_tcp *)c.at;
    if (h->protocol != FS_PROTOCOL_TCP || !c.whole || c.length < FS_TCP_SIZE) {
        fs_drop(e, p, h->protocol != FS_PROTOCOL_TCP ? FS_DROP_BAD_PROTOCOL : FS_DROP_BAD_LENGTH);
        return false;
    }
    if (fs_tcp_header_length(tcp) < FS_TCP_SIZE || fs_tcp_header_length(tcp) > c.length) {
        if (!((struct set *)e)->fix_offset) {
            fs_drop(e, p, FS_DROP_BAD_HEADER_LENGTH);
            return false;
        }
        size_t words = c.length / 4 < 15 ? c.length / 4 : 15;
        tcp->offset = (uint8_t)(words << 4 | (tcp->offset & 15));
    }
    fs_put16(tcp->checksum, 0);
    uint64_t sum = fs_sum_pseudo4(0, h->source, h->destination, FS_PROTOCOL_TCP, (uint16_t)c.length);
    fs_put16(tcp->checksum, fs_sum_fold(fs_sum_bytes(sum, tcp, c.length)));
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch) { fs_each_marked_ip(e, batch, change); }

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct set *)e)->fix_offset = fs_args_boolean(e->args, FIXOFF, false);
    return 0;
}

static const struct fs_arg args[] = {
    [FIXOFF] = {"FIXOFF", "boolean", FS_OPTIONAL, 0, 0, "false",
                "Whether an impossible data offset is set to all that is there, in place of a drop."},
};

FS_ELEMENT(SetTCPChecksum) = {
    .name = "SetTCPChecksum",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip tcp payload; writes tcp; drops",
    .summary = "sets the TCP checksum",
    .doc = "The IP header must be marked. Fragments pass unchanged: their checksum covers bytes that are not there.\n"
           "Others are dropped as `bad-protocol`, `bad-length` or `bad-header-length`.\n",
    .size = sizeof(struct set),
    .configure = configure,
    .act = act,
};
