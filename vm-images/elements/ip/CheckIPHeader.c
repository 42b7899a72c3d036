/* CheckIPHeader: lets packets pass whose IPv4 header is sound, and marks where it is. */
#include <flowstream/element.h>

#include "net/checksum.h"
#include "net/ip.h"
#include "net/values.h"

enum reason { TINY, VERSION, HEADER_LENGTH, IP_LENGTH, CHECKSUM_WRONG, SOURCE, REASONS, GOOD = REASONS };

static const struct {
    const char *text; /* Click's */
    enum fs_drop_reason drop;
} reasons[REASONS] = {
    [TINY] = {"tiny packet", FS_DROP_BAD_LENGTH},
    [VERSION] = {"bad IP version", FS_DROP_BAD_VERSION},
    [HEADER_LENGTH] = {"bad IP header length", FS_DROP_BAD_HEADER_LENGTH},
    [IP_LENGTH] = {"bad IP length", FS_DROP_BAD_LENGTH},
    [CHECKSUM_WRONG] = {"bad IP checksum", FS_DROP_BAD_CHECKSUM},
    [SOURCE] = {"bad source address", FS_DROP_BAD_SOURCE},
};

struct addresses {
    uint8_t (*at)[4];
    uint32_t count;
};

struct check {
    struct fs_element base;
    uint32_t offset;
    bool checksum, verbose, details, marked;
    struct addresses bad_sources, good_destinations;
    uint64_t drops, by_reason[REASONS];
};

enum { BADSRC_OLD, OFFSET, INTERFACES, BADSRC, GOODDST, CHECKSUM, VERBOSE, DETAILS, MARKED };

static bool contains(const struct addresses *list, const uint8_t address[4])
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (__builtin_memcmp(list->at[i], address, 4) == 0) {
            return true;
        }
    }
    return false;
}

/* Checks the `left` bytes at `h`, which are all that the frame has from there. */
static enum reason check(const struct check *c, const struct fs_ip *h, size_t left)
{
    if (left < FS_IP_SIZE) {
        return TINY;
    }
    if (fs_ip_version(h) != 4) {
        return VERSION;
    }
    unsigned header = fs_ip_header_length(h), length = fs_get16(h->length);
    if (header < FS_IP_SIZE) {
        return HEADER_LENGTH;
    }
    if (length > left || length < header) {
        return IP_LENGTH;
    }
    if (c->checksum && fs_checksum_ip((const uint8_t *)h, header / 4) != 0) {
        return CHECKSUM_WRONG;
    }
    if (c->bad_sources.count != 0 && contains(&c->bad_sources, h->source)
        && !contains(&c->good_destinations, h->destination)) {
        return SOURCE;
    }
    return GOOD;
}

