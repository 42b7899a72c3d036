/* IP6Fragmenter: splits packets that are longer than the next link takes (RFC 8200 section 4.5). */
#include "net/fragment6.h"
#include "net/handlers.h"

struct fragmenter {
    struct fs_element base;
    uint32_t mtu, id;
    uint64_t drops, fragments;
};

enum { MTU };

static void split(struct fragmenter *f, struct fs_packet *p)
{
    if ((p = fs_writable(&f->base, p)) != NULL && fs_fragment6(&f->base, p, f->mtu, &f->id, &f->fragments) != 0) {
        f->drops++;
        fs_reject(&f->base, 1, p, FS_DROP_TOO_LONG);
    }
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fragmenter *f = (struct fragmenter *)e;
    struct fs_batch small;
    (void)port;
    small.count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        const struct fs_ip6 *h = fs_marked_ip6(p);
        uint32_t total = h == NULL ? 0 : FS_IP6_SIZE + (uint32_t)fs_get16(h->payload_length);
        if (h == NULL || (total > f->mtu && total > fs_bytes_from(p, (const uint8_t *)h))) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
        } else if (total <= f->mtu) {
            fs_batch_add(&small, p);
        } else {
            fs_output_push(e, 0, &small); /* keeps the order */
            small.count = 0;
            split(f, p);
        }
    }
    batch->count = 0;
    fs_output_push(e, 0, &small);
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fragmenter *f = (struct fragmenter *)e;
    (void)error;
    f->mtu = (uint32_t)fs_args_integer(e->args, MTU, FS_IP6_MTU_MIN);
    f->id = (uint32_t)fs_random(e); /* RFC 7739: not to be foreseen */
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct fragmenter *f = (struct fragmenter *)e, *o = (struct fragmenter *)old;
    f->id = o->id;
    f->drops = o->drops;
    f->fragments = o->fragments;
}

FS_READ_NUMBER(read_drops, struct fragmenter, drops)
FS_READ_NUMBER(read_fragments, struct fragmenter, fragments)

static const struct fs_arg args[] = {
    [MTU] = {"MTU", "integer", FS_POSITIONAL, 56, 65535, NULL, "The longest IPv6 packet that passes whole, in bytes."},
};
static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Packets that cannot be split with so small an MTU."},
    {"fragments", read_fragments, NULL, 0, NULL, "Fragments made."},
};

FS_ELEMENT(IP6Fragmenter) = {
    .name = "IP6Fragmenter",
    .ports = "1/1-2",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip6; writes ip6 length; drops splits",
    .summary = "fragments large IPv6 packets",
    .doc = "Packets of at most MTU bytes, by their payload length, pass unchanged. Longer ones are split into fragments\n"
           "in order, each with what stands in front of the IPv6 header and with the extension headers up to a routing\n"
           "header; a fragment is split once more. Only a packet's source should do that (RFC 8200 section 5): a tunnel's\n"
           "entry, a translator. A router answers with ICMP6Error(..., 2, 0) instead: CheckLength finds what is too\n"
           "long. Packets whose headers alone are too long leave by output 1; where that is not connected they are\n"
           "dropped as `too-long`. When buffers are short of all fragments of a packet, none is sent.\n\n"
           "    ... -> IP6Encap(...) -> IP6Fragmenter(1500) -> ...\n",
    .size = sizeof(struct fragmenter),
    .configure = configure,
    .take_state = take_state,
    .push = push,
};
