/* SetVLANAnno: says which VLAN packets belong to, for who puts the tag on. */
#include "net/vlan.h"

enum { VLAN_TCI };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct fs_vlan *v = &((struct fs_vlan_element *)e)->vlan;
    for (uint32_t i = 0; i < batch->count; i++) {
        fs_set_vlan_annotation(batch->packets[i], v->tci);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_vlan_configure(&((struct fs_vlan_element *)e)->vlan, e->args, VLAN_TCI, FS_VLAN_FIXED | FS_VLAN_MUST, error);
}

static const struct fs_arg args[] = {FS_VLAN_ARGS_FIXED};
static const struct fs_handler handlers[] = {FS_VLAN_HANDLERS_FIXED};

FS_ELEMENT(SetVLANAnno) = {
    .name = "SetVLANAnno",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes annotation.VLAN_TCI",
    .summary = "sets packets' VLAN annotation",
    .doc = "The frame is not changed; VLANEncap(ANNO) and EtherVLANEncap(..., ANNO) put the tag on.\n\n"
           "    ... -> SetVLANAnno(VLAN_ID 7, VLAN_PCP 3) -> VLANEncap(ANNO) -> ToDevice(1);\n",
    .size = sizeof(struct fs_vlan_element),
    .configure = configure,
    .act = act,
};