static void reject(struct check *c, struct fs_packet *p, enum reason reason)
{
    if (c->drops == 0 || c->verbose) {
        char line[200];
        struct fs_text t = {.at = line, .capacity = sizeof line};
        fs_text_format(&t, "%s: IP header check failed: %s", c->base.name, reasons[reason].text);
        fs_log(&c->base, line, t.length);
    }
    c->drops++;
    c->by_reason[reason]++;
    fs_reject(&c->base, 1, p, reasons[reason].drop);
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
        const struct fs_ip *h = (const struct fs_ip *)at;
        enum reason reason = check(c, h, left);
        if (reason != GOOD) {
            reject(c, p, reason);
            continue;
        }
        uint32_t destination;
        fs_set_network_header(p, at, fs_ip_header_length(h));
        __builtin_memcpy(&destination, h->destination, 4);
        fs_set_anno_u32(p, FS_ANNO_DST_IP, destination);
        if (!c->marked) {
            p->length -= (uint32_t)(left - fs_get16(h->length));
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static bool add_address(struct addresses *list, const uint8_t address[4])
{
    __builtin_memcpy(list->at[list->count++], address, 4);
    return true;
}

/* Room for as many addresses as `text` can have, and two more. */
static bool make_list(struct check *c, struct addresses *list, size_t text_length)
{
    size_t most = list->count + text_length / 7 + 3; /* 0.0.0.0 is the shortest */
    uint8_t(*at)[4] = fs_alloc(&c->base, most * 4);
    if (at == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        __builtin_memcpy(at[i], list->at[i], 4);
    }
    list->at = at;
    return true;
}

/* Adds the addresses of a text; with `prefixes` the broadcast addresses of those to `list` and their own to `own`. */
static int add_list(struct check *c, struct addresses *list, struct addresses *own, const char *name, const char *text,
                    struct fs_text *error)
{
    size_t length = __builtin_strlen(text), n;
    const char *word;
    if (!make_list(c, list, length) || (own != NULL && !make_list(c, own, length))) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    while (fs_parse_word(&text, &length, &word, &n)) {
        uint8_t address[4], mask[4];
        bool fine = own != NULL ? fs_parse_prefix(word, n, address, mask) : fs_parse_ip(word, n, address);
        if (!fine) {
            fs_text_format(error, "%s: expected %s, found '", name, own != NULL ? "ADDRESS/PREFIX" : "an IP address");
            fs_text_bytes(error, word, n);
            fs_text_char(error, '\'');
            return -1;
        }
        if (own != NULL) {
            add_address(own, address);
            fs_put32(address, fs_get32(address) | ~fs_get32(mask));
        }
        add_address(list, address);
    }
    return 0;
}

/* RFC 1812 5.3.7: what must not be a source, given that broadcast addresses are looked at at all. */
static void add_limited(struct addresses *list)
{
    static const uint8_t zero[4], ones[4] = {255, 255, 255, 255};
    add_address(list, zero);
    add_address(list, ones);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct check *c = (struct check *)e;
    const char *first = fs_args_text(e->args, BADSRC_OLD, "");
    const char *interfaces = fs_args_text(e->args, INTERFACES, "");
    int64_t offset = fs_args_integer(e->args, OFFSET, 0);
    c->checksum = fs_args_boolean(e->args, CHECKSUM, true);
    c->verbose = fs_args_boolean(e->args, VERBOSE, false);
    c->details = fs_args_boolean(e->args, DETAILS, false);
    c->marked = fs_args_boolean(e->args, MARKED, false);
    /* Click takes a first argument that is a number for OFFSET. */
    if (fs_args_given(e->args, BADSRC_OLD)
        && !fs_parse_integer(first, __builtin_strlen(first), 0, FS_PACKET_SIZE, &offset)) {
        if (add_list(c, &c->bad_sources, NULL, "BADSRC", first, error) != 0) {
            return -1;
        }
        add_limited(&c->bad_sources);
    }
    c->offset = (uint32_t)offset;
    if (*interfaces != '\0') {
        if (add_list(c, &c->bad_sources, &c->good_destinations, "INTERFACES", interfaces, error) != 0) {
            return -1;
        }
        add_limited(&c->bad_sources);
    }
    if (add_list(c, &c->bad_sources, NULL, "BADSRC", fs_args_text(e->args, BADSRC, ""), error) != 0) {
        return -1;
    }
    return add_list(c, &c->good_destinations, NULL, "GOODDST", fs_args_text(e->args, GOODDST, ""), error);
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct check *c = (struct check *)e;
    const struct check *o = (const struct check *)old;
    c->drops = o->drops;
    __builtin_memcpy(c->by_reason, o->by_reason, sizeof c->by_reason);
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct check *)e)->drops);
}
static void read_details(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct check *c = (struct check *)e;
    (void)parameters;
    for (unsigned i = 0; c->details && i < REASONS; i++) {
        fs_text_format(value, "%llu\t%s\n", (unsigned long long)c->by_reason[i], reasons[i].text);
    }
}

static const struct fs_arg args[] = {
    [BADSRC_OLD] = {"BADSRC2", "string", FS_OPTIONAL, 0, 0, "",
                    "Click's old form: BADSRC with 0.0.0.0 and 255.255.255.255 added; a number here is OFFSET."},
    [OFFSET] = {"OFFSET", "integer", FS_OPTIONAL, 0, FS_PACKET_SIZE, "0", "Bytes in front of the IP header."},
    [INTERFACES] = {"INTERFACES", "string", FS_KEYWORD, 0, 0, "",
                    "Own addresses with prefixes: their broadcast addresses, 0.0.0.0 and 255.255.255.255 are BADSRC,\n"
                    "they themselves GOODDST."},
    [BADSRC] = {"BADSRC", "string", FS_KEYWORD, 0, 0, "", "Addresses that must not be a packet's source."},
    [GOODDST] = {"GOODDST", "string", FS_KEYWORD, 0, 0, "", "Destinations for which BADSRC does not hold."},
    [CHECKSUM] = {"CHECKSUM", "boolean", FS_KEYWORD, 0, 0, "true", "Whether to verify the header checksum."},
    [VERBOSE] = {"VERBOSE", "boolean", FS_KEYWORD, 0, 0, "false",
                 "Whether to log each bad packet, and not the first only."},
    [DETAILS] = {"DETAILS", "boolean", FS_KEYWORD, 0, 0, "false", "Whether drop_details has something to show."},
    [MARKED] = {"MARKED", "boolean", FS_KEYWORD, 0, 0, "false",
                "Ours: check the header marked upstream, not the one at OFFSET, and do not shorten the frame."},
};
static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Bad packets."},
    {"drop_details", read_details, NULL, 0, NULL,
     "Bad packets by what was wrong, `COUNT<tab>TEXT` each; with DETAILS."},
};

FS_ELEMENT(CheckIPHeader) = {
    .name = "CheckIPHeader",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip; writes annotation.DST_IP length; drops",
    .summary = "checks IP headers and marks them",
    .doc = "Checks length, version, header length, total length, checksum, and the source address where bad ones\n"
           "are given (RFC 1812 5.2.2, 5.3.7). Takes off what follows the IP packet, such as Ethernet padding,\n"
           "unless MARKED. Bad packets leave by output 1; where it is not connected they are dropped as\n"
           "`bad-length`, `bad-version`, `bad-header-length`, `bad-checksum` or `bad-source`.\n\n"
           "    FromDevice(0) -> Classifier(12/0800) -> Strip(14) -> CheckIPHeader(INTERFACES 10.0.0.1/24) -> ...\n",
    .size = sizeof(struct check),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
