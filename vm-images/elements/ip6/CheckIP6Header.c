/* CheckIP6Header: lets packets pass whose IPv6 header is sound, and marks where it is. */
#include <flowstream/element.h>

#include "net/ip6.h"
#include "net/values.h"

struct check {
    struct fs_element base;
    uint32_t offset;
    bool marked;
    uint8_t (*bad_sources)[16];
    uint32_t bad_source_count;
    uint64_t drops;
};

enum { BADADDRS, OFFSET, MARKED };

static bool bad_source(const struct check *c, const uint8_t address[16])
{
    for (uint32_t i = 0; i < c->bad_source_count; i++) {
        if (__builtin_memcmp(c->bad_sources[i], address, 16) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the `left` bytes at `h` are a sound packet; if not, why. */
static bool check(const struct check *c, const struct fs_ip6 *h, size_t left, enum fs_drop_reason *why)
{
    if (left < FS_IP6_SIZE) {
        *why = FS_DROP_BAD_LENGTH;
    } else if (fs_ip_version(h) != 6) {
        *why = FS_DROP_BAD_VERSION;
    } else if (fs_get16(h->payload_length) > left - FS_IP6_SIZE) {
        *why = FS_DROP_BAD_LENGTH;
    } else if (bad_source(c, h->source)) {
        *why = FS_DROP_BAD_SOURCE;
    } else {
        return true;
    }
    return false;
}

static void reject(struct check *c, struct fs_packet *p, enum fs_drop_reason why)
{
    static const char text[] = "IP6 header check failed";
    if (c->drops++ == 0) {
        fs_log(&c->base, text, sizeof text - 1);
    }
    fs_reject(&c->base, 1, p, why);
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct check *c = (struct check *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (i + 2 < count) {
            __builtin_prefetch(batch->packets[i + 2]->data);
        }
        const uint8_t *at = c->marked ? fs_network_header(p) : p->data + c->offset;
        size_t left = at == NULL ? 0 : fs_bytes_from(p, at);
        const struct fs_ip6 *h = (const struct fs_ip6 *)at;
        enum fs_drop_reason why;
        if (!check(c, h, left, &why)) {
            reject(c, p, why);
            continue;
        }
        struct fs_ip6_upper upper;
        size_t length = FS_IP6_SIZE + (size_t)fs_get16(h->payload_length);
        fs_ip6_walk(at, at + length, &upper);
        fs_set_network_header(p, at, upper.offset);
        if (!c->marked) {
            p->length -= (uint32_t)(left - length);
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct check *c = (struct check *)e;
    const char *text = fs_args_text(e->args, BADADDRS, ""), *word;
    size_t length = __builtin_strlen(text), n;
    int64_t offset = fs_args_integer(e->args, OFFSET, 0);
    c->marked = fs_args_boolean(e->args, MARKED, false);
    c->bad_sources = fs_alloc(e, (length / 2 + 2) * 16);
    if (c->bad_sources == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    __builtin_memset(c->bad_sources[c->bad_source_count++], 0xff, 16);
    while (fs_parse_word(&text, &length, &word, &n)) {
        if (!fs_parse_ip6(word, n, c->bad_sources[c->bad_source_count++])) {
            fs_text_string(error, "BADADDRS: expected an IPv6 address, found '");
            fs_text_bytes(error, word, n);
            fs_text_char(error, '\'');
            return -1;
        }
    }
    c->offset = (uint32_t)offset;
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct check *)e)->drops = ((struct check *)old)->drops;
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct check *)e)->drops);
}

static const struct fs_arg args[] = {
    [BADADDRS] = {"BADADDRS", "string", FS_OPTIONAL, 0, 0, "", "Addresses that must not be a packet's source."},
    [OFFSET] = {"OFFSET", "integer", FS_OPTIONAL, 0, FS_PACKET_SIZE, "0", "Bytes in front of the IPv6 header."},
    [MARKED] = {"MARKED", "boolean", FS_KEYWORD, 0, 0, "false",
                "Ours: check the header marked upstream, not the one at OFFSET, and do not shorten the frame."},
};
static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Bad packets."},
};

FS_ELEMENT(CheckIP6Header) = {
    .name = "CheckIP6Header",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip6; writes length; drops",
    .summary = "checks IPv6 headers and marks them",
    .doc = "Checks length, version, payload length and the source address, which must be none of BADADDRS nor all\n"
           "ones. Marks the header, and what is behind the extension headers as the transport header. Takes off\n"
           "what follows the packet unless MARKED. Bad packets leave by output 1; where it is not connected they\n"
           "are dropped as `bad-length`, `bad-version` or `bad-source`.\n\n"
           "    Classifier(12/86dd) -> Strip(14) -> CheckIP6Header -> IP6Filter(...) -> ...\n",
    .size = sizeof(struct check),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
