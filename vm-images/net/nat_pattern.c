#include "net/nat_pattern.h"

#include "net/values.h"

enum {
    WORDS = 4,
    TRIES = 4096, /* of a large range, lest a used-up one cost a million look-ups a packet */
    ITEMS_FORMAT = 1,
    HOST_BITS_ONE = 0xfffffffe,
};

static uint32_t address_word(const uint8_t address[4])
{
    uint32_t v;
    __builtin_memcpy(&v, address, 4);
    return v;
}

struct word {
    const char *at;
    size_t length;
};

static bool is_dash(struct word w) { return w.length == 1 && w.at[0] == '-'; }

static bool parse_address(struct word w, uint32_t *address)
{
    uint8_t bytes[4];
    if (!fs_parse_ip(w.at, w.length, bytes)) {
        return false;
    }
    *address = address_word(bytes);
    return true;
}

static void take_mark(struct word *w, struct fs_nat_pattern *p)
{
    if (w->length > 0 && (w->at[w->length - 1] == '#' || w->at[w->length - 1] == '?')) {
        p->sequential = w->at[w->length - 1] == '#';
        p->same_first = false;
        w->length--;
    }
}

static size_t dash_in(struct word w)
{
    size_t i = 0;
    while (i < w.length && w.at[i] != '-') {
        i++;
    }
    return i;
}

static bool parse_addresses(struct word w, struct fs_nat_pattern *p)
{
    uint8_t address[4], mask[4];
    uint32_t last;
    take_mark(&w, p);
    size_t dash = dash_in(w);
    if (dash < w.length) {
        if (!parse_address((struct word){w.at, dash}, &p->source)
            || !parse_address((struct word){w.at + dash + 1, w.length - dash - 1}, &last)
            || FS_SWAP32(last) < FS_SWAP32(p->source)) {
            return false;
        }
        p->span = FS_SWAP32(last) - FS_SWAP32(p->source);
        return true;
    }
    if (!fs_parse_prefix(w.at, w.length, address, mask) || fs_get32(address) == 0 || fs_get32(mask) == 0
        || (~fs_get32(mask) & (~fs_get32(mask) + 1)) != 0) {
        return false;
    }
    uint32_t first = fs_get32(address);
    if (fs_get32(mask) == HOST_BITS_ONE) {
        first &= HOST_BITS_ONE;
        p->span = 1;
    } else if (fs_get32(mask) != 0xffffffff) { /* neither the network's own address nor its broadcast */
        first = (first & fs_get32(mask)) | 1;
        p->span = ~fs_get32(mask) - 2;
    }
    p->source = FS_SWAP32(first);
    return true;
}

static bool parse_port(struct word w, uint16_t *port)
{
    int64_t v;
    if (!fs_parse_integer(w.at, w.length, 1, 65535, &v)) {
        return false;
    }
    *port = (uint16_t)v;
    return true;
}

static bool parse_ports(struct word w, struct fs_nat_pattern *p)
{
    int64_t first, last;
    take_mark(&w, p);
    size_t dash = dash_in(w);
    if (dash >= w.length || !fs_parse_integer(w.at, dash, 0, 65535, &first)
        || !fs_parse_integer(w.at + dash + 1, w.length - dash - 1, first, 65535, &last)) {
        return false;
    }
    p->source_port = (uint16_t)first;
    p->span = (uint32_t)(last - first);
    return true;
}

bool fs_nat_pattern_parse(struct fs_nat_pattern *p, const char *text, size_t length, const char **wrong)
{
    struct word words[WORDS];
    unsigned count = 0;
    *p = (struct fs_nat_pattern){.same_first = true};
    while (count < WORDS && fs_parse_word(&text, &length, &words[count].at, &words[count].length)) {
        count++;
    }
    struct word rest;
    if (count < 2 || fs_parse_word(&text, &length, &rest.at, &rest.length)) {
        *wrong = "syntax error";
        return false;
    }
    p->ports = count > 2;
    struct word destination = words[count == 4 ? 2 : 1], source_port = words[count == 4 ? 1 : 2];
    if (!is_dash(words[0]) && !parse_address(words[0], &p->source) && (p->ports || !parse_addresses(words[0], p))) {
        *wrong = "bad source address";
        return false;
    }
    if (p->ports && !is_dash(source_port) && !parse_port(source_port, &p->source_port)
        && !parse_ports(source_port, p)) {
        *wrong = "bad source port";
        return false;
    }
    if (!is_dash(destination) && !parse_address(destination, &p->destination)) {
        *wrong = "bad destination address";
        return false;
    }
    if (count == 4 && !is_dash(words[3]) && !parse_port(words[3], &p->destination_port)) {
        *wrong = "bad destination port";
        return false;
    }
    return true;
}

FS_ONCE static void text_address(struct fs_text *t, uint32_t address)
{
    uint8_t bytes[4];
    __builtin_memcpy(bytes, &address, 4);
    if (address == 0) {
        fs_text_char(t, '-');
    } else {
        fs_text_ip(t, bytes);
    }
}

FS_ONCE static void text_port(struct fs_text *t, uint16_t port)
{
    if (port == 0) {
        fs_text_string(t, " -");
    } else {
        fs_text_format(t, " %u", (unsigned)port);
    }
}

