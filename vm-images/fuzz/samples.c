#include "samples.h"

static void put32(struct fs_sample *s, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++) {
        s->bytes[s->size++] = (uint8_t)(v >> 8 * i);
    }
}

static void put(struct fs_sample *s, const char *bytes, size_t size)
{
    memcpy(s->bytes + s->size, bytes, size);
    s->size += size;
}

/* One node of a match program: a word that is equal to the value ends at rule 0; else the next node. */
static void node(struct fs_sample *s, unsigned source, unsigned offset, uint32_t mask, uint32_t value, uint32_t no)
{
    put32(s, offset | source << 16);
    put32(s, mask);
    put32(s, value);
    put32(s, 0x80000000);
    put32(s, no);
}

/* Looks at each place that a program can look at: frame, both headers, each computed field. Rule 1 takes the rest. */
static void program(struct fs_sample *s)
{
    enum { NODES = 9 };
    put32(s, 1);
    put32(s, 2);
    put32(s, NODES);
    put32(s, 0);
    put32(s, 0); /* verdicts */
    put32(s, 0xffffffff);
    node(s, 0, 12, 0xffff0000, 0x08060000, 1);
    node(s, 1, 8, 0x00ff0000, 0x00010000, 2);
    node(s, 2, 0, 0x0000ffff, 53, 3);
    for (unsigned field = 1; field <= 6; field++) {
        node(s, 3, field, 0xffffffff, 4000 + field, field == 6 ? 0x80000001 : 3 + field);
    }
}

static void integer(struct fs_sample *s, const struct fs_arg *arg, int64_t usual)
{
    int64_t v = arg->minimum > usual || (arg->maximum != 0 && arg->maximum < usual) ? arg->minimum : usual;
    put32(s, (uint32_t)v);
    put32(s, (uint32_t)((uint64_t)v >> 32));
}

static bool is(const struct fs_arg *arg, const char *type) { return strcmp(arg->type, type) == 0; }

struct fs_sample fs_sample_of(const struct fs_arg *arg)
{
    struct fs_sample s = {0};
    size_t fixed;
    s.encoding = fs_type_encoding(arg->type, &fixed);
    switch (s.encoding) {
    case FS_ENCODING_INTEGER:
        integer(&s, arg, is(arg, "annotation") ? FS_ANNO_PAINT : is(arg, "ether-type") ? 0x0800 : 1);
        break;
    case FS_ENCODING_BOOLEAN:
        put(&s, "\1", 1);
        break;
    case FS_ENCODING_TEXT:
        put(&s, is(arg, "device") ? "0" : "x", 1);
        break;
    case FS_ENCODING_BYTES:
        put(&s, "\x0a\0\0\1\xff\0\0\0\0\0\0\0\0\0\0\2\x40", fixed != 0 ? fixed : 16);
        break;
    case FS_ENCODING_TABLE:
        if (is(arg, "arp-entries")) {
            put(&s, "\1\0\0\0\1\0\0\0\x0a\0\0\0\xff\0\0\0\2\0\0\0\0\1\0\0", 24);
        } else if (is(arg, "routes")) {
            put(&s, "\1\0\0\0\1\0\0\0\x0a\0\0\0\xff\0\0\0\x0a\0\0\1\0\0\0\0", 24);
        } else if (is(arg, "nd-entries")) {
            put(&s, "\1\0\0\0\1\0\0\0\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0\x40\2\0\0\0\0\1\0", 32);
        } else if (is(arg, "routes6")) {
            put(&s, "\1\0\0\0\1\0\0\0\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0", 24);
            put(&s, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x20\0\0\0\0\0\0\0", 24);
        } else if (is(arg, "texts") || is(arg, "strings")) {
            put(&s, "\1\0\0\0\2\0\0\0\6\0\0\0wait 1\0\7\0\0\0print x\0", 8 + 4 + 7 + 4 + 8);
        } else if (is(arg, "rewriter-input")) {
            put(&s, "\1\0\0\0\1\0\0\0\10\0\0\0keep 0 0", 8 + 4 + 9);
        } else if (is(arg, "rewriter-pattern")) {
            put(&s, "\1\0\0\0\1\0\0\0\11\0\0\0n - - - -", 8 + 4 + 10);
        } else if (is(arg, "mapper-pattern")) {
            put(&s, "\1\0\0\0\1\0\0\0\13\0\0\0- - - - 0 0", 8 + 4 + 12);
        } else if (is(arg, "mapper-server")) {
            put(&s, "\1\0\0\0\1\0\0\0\15\0\0\0- - - - 0 0 7", 8 + 4 + 14);
        } else {
            program(&s);
        }
        break;
    default:
        break;
    }
    return s;
}

bool fs_sample_needed(const struct fs_class *c, uint32_t arg)
{
    return c->args[arg].kind == FS_POSITIONAL || c->args[arg].kind == FS_REST;
}
