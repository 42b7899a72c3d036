#include "blob.h"

#include "crc32c.h"
#include "cursor.h"
#include "device_mac.h"

enum { VERSION = 1, HEADER = 64, ELEMENT = 56, CONNECTION = 12, ARGUMENT = 16, CRC_OFFSET = 16 };

/* More ports than connections can join are wrong anyway; this much is let through for a better message. */
enum { SPARE_PORTS = 4096 };

struct section {
    const uint8_t *at;
    uint32_t count;
};
struct blob {
    struct fs_router *r;
    struct fs_text *error;
    struct section elements, connections, arguments;
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

static bool section(const uint8_t *at, uint32_t length, unsigned field, uint32_t size, struct section *s)
{
    uint32_t offset = fs_le32(at + field + 4);
    s->count = fs_le32(at + field);
    s->at = at + offset;
    return offset % 8 == 0 && fs_within(offset, s->count, size, length);
}

static int read_header(struct blob *b, const uint8_t *at, size_t size)
{
    if (size < HEADER || memcmp(at, magic, sizeof(magic)) != 0) {
        return refuse(b->error, "it does not begin with FSBLOB");
    }
    if ((uintptr_t)at % 8 != 0) {
        return refuse(b->error, "it is not aligned to 8 bytes");
    }
    uint32_t length = fs_le32(at + 12);
    if (fs_le32(at + 8) != VERSION) {
        fs_text_format(b->error, "configuration blob: version %u, expected %u\n", fs_le32(at + 8), (unsigned)VERSION);
        return -1;
    }
    if (length < HEADER || length > size) {
        return refuse(b->error, "its length is not that of its bytes");
    }
    if (checksum(at, length) != fs_le32(at + CRC_OFFSET)) {
        return refuse(b->error, "its checksum does not verify");
    }
    struct section heap;
    if (!section(at, length, 20, ELEMENT, &b->elements) || !section(at, length, 28, CONNECTION, &b->connections)
        || !section(at, length, 36, ARGUMENT, &b->arguments)) {
        return refuse(b->error, "a section lies outside");
    }
    heap.at = at + fs_le32(at + 44);
    heap.count = fs_le32(at + 48);
    if (fs_le32(at + 44) % 8 != 0 || !fs_within(fs_le32(at + 44), heap.count, 1, length)) {
        return refuse(b->error, "the heap lies outside");
    }
    b->heap = heap.at;
    b->heap_length = heap.count;
    return 0;
}

/* A text of the heap: it has its NUL behind it, and none inside. */
static const char *text(const struct blob *b, uint32_t offset, uint32_t length)
{
    if (!fs_within(offset, length, 1, b->heap_length) || length == b->heap_length - offset
        || b->heap[offset + length] != '\0') {
        return NULL;
    }
    for (uint32_t i = 0; i < length; i++) {
        if (b->heap[offset + i] == '\0') {
            return NULL;
        }
    }
    return (const char *)b->heap + offset;
}

static const char *text_at(const struct blob *b, const uint8_t *ref) { return text(b, fs_le32(ref), fs_le32(ref + 4)); }

static void problem(struct blob *b, const struct fs_element_spec *spec, const char *class_name, const char *config)
{
    b->problems++;
    fs_complain_about(b->error, &spec->place, class_name, config);
}

static bool value_fits(const struct fs_arg *arg, unsigned encoding, struct fs_bytes v)
{
    size_t size;
    if (fs_type_encoding(arg->type, &size) != encoding || (size != 0 && size != v.length)) {
        return false;
    }
    if (encoding == FS_ENCODING_BOOLEAN) {
        return v.at[0] <= 1;
    }
    if (encoding == FS_ENCODING_INTEGER && (arg->minimum != 0 || arg->maximum != 0)) {
        int64_t n = fs_le64(v.at);
        return n >= arg->minimum && n <= arg->maximum;
    }
    return encoding != FS_ENCODING_TABLE || v.length >= 4;
}

/* One argument record of `spec`; answers what is wrong with it, or NULL. */
static const char *read_argument(const struct blob *b, const uint8_t *at, const struct fs_element_spec *spec)
{
    uint32_t index = fs_le16(at), encoding = at[2], items = fs_le32(at + 4);
    uint32_t offset = fs_le32(at + 8), length = fs_le32(at + 12);
    if (index >= spec->class->arg_count) {
        return "the class has no such argument";
    }
    if (spec->args->values[index].given) {
        return "it is given twice";
    }
    if (offset % 8 != 0 || !fs_within(offset, length, 1, b->heap_length)) {
        return "its value lies outside of the heap";
    }
    if (encoding == FS_ENCODING_TEXT && text(b, offset, length) == NULL) {
        return "its text does not end in one NUL";
    }
    struct fs_bytes v = {b->heap + offset, length};
    if (!value_fits(&spec->class->args[index], encoding, v)) {
        return "its value is not of the argument's type or range";
    }
    if (items > UINT16_MAX) {
        return "it counts too many items";
    }
    const char *wrong = fs_fill_device_macs(b->r, &spec->class->args[index], &v);
    if (wrong != NULL) {
        return wrong;
    }
    spec->args->values[index] = (struct fs_value){true, items, v};
    return NULL;
}

static void read_arguments(struct blob *b, const uint8_t *at, const struct fs_element_spec *spec)
{
    uint32_t first = fs_le32(at + 36), count = fs_le32(at + 40);
    const struct fs_class *class = spec->class;
    if (!fs_within(first, count, 1, b->arguments.count)) {
        problem(b, spec, class->name, spec->args->config);
        fs_text_string(b->error, "its arguments lie outside of the blob\n");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *record = b->arguments.at + (size_t)(first + i) * ARGUMENT;
        const char *wrong = read_argument(b, record, spec);
        if (wrong != NULL) {
            uint32_t index = fs_le16(record);
            problem(b, spec, class->name, spec->args->config);
            fs_text_format(b->error, "argument %s: %s\n", index < class->arg_count ? class->args[index].name : "?",
                           wrong);
        }
    }
    for (uint32_t i = 0; i < class->arg_count; i++) {
        if (class->args[i].kind == FS_POSITIONAL && !spec->args->values[i].given) {
            problem(b, spec, class->name, spec->args->config);
            fs_text_format(b->error, "argument %s is missing\n", class->args[i].name);
        }
    }
}

/* 0, or -1 when nothing more can be said about the blob. */
static int read_element(struct blob *b, const uint8_t *at, struct fs_element_spec *spec)
{
    const char *class_name = text_at(b, at + 8), *config = text_at(b, at + 16), *file = text_at(b, at + 24);
    spec->name = text_at(b, at);
    if (spec->name == NULL || class_name == NULL || config == NULL || file == NULL) {
        return refuse(b->error, "an element's text lies outside of the heap or does not end in one NUL");
    }
    spec->place = (struct fs_place){.file = file, .line = fs_le32(at + 32), .column = fs_le32(at + 48)};
    spec->inputs = fs_le16(at + 44);
    spec->outputs = fs_le16(at + 46);
    spec->class = fs_class_find(class_name, strlen(class_name));
    if (spec->class == NULL) {
        problem(b, spec, class_name, config);
        fs_text_string(b->error, "unknown element class\n");
        return 0;
    }
    spec->args = fs_arena_alloc(&b->r->arena, sizeof(*spec->args));
    struct fs_value *values = fs_arena_alloc(&b->r->arena, spec->class->arg_count * sizeof(struct fs_value));
    if (spec->args == NULL || values == NULL) {
        return refuse(b->error, "out of memory");
    }
    *spec->args = (struct fs_args){.config = config, .count = spec->class->arg_count, .values = values};
    read_arguments(b, at, spec);
    return 0;
}

static int read_elements(struct blob *b, struct fs_blueprint *out)
{
    uint64_t ports = 0;
    for (uint32_t i = 0; i < b->elements.count; i++) {
        if (read_element(b, b->elements.at + (size_t)i * ELEMENT, &out->elements[i]) != 0) {
            return -1;
        }
        ports += out->elements[i].inputs + out->elements[i].outputs;
    }
    if (ports > 2 * (uint64_t)b->connections.count + SPARE_PORTS) {
        return refuse(b->error, "more ports than connections");
    }
    return 0;
}

static int read_connections(struct blob *b, struct fs_blueprint *out)
{
    for (uint32_t i = 0; i < b->connections.count; i++) {
        const uint8_t *at = b->connections.at + (size_t)i * CONNECTION;
        struct fs_connection c = {fs_le32(at), fs_le32(at + 4), fs_le16(at + 8), fs_le16(at + 10)};
        if (c.from >= b->elements.count || c.to >= b->elements.count || c.from_port >= out->elements[c.from].outputs
            || c.to_port >= out->elements[c.to].inputs) {
            return refuse(b->error, "a connection joins ports that are not there");
        }
        out->connections[i] = c;
    }
    return 0;
}

int fs_blob_read(struct fs_router *r, const uint8_t *blob, size_t length, struct fs_blueprint *out,
                 struct fs_text *error)
{
    struct blob b = {.r = r, .error = error};
    if (read_header(&b, blob, length) != 0) {
        return -1;
    }
    *out = (struct fs_blueprint){.element_count = b.elements.count, .connection_count = b.connections.count};
    out->elements = fs_arena_alloc(&r->arena, out->element_count * sizeof(struct fs_element_spec));
    out->connections = fs_arena_alloc(&r->arena, out->connection_count * sizeof(struct fs_connection));
    if (out->elements == NULL || out->connections == NULL) {
        return refuse(error, "out of memory");
    }
    if (read_elements(&b, out) != 0 || read_connections(&b, out) != 0) {
        return -1;
    }
    return b.problems == 0 ? 0 : -1;
}
