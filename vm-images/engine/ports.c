/* ports.c: the texts of a descriptor that speak of ports: counts, processing code, flow code (element.h). */
#include "internal.h"

/* The part of "INPUTS/OUTPUTS" for one side; a text without '/' holds for both. */
static struct fs_bytes side(const char *text, bool outputs)
{
    size_t slash = 0;
    while (text[slash] != '\0' && text[slash] != '/') {
        slash++;
    }
    const char *at = outputs && text[slash] == '/' ? text + slash + 1 : text;
    size_t length = outputs && text[slash] == '/' ? strlen(at) : slash;
    return (struct fs_bytes){(const uint8_t *)at, length};
}

static uint32_t number(const struct fs_bytes *b, size_t *at)
{
    uint32_t v = 0;
    for (; *at < b->length && b->at[*at] >= '0' && b->at[*at] <= '9'; (*at)++) {
        v = v * 10 + (uint32_t)(b->at[*at] - '0');
    }
    return v;
}

bool fs_ports_parse(const char *ports, bool outputs, uint32_t arguments, uint32_t *least, uint32_t *most)
{
    struct fs_bytes b = side(ports, outputs);
    if (fs_text_is((const char *)b.at, b.length, "=arguments")) {
        *least = *most = arguments;
        return true;
    }
    size_t at = 0;
    *least = number(&b, &at);
    *most = *least;
    bool any = at > 0;
    if (at < b.length && b.at[at] == '-') {
        size_t digits = ++at;
        *most = number(&b, &at);
        if (at == digits) {
            *most = UINT16_MAX;
        }
        any = true;
    }
    return any && at == b.length && *least <= *most;
}

static const char *digits(const char *s, uint32_t *v)
{
    for (*v = 0; *s >= '0' && *s <= '9'; s++) {
        *v = *v * 10 + (uint32_t)(*s - '0');
    }
    return s;
}

uint32_t fs_rest_arguments(const struct fs_element *e)
{
    for (uint32_t i = 0; i < e->class->arg_count; i++) {
        if (e->class->args[i].kind == FS_REST) {
            return e->args->values[i].given ? e->args->values[i].items : 0;
        }
    }
    return 0;
}

/* The same as fs_ports_parse() on both sides says, in one go over the text. */
bool fs_ports_fit(const struct fs_element *e)
{
    const char *text = e->class->ports, *s = text;
    const uint32_t counts[] = {e->input_count, e->output_count};
    bool fits = true;
    for (unsigned i = 0; i < FS_COUNT(counts); i++) {
        uint32_t least, most;
        if (*s == '=') {
            least = most = fs_rest_arguments(e);
            s += sizeof("=arguments") - 1;
        } else {
            const char *end = digits(s, &least);
            most = least;
            s = end;
            if (*end == '-') {
                s = digits(end + 1, &most);
                most = s == end + 1 ? UINT16_MAX : most;
            }
        }
        fits &= counts[i] - least <= most - least;
        s = *s == '/' ? s + 1 : text; /* a text without '/' holds for both */
    }
    return fits;
}

char fs_processing_of(const char *processing, bool output, uint32_t port)
{
    struct fs_bytes b = side(processing, output);
    if (b.length == 0) {
        return 'a';
    }
    return (char)b.at[port < b.length ? port : b.length - 1];
}

/* The item of a flow code for one port: a letter, '#' (the same port of the other side), or a set "[xy]", "[^xy]". */
struct item {
    const uint8_t *letters;
    size_t count;
    bool negated, same;
};

static struct item item_of(struct fs_bytes b, uint32_t port)
{
    struct item it = {0};
    size_t at = 0;
    for (uint32_t i = 0; i <= port && at < b.length; i++) {
        it = (struct item){.letters = b.at + at, .count = 1, .same = b.at[at] == '#'};
        if (b.at[at] != '[') {
            at++;
            continue;
        }
        at++;
        it.negated = at < b.length && b.at[at] == '^';
        at += it.negated;
        it.letters = b.at + at;
        for (it.count = 0; at < b.length && b.at[at] != ']'; at++) {
            it.count++;
        }
        at++;
    }
    return it;
}

static bool holds(const struct item *it, uint8_t letter)
{
    for (size_t i = 0; i < it->count; i++) {
        if (it->letters[i] == letter) {
            return !it->negated;
        }
    }
    return it->negated;
}

static bool overlap(const struct item *a, const struct item *b)
{
    for (size_t i = 0; i < a->count; i++) {
        if (holds(b, a->letters[i]) != a->negated) {
            return true;
        }
    }
    return a->negated && b->negated;
}

bool fs_flow_reaches(const char *flow, uint32_t input, uint32_t output)
{
    if (memcmp(flow, "x/x", 4) == 0) { /* most classes */
        return true;
    }
    struct item in = item_of(side(flow, false), input), out = item_of(side(flow, true), output);
    if (in.same || out.same) {
        return input == output;
    }
    return in.negated ? overlap(&out, &in) : overlap(&in, &out);
}
