/* IPMulticastEtherEncap: puts an Ethernet header in front of IPv4 packets to groups. */
#include <flowstream/element.h>

#include "net/ether.h"
#include "net/ip.h"

struct encap {
    struct fs_element base;
    struct fs_ether header;
};

enum { ETHTYPE, SRCETH };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct encap *c = (struct encap *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        const struct fs_ip *h = (const struct fs_ip *)p->data;
        if (p->length < FS_IP_SIZE) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        if (!fs_packet_prepend(p, FS_ETHER_SIZE)) {
            fs_drop(e, p, FS_DROP_NO_ROOM);
            continue;
        }
        __builtin_memcpy(p->data, &c->header, FS_ETHER_SIZE);
        fs_ether_group(p->data, fs_get32(h->destination));
        fs_set_mac_header(p, p->data);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct encap *c = (struct encap *)e;
    (void)error;
    fs_put16(c->header.type, (uint16_t)fs_args_integer(e->args, ETHTYPE, 0));
    __builtin_memcpy(c->header.source, fs_args_bytes(e->args, SRCETH).at, 6);
    return 0;
}

static const struct fs_arg args[] = {
    [ETHTYPE] = {"ETHTYPE", "ether-type", FS_POSITIONAL, 0, 0xffff, NULL, "The EtherType."},
    [SRCETH] = {"SRCETH", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The source address."},
};

FS_ELEMENT(IPMulticastEtherEncap) = {
    .name = "IPMulticastEtherEncap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip.dst; writes eth.src eth.dst eth.type length; drops",
    .summary = "puts an Ethernet header in front of IPv4 packets to groups",
    .doc = "Packets start with their IPv4 header. The destination is the group's address (RFC 1112 section 6.4):\n"
           "01-00-5E and the low 23 bits of the IP destination, which is not asked whether it is a group. Packets shorter\n"
           "than a header are dropped as `bad-length`, those without 14 bytes of headroom as `no-room`.\n\n"
           "    ... -> IPMulticastEtherEncap(0x0800, 02:00:00:00:00:01) -> ToDevice(0);\n",
    .size = sizeof(struct encap),
    .configure = configure,
    .act = act,
};
