/* ARPResponder: answers ARP requests for the addresses it is told. */
#include <flowstream/element.h>

#include "net/ether.h"
#include "net/values.h"

/* Addresses that are answered for, as the argument table has them (docs/contracts.md, `arp-entries` format 1). */
struct entry {
    uint8_t address[4], mask[4], mac[6], zero[2];
};
_Static_assert(sizeof(struct entry) == 16, "the table's record");

struct responder {
    struct fs_element base;
    struct entry *entries; /* an entry stands before each that contains it */
    uint32_t count, capacity;
};

enum { ENTRY };

static bool within(const struct entry *e, const uint8_t address[4])
{
    return (fs_get32(address) & fs_get32(e->mask)) == fs_get32(e->address);
}

static const struct entry *lookup(const struct responder *r, const uint8_t address[4])
{
    for (uint32_t i = 0; i < r->count; i++) {
        if (within(&r->entries[i], address)) {
            return &r->entries[i];
        }
    }
    return NULL;
}

/* RFC 826: the request becomes the reply. */
static void answer(struct fs_packet *p, const struct entry *found)
{
    struct fs_ether *ether = (struct fs_ether *)p->data;
    struct fs_arp *arp = (struct fs_arp *)(p->data + FS_ETHER_SIZE);
    uint8_t asked[4], tci[2];
    __builtin_memcpy(asked, arp->target_ip, 4);
    fs_put16(arp->operation, FS_ARP_REPLY);
    __builtin_memcpy(arp->target_mac, arp->sender_mac, 6);
    __builtin_memcpy(arp->target_ip, arp->sender_ip, 4);
    __builtin_memcpy(arp->sender_mac, found->mac, 6);
    __builtin_memcpy(arp->sender_ip, asked, 4);
    __builtin_memcpy(ether->destination, arp->target_mac, 6);
    __builtin_memcpy(ether->source, found->mac, 6);
    p->length = FS_ETHER_SIZE + FS_ARP_SIZE;

    /* As a new packet, but for the device and VLAN annotations, which are the request's. */
    const unsigned at = fs_annotation_offset(FS_ANNO_VLAN_TCI);
    __builtin_memcpy(tci, p->annotations + at, 2);
    __builtin_memset(p->annotations, 0, sizeof p->annotations);
    __builtin_memcpy(p->annotations + at, tci, 2);
    fs_set_mac_header(p, p->data);
    fs_set_network_header(p, p->data + FS_ETHER_SIZE, FS_ARP_SIZE);
    p->timestamp = 0;
    p->packet_type = FS_TYPE_HOST;
}

