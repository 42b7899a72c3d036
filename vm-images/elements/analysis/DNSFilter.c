/* DNSFilter: finds the DNS queries for some names and all names below them. */
#include "net/dns.h"
#include "net/handlers.h"
#include "net/look.h"
#include "net/nat_pattern.h" /* tables of texts */
#include "net/string_set.h"

enum { NO_NAME = 0xffffffff, NAMES_MAX = 1 << 20 };

struct name {
    const uint8_t *at; /* as in a message */
    uint32_t length, hash;
    uint64_t queries;
};

struct filter {
    struct fs_element base;
    struct name *names;
    uint32_t *slots; /* a hash table of names; NO_NAME: free */
    uint32_t count, mask;
    uint32_t port;
    bool log;
    uint64_t queries, listed, malformed;
};

enum { NAME, PORT, LOG };
enum { PASSES, LISTED, MALFORMED }; /* outputs */

/* The hash of a name is made from its end, so that each label in front takes a step. */
static uint32_t hash_label(uint32_t hash, const uint8_t *label)
{
    for (uint32_t i = 0; i <= label[0]; i++) {
        hash = (hash ^ label[i]) * 16777619u; /* FNV-1a */
    }
    return hash ^ hash >> 15;
}
static const uint8_t root[1] = {0};

static uint32_t look_up(const struct filter *f, uint32_t hash, const uint8_t *at, uint32_t length)
{
    for (uint32_t i = hash & f->mask; f->slots[i] != NO_NAME; i = (i + 1) & f->mask) {
        const struct name *n = &f->names[f->slots[i]];
        if (n->hash == hash && n->length == length && __builtin_memcmp(n->at, at, length) == 0) {
            return f->slots[i];
        }
    }
    return NO_NAME;
}

/* The longest name of the list that the query's name is, or is below. */
static uint32_t find(const struct filter *f, const struct fs_dns_query *q)
{
    uint32_t hash = hash_label(0, root), found = look_up(f, hash, root, 1);
    for (uint32_t i = q->label_count; i-- > 0;) {
        const uint8_t *from = q->name + q->labels[i];
        hash = hash_label(hash, from);
        uint32_t one = look_up(f, hash, from, q->length - q->labels[i]);
        found = one != NO_NAME ? one : found;
    }
    return found;
}

static FS_ONCE void text_name(struct fs_text *t, const uint8_t *name)
{
    for (; name[0] != 0; name += 1 + name[0]) {
        fs_text_pattern(t, (struct fs_bytes){name + 1, name[0]});
        fs_text_char(t, '.');
    }
}

static FS_ONCE void tell(struct filter *f, const struct fs_look *l, const struct fs_dns_query *q)
{
    char line[600];
    struct fs_text t = {.at = line, .capacity = sizeof line};
    fs_text_format(&t, "%s: ", f->base.name);
    fs_text_look(&t, l);
    fs_text_string(&t, ": ");
    text_name(&t, q->name);
    fs_log(&f->base, line, t.length);
}

/* One message. Answers its output; `name`: which one it is, when it is listed. */
static uint32_t judge_message(struct filter *f, const struct fs_look *l, const uint8_t *at, const uint8_t *end,
                              uint32_t *name)
{
    struct fs_dns_query q;
    switch (fs_dns_read(&q, at, end)) {
    case FS_DNS_NONE:
        return PASSES;
    case FS_DNS_QUERY:
        break;
    case FS_DNS_BROKEN:
        return MALFORMED;
    }
    f->queries++;
    *name = find(f, &q);
    if (*name == NO_NAME) {
        return PASSES;
    }
    f->names[*name].queries++;
    if (f->log) {
        tell(f, l, &q);
    }
    return LISTED;
}

