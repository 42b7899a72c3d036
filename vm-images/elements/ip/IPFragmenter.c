/* IPFragmenter: splits packets that are longer than the next link takes (RFC 791 section 3.2). */
#include "net/ip_options.h"
#include "net/marked.h"
#include "net/values.h"

enum { FRAGMENTS_MAX = 1024, LOGGED = 5, HEADER_MAX = 60 };

struct fragmenter {
    struct fs_element base;
    uint32_t mtu, headroom;
    bool honor_df, verbose;
    uint64_t drops, fragments;
};

enum { MTU, HONOR_DF, VERBOSE, HEADROOM };

/* The header of later fragments: options go along when their copy bit is set (RFC 791 section 3.1). Answers its
 * length. */
static unsigned later_header(const struct fs_ip *h, uint8_t *to)
{
    const uint8_t *from = (const uint8_t *)h;
    unsigned end = fs_ip_header_length(h), size = FS_IP_SIZE;
    struct fs_ip_option o = {FS_IP_SIZE, 0};
    __builtin_memcpy(to, h, FS_IP_SIZE);
    while (fs_next_ip_option(from, end, &o) > 0) {
        if ((from[o.at] & 0x80) != 0) {
            __builtin_memcpy(to + size, from + o.at, o.length);
            size += o.length;
        }
    }
    while (size % 4 != 0) {
        to[size++] = 0;
    }
    to[0] = (uint8_t)(0x40 | size / 4);
    return size;
}

static void finish(struct fs_ip *h, unsigned length, uint16_t fragment)
{
    fs_put16(h->length, (uint16_t)length);
    fs_put16(h->fragment, fragment);
    fs_ip_set_checksum(h);
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

/* p has `total` bytes from its IP header on, more than the MTU; its first fragment carries `first` bytes. */
static void split(struct fragmenter *f, struct fs_packet *p, unsigned total, unsigned first)
{
    struct fs_element *e = &f->base;
    struct fs_packet *made[FRAGMENTS_MAX];
    unsigned count = 1;
    if ((p = fs_writable(e, p)) == NULL) {
        return;
    }
    struct fs_ip *h = (struct fs_ip *)fs_network_header(p);
    const unsigned front = (unsigned)((uint8_t *)h - p->data), header = fs_ip_header_length(h), data = total - header;
    uint16_t fragment = fs_get16(h->fragment);
    if ((fragment & FS_IP_DONT_FRAGMENT) != 0) { /* whoever sets it need not give packets different numbers */
        fragment = (uint16_t)(fragment & ~FS_IP_DONT_FRAGMENT);
        fs_put16(h->id, (uint16_t)fs_random(e));
    }
    uint8_t later[HEADER_MAX];
    const unsigned later_size = later_header(h, later), most = (f->mtu - later_size) & ~7u;
    for (unsigned at = first; at < data; at += most) {
        unsigned n = data - at < most ? data - at : most;
        struct fs_packet *q = count < (unsigned)FRAGMENTS_MAX
            ? fs_packet_new(fs_pool(e), f->headroom, front + later_size + n) : NULL;
        if (q == NULL) { /* some fragments are of no use */
            while (--count > 0) {
                fs_packet_free(made[count]);
            }
            fs_drop(e, p, FS_DROP_NO_BUFFER);
            return;
        }
        __builtin_memcpy(q->annotations, p->annotations, sizeof q->annotations);
        q->timestamp = p->timestamp;
        q->device = p->device;
        q->packet_type = p->packet_type;
        __builtin_memcpy(q->data, p->data, front);
        __builtin_memcpy(q->data + front, later, later_size);
        __builtin_memcpy(q->data + front + later_size, (uint8_t *)h + header + at, n);
        fs_set_mac_header(q, q->data);
        fs_set_network_header(q, q->data + front, later_size);
        finish((struct fs_ip *)(q->data + front), later_size + n,
               (uint16_t)((fragment + at / 8) | (at + n < data ? FS_IP_MORE_FRAGMENTS : 0)));
        made[count++] = q;
    }
    finish(h, header + first, fragment | FS_IP_MORE_FRAGMENTS);
    p->length = front + header + first;
    made[0] = p;
    f->fragments += count;
    push_all(e, made, count);
}

static void refuse(struct fragmenter *f, struct fs_packet *p, const struct fs_ip *h)
{
    if (f->verbose || f->drops < LOGGED) {
        char line[120];
        struct fs_text t = {.at = line, .capacity = sizeof line};
        fs_text_format(&t, "IPFragmenter(%u) DF ", (unsigned)f->mtu);
        fs_text_ip(&t, h->source);
        fs_text_char(&t, ' ');
        fs_text_ip(&t, h->destination);
        fs_text_format(&t, " len=%u", (unsigned)p->length);
        fs_log(&f->base, line, t.length);
    }
    f->drops++;
    fs_reject(&f->base, 1, p, FS_DROP_TOO_LONG);
}

/* Splits p, which is longer than the MTU; `left` bytes are there from its header on. */
static void fragment(struct fragmenter *f, struct fs_packet *p, const struct fs_ip *h, size_t left)
{
    unsigned total = fs_get16(h->length), header = fs_ip_header_length(h);
    unsigned first = f->mtu > header ? (f->mtu - header) & ~7u : 0;
    if (total > left || total < header) {
        fs_drop(&f->base, p, FS_DROP_BAD_LENGTH);
    } else if (first < 8 || (f->honor_df && (fs_get16(h->fragment) & FS_IP_DONT_FRAGMENT) != 0)) {
        refuse(f, p, h);
    } else {
        split(f, p, total, first);
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
        const struct fs_ip *h = fs_marked_ip(p);
        if (h == NULL) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
        } else if (fs_get16(h->length) <= f->mtu) {
            fs_batch_add(&small, p);
        } else {
            fs_output_push(e, 0, &small); /* keeps the order */
            small.count = 0;
            fragment(f, p, h, fs_bytes_from(p, (const uint8_t *)h));
        }
    }
    batch->count = 0;
    fs_output_push(e, 0, &small);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fragmenter *f = (struct fragmenter *)e;
    (void)error;
    f->mtu = (uint32_t)fs_args_integer(e->args, MTU, 0);
    f->honor_df = fs_args_boolean(e->args, HONOR_DF, true);
    f->verbose = fs_args_boolean(e->args, VERBOSE, false);
    f->headroom = (uint32_t)fs_args_integer(e->args, HEADROOM, FS_HEADROOM);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct fragmenter *)e)->drops = ((struct fragmenter *)old)->drops;
    ((struct fragmenter *)e)->fragments = ((struct fragmenter *)old)->fragments;
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct fragmenter *)e)->drops);
}
static void read_fragments(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct fragmenter *)e)->fragments);
}

