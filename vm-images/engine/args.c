#include "internal.h"

/* docs/contracts.md, "Argument types". */
static const struct fs_type types[] = {
    {"integer", FS_ENCODING_INTEGER, 8},
    {"boolean", FS_ENCODING_BOOLEAN, 1},
    {"string", FS_ENCODING_TEXT, 0},
    {"word", FS_ENCODING_TEXT, 0},
    {"data", FS_ENCODING_BYTES, 0},
    {"ip-address", FS_ENCODING_BYTES, 4},
    {"ip-addresses", FS_ENCODING_BYTES, 0},
    {"ip-prefix", FS_ENCODING_BYTES, 8},
    {"ip-field", FS_ENCODING_BYTES, 8},
    {"ip6-address", FS_ENCODING_BYTES, 16},
    {"ip6-prefix", FS_ENCODING_BYTES, 17},
    {"ether-address", FS_ENCODING_BYTES | FS_TYPE_DEVICE_MACS, 6},
    {"ether-type", FS_ENCODING_INTEGER, 8},
    {"duration", FS_ENCODING_INTEGER, 8},
    {"rate", FS_ENCODING_INTEGER, 8},
    {"bandwidth", FS_ENCODING_INTEGER, 8},
    {"bandwidths", FS_ENCODING_BYTES, 0},
    {"integers", FS_ENCODING_BYTES, 0},
    {"fraction", FS_ENCODING_INTEGER, 8},
    {"annotation", FS_ENCODING_INTEGER, 8},
    {"device", FS_ENCODING_TEXT, 0},
    {"element", FS_ENCODING_TEXT, 0},
    {"handler", FS_ENCODING_TEXT, 0},
    {"ip-filter-rules", FS_ENCODING_TABLE, 0},
    {"ip6-filter-rules", FS_ENCODING_TABLE, 0},
    {"ip-patterns", FS_ENCODING_TABLE, 0},
    {"ip6-patterns", FS_ENCODING_TABLE, 0},
    {"byte-patterns", FS_ENCODING_TABLE, 0},
    {"arp-entries", FS_ENCODING_TABLE | FS_TYPE_DEVICE_MACS, 0},
    {"nd-entries", FS_ENCODING_TABLE | FS_TYPE_DEVICE_MACS, 0},
    {"routes", FS_ENCODING_TABLE, 0},
    {"routes6", FS_ENCODING_TABLE, 0},
    {"texts", FS_ENCODING_TABLE, 0},
    {"strings", FS_ENCODING_TABLE, 0},
    {"rewriter-input", FS_ENCODING_TABLE, 0},
    {"rewriter-pattern", FS_ENCODING_TABLE, 0},
    {"mapper-pattern", FS_ENCODING_TABLE, 0},
    {"mapper-server", FS_ENCODING_TABLE, 0},
    {"address-info", FS_ENCODING_TEXT, 0}, /* these two never reach a blob */
    {"port-info", FS_ENCODING_TEXT, 0},
};

static const struct fs_type unknown;

/* The linker keeps one copy of equal texts, so most are found without comparing one. */
const struct fs_type *fs_type_find(const char *name)
{
    for (size_t i = 0; i < FS_COUNT(types); i++) {
        if (types[i].name == name) {
            return &types[i];
        }
    }
    for (size_t i = 0; i < FS_COUNT(types); i++) {
        if (fs_text_is(name, strlen(name), types[i].name)) {
            return &types[i];
        }
    }
    return &unknown;
}

unsigned fs_type_encoding(const char *type, size_t *size)
{
    const struct fs_type *t = fs_type_find(type);
    *size = t->size;
    return t->encoding & ~(unsigned)FS_TYPE_DEVICE_MACS;
}

bool fs_args_given(const struct fs_args *a, unsigned index) { return index < a->count && a->values[index].given; }

FS_OUTLINE int64_t fs_args_integer(const struct fs_args *a, unsigned index, int64_t fallback)
{
    int64_t v;
    if (!fs_args_given(a, index) || a->values[index].bytes.length != sizeof(v)) {
        return fallback;
    }
    memcpy(&v, a->values[index].bytes.at, sizeof(v));
    return v;
}

FS_OUTLINE bool fs_args_boolean(const struct fs_args *a, unsigned index, bool fallback)
{
    return fs_args_given(a, index) ? a->values[index].bytes.at[0] != 0 : fallback;
}

FS_OUTLINE const char *fs_args_text(const struct fs_args *a, unsigned index, const char *fallback)
{
    return fs_args_given(a, index) ? (const char *)a->values[index].bytes.at : fallback;
}

FS_OUTLINE struct fs_bytes fs_args_bytes(const struct fs_args *a, unsigned index)
{
    return fs_args_given(a, index) ? a->values[index].bytes : (struct fs_bytes){NULL, 0};
}

const char *fs_args_config(const struct fs_args *a) { return a->config; }
