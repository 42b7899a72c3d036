/* VLANDecap: takes the VLAN tag out of Ethernet frames. */
#include "net/ether.h"
#include "net/vlan.h"

struct decap {
    struct fs_element base;
    bool annotate;
    uint16_t type;
};

enum { ANNO, ETHERTYPE };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct decap *d = (struct decap *)e;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint16_t tci = 0;
        bool tagged = p->length >= FS_ETHER_SIZE && fs_get16(p->data + 12) == d->type;
        if (p->length < FS_ETHER_SIZE || (tagged && p->length < FS_ETHER_SIZE + FS_VLAN_SIZE)) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        if (tagged) {
            p = fs_writable(e, p);
            if (p == NULL) {
                continue;
            }
            tci = fs_get16(p->data + 14);
            __builtin_memmove(p->data + FS_VLAN_SIZE, p->data, 12);
            fs_packet_strip(p, FS_VLAN_SIZE);
        }
        fs_set_mac_header(p, p->data);
        if (d->annotate) {
            fs_set_vlan_annotation(p, tci);
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct decap *)e)->annotate = fs_args_boolean(e->args, ANNO, true);
    ((struct decap *)e)->type = (uint16_t)fs_args_integer(e->args, ETHERTYPE, FS_ETHER_VLAN);
    return 0;
}

static const struct fs_arg args[] = {
    [ANNO] = {"ANNO", "boolean", FS_OPTIONAL, 0, 0, "true",
              "Whether the VLAN_TCI annotation is set to the tag's, or to 0 where there is no tag."},
    [ETHERTYPE] = {"ETHERTYPE", "ether-type", FS_KEYWORD, 0, 0xffff, "0x8100", "The type of tag that is taken out."},
};

FS_ELEMENT(VLANDecap) = {
    .name = "VLANDecap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads eth.type; writes vlan length annotation.VLAN_TCI; drops",
    .summary = "takes the VLAN tag out of Ethernet frames",
    .doc = "Takes the outermost tag where it is of the type; frames without one pass as they are. Frames without a whole header are\n"
           "dropped as `bad-length`.\n\n"
           "    FromDevice(0) -> VLANDecap -> ToDevice(1);\n",
    .size = sizeof(struct decap),
    .configure = configure,
    .act = act,
};
