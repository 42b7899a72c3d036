/* StripEtherVLANHeader: takes the Ethernet header off, with the VLAN tag in it. */
#include "net/ether.h"
#include "net/vlan.h"

struct strip {
    struct fs_element base;
    int32_t native;
};

enum { NATIVE_VLAN };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct strip *s = (struct strip *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        bool tagged = p->length >= FS_ETHER_SIZE && fs_get16(p->data + 12) == FS_ETHER_VLAN;
        uint32_t header = tagged ? FS_ETHER_SIZE + FS_VLAN_SIZE : FS_ETHER_SIZE;
        if (p->length < header) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        if (!tagged && s->native < 0) {
            fs_reject(e, 1, p, FS_DROP_NO_MATCH);
            continue;
        }
        fs_set_vlan_annotation(p, tagged ? fs_get16(p->data + 14) : (uint16_t)s->native);
        fs_packet_strip(p, header);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct strip *)e)->native = (int32_t)fs_args_integer(e->args, NATIVE_VLAN, 0);
    return 0;
}

static const struct fs_arg args[] = {
    [NATIVE_VLAN] = {"NATIVE_VLAN", "integer", FS_OPTIONAL, INT32_MIN, 0xfff, "0",
                     "The VLAN that frames without a tag belong to; below 0: none."},
};

FS_ELEMENT(StripEtherVLANHeader) = {
    .name = "StripEtherVLANHeader",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads eth.type vlan; writes length annotation.VLAN_TCI; drops",
    .summary = "strips the Ethernet header, with a VLAN tag where there is one",
    .doc = "Sets the VLAN_TCI annotation. When NATIVE_VLAN is below 0, frames without a tag leave by output 1; where it is\n"
           "not connected they are dropped as `no-match`. Frames without a whole header are dropped as `bad-length`.\n\n"
           "    FromDevice(0) -> StripEtherVLANHeader -> CheckIPHeader -> ...\n",
    .size = sizeof(struct strip),
    .configure = configure,
    .act = act,
};
