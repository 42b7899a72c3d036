/* StoreIPAddress: writes an address, or the destination annotation, into packets. */
#include "net/rewrite.h"
#include "net/values.h"

struct store {
    struct fs_element base;
    bool fixed; /* `address` in place of the annotation */
    uint8_t address[4];
    int64_t offset; /* or SOURCE, DESTINATION */
    uint16_t anno;
};

enum { FIRST, SECOND, ANNO };
enum { SOURCE = -1, DESTINATION = -2 };

/* False when the packet has no such place. */
static bool store(const struct store *s, struct fs_packet *p, const uint8_t address[4])
{
    if (s->offset >= 0) {
        bool there = (uint64_t)s->offset + 4 <= p->length;
        if (there) {
            __builtin_memcpy(p->data + s->offset, address, 4);
        }
        return there;
    }
    struct fs_ip *h = (struct fs_ip *)fs_network_header(p); /* whatever it says of itself, as in Click */
    bool there = h != NULL && fs_bytes_from(p, (uint8_t *)h) >= FS_IP_SIZE;
    if (there) {
        fs_ip_set_address(p, h, s->offset == SOURCE ? h->source : h->destination, address);
    }
    return there;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct store *s = (struct store *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint32_t address = fs_anno_u32(p, s->anno);
        if (s->fixed || address != 0) {
            p = fs_writable(e, p);
            if (p == NULL) {
                continue;
            }
            if (!store(s, p, s->fixed ? s->address : (const uint8_t *)&address)) {
                fs_drop(e, p, FS_DROP_BAD_LENGTH);
                continue;
            }
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static bool parse_place(const char *text, int64_t *offset)
{
    size_t length = __builtin_strlen(text);
    if (length == 3 && (__builtin_memcmp(text, "src", 3) == 0 || __builtin_memcmp(text, "dst", 3) == 0)) {
        *offset = text[0] == 's' ? SOURCE : DESTINATION;
        return true;
    }
    return fs_parse_integer(text, length, 0, FS_PACKET_SIZE, offset);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct store *s = (struct store *)e;
    const char *first = fs_args_text(e->args, FIRST, ""), *second = fs_args_text(e->args, SECOND, "");
    s->anno = (uint16_t)fs_args_integer(e->args, ANNO, FS_ANNO_DST_IP);
    s->fixed = fs_args_given(e->args, SECOND);
    if (fs_annotation_size(s->anno) != 4 || !fs_annotation_valid(s->anno)) {
        fs_text_string(error, "ANNO: expected an annotation of 4 bytes");
        return -1;
    }
    if (s->fixed && !fs_parse_ip(first, __builtin_strlen(first), s->address)) {
        fs_text_format(error, "ADDRESS: expected an IP address, found '%s'", first);
        return -1;
    }
    if (!parse_place(s->fixed ? second : first, &s->offset)) {
        fs_text_format(error, "OFFSET: expected a number of bytes, src or dst, found '%s'", s->fixed ? second : first);
        return -1;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [FIRST] = {"ADDRESS", "word", FS_POSITIONAL, 0, 0, NULL, "The address; alone: OFFSET, for the annotation's address."},
    [SECOND] = {"OFFSET", "word", FS_OPTIONAL, 0, 0, "",
                "Bytes from the frame's start; or `src`, `dst`: that field of the marked IP header, whose checksum and\n"
                "that of TCP and UDP are updated."},
    [ANNO] = {"ANNO", "annotation", FS_KEYWORD, 0, 0, "DST_IP", "The annotation to write; one of 0 writes nothing."},
};

FS_ELEMENT(StoreIPAddress) = {
    .name = "StoreIPAddress",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads annotation.DST_IP; writes any; drops",
    .summary = "stores an IP address in packets",
    .doc = "`StoreIPAddress(OFFSET)` writes the destination annotation, unless it is 0; `StoreIPAddress(ADDRESS,\n"
           "OFFSET)` writes ADDRESS. With a number no checksum is changed: SetIPChecksum and its like do that.\n"
           "Packets that end before are dropped as `bad-length`.\n\n"
           "    ... -> StoreIPAddress(10.0.0.1, src) -> ...\n",
    .size = sizeof(struct store),
    .configure = configure,
    .act = act,
};
