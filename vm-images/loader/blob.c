#include "blob.h"

#include "crc32c.h"
#include "cursor.h"
#include "device_mac.h"

enum { VERSION = 1, HEADER = 64, ELEMENT = 56, CONNECTION = 12, ARGUMENT = 16, CRC_OFFSET = 16 };

/* More ports than connections can join are wrong anyway; this much is let through for a better message. */
enum { SPARE_PORTS = 4096 };

enum { NAME, CLASS_NAME, CONFIG, FILE_NAME, TEXTS }; /* of an element */
enum { ELEMENTS, CONNECTIONS, ARGUMENTS, SECTIONS };
struct section {
    const uint8_t *at;
    uint32_t count;
};
struct blob {
    struct fs_router *r;
    struct fs_text *error;
    struct section sections[SECTIONS];
    const uint8_t *heap;
    uint32_t heap_length;
    unsigned problems;
};

static int refuse(struct fs_text *error, const char *why)
{
    fs_text_format(error, "configuration blob: %s\n", why);
    return -1;
}

static const char magic[8] = {'F', 'S', 'B', 'L', 'O', 'B', '\r', '\n'};

static uint32_t checksum(const uint8_t *at, uint32_t length)
{
    static const uint8_t zero[4];
    uint32_t crc = fs_crc32c(0, at, CRC_OFFSET);
    crc = fs_crc32c(crc, zero, sizeof(zero));
    return fs_crc32c(crc, at + CRC_OFFSET + 4, length - CRC_OFFSET - 4);
}

/* A machine pays for each branch that it comes by for the first time (docs/decisions.md, "What starting costs under
 * TCG"), so the checks of a record make one verdict without branches. Only a record that is wrong is looked at again, to
 * say what is wrong with it. */
static int refuse_header(const struct blob *b, const uint8_t *at, size_t size)
{
    if (size < HEADER || memcmp(at, magic, sizeof(magic)) != 0) {
        return refuse(b->error, "it does not begin with FSBLOB");
    }
    if ((uintptr_t)at % 8 != 0) {
        return refuse(b->error, "it is not aligned to 8 bytes");
    }
    if (fs_le32(at + 8) != VERSION) {
        fs_text_format(b->error, "configuration blob: version %u, expected %u\n", fs_le32(at + 8), (unsigned)VERSION);
        return -1;
    }
    return refuse(b->error, "its length is not that of its bytes");
}

static int read_header(struct blob *b, const uint8_t *at, size_t size)
{
    uint32_t length = size < HEADER ? 0 : fs_le32(at + 12);
    if ((length < HEADER) | (length > size)
        || (memcmp(at, magic, sizeof(magic)) != 0) | ((uintptr_t)at % 8 != 0) | (fs_le32(at + 8) != VERSION)) {
        return refuse_header(b, at, size);
    }
    if (checksum(at, length) != fs_le32(at + CRC_OFFSET)) {
        return refuse(b->error, "its checksum does not verify");
    }
    static const uint8_t sizes[SECTIONS] = {ELEMENT, CONNECTION, ARGUMENT};
    bool wrong = false;
    for (unsigned i = 0; i < SECTIONS; i++) {
        uint64_t count = fs_le32(at + 20 + 8 * i), offset = fs_le32(at + 24 + 8 * i);
        wrong |= (offset % 8 != 0) | (offset + count * sizes[i] > length);
        b->sections[i] = (struct section){at + offset, (uint32_t)count};
    }
    uint64_t heap = fs_le32(at + 44), heap_length = fs_le32(at + 48);
    b->heap = at + heap;
    b->heap_length = (uint32_t)heap_length;
    /* Each element has texts in the heap: behind this it is never empty where one is read. */
    wrong |= (heap % 8 != 0) | (heap + heap_length > length) | ((heap_length == 0) & (b->sections[ELEMENTS].count != 0));
    return wrong ? refuse(b->error, "a section or the heap lies outside") : 0;
}