static const struct fs_arg args[] = {
    [MTU] = {"MTU", "integer", FS_POSITIONAL, 8, 65535, NULL, "The longest IP packet that passes whole, in bytes."},
    [HONOR_DF] = {"HONOR_DF", "boolean", FS_OPTIONAL, 0, 0, "true",
                  "Whether packets with Don't Fragment are left whole; else they get a random identification."},
    [VERBOSE] = {"VERBOSE", "boolean", FS_OPTIONAL, 0, 0, "false",
                 "Whether each packet that must not be split is logged, and not the first 5 only."},
    [HEADROOM] = {"HEADROOM", "integer", FS_KEYWORD, 0, FS_HEADROOM, "128", "Bytes in front of later fragments."},
};
static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Packets that must not be split, or cannot be with so small an MTU."},
    {"fragments", read_fragments, NULL, 0, NULL, "Fragments made."},
};

FS_ELEMENT(IPFragmenter) = {
    .name = "IPFragmenter",
    .ports = "1/1-2",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip; writes ip length; drops splits",
    .summary = "fragments large IP packets",
    .doc = "Packets of at most MTU bytes, by their IP total length, pass unchanged. Longer ones are split into\n"
           "fragments in order, each with what stands in front of the IP header; options are copied as RFC 791 says.\n"
           "A packet with Don't Fragment leaves whole by output 1; where that is not connected it is dropped as\n"
           "`too-long`. When buffers are short of all its fragments, none is sent.\n\n"
           "    ... -> f :: IPFragmenter(1500) -> ...;  f[1] -> ICMPError(10.0.0.1, unreachable, needfrag) -> ...\n",
    .size = sizeof(struct fragmenter),
    .configure = configure,
    .take_state = take_state,
    .push = push,
};
