/* IP6Encap: puts an IPv6 header in front. */
#include "net/handlers.h"
#include "net/marked6.h"
#include "net/protocols.h"
#include "net/rewrite.h"

struct encap {
    struct fs_element base;
    struct fs_ip6 header; /* the length is set for each packet */
    bool by_annotation;   /* DST is DST_ANNO */
};

enum { PROTO, SRC, DST, HLIM, CLASS };

static const char dst_anno[] = "DST_ANNO";

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct encap *c = (struct encap *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        uint32_t length = p->length;
        if (length > 0xffff || !fs_packet_prepend(p, FS_IP6_SIZE)) {
            fs_drop(e, p, FS_DROP_NO_ROOM);
            continue;
        }
        struct fs_ip6 *h = (struct fs_ip6 *)p->data;
        *h = c->header;
        fs_put16(h->payload_length, (uint16_t)length);
        if (c->by_annotation) {
            __builtin_memcpy(h->destination, fs_annotation_at(p, FS_ANNO_DST_IP6, 16), 16);
        } else {
            fs_set_anno_address6(p, h->destination);
        }
        fs_set_network_header(p, p->data, FS_IP6_SIZE);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

FS_ONCE static int set_destination(struct encap *c, const char *text, size_t length, struct fs_text *error)
{
    const char *word = "";
    size_t n = 0;
    fs_parse_word(&text, &length, &word, &n);
    c->by_annotation = n == sizeof dst_anno - 1 && __builtin_memcmp(word, dst_anno, n) == 0;
    if (!c->by_annotation && !fs_parse_ip6(word, n, c->header.destination)) {
        fs_text_string(error, "DST argument should be IP address or 'DST_ANNO'");
        return -1;
    }
    return 0;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct encap *c = (struct encap *)e;
    const char *destination = fs_args_text(e->args, DST, "");
    if (!fs_parse_protocol(fs_args_text(e->args, PROTO, ""), &c->header.next_header)) {
        fs_text_string(error, "PROTO: expected an IP protocol: a number up to 255, or a name such as ipip, gre or udp");
        return -1;
    }
    c->header.hop_limit = (uint8_t)fs_args_integer(e->args, HLIM, 250);
    fs_ip6_set_class(c->header.version_class_label, (uint8_t)fs_args_integer(e->args, CLASS, 0));
    __builtin_memcpy(c->header.source, fs_args_bytes(e->args, SRC).at, 16);
    return set_destination(c, destination, __builtin_strlen(destination), error);
}

FS_READ(read_source, struct encap, fs_text_ip6(value, self->header.source))
FS_READ(read_destination, struct encap, {
    if (self->by_annotation) {
        fs_text_string(value, dst_anno);
    } else {
        fs_text_ip6(value, self->header.destination);
    }
})
FS_ONCE static int write_source(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    const char *word = "";
    size_t n = 0;
    fs_parse_word(&value, &length, &word, &n);
    if (!fs_parse_ip6(word, n, ((struct encap *)e)->header.source)) {
        fs_text_string(error, "src: expected an IPv6 address");
        return -1;
    }
    return 0;
}
FS_ONCE static int write_destination(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct encap changed = *(struct encap *)e; /* a bad value changes nothing */
    if (set_destination(&changed, value, length, error) != 0) {
        return -1;
    }
    *(struct encap *)e = changed;
    return 0;
}

static const struct fs_arg args[] = {
    [PROTO] = {"PROTO", "word", FS_POSITIONAL, 0, 0, NULL, "The next header: a number, or a name such as `ipip`."},
    [SRC] = {"SRC", "ip6-address", FS_POSITIONAL, 0, 0, NULL, "The source address."},
    [DST] = {"DST", "word", FS_POSITIONAL, 0, 0, NULL,
             "The destination address, or `DST_ANNO`: each packet's destination annotation."},
    [HLIM] = {"HLIM", "integer", FS_KEYWORD, 0, 255, "250", "The hop limit."},
    [CLASS] = {"CLASS", "integer", FS_KEYWORD, 0, 255, "0", "The traffic class."},
};
static const struct fs_handler handlers[] = {
    {"src", read_source, write_source, FS_HANDLER_CALM, NULL, "The SRC argument."},
    {"dst", read_destination, write_destination, FS_HANDLER_CALM, NULL, "The DST argument."},
};

FS_ELEMENT(IP6Encap) = {
    .name = "IP6Encap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads annotation.DST_IP6; writes ip6 length annotation.DST_IP6; drops",
    .summary = "puts a static IPv6 header in front of packets",
    .doc = "The destination annotation becomes DST. Packets without 40 bytes of headroom are dropped as `no-room`.\n\n"
           "    ... -> IP6Encap(ipip, 2001:db8:1::1, 2001:db8:2::1, HLIM 20) -> EtherEncap(...) -> ToDevice(0);\n",
    .size = sizeof(struct encap),
    .configure = configure,
    .act = act,
};
