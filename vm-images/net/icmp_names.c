#include "net/icmp_names.h"

#include "net/values.h"

enum { TYPES = 0xff };

struct name {
    uint8_t type, number; /* type TYPES: the name of a type */
    const char *word;
};
static const struct name names[] = {
    {TYPES, 0, "echo-reply"}, {TYPES, 3, "unreachable"}, {TYPES, 4, "sourcequench"}, {TYPES, 5, "redirect"},
    {TYPES, 8, "echo"}, {TYPES, 9, "routeradvert"}, {TYPES, 10, "routersolicit"}, {TYPES, 11, "timeexceeded"},
    {TYPES, 12, "parameterproblem"}, {TYPES, 13, "timestamp"}, {TYPES, 14, "timestamp-reply"}, {TYPES, 15, "inforeq"},
    {TYPES, 16, "inforeq-reply"}, {TYPES, 17, "maskreq"}, {TYPES, 18, "maskreq-reply"},
    {3, 0, "net"}, {3, 1, "host"}, {3, 2, "protocol"}, {3, 3, "port"}, {3, 4, "needfrag"}, {3, 5, "srcroutefail"},
    {3, 6, "netunknown"}, {3, 7, "hostunknown"}, {3, 8, "isolated"}, {3, 9, "netprohib"}, {3, 10, "hostprohib"},
    {3, 11, "nettos"}, {3, 12, "hosttos"}, {3, 13, "filterprohib"}, {3, 14, "hostprecedence"},
    {3, 15, "precedencecutoff"},
    {5, 0, "net"}, {5, 1, "host"}, {5, 2, "nettos"}, {5, 3, "hosttos"},
    {11, 0, "transit"}, {11, 1, "reassembly"},
    {12, 0, "erroratptr"}, {12, 1, "missingopt"}, {12, 2, "length"},
};

static const struct name *named(struct fs_span text, uint8_t type)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].type == type && fs_span_is(text, names[i].word)) {
            return &names[i];
        }
    }
    return NULL;
}

static bool parse(struct fs_span text, uint8_t type, uint8_t *number)
{
    const struct name *n = named(text, type);
    int64_t value = n != NULL ? n->number : 0;
    if (n == NULL && !fs_parse_integer(text.at, text.length, 0, 255, &value)) {
        return false;
    }
    *number = (uint8_t)value;
    return true;
}

static void text_of(struct fs_text *t, uint8_t type, uint8_t number)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].type == type && names[i].number == number) {
            fs_text_string(t, names[i].word);
            return;
        }
    }
    fs_text_u64(t, number);
}

bool fs_parse_icmp_type(struct fs_span text, uint8_t *type) { return parse(text, TYPES, type); }
bool fs_parse_icmp_code(struct fs_span text, uint8_t type, uint8_t *code) { return parse(text, type, code); }
void fs_text_icmp_type(struct fs_text *t, uint8_t type) { text_of(t, TYPES, type); }
void fs_text_icmp_code(struct fs_text *t, uint8_t type, uint8_t code) { text_of(t, type, code); }
