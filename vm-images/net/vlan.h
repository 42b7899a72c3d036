/* vlan.h: the VLAN tag that an element puts on, or notes in the annotation: Click's VLAN_TCI, VLAN_PCP, VLAN_ID and
 * NATIVE_VLAN arguments, and their handlers. */
#ifndef NET_VLAN_H
#define NET_VLAN_H

#include <flowstream/element.h>

#include "net/bytes.h"

struct fs_vlan {
    uint16_t tci;    /* IEEE 802.1Q: 3 bits priority, drop eligible, 12 bits id */
    bool annotation; /* take it from the packet's annotation */
    int32_t native;  /* the id that goes untagged; -1 for none */
};
/* What an element that has these arguments begins with. */
struct fs_vlan_element {
    struct fs_element base;
    struct fs_vlan vlan;
};

enum fs_vlan_form { FS_VLAN_FIXED = 1 /* no ANNO */, FS_VLAN_MUST = 2 /* VLAN_TCI or VLAN_ID has to be given */ };
/* The arguments VLAN_TCI, VLAN_PCP, VLAN_ID and, unless `fixed`, NATIVE_VLAN stand in this order from `first` on. */
int fs_vlan_configure(struct fs_vlan *v, const struct fs_args *args, unsigned first, unsigned form,
                      struct fs_text *error);
#define FS_VLAN_ARGS_FIXED \
    {"VLAN_TCI", "word", FS_OPTIONAL, 0, 0, "0", "The whole tag control information."}, \
        {"VLAN_PCP", "integer", FS_OPTIONAL, 0, 7, "0", "The priority."}, \
        {"VLAN_ID", "integer", FS_KEYWORD, 0, 0xfff, "0", "The VLAN, in place of VLAN_TCI."}
#define FS_VLAN_ARGS \
    {"VLAN_TCI", "word", FS_OPTIONAL, 0, 0, "0", \
     "The whole tag control information, or ANNO: what the packet's VLAN_TCI annotation says."}, \
        {"VLAN_PCP", "integer", FS_OPTIONAL, 0, 7, "0", "The priority."}, \
        {"VLAN_ID", "integer", FS_KEYWORD, 0, 0xfff, "0", "The VLAN, in place of VLAN_TCI."}, \
        {"NATIVE_VLAN", "integer", FS_KEYWORD, -1, 0xfff, "0", "The VLAN whose frames go without a tag; -1: none."}

static inline uint16_t fs_vlan_annotation(struct fs_packet *p) { return fs_get16(fs_annotation_at(p, FS_ANNO_VLAN_TCI, 2)); }
static inline void fs_set_vlan_annotation(struct fs_packet *p, uint16_t tci)
{
    fs_put16(fs_annotation_at(p, FS_ANNO_VLAN_TCI, 2), tci);
}
static inline uint16_t fs_vlan_tci(const struct fs_vlan *v, struct fs_packet *p)
{
    return v->annotation ? fs_vlan_annotation(p) : v->tci;
}
static inline bool fs_vlan_tagged(const struct fs_vlan *v, uint16_t tci) { return (tci & 0xfff) != v->native; }

void fs_vlan_read_tci(struct fs_element *e, const char *parameters, struct fs_text *value);
void fs_vlan_read_id(struct fs_element *e, const char *parameters, struct fs_text *value);
void fs_vlan_read_pcp(struct fs_element *e, const char *parameters, struct fs_text *value);
void fs_vlan_read_native(struct fs_element *e, const char *parameters, struct fs_text *value);
int fs_vlan_write_tci(struct fs_element *e, const char *value, size_t length, struct fs_text *error);
int fs_vlan_write_id(struct fs_element *e, const char *value, size_t length, struct fs_text *error);
int fs_vlan_write_pcp(struct fs_element *e, const char *value, size_t length, struct fs_text *error);
int fs_vlan_write_native(struct fs_element *e, const char *value, size_t length, struct fs_text *error);
#define FS_VLAN_HANDLERS_FIXED \
    {"vlan_tci", fs_vlan_read_tci, fs_vlan_write_tci, 0, NULL, "The VLAN_TCI argument."}, \
        {"vlan_id", fs_vlan_read_id, fs_vlan_write_id, 0, NULL, "The VLAN."}, \
        {"vlan_pcp", fs_vlan_read_pcp, fs_vlan_write_pcp, 0, NULL, "The priority."}
#define FS_VLAN_HANDLERS \
    FS_VLAN_HANDLERS_FIXED, {"native_vlan", fs_vlan_read_native, fs_vlan_write_native, 0, NULL, "The NATIVE_VLAN argument."}

#endif