/* Over TCP two bytes with the length are in front of each message (RFC 7766 section 8); a segment holds whole ones. */
static uint32_t judge(struct filter *f, const struct fs_packet *p, uint32_t *name)
{
    struct fs_look l;
    fs_look_at(&l, p);
    if (l.ip == NULL || !l.ports || (l.protocol != FS_PROTOCOL_UDP && l.protocol != FS_PROTOCOL_TCP)
        || fs_get16(l.upper + 2) != f->port) {
        return PASSES;
    }
    if (!l.tcp) {
        return l.udp ? judge_message(f, &l, l.at, l.end, name) : MALFORMED;
    }
    struct fs_cursor c = {l.at, l.end};
    uint32_t output = PASSES;
    while (output == PASSES && fs_left(&c) != 0) {
        const uint8_t *length = fs_take(&c, 2), *message = length != NULL ? fs_take(&c, fs_get16(length)) : NULL;
        output = message != NULL ? judge_message(f, &l, message, c.at, name) : MALFORMED;
    }
    return output;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct filter *f = (struct filter *)e;
    uint32_t outputs[FS_BATCH_MAX], kept = 0, count = batch->count;
    (void)port;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint32_t name = FS_RULE_NONE;
        if (i + 2 < count) {
            __builtin_prefetch(batch->packets[i + 2]->data);
        }
        outputs[kept] = judge(f, p, &name);
        f->listed += outputs[kept] == LISTED;
        f->malformed += outputs[kept] == MALFORMED;
        if (outputs[kept] < e->output_count) {
            batch->packets[kept++] = p;
        } else if (outputs[kept] == LISTED) {
            fs_drop_rule(e, p, FS_DROP_DENIED, name);
        } else {
            fs_drop(e, p, FS_DROP_MALFORMED);
        }
    }
    batch->count = kept;
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_UNCONNECTED);
}

/* ---- the element ---- */

static FS_ONCE uint32_t hash_name(const uint8_t *name, uint32_t length)
{
    uint8_t labels[FS_DNS_LABELS_MAX];
    uint32_t count = 0, hash = hash_label(0, root);
    for (uint32_t at = 0; at + 1 < length; at += 1u + name[at]) {
        labels[count++] = (uint8_t)at;
    }
    while (count-- > 0) {
        hash = hash_label(hash, name + labels[count]);
    }
    return hash;
}

/* False when the text is no name. One that is there already is left out, but keeps its place among the rules. */
static FS_ONCE bool add(struct filter *f, uint8_t *at, const char *text, size_t length)
{
    uint8_t name[FS_DNS_NAME_MAX];
    uint32_t size = fs_dns_name(name, (const uint8_t *)text, length);
    if (size == 0 || (name[0] == 1 && name[1] == '*')) {
        return false;
    }
    __builtin_memcpy(at, name, size);
    struct name *n = &f->names[f->count];
    *n = (struct name){.at = at, .length = size, .hash = hash_name(at, size)};
    if (look_up(f, n->hash, at, size) == NO_NAME) {
        uint32_t i = n->hash & f->mask;
        while (f->slots[i] != NO_NAME) {
            i = (i + 1) & f->mask;
        }
        f->slots[i] = f->count;
    }
    f->count++;
    return true;
}

static FS_ONCE int configure(struct fs_element *e, struct fs_text *error)
{
    struct filter *f = (struct filter *)e;
    struct fs_nat_items items, walk;
    const char *text;
    size_t length, bytes = 0;
    if (!fs_nat_items(&items, fs_args_bytes(e->args, NAME), error)) {
        return -1;
    }
    walk = items;
    for (uint32_t i = 0; i < items.count && fs_nat_next_item(&walk, &text, &length); i++) {
        bytes += length + 2; /* a length in front, the empty label at the end */
    }
    f->mask = 1;
    while (f->mask < 2 * (items.count < NAMES_MAX ? items.count : NAMES_MAX)) {
        f->mask = 2 * f->mask + 1;
    }
    uint8_t *at = fs_alloc(e, bytes + 1);
    f->names = fs_alloc(e, (items.count + 1) * sizeof *f->names);
    f->slots = fs_alloc(e, (f->mask + (size_t)1) * sizeof *f->slots);
    if (at == NULL || f->names == NULL || f->slots == NULL || items.count > NAMES_MAX) {
        fs_text_format(error, "no memory for %u names", items.count);
        return -1;
    }
    __builtin_memset(f->slots, 0xff, (f->mask + (size_t)1) * sizeof *f->slots); /* NO_NAME */
    while (f->count < items.count && fs_nat_next_item(&items, &text, &length)) {
        if (!add(f, at, text, length)) {
            fs_text_format(error, "'%s': expected a domain name, which stands for all below it too", text);
            return -1;
        }
        at += f->names[f->count - 1].length;
    }
    f->port = (uint32_t)fs_args_integer(e->args, PORT, 53);
    f->log = fs_args_boolean(e->args, LOG, false);
    fs_drops_rules(e, f->count);
    return 0;
}

