/* VLANEncap: puts a VLAN tag into Ethernet frames. */
#include "net/ether.h"
#include "net/vlan.h"

struct encap {
    struct fs_vlan_element base;
    uint16_t type;
};

enum { VLAN_TCI, VLAN_PCP, VLAN_ID, NATIVE_VLAN, ETHERTYPE };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct encap *c = (struct encap *)e;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint16_t tci = fs_vlan_tci(&c->base.vlan, p);
        if (p->length < FS_ETHER_SIZE) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        if (fs_vlan_tagged(&c->base.vlan, tci)) {
            p = fs_writable(e, p);
            if (p == NULL) {
                continue;
            }
            if (!fs_packet_prepend(p, FS_VLAN_SIZE)) {
                fs_drop(e, p, FS_DROP_NO_ROOM);
                continue;
            }
            __builtin_memmove(p->data, p->data + FS_VLAN_SIZE, 12);
            fs_put16(p->data + 12, c->type);
            fs_put16(p->data + 14, tci);
        }
        fs_set_mac_header(p, p->data);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct encap *c = (struct encap *)e;
    c->type = (uint16_t)fs_args_integer(e->args, ETHERTYPE, FS_ETHER_VLAN);
    return fs_vlan_configure(&c->base.vlan, e->args, VLAN_TCI, FS_VLAN_MUST, error);
}

static const struct fs_arg args[] = {
    FS_VLAN_ARGS,
    [ETHERTYPE] = {"ETHERTYPE", "ether-type", FS_KEYWORD, 0, 0xffff, "0x8100",
                   "The type that says that a tag follows; 0x88a8 for a service VLAN."},
};
static const struct fs_handler handlers[] = {FS_VLAN_HANDLERS};

FS_ELEMENT(VLANEncap) = {
    .name = "VLANEncap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads annotation.VLAN_TCI; writes vlan length; drops",
    .summary = "puts a VLAN tag into Ethernet frames",
    .doc = "Either VLAN_TCI or VLAN_ID is to be given. Frames of the native VLAN pass as they are. A frame shorter than an\n"
           "Ethernet header is dropped as `bad-length`, one without room for the tag as `no-room`.\n\n"
           "    FromDevice(0) -> VLANEncap(VLAN_ID 7) -> ToDevice(1);\n",
    .size = sizeof(struct encap),
    .configure = configure,
    .act = act,
};
