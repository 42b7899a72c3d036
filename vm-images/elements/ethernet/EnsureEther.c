/* EnsureEther: sees to it that IP packets have an Ethernet header. */
#include <flowstream/element.h>

#include "net/ether.h"

struct ensure {
    struct fs_element base;
    struct fs_ether header;
};

enum { ETHERTYPE, SRC, DST };

static bool says_ip(const uint8_t *ether)
{
    uint16_t type = fs_get16(ether + 12);
    return type == FS_ETHER_IP || type == FS_ETHER_IP6;
}

/* The packet with an Ethernet header, or NULL when it was dropped. */
static struct fs_packet *ensure(const struct ensure *c, struct fs_element *e, struct fs_packet *p)
{
    const uint8_t *network = fs_network_header(p);
    if (network == NULL || network < p->data || network > fs_packet_end(p)) {
        return p;
    }
    size_t before = (size_t)(network - p->data);
    if (before == FS_ETHER_SIZE && says_ip(p->data)) {
        return p;
    }
    /* One that was stripped is there still, unless something else was written there. */
    if (before == 0 && fs_headroom(p) >= FS_ETHER_SIZE && says_ip(p->data - FS_ETHER_SIZE)) {
        fs_packet_prepend(p, FS_ETHER_SIZE);
        return p;
    }
    p = fs_writable(e, p);
    if (p == NULL) {
        return NULL;
    }
    fs_packet_strip(p, before);
    if (!fs_packet_prepend(p, FS_ETHER_SIZE)) {
        fs_drop(e, p, FS_DROP_NO_ROOM);
        return NULL;
    }
    __builtin_memcpy(p->data, &c->header, FS_ETHER_SIZE);
    fs_set_mac_header(p, p->data);
    return p;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = ensure((struct ensure *)e, e, batch->packets[i]);
        if (p != NULL) {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static void address(struct fs_bytes given, uint8_t fallback, uint8_t at[6])
{
    __builtin_memset(at, fallback, 6);
    if (given.length == 6) {
        __builtin_memcpy(at, given.at, 6);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct ensure *c = (struct ensure *)e;
    (void)error;
    fs_put16(c->header.type, (uint16_t)fs_args_integer(e->args, ETHERTYPE, FS_ETHER_IP));
    address(fs_args_bytes(e->args, SRC), 1, c->header.source);
    address(fs_args_bytes(e->args, DST), 2, c->header.destination);
    return 0;
}

static const struct fs_arg args[] = {
    [ETHERTYPE] = {"ETHERTYPE", "ether-type", FS_OPTIONAL, 0, 0xffff, "0x0800", "The EtherType of a new header."},
    [SRC] = {"SRC", "ether-address", FS_OPTIONAL, 0, 0, "01:01:01:01:01:01", "Its source address."},
    [DST] = {"DST", "ether-address", FS_OPTIONAL, 0, 0, "02:02:02:02:02:02", "Its destination address."},
};

FS_ELEMENT(EnsureEther) = {
    .name = "EnsureEther",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads eth.type; writes eth.src eth.dst eth.type length; drops",
    .summary = "gives IP packets an Ethernet header where they have none",
    .doc = "A packet with a marked IP header that has an Ethernet header in front of it passes as it is; one whose Ethernet\n"
           "header was stripped gets it back; others get a new one in place of what stands before the IP header. Packets\n"
           "that no IP header is marked in pass as they are; those without room are dropped as `no-room`.\n\n"
           "    ... -> MarkIPHeader -> EnsureEther -> ToDevice(0);\n",
    .size = sizeof(struct ensure),
    .configure = configure,
    .act = act,
};