/* The entry that answers the frame; NULL when it is no request, or for nobody that is known. */
static const struct entry *request_for(const struct responder *r, const struct fs_packet *p)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    const struct fs_ether *ether = (const struct fs_ether *)fs_take(&c, FS_ETHER_SIZE);
    if (ether == NULL || fs_get16(ether->type) != FS_ETHER_ARP) {
        return NULL;
    }
    const struct fs_arp *arp = fs_take_arp(&c);
    return arp == NULL || fs_get16(arp->operation) != FS_ARP_REQUEST ? NULL : lookup(r, arp->target_ip);
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct responder *r = (struct responder *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        const struct entry *found = request_for(r, p);
        if (found == NULL) {
            fs_reject(e, 1, p, FS_DROP_NO_MATCH);
            continue;
        }
        p = fs_writable(e, p);
        if (p != NULL) {
            answer(p, found);
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static bool contains(const struct entry *large, const struct entry *small)
{
    return (fs_get32(large->mask) & ~fs_get32(small->mask)) == 0 && within(large, small->address);
}
static bool same(const struct entry *a, const struct entry *b)
{
    return __builtin_memcmp(a, b, 8) == 0; /* address and mask */
}

static int reserve(struct responder *r, uint32_t capacity, struct fs_text *error)
{
    if (capacity <= r->capacity) {
        return 0;
    }
    capacity = capacity < 2 * r->capacity ? 2 * r->capacity : capacity;
    struct entry *larger = fs_alloc(&r->base, capacity * sizeof *larger);
    if (larger == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    if (r->count != 0) {
        __builtin_memcpy(larger, r->entries, r->count * sizeof *larger);
    }
    r->entries = larger;
    r->capacity = capacity;
    return 0;
}

/* Puts the entry before the first one that contains it, or in place of one for the same addresses. There is room. */
static void add(struct responder *r, const struct entry *given)
{
    struct entry added = *given;
    fs_put32(added.address, fs_get32(added.address) & fs_get32(added.mask));
    uint32_t at = 0;
    while (at < r->count && !same(&r->entries[at], &added) && !contains(&r->entries[at], &added)) {
        at++;
    }
    if (at == r->count || !same(&r->entries[at], &added)) {
        __builtin_memmove(r->entries + at + 1, r->entries + at, (r->count - at) * sizeof added);
        r->count++;
    }
    r->entries[at] = added;
}

static uint32_t get_le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct responder *r = (struct responder *)e;
    struct fs_bytes table = fs_args_bytes(e->args, ENTRY);
    if (table.length == 0) {
        return 0;
    }
    if (table.length < 8 || get_le32(table.at) != 1
        || (uint64_t)get_le32(table.at + 4) * sizeof(struct entry) != table.length - 8) {
        fs_text_string(error, "ARP entries: the table is not of format 1");
        return -1;
    }
    uint32_t count = get_le32(table.at + 4);
    if (reserve(r, count, error) != 0) {
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        add(r, (const struct entry *)(table.at + 8) + i);
    }
    return 0;
}

static void read_table(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct responder *r = (struct responder *)e;
    (void)parameters;
    for (uint32_t i = 0; i < r->count; i++) {
        fs_text_prefix(value, r->entries[i].address, r->entries[i].mask);
        fs_text_char(value, ' ');
        fs_text_mac(value, r->entries[i].mac);
        fs_text_char(value, '\n');
    }
}
static void read_lookup(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    uint8_t address[4];
    if (fs_parse_ip(parameters, __builtin_strlen(parameters), address)) {
        const struct entry *found = lookup((struct responder *)e, address);
        if (found != NULL) {
            fs_text_mac(value, found->mac);
        }
    }
}

/* `ADDRESS/MASK ... MAC`, in any order. */
static int write_add(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct responder *r = (struct responder *)e;
    const char *text = value, *word;
    size_t left = length, n;
    uint32_t prefixes = 0, macs = 0;
    struct entry given = {0};
    while (fs_parse_word(&text, &left, &word, &n)) {
        if (fs_parse_prefix(word, n, given.address, given.mask)) {
            prefixes++;
        } else if (fs_parse_mac(word, n, given.mac)) {
            macs++;
        } else {
            fs_text_string(error, "add: expected IP/MASK ETH");
            return -1;
        }
    }
    if (prefixes == 0 || macs != 1) {
        fs_text_string(error, prefixes == 0 ? "add: missing IP/MASK"
                              : macs == 0   ? "add: missing ETH"
                                            : "add: more than one ETH");
        return -1;
    }
    if (reserve(r, r->count + prefixes, error) != 0) {
        return -1;
    }
    while (fs_parse_word(&value, &length, &word, &n)) {
        if (fs_parse_prefix(word, n, given.address, given.mask)) {
            add(r, &given);
        }
    }
    return 0;
}
static int write_remove(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct responder *r = (struct responder *)e;
    struct entry given = {0};
    if (!fs_parse_prefix(value, length, given.address, given.mask)) {
        fs_text_string(error, "remove: expected IP/MASK");
        return -1;
    }
    fs_put32(given.address, fs_get32(given.address) & fs_get32(given.mask));
    for (uint32_t i = 0; i < r->count; i++) {
        if (same(&r->entries[i], &given)) {
            __builtin_memmove(r->entries + i, r->entries + i + 1, (--r->count - i) * sizeof given);
            return 0;
        }
    }
    fs_text_prefix(error, given.address, given.mask);
    fs_text_string(error, " not found");
    return -1;
}

static const struct fs_arg args[] = {
    [ENTRY] = {"ENTRY", "arp-entries", FS_REST, 0, 0, "",
               "`ADDRESS/MASK ... MAC`: the addresses to answer for, and with what."},
};
static const struct fs_handler handlers[] = {
    {"table", read_table, NULL, 0, NULL, "The entries, `ADDRESS/PREFIX MAC` each."},
    {"lookup", read_lookup, NULL, FS_HANDLER_PARAMETER, NULL,
     "The MAC that an address is answered with; nothing when none."},
    {"add", NULL, write_add, 0, NULL, "Adds entries, `ADDRESS/MASK ... MAC`."},
    {"remove", NULL, write_remove, 0, NULL, "Removes the entry of `ADDRESS/MASK`."},
};

FS_ELEMENT(ARPResponder) = {
    .name = "ARPResponder",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads eth.type; writes eth.src eth.dst arp length; drops",
    .summary = "answers ARP requests",
    .doc = "Input frames are ARP requests with their Ethernet header. The most specific entry answers. What it\n"
           "cannot answer leaves by output 1; where it is not connected it is dropped as `no-match`.\n\n"
           "    c :: Classifier(12/0806 20/0001, -);\n"
           "    c[0] -> ARPResponder(10.0.0.1 10.1.0.0/16 02:00:00:00:00:01) -> ToDevice(0);\n",
    .size = sizeof(struct responder),
    .configure = configure,
    .act = act,
};