/* Element records begin with references to four texts of the heap, each with a NUL behind it. */
static bool read_texts(const struct blob *b, const uint8_t *references, const char *texts[TEXTS])
{
    bool wrong = false;
    for (unsigned i = 0; i < TEXTS; i++) {
        uint64_t offset = fs_le32(references + 8 * i), end = offset + fs_le32(references + 8 * i + 4);
        bool outside = end >= b->heap_length;
        wrong |= outside | (b->heap[outside ? 0 : end] != '\0');
        texts[i] = (const char *)b->heap + (outside ? 0 : offset);
    }
    return !wrong;
}

static void problem(struct blob *b, const struct fs_element_spec *spec, const char *class_name, const char *config)
{
    b->problems++;
    fs_complain_about(b->error, &spec->place, class_name, config);
}

/* Beyond its size, which is right. */
static bool in_range(const struct blob *b, const struct fs_arg *arg, unsigned encoding, struct fs_bytes v)
{
    if (encoding == FS_ENCODING_TEXT) { /* its NUL */
        return v.at + v.length < b->heap + b->heap_length && v.at[v.length] == '\0';
    }
    if (encoding == FS_ENCODING_BOOLEAN) {
        return v.at[0] <= 1;
    }
    if (encoding == FS_ENCODING_INTEGER && (arg->minimum != 0 || arg->maximum != 0)) {
        int64_t n = fs_le64(v.at), one = fs_text_is(arg->type, strlen(arg->type), "fraction") ? (int64_t)1 << 32 : 1;
        return n >= arg->minimum * one && n <= arg->maximum * one;
    }
    return encoding != FS_ENCODING_TABLE || v.length >= 4;
}

/* What is wrong with an argument record. */
static const char *explain(const struct blob *b, const uint8_t *at, const struct fs_class *class,
                           const struct fs_value *values)
{
    uint32_t index = fs_le16(at), offset = fs_le32(at + 8), length = fs_le32(at + 12);
    if (index >= class->arg_count) {
        return "the class has no such argument";
    }
    if (values[index].given) {
        return "it is given twice";
    }
    if (offset % 8 != 0 || !fs_within(offset, length, 1, b->heap_length)) {
        return "its value lies outside of the heap";
    }
    return fs_le32(at + 4) > UINT16_MAX ? "it counts too many items" : "its value is not of the argument's type or range";
}

/* Takes one argument record into `values`; answers what is wrong with it, or NULL. */
static const char *read_argument(const struct blob *b, const uint8_t *at, const struct fs_class *class,
                                 struct fs_value *values)
{
    uint32_t index = fs_le16(at), items = fs_le32(at + 4);
    uint64_t offset = fs_le32(at + 8), length = fs_le32(at + 12), end = offset + length;
    if ((index >= class->arg_count) | (offset % 8 != 0) | (end > b->heap_length) | (items > UINT16_MAX)) {
        return explain(b, at, class, values);
    }
    struct fs_value *value = &values[index], v = {true, items, {b->heap + offset, length}};
    const struct fs_arg *arg = &class->args[index];
    const struct fs_type *type = fs_type_find(arg->type);
    if (value->given | ((uint8_t)type->encoding != at[2]) | ((type->size != 0) & (type->size != length))
        || !in_range(b, arg, at[2], v.bytes)) {
        return explain(b, at, class, values);
    }
    if ((type->encoding & FS_TYPE_DEVICE_MACS) != 0) {
        const char *wrong = fs_fill_device_macs(b->r, arg, &v.bytes);
        if (wrong != NULL) {
            return wrong;
        }
    }
    *value = v;
    return NULL;
}

