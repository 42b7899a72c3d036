/* EtherVLANEncap: puts an Ethernet header with a VLAN tag in front. */
#include "net/ether.h"
#include "net/handlers.h"
#include "net/vlan.h"

struct encap {
    struct fs_vlan_element base;
    uint8_t destination[6], source[6]; /* as in the header */
    uint16_t type;
};

enum { ETHERTYPE, SRC, DST, VLAN_TCI };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct encap *c = (struct encap *)e;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        uint16_t tci = fs_vlan_tci(&c->base.vlan, p);
        bool tagged = fs_vlan_tagged(&c->base.vlan, tci);
        if (!fs_packet_prepend(p, tagged ? FS_ETHER_SIZE + FS_VLAN_SIZE : FS_ETHER_SIZE)) {
            fs_drop(e, p, FS_DROP_NO_ROOM);
            continue;
        }
        __builtin_memcpy(p->data, c->destination, 12);
        uint8_t *type = p->data + 12;
        if (tagged) {
            fs_put16(type, FS_ETHER_VLAN);
            fs_put16(type + 2, tci);
            type += FS_VLAN_SIZE;
        }
        fs_put16(type, c->type);
        fs_set_mac_header(p, p->data);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct encap *c = (struct encap *)e;
    c->type = (uint16_t)fs_args_integer(e->args, ETHERTYPE, 0);
    __builtin_memcpy(c->source, fs_args_bytes(e->args, SRC).at, 6);
    __builtin_memcpy(c->destination, fs_args_bytes(e->args, DST).at, 6);
    return fs_vlan_configure(&c->base.vlan, e->args, VLAN_TCI, 0, error);
}

FS_READ_MAC(read_source, struct encap, source)
FS_READ_MAC(read_destination, struct encap, destination)
FS_READ_NUMBER(read_type, struct encap, type)
FS_WRITE_MAC(write_source, struct encap, source, "src")
FS_WRITE_MAC(write_destination, struct encap, destination, "dst")
FS_WRITE_NUMBER(write_type, struct encap, type, "ethertype", 0, 0xffff)

static const struct fs_arg args[] = {
    [ETHERTYPE] = {"ETHERTYPE", "ether-type", FS_POSITIONAL, 0, 0xffff, NULL, "The EtherType of what follows."},
    [SRC] = {"SRC", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The source address."},
    [DST] = {"DST", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The destination address."},
    [VLAN_TCI] = FS_VLAN_ARGS,
};
static const struct fs_handler handlers[] = {
    {"src", read_source, write_source, 0, NULL, "The SRC argument."},
    {"dst", read_destination, write_destination, 0, NULL, "The DST argument."},
    {"ethertype", read_type, write_type, 0, NULL, "The ETHERTYPE argument, read in decimal."},
    FS_VLAN_HANDLERS,
};

FS_ELEMENT(EtherVLANEncap) = {
    .name = "EtherVLANEncap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads annotation.VLAN_TCI; writes eth.src eth.dst eth.type vlan length; drops",
    .summary = "puts an Ethernet header with a VLAN tag in front of packets",
    .doc = "Packets of the native VLAN, which is 0 unless NATIVE_VLAN says otherwise, get a header without a tag. Packets\n"
           "without room for it are dropped as `no-room`.\n\n"
           "    ... -> EtherVLANEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02, VLAN_ID 7) -> ToDevice(0);\n",
    .size = sizeof(struct encap),
    .configure = configure,
    .act = act,
};