FS_ONCE void fs_nat_pattern_text(struct fs_text *t, const struct fs_nat_pattern *p, bool whole)
{
    const char *mark = !whole || p->span == 0 ? "" : p->sequential ? "#" : p->same_first ? "" : "?";
    text_address(t, p->source);
    if (!p->ports && p->span != 0) {
        fs_text_char(t, '-');
        text_address(t, FS_SWAP32(FS_SWAP32(p->source) + p->span));
    } else if (p->ports && p->span != 0) {
        fs_text_format(t, " %u-%u", (unsigned)p->source_port, (unsigned)(p->source_port + p->span));
    } else if (p->ports) {
        text_port(t, p->source_port);
    }
    fs_text_string(t, mark);
    fs_text_char(t, ' ');
    text_address(t, p->destination);
    if (p->ports) {
        text_port(t, p->destination_port);
    }
}

static void set_source_port(struct fs_nat_key *k, uint16_t port, bool ping)
{
    uint16_t destination = ping ? FS_SWAP16((uint16_t)(port + 1)) : (uint16_t)(k->ports >> 16);
    k->ports = fs_nat_ports(FS_SWAP16(port), destination);
}

/* Whether nobody has the flow that would answer; then it is chosen. */
static bool take(struct fs_nat_pattern *p, const struct fs_nat_table *t, uint16_t map, bool ping, uint32_t place,
                 struct fs_nat_key *k)
{
    if (p->ports) {
        set_source_port(k, (uint16_t)(p->source_port + place), ping);
    } else {
        k->source = FS_SWAP32(FS_SWAP32(p->source) + place);
    }
    struct fs_nat_key answer = fs_nat_reverse(*k);
    if (fs_nat_find(t, &answer, map) != FS_FLOW_NONE) {
        return false;
    }
    p->next = place + 1;
    return true;
}

bool fs_nat_pattern_apply(struct fs_nat_pattern *p, struct fs_element *e, const struct fs_nat_table *t, uint16_t map,
                          bool ping, const struct fs_nat_key *key, struct fs_nat_key *rewritten)
{
    uint16_t source_port = FS_SWAP16((uint16_t)key->ports);
    *rewritten = *key;
    rewritten->source = p->source != 0 ? p->source : key->source;
    rewritten->destination = p->destination != 0 ? p->destination : key->destination;
    if (p->destination_port != 0) {
        rewritten->ports = (rewritten->ports & 0xffff) | (uint32_t)FS_SWAP16(p->destination_port) << 16;
    }
    if (p->source_port != 0 || ping) {
        set_source_port(rewritten, p->source_port != 0 ? p->source_port : source_port, ping);
    }
    if (p->span == 0) {
        return true;
    }
    uint32_t own = (uint32_t)source_port - p->source_port;
    if (p->ports && p->same_first && own <= p->span && take(p, t, map, ping, own, rewritten)) {
        return true;
    }
    uint32_t place = p->sequential ? (p->next > p->span ? 0 : p->next)
                                   : (uint32_t)((fs_random(e) >> 32) * ((uint64_t)p->span + 1) >> 32);
    for (uint32_t tries = 0; tries <= p->span && tries < TRIES; tries++) {
        if (take(p, t, map, ping, place, rewritten)) {
            return true;
        }
        place = place == p->span ? 0 : place + 1;
    }
    return false;
}

/* ---- by name ---- */

int fs_nat_patterns_initialize(struct fs_element *e, struct fs_text *error)
{
    const struct fs_nat_patterns *mine = (struct fs_nat_patterns *)e;
    for (uint32_t i = 0; i < mine->count; i++) {
        const char *name = mine->named[i].name;
        if (fs_nat_pattern_named(e, name, __builtin_strlen(name)) != &mine->named[i].pattern) {
            fs_text_format(error, "pattern '%s' already defined", name);
            return -1;
        }
    }
    return 0;
}

struct fs_nat_pattern *fs_nat_pattern_named(struct fs_element *e, const char *name, size_t length)
{
    struct fs_element *other;
    for (uint32_t i = 0; (other = fs_element_at(e, i)) != NULL; i++) {
        struct fs_nat_patterns *patterns = (struct fs_nat_patterns *)other;
        if (other->class->initialize != fs_nat_patterns_initialize) {
            continue;
        }
        for (uint32_t k = 0; k < patterns->count; k++) {
            const char *own = patterns->named[k].name;
            if (__builtin_strlen(own) == length && __builtin_memcmp(own, name, length) == 0) {
                return &patterns->named[k].pattern;
            }
        }
    }
    return NULL;
}

const char *fs_nat_pattern_name(const struct fs_nat_pattern *named)
{
    return ((const struct fs_nat_named *)((const char *)named - offsetof(struct fs_nat_named, pattern)))->name;
}

/* ---- tables ---- */

static uint32_t get_le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool fs_nat_items(struct fs_nat_items *items, struct fs_bytes table, struct fs_text *error)
{
    *items = (struct fs_nat_items){NULL, NULL, 0};
    if (table.length == 0) {
        return true;
    }
    if (table.length < 8 || get_le32(table.at) != ITEMS_FORMAT) {
        fs_text_string(error, "the table is not of format 1");
        return false;
    }
    *items = (struct fs_nat_items){table.at + 8, table.at + table.length, get_le32(table.at + 4)};
    struct fs_nat_items walk = *items;
    const char *text;
    size_t length;
    for (uint32_t i = 0; i < items->count; i++) {
        if (!fs_nat_next_item(&walk, &text, &length)) {
            fs_text_string(error, "the table is cut off");
            return false;
        }
    }
    return true;
}

bool fs_nat_next_item(struct fs_nat_items *items, const char **text, size_t *length)
{
    size_t left = (size_t)(items->end - items->at);
    if (left < 5 || get_le32(items->at) > left - 5) { /* a NUL is behind the text */
        return false;
    }
    *length = get_le32(items->at);
    *text = (const char *)items->at + 4;
    items->at += 4 + *length + 1;
    return true;
}
