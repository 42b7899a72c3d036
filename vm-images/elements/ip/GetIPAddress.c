/* GetIPAddress: sets the destination annotation from the packet. */
#include "net/marked.h"

struct get {
    struct fs_element base;
    int64_t offset; /* below 0: from the IP header */
    bool source;
    uint16_t anno;
};

enum { OFFSET, ANNO, IP };

static const uint8_t *address(const struct get *g, const struct fs_packet *p)
{
    if (g->offset >= 0) {
        const uint8_t *at = p->data + g->offset;
        return (size_t)g->offset + 4 <= p->length ? at : NULL;
    }
    const struct fs_ip *h = fs_marked_ip(p);
    return h == NULL ? NULL : g->source ? h->source : h->destination;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct get *g = (struct get *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        const uint8_t *at = address(g, p);
        if (at == NULL) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        fs_set_anno_address(p, g->anno, at);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct get *g = (struct get *)e;
    const char *which = fs_args_text(e->args, IP, "");
    size_t length = __builtin_strlen(which);
    g->offset = fs_args_integer(e->args, OFFSET, -1);
    g->anno = (uint16_t)fs_args_integer(e->args, ANNO, FS_ANNO_DST_IP);
    if (fs_annotation_size(g->anno) != 4 || !fs_annotation_valid(g->anno)) {
        fs_text_string(error, "ANNO: expected an annotation of 4 bytes");
        return -1;
    }
    if ((g->offset >= 0) == (length != 0)) {
        fs_text_string(error, "expected one of OFFSET and IP");
        return -1;
    }
    if (length != 0 && (length != 3 || (__builtin_memcmp(which, "src", 3) != 0 && __builtin_memcmp(which, "dst", 3) != 0))) {
        fs_text_string(error, "IP: expected src or dst");
        return -1;
    }
    g->source = which[0] == 's';
    return 0;
}

static const struct fs_arg args[] = {
    [OFFSET] = {"OFFSET", "integer", FS_OPTIONAL, 0, FS_PACKET_SIZE, "", "Where the address is, from the frame's start."},
    [ANNO] = {"ANNO", "annotation", FS_KEYWORD, 0, 0, "DST_IP", "The annotation to set."},
    [IP] = {"IP", "word", FS_KEYWORD, 0, 0, "", "`src` or `dst`: that field of the marked IP header; instead of OFFSET."},
};

FS_ELEMENT(GetIPAddress) = {
    .name = "GetIPAddress",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads any; writes annotation.DST_IP; drops",
    .summary = "sets the destination annotation from the packet",
    .doc = "Packets that end before the address does are dropped as `bad-length`.\n\n"
           "    ... -> CheckIPHeader -> GetIPAddress(16) -> StaticIPLookup(...)   // the destination\n",
    .size = sizeof(struct get),
    .configure = configure,
    .act = act,
};
