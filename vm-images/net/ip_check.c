#include "net/ip_check.h"

#include "net/values.h"

static const struct {
    const char *text; /* Click's */
    enum fs_drop_reason drop;
} faults[FS_IP_FAULTS] = {
    [FS_IP_FAULT_TINY] = {"tiny packet", FS_DROP_BAD_LENGTH},
    [FS_IP_FAULT_VERSION] = {"bad IP version", FS_DROP_BAD_VERSION},
    [FS_IP_FAULT_HEADER_LENGTH] = {"bad IP header length", FS_DROP_BAD_HEADER_LENGTH},
    [FS_IP_FAULT_LENGTH] = {"bad IP length", FS_DROP_BAD_LENGTH},
    [FS_IP_FAULT_CHECKSUM] = {"bad IP checksum", FS_DROP_BAD_CHECKSUM},
    [FS_IP_FAULT_SOURCE] = {"bad source address", FS_DROP_BAD_SOURCE},
};

enum { BADSRC_OLD, OFFSET, INTERFACES, BADSRC, GOODDST, VERBOSE, DETAILS, MARKED, CHECKSUM };

static bool contains(const struct fs_addresses *list, const uint8_t address[4])
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (__builtin_memcmp(list->at[i], address, 4) == 0) {
            return true;
        }
    }
    return false;
}

bool fs_ip_check_bad_source(const struct fs_ip_check *c, const struct fs_ip *h)
{
    return contains(&c->bad_sources, h->source) && !contains(&c->good_destinations, h->destination);
}

void fs_ip_check_reject(struct fs_ip_check *c, struct fs_packet *p, enum fs_ip_fault fault)
{
    if (c->drops == 0 || c->verbose) {
        char line[200];
        struct fs_text t = {.at = line, .capacity = sizeof line};
        fs_text_format(&t, "%s: IP header check failed: %s", c->base.name, faults[fault].text);
        fs_log(&c->base, line, t.length);
    }
    c->drops++;
    c->by_fault[fault]++;
    fs_reject(&c->base, 1, p, faults[fault].drop);
}

void fs_ip_check_act(struct fs_element *e, struct fs_batch *batch)
{
    struct fs_ip_check *c = (struct fs_ip_check *)e;
    const bool marked = c->marked;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (i + 2 < count) {
            __builtin_prefetch(batch->packets[i + 2]->data);
        }
        const uint8_t *at = marked ? fs_network_header(p) : p->data + c->offset;
        size_t left = at == NULL ? 0 : fs_bytes_from(p, at);
        enum fs_ip_fault fault = fs_ip_check_header(c, (const struct fs_ip *)at, left);
        if (__builtin_expect(fault != FS_IP_FAULT_NONE, 0)) {
            fs_ip_check_reject(c, p, fault);
            continue;
        }
        fs_ip_check_mark(p, (const struct fs_ip *)at, left, !marked);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static void add_address(struct fs_addresses *list, const uint8_t address[4])
{
    __builtin_memcpy(list->at[list->count++], address, 4);
}

/* Room for as many addresses as `text` can have, and two more. */
FS_ONCE static bool make_list(struct fs_ip_check *c, struct fs_addresses *list, size_t text_length)
{
    size_t most = list->count + text_length / 4 + 3; /* 0/0 and a space are the shortest */
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
FS_ONCE static int add_list(struct fs_ip_check *c, struct fs_addresses *list, struct fs_addresses *own, const char *name, const char *text,
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
static void add_limited(struct fs_addresses *list)
{
    static const uint8_t zero[4], ones[4] = {255, 255, 255, 255};
    add_address(list, zero);
    add_address(list, ones);
}

FS_ONCE int fs_ip_check_sources(struct fs_ip_check *c, unsigned old, unsigned interfaces, unsigned bad, unsigned good,
                        struct fs_text *error)
{
    const struct fs_args *a = c->base.args;
    const char *own = fs_args_text(a, interfaces, "");
    if (fs_args_given(a, old)) {
        if (add_list(c, &c->bad_sources, NULL, "BADSRC", fs_args_text(a, old, ""), error) != 0) {
            return -1;
        }
        add_limited(&c->bad_sources);
    }
    if (*own != '\0') {
        if (add_list(c, &c->bad_sources, &c->good_destinations, "INTERFACES", own, error) != 0) {
            return -1;
        }
        add_limited(&c->bad_sources);
    }
    if (fs_args_given(a, bad) && add_list(c, &c->bad_sources, NULL, "BADSRC", fs_args_text(a, bad, ""), error) != 0) {
        return -1;
    }
    if (fs_args_given(a, good)) {
        return add_list(c, &c->good_destinations, NULL, "GOODDST", fs_args_text(a, good, ""), error);
    }
    return 0;
}

FS_ONCE int fs_ip_check_configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_ip_check *c = (struct fs_ip_check *)e;
    int64_t offset = fs_args_integer(e->args, OFFSET, 0);
    c->checksum = fs_args_boolean(e->args, CHECKSUM, true);
    c->verbose = fs_args_boolean(e->args, VERBOSE, false);
    c->details = fs_args_boolean(e->args, DETAILS, false);
    c->marked = fs_args_boolean(e->args, MARKED, false);
    /* Click takes a first argument that is a number for OFFSET. */
    bool number = false;
    if (fs_args_given(e->args, BADSRC_OLD)) {
        const char *first = fs_args_text(e->args, BADSRC_OLD, "");
        number = fs_parse_integer(first, __builtin_strlen(first), 0, FS_PACKET_SIZE, &offset);
    }
    c->offset = (uint32_t)offset;
    return fs_ip_check_sources(c, number ? (unsigned)FS_IP_CHECK_ARGS : (unsigned)BADSRC_OLD, INTERFACES, BADSRC, GOODDST,
                               error);
}

void fs_ip_check_take_state(struct fs_element *e, struct fs_element *old)
{
    struct fs_ip_check *c = (struct fs_ip_check *)e;
    const struct fs_ip_check *o = (const struct fs_ip_check *)old;
    c->drops = o->drops;
    __builtin_memcpy(c->by_fault, o->by_fault, sizeof c->by_fault);
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct fs_ip_check *)e)->drops);
}
static void read_details(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_ip_check *c = (struct fs_ip_check *)e;
    (void)parameters;
    for (unsigned i = 0; c->details && i < FS_IP_FAULTS; i++) {
        fs_text_format(value, "%llu\t%s\n", (unsigned long long)c->by_fault[i], faults[i].text);
    }
}

const struct fs_arg fs_ip_check_args[FS_IP_CHECK_ARGS] = {
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
const struct fs_handler fs_ip_check_handlers[FS_IP_CHECK_HANDLERS] = {
    {"drops", read_drops, NULL, 0, NULL, "Bad packets."},
    {"drop_details", read_details, NULL, 0, NULL,
     "Bad packets by what was wrong, `COUNT<tab>TEXT` each; with DETAILS."},
};