static void read_arguments(struct blob *b, const uint8_t *at, const struct fs_element_spec *spec)
{
    uint32_t first = fs_le32(at + 36), count = fs_le32(at + 40);
    const struct fs_class *class = spec->class;
    struct fs_value *values = spec->args->values;
    if (!fs_within(first, count, 1, b->sections[ARGUMENTS].count)) {
        problem(b, spec, class->name, spec->args->config);
        fs_text_string(b->error, "its arguments lie outside of the blob\n");
        return;
    }
    const uint8_t *record = b->sections[ARGUMENTS].at + (size_t)first * ARGUMENT, *end = record + (size_t)count * ARGUMENT;
    for (; record < end; record += ARGUMENT) {
        const char *wrong = read_argument(b, record, class, values);
        if (wrong != NULL) {
            uint32_t index = fs_le16(record);
            problem(b, spec, class->name, spec->args->config);
            fs_text_format(b->error, "argument %s: %s\n", index < class->arg_count ? class->args[index].name : "?",
                           wrong);
        }
    }
    for (uint32_t i = 0; i < class->arg_count; i++) {
        if ((class->args[i].kind == FS_POSITIONAL) & !values[i].given) {
            problem(b, spec, class->name, spec->args->config);
            fs_text_format(b->error, "argument %s is missing\n", class->args[i].name);
        }
    }
}

/* 0, or -1 when nothing more can be said about the blob. */
static int read_element(struct blob *b, const uint8_t *at, struct fs_element_spec *spec)
{
    const char *texts[TEXTS];
    if (!read_texts(b, at, texts)) {
        return refuse(b->error, "an element's text lies outside of the heap or does not end in NUL");
    }
    spec->name = texts[NAME];
    spec->place = (struct fs_place){.file = texts[FILE_NAME], .line = fs_le32(at + 32), .column = fs_le32(at + 48)};
    spec->inputs = fs_le16(at + 44);
    spec->outputs = fs_le16(at + 46);
    spec->class = fs_class_named(texts[CLASS_NAME]);
    if (spec->class == NULL) {
        problem(b, spec, texts[CLASS_NAME], texts[CONFIG]);
        fs_text_string(b->error, "unknown element class\n");
        return 0;
    }
    struct fs_args *args =
        fs_arena_alloc(&b->r->arena, sizeof(struct fs_args) + spec->class->arg_count * sizeof(struct fs_value));
    if (args == NULL) {
        return refuse(b->error, "out of memory");
    }
    *args = (struct fs_args){texts[CONFIG], spec->class->arg_count, (struct fs_value *)(args + 1)};
    spec->args = args;
    read_arguments(b, at, spec);
    return 0;
}

static int read_elements(struct blob *b, struct fs_blueprint *out)
{
    uint64_t ports = 0;
    const uint8_t *at = b->sections[ELEMENTS].at;
    for (uint32_t i = 0; i < out->element_count; i++, at += ELEMENT) {
        struct fs_element_spec *spec = &out->elements[i];
        if (read_element(b, at, spec) != 0) {
            return -1;
        }
        ports += spec->inputs + spec->outputs;
    }
    if (ports > 2 * (uint64_t)out->connection_count + SPARE_PORTS) {
        return refuse(b->error, "more ports than connections");
    }
    return b->problems == 0 ? 0 : -1;
}

/* Connection records are as struct fs_connection is, on machines that are little-endian. */
_Static_assert(sizeof(struct fs_connection) == CONNECTION && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "connections");

int fs_blob_read(struct fs_router *r, const uint8_t *blob, size_t length, struct fs_blueprint *out,
                 struct fs_text *error)
{
    struct blob b = {.r = r, .error = error};
    if (read_header(&b, blob, length) != 0) {
        return -1;
    }
    *out = (struct fs_blueprint){.element_count = b.sections[ELEMENTS].count,
                                 .connection_count = b.sections[CONNECTIONS].count,
                                 .connections = (const struct fs_connection *)(const void *)b.sections[CONNECTIONS].at};
    out->elements = fs_arena_alloc(&r->arena, out->element_count * sizeof(struct fs_element_spec));
    return out->elements == NULL ? refuse(error, "out of memory") : read_elements(&b, out);
}
