/* Clipboard: copies bytes out of some packets into others. */
#include <flowstream/element.h>

#include "net/config_text.h"
#include "net/values.h"

struct range {
    uint32_t offset, length;
};
struct clipboard {
    struct fs_element base;
    struct range *ranges;
    uint8_t *bytes; /* of one range behind the other */
    uint32_t count, least; /* bytes that a packet must have */
};

enum { RANGE };

static void copy(struct clipboard *c, const struct fs_packet *p)
{
    uint8_t *to = c->bytes;
    for (uint32_t i = 0; p->length >= c->least && i < c->count; i++) {
        __builtin_memcpy(to, p->data + c->ranges[i].offset, c->ranges[i].length);
        to += c->ranges[i].length;
    }
}

static struct fs_packet *paste(struct clipboard *c, struct fs_packet *p)
{
    const uint8_t *from = c->bytes;
    p = p->length >= c->least ? fs_writable(&c->base, p) : p;
    for (uint32_t i = 0; p != NULL && p->length >= c->least && i < c->count; i++) {
        __builtin_memcpy(p->data + c->ranges[i].offset, from, c->ranges[i].length);
        from += c->ranges[i].length;
    }
    return p;
}

/* Of the packets from `first` on. */
static void pass(struct clipboard *c, unsigned port, struct fs_batch *batch, uint32_t first)
{
    uint32_t kept = first;
    for (uint32_t i = first; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (port == 0) {
            copy(c, p);
        } else {
            p = paste(c, p);
        }
        if (p != NULL) {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    pass((struct clipboard *)e, port, batch, 0);
    fs_output_push(e, port, batch);
}
static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    uint32_t first = batch->count;
    fs_input_pull(e, port, batch, max);
    pass((struct clipboard *)e, port, batch, first);
}

/* `OFFSET/LENGTH` */
static bool parse(struct fs_span text, struct range *r)
{
    size_t slash = 0;
    int64_t offset, length;
    while (slash < text.length && text.at[slash] != '/') {
        slash++;
    }
    if (slash == text.length || !fs_parse_integer(text.at, slash, 0, 65535, &offset)
        || !fs_parse_integer(text.at + slash + 1, text.length - slash - 1, 0, 65535, &length)) {
        return false;
    }
    *r = (struct range){(uint32_t)offset, (uint32_t)length};
    return true;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct clipboard *c = (struct clipboard *)e;
    struct fs_bytes table = fs_args_bytes(e->args, RANGE);
    uint32_t length, total = 0;
    if (table.length < 8) {
        return 0;
    }
    __builtin_memcpy(&c->count, table.at + 4, 4);
    c->ranges = fs_alloc(e, c->count * sizeof *c->ranges);
    const uint8_t *at = table.at + 8, *end = table.at + table.length;
    for (uint32_t i = 0; c->ranges != NULL && i < c->count; i++) {
        struct fs_span text;
        if (end - at < 4) {
            c->count = i;
            break;
        }
        __builtin_memcpy(&length, at, 4);
        length = length > (size_t)(end - at) - 4 ? (uint32_t)(end - at) - 4 : length;
        text = fs_span_trimmed((struct fs_span){(const char *)at + 4, length});
        at += 4 + length + (at + 4 + length < end);
        if (!parse(text, &c->ranges[i])) {
            fs_text_format(error, "RANGE: expected OFFSET/LENGTH, found '%.*s'", (int)text.length, text.at);
            return -1;
        }
        uint32_t last = c->ranges[i].offset + c->ranges[i].length;
        c->least = last > c->least ? last : c->least;
        total += c->ranges[i].length;
    }
    c->bytes = fs_alloc(e, total + 1);
    if (c->ranges == NULL || c->bytes == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [RANGE] = {"RANGE", "texts", FS_REST, 0, 0, NULL, "`OFFSET/LENGTH` each: the bytes that are copied."},
};

FS_ELEMENT(Clipboard) = {
    .name = "Clipboard",
    .ports = "2/2",
    .processing = "a/a",
    .flow = "#/#",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads any; writes any; drops",
    .summary = "copies bytes out of some packets into others",
    .doc = "Packets of input 0 have the bytes copied out of them and leave by output 0. Packets of input 1 have those bytes,\n"
           "zeros at first, written into them and leave by output 1. Packets that are too short for a range pass as they are.\n\n"
           "    c :: Clipboard(12/2);  ... -> [0]c[0] -> ...;  ... -> [1]c[1] -> ...;\n",
    .size = sizeof(struct clipboard),
    .configure = configure,
    .push = push,
    .pull = pull,
};
