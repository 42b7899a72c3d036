/* IP6NDAdvertiser: answers neighbour solicitations for the addresses it is told. */
#include "net/address6.h"
#include "net/marked6.h"
#include "net/nd.h"

/* As the argument table has them (docs/contracts.md, `nd-entries` format 1). */
struct entry {
    uint8_t address[16], bits, mac[6], zero;
};
_Static_assert(sizeof(struct entry) == 24, "the table's record");

struct advertiser {
    struct fs_element base;
    struct entry *entries; /* the longest prefixes first */
    uint32_t count;
};

enum { ENTRY };

static const struct entry *lookup(const struct advertiser *a, const uint8_t target[16])
{
    for (uint32_t i = 0; i < a->count; i++) {
        struct fs_address6 mask = fs_mask6(a->entries[i].bits);
        if (fs_address6_equal(fs_masked6(fs_get_address6(target), mask),
                              fs_masked6(fs_get_address6(a->entries[i].address), mask))) {
            return &a->entries[i];
        }
    }
    return NULL;
}

/* The solicitation becomes the advertisement. RFC 4861 7.2.4: who has no address yet is answered by telling everybody;
 * 7.2.8: an answer for others must not override what is known. */
static bool answer(struct fs_element *e, struct fs_packet *p, const struct entry *found)
{
    static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1}, nobody[16];
    const struct fs_ether *ether = (const struct fs_ether *)p->data;
    const struct fs_ip6 *ip6 = (const struct fs_ip6 *)(ether + 1);
    const struct fs_nd *nd = (const struct fs_nd *)(ip6 + 1);
    uint8_t flags = found->bits == 128 ? FS_ND_ROUTER | FS_ND_OVERRIDE : FS_ND_ROUTER;
    uint8_t target[16], to[16], to_mac[6], tci[2];
    __builtin_memcpy(target, nd->target, 16);
    __builtin_memcpy(to, ip6->source, 16);
    __builtin_memcpy(to_mac, ether->source, 6);
    if (__builtin_memcmp(to, nobody, 16) == 0) {
        __builtin_memcpy(to, all_nodes, 16);
        fs_nd_group_mac(to_mac, to);
    } else {
        flags |= FS_ND_SOLICITED;
    }
    if (p->length < FS_ND_FRAME && !fs_packet_append(p, FS_ND_FRAME - p->length)) {
        fs_drop(e, p, FS_DROP_NO_ROOM);
        return false;
    }
    p->length = FS_ND_FRAME;
    fs_nd_write(p->data, FS_ICMP6_NEIGHBOUR_ADVERTISEMENT, flags, target, found->mac, target, to_mac, to);

    /* As a new packet, but for the device and VLAN annotations, which are the solicitation's. */
    const unsigned at = fs_annotation_offset(FS_ANNO_VLAN_TCI);
    __builtin_memcpy(tci, p->annotations + at, 2);
    __builtin_memset(p->annotations, 0, sizeof p->annotations);
    __builtin_memcpy(p->annotations + at, tci, 2);
    fs_set_mac_header(p, p->data);
    fs_set_network_header(p, p->data + FS_ETHER_SIZE, FS_IP6_SIZE);
    p->timestamp = 0;
    p->packet_type = FS_TYPE_HOST;
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct advertiser *a = (struct advertiser *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        struct fs_nd_message m;
        bool heeded = fs_nd_read(p, FS_ICMP6_NEIGHBOUR_SOLICITATION, &m);
        const struct entry *found = heeded ? lookup(a, m.nd->target) : NULL;
        if (found == NULL) {
            fs_drop(e, p, heeded ? FS_DROP_NO_MATCH : FS_DROP_MALFORMED);
        } else if ((p = fs_writable(e, p)) != NULL && answer(e, p, found)) {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static uint32_t get_le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct advertiser *a = (struct advertiser *)e;
    struct fs_bytes table = fs_args_bytes(e->args, ENTRY);
    if (table.length == 0) {
        return 0;
    }
    if (table.length < 8 || get_le32(table.at) != 1
        || (uint64_t)get_le32(table.at + 4) * sizeof(struct entry) != table.length - 8) {
        fs_text_string(error, "entries: the table is not of format 1");
        return -1;
    }
    uint32_t count = get_le32(table.at + 4);
    const struct entry *given = (const struct entry *)(table.at + 8);
    a->entries = fs_alloc(e, count * sizeof *a->entries);
    if (a->entries == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = 0;
        if (given[i].bits > 128) {
            fs_text_string(error, "entries: a prefix is longer than an address");
            return -1;
        }
        while (at < a->count && a->entries[at].bits > given[i].bits) { /* of equal ones the last holds, as in Click */
            at++;
        }
        __builtin_memmove(a->entries + at + 1, a->entries + at, (a->count++ - at) * sizeof *a->entries);
        a->entries[at] = given[i];
    }
    return 0;
}

static const struct fs_arg args[] = {
    [ENTRY] = {"ENTRY", "nd-entries", FS_REST, 0, 0, "",
               "`ADDRESS/PREFIX ... MAC`: the addresses to answer for, and with what."},
};

FS_ELEMENT(IP6NDAdvertiser) = {
    .name = "IP6NDAdvertiser",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads eth.type; writes eth.src eth.dst ip6 icmp6 length; drops",
    .summary = "answers neighbour solicitations (IPv6's ARP requests)",
    .doc = "Input frames are neighbour solicitations with their Ethernet header. The longest prefix answers, as a\n"
           "router; an entry of a whole address as its owner (Override), of a prefix as its proxy. What is asked for\n"
           "nobody that is known is dropped as `no-match`; what is no sound solicitation (RFC 4861 7.1.1: hop limit,\n"
           "checksum, options) as `malformed`.\n\n"
           "    c :: Classifier(12/86dd 20/3aff 54/87, -);\n"
           "    c[0] -> IP6NDAdvertiser(2001:db8::1 fe80::1 02:00:00:00:00:01) -> ToDevice(0);\n",
    .size = sizeof(struct advertiser),
    .configure = configure,
    .act = act,
};
