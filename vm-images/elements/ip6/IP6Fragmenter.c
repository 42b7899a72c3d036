/* IP6Fragmenter: splits packets that are longer than the next link takes (RFC 8200 section 4.5). */
#include "net/handlers.h"
#include "net/marked6.h"

enum { FRAGMENT_SIZE = 8, FRAGMENTS_MAX = 1024 };

struct fragmenter {
    struct fs_element base;
    uint32_t mtu, id;
    uint64_t drops, fragments;
};

enum { MTU };

/* Where a packet is cut: what is in front goes with every fragment. */
struct cut {
    uint32_t fixed;   /* bytes in front, the header included */
    uint8_t *next;    /* the field that names what follows them */
    uint32_t data;    /* where the data begin: behind a fragment header that is there already */
    uint8_t header[FRAGMENT_SIZE];
};

/* The headers that routers on the way look at: hop-by-hop options, and what comes up to a routing header. False when
 * they do not end within the packet. */
static bool find_cut(struct fragmenter *f, uint8_t *ip6, const uint8_t *end, struct cut *cut)
{
    struct fs_cursor c = {ip6 + FS_IP6_SIZE, end};
    uint8_t *next = &((struct fs_ip6 *)ip6)->next_header;
    cut->fixed = FS_IP6_SIZE;
    cut->next = next;
    while (*next == FS_IP6_HOP_BY_HOP || *next == FS_IP6_ROUTING || *next == FS_IP6_DESTINATION) {
        bool destination = *next == FS_IP6_DESTINATION;
        uint8_t *header = ip6 + (c.at - ip6);
        if (fs_take(&c, fs_left(&c) < 8 ? 8 : 8u + 8u * c.at[1]) == NULL) {
            return false;
        }
        next = header;
        if (!destination) {
            cut->fixed = (uint32_t)(c.at - ip6);
            cut->next = next;
        }
    }
    cut->data = cut->fixed;
    const uint8_t *at = ip6 + cut->fixed;
    if (*cut->next == FS_IP6_FRAGMENT) { /* a fragment is cut once more */
        if (end - at < FRAGMENT_SIZE) {
            return false;
        }
        __builtin_memcpy(cut->header, at, FRAGMENT_SIZE);
        cut->data += FRAGMENT_SIZE;
        return true;
    }
    __builtin_memset(cut->header, 0, FRAGMENT_SIZE);
    cut->header[0] = *cut->next;
    fs_put32(cut->header + 4, f->id++);
    return true;
}

static void push_all(struct fs_element *e, struct fs_packet **made, unsigned count)
{
    for (unsigned i = 0; i < count; i += (unsigned)FS_BATCH_MAX) {
        struct fs_batch some;
        some.count = 0;
        while (some.count < (uint32_t)FS_BATCH_MAX && i + some.count < count) {
            fs_batch_add(&some, made[i + some.count]);
        }
        fs_output_push(e, 0, &some);
    }
}

/* p has `total` bytes from its IPv6 header on, more than the MTU. */
static void split(struct fragmenter *f, struct fs_packet *p, uint32_t total)
{
    struct fs_element *e = &f->base;
    struct fs_packet *made[FRAGMENTS_MAX];
    struct cut cut;
    unsigned count = 0;
    if ((p = fs_writable(e, p)) == NULL) {
        return;
    }
    uint8_t *ip6 = fs_network_header(p);
    const uint32_t front = (uint32_t)(ip6 - p->data);
    if (!find_cut(f, ip6, ip6 + total, &cut)) {
        fs_drop(e, p, FS_DROP_MALFORMED);
        return;
    }
    if (f->mtu < cut.fixed + FRAGMENT_SIZE + 8) {
        f->drops++;
        fs_reject(e, 1, p, FS_DROP_TOO_LONG);
        return;
    }
    *cut.next = FS_IP6_FRAGMENT;
    const uint32_t most = (f->mtu - cut.fixed - FRAGMENT_SIZE) & ~7u;
    const uint16_t field = fs_get16(cut.header + 2); /* offset, in units of 8 bytes << 3, and M */
    if ((field & 0xfff8u) + total - cut.data > 0xffff) { /* of no packet that there can be */
        fs_drop(e, p, FS_DROP_MALFORMED);
        return;
    }
    for (uint32_t at = cut.data; at < total; at += most) {
        uint32_t n = total - at < most ? total - at : most, head = front + cut.fixed + FRAGMENT_SIZE;
        struct fs_packet *q =
            count < (unsigned)FRAGMENTS_MAX ? fs_packet_new(fs_pool(e), FS_HEADROOM, head + n) : NULL;
        if (q == NULL) { /* some fragments are of no use */
            while (count > 0) {
                fs_packet_free(made[--count]);
            }
            fs_drop(e, p, FS_DROP_NO_BUFFER);
            return;
        }
        __builtin_memcpy(q->annotations, p->annotations, sizeof q->annotations);
        q->timestamp = p->timestamp;
        q->device = p->device;
        q->packet_type = p->packet_type;
        __builtin_memcpy(q->data, p->data, front + cut.fixed);
        fs_put16(cut.header + 2, (uint16_t)((field & 0xfff8u) + (at - cut.data) + (at + n < total ? 1 : field & 1u)));
        __builtin_memcpy(q->data + head - FRAGMENT_SIZE, cut.header, FRAGMENT_SIZE);
        __builtin_memcpy(q->data + head, ip6 + at, n);
        fs_put16(((struct fs_ip6 *)(q->data + front))->payload_length,
                 (uint16_t)(cut.fixed + FRAGMENT_SIZE + n - FS_IP6_SIZE));
        fs_set_mac_header(q, q->data);
        fs_mark_ip6(q, q->data + front);
        made[count++] = q;
    }
    f->fragments += count;
    fs_packet_free(p); /* its bytes have all gone on */
    push_all(e, made, count);
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
            split(f, p, total);
        }
    }
    batch->count = 0;
    fs_output_push(e, 0, &small);
}

static int configure(struct fs_element *e, struct fs_text *error)
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