static FS_ONCE void take_state(struct fs_element *e, struct fs_element *old)
{
    struct filter *f = (struct filter *)e;
    const struct filter *o = (const struct filter *)old;
    for (uint32_t i = 0; i < o->count; i++) {
        uint32_t mine = look_up(f, o->names[i].hash, o->names[i].at, o->names[i].length);
        if (mine != NO_NAME) {
            f->names[mine].queries += o->names[i].queries;
        }
    }
    f->queries = o->queries;
    f->listed = o->listed;
    f->malformed = o->malformed;
}

static FS_ONCE void read_names(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct filter *f = (const struct filter *)e;
    (void)parameters;
    for (uint32_t i = 0; i < f->count; i++) {
        fs_text_u64(value, f->names[i].queries);
        fs_text_char(value, '\t');
        text_name(value, f->names[i].at);
        fs_text_string(value, f->names[i].length == 1 ? ".\n" : "\n");
    }
}
FS_READ_NUMBER(read_queries, struct filter, queries)
FS_READ_NUMBER(read_listed, struct filter, listed)
FS_READ_NUMBER(read_malformed, struct filter, malformed)
FS_BUTTON(write_reset_counts, struct filter, self->queries = self->listed = self->malformed = 0;
          for (uint32_t i = 0; i < self->count; i++) { self->names[i].queries = 0; })

static const struct fs_arg args[] = {
    [NAME] = {"NAME", "strings", FS_REST, 0, 0, NULL, "A domain name, such as example.com; `.` is all."},
    [PORT] = {"PORT", "integer", FS_KEYWORD, 1, 65535, "53", "The port that queries are sent to."},
    [LOG] = {"LOG", "boolean", FS_KEYWORD, 0, 0, "false", "A line for each query for a listed name."},
};
static const struct fs_handler handlers[] = {
    {"queries", read_queries, NULL, 0, NULL, "Queries seen."},
    {"listed", read_listed, NULL, 0, NULL, "Packets with a query for a listed name."},
    {"malformed", read_malformed, NULL, 0, NULL, "Packets to the port that hold no whole query."},
    {"names", read_names, NULL, FS_HANDLER_EXPENSIVE, NULL, "A line a name: queries for it or below it, a tab, the name."},
    {"reset_counts", NULL, write_reset_counts, FS_HANDLER_BUTTON, NULL, "Sets all counts to 0."},
};

FS_ELEMENT(DNSFilter) = {
    .name = "DNSFilter",
    .ports = "1/1-3",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip ip6 udp tcp payload; drops; keeps-state",
    .summary = "finds DNS queries for some names and all below them",
    .doc = "Ours. Looks at DNS queries (RFC 1035) over UDP and TCP, IPv4 and IPv6, to PORT. A query for a name of the list, or for\n"
           "one below it by whole labels, leaves by output 1; letters may be small or capital. What is sent to PORT and cannot\n"
           "be read as whole queries of one question each leaves by output 2: cut off, a compressed or overlong name, two\n"
           "questions (RFC 9619), a first fragment, a TCP segment with part of a message. All else leaves by output 0, also\n"
           "responses and later fragments. Without output 1 listed ones are dropped as `denied`, by the name; without output\n"
           "2 malformed ones as `malformed`. It looks at the marked IP header, or behind Ethernet and VLAN tags.\n\n"
           "    f :: DNSFilter(ads.example, malware.example);\n"
           "    FromDevice(0) -> f -> ToDevice(1);  f[1] -> DNSResponder -> EtherMirror -> ToDevice(0);\n",
    .size = sizeof(struct filter),
    .configure = configure,
    .take_state = take_state,
    .push = push,
};
