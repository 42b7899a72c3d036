#include "net/vlan.h"

#include "net/values.h"

static struct fs_vlan *vlan_of(struct fs_element *e) { return &((struct fs_vlan_element *)e)->vlan; }

static int parse_tci(struct fs_vlan *v, const char *text, size_t length, bool may_be_annotation, struct fs_text *error)
{
    int64_t tci;
    if (may_be_annotation && length == 4 && __builtin_memcmp(text, "ANNO", 4) == 0) {
        v->annotation = true;
        return 0;
    }
    if (!fs_parse_integer(text, length, 0, 0xffff, &tci)) {
        fs_text_format(error, "VLAN_TCI: expected an integer from 0 to 65535%s", may_be_annotation ? ", or ANNO" : "");
        return -1;
    }
    v->tci = (uint16_t)tci;
    v->annotation = false;
    return 0;
}

int fs_vlan_configure(struct fs_vlan *v, const struct fs_args *args, unsigned first, unsigned form,
                      struct fs_text *error)
{
    const char *tci = fs_args_text(args, first, NULL);
    bool id = fs_args_given(args, first + 2);
    if ((tci != NULL && id) || ((form & FS_VLAN_MUST) != 0 && tci == NULL && !id)) {
        fs_text_string(error, tci != NULL ? "VLAN_TCI and VLAN_ID: expected one of them"
                                          : "missing argument VLAN_TCI or VLAN_ID");
        return -1;
    }
    if (tci != NULL && parse_tci(v, tci, __builtin_strlen(tci), (form & FS_VLAN_FIXED) == 0, error) != 0) {
        return -1;
    }
    if (id) {
        v->tci = (uint16_t)fs_args_integer(args, first + 2, 0);
    }
    v->tci = (uint16_t)(v->tci | fs_args_integer(args, first + 1, 0) << 13);
    v->native = (form & FS_VLAN_FIXED) != 0 ? -1 : (int32_t)fs_args_integer(args, first + 3, 0);
    return 0;
}

void fs_vlan_read_tci(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    if (vlan_of(e)->annotation) {
        fs_text_string(value, "ANNO");
    } else {
        fs_text_u64(value, vlan_of(e)->tci);
    }
}
void fs_vlan_read_id(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, vlan_of(e)->tci & 0xfffu);
}
void fs_vlan_read_pcp(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, vlan_of(e)->tci >> 13);
}
void fs_vlan_read_native(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_i64(value, vlan_of(e)->native);
}

int fs_vlan_write_tci(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    const char *word;
    size_t n = 0;
    if (!fs_parse_word(&value, &length, &word, &n)) {
        word = "";
    }
    return parse_tci(vlan_of(e), word, n, true, error);
}
/* Writes `bits` bits of the tag, `shift` from its end. */
static int write_part(struct fs_element *e, const char *name, unsigned bits, unsigned shift, const char *value,
                      size_t length, struct fs_text *error)
{
    int64_t part;
    uint32_t mask = ((1u << bits) - 1) << shift;
    if (fs_write_integer(name, value, length, 0, (1 << bits) - 1, &part, error) != 0) {
        return -1;
    }
    vlan_of(e)->tci = (uint16_t)((vlan_of(e)->tci & ~mask) | (uint32_t)part << shift);
    vlan_of(e)->annotation = false;
    return 0;
}
int fs_vlan_write_id(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return write_part(e, "vlan_id", 12, 0, value, length, error);
}
int fs_vlan_write_pcp(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return write_part(e, "vlan_pcp", 3, 13, value, length, error);
}
int fs_vlan_write_native(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t native;
    if (fs_write_integer("native_vlan", value, length, -1, 0xfff, &native, error) != 0) {
        return -1;
    }
    vlan_of(e)->native = (int32_t)native;
    return 0;
}
