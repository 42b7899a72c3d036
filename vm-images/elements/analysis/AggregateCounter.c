/* AggregateCounter: counts packets or bytes by aggregate annotation. */
#include <flowstream/file.h>

#include "net/aggregates.h"
#include "net/config_text.h"
#include "net/count_call.h"
#include "net/handlers.h"

struct record {
    uint32_t aggregate, zero;
    uint64_t count;
};
_Static_assert(sizeof(struct record) <= FS_AGGREGATE_RECORD_MAX, "can be sorted");

struct counter {
    struct fs_element base;
    struct fs_aggregates table;
    struct fs_count_call aggregate_call, count_call;
    struct fs_text banner;
    uint64_t count, untracked;
    bool bytes, ip_bytes, multipacket, extra_length, frozen, active;
};

enum {
    BYTES, IP_BYTES, MULTIPACKET, EXTRA_LENGTH, AGGREGATE_STOP, AGGREGATE_FREEZE, AGGREGATE_CALL, COUNT_STOP,
    COUNT_FREEZE, COUNT_CALL, BANNER, CAPACITY,
};

static struct counter *mine(struct fs_element *e) { return (struct counter *)e; }

static uint32_t amount(const struct counter *c, struct fs_packet *p)
{
    if (!c->bytes) {
        return 1 + (c->multipacket ? fs_anno_u32(p, FS_ANNO_EXTRA_PACKETS) : 0);
    }
    const uint8_t *network = c->ip_bytes ? fs_network_header(p) : NULL;
    size_t length = network != NULL ? fs_bytes_from(p, network) : p->length;
    return (uint32_t)length + (c->extra_length ? fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH) : 0);
}

/* Whether the packet was counted. */
static bool update(struct counter *c, struct fs_packet *p, uint64_t hash, bool second)
{
    uint32_t aggregate = fs_anno_u32(p, FS_ANNO_AGGREGATE), more = amount(c, p);
    struct record *r = fs_aggregates_find(&c->table, hash, aggregate);
    if (r == NULL && more > 0 && !second && !c->frozen && c->active
        && fs_count_call_due(&c->aggregate_call, c->table.count)) {
        fs_count_call_make(&c->base, &c->aggregate_call); /* which may freeze, or stop, or clear */
    }
    if (!c->active) {
        return false;
    }
    if (r == NULL) {
        if (second || c->frozen || more == 0) {
            return !second && !c->frozen;
        }
        r = fs_aggregates_add(&c->table, hash, aggregate);
        if (r == NULL) {
            c->untracked++;
            return false;
        }
    }
    r->count += more;
    c->count += more;
    if (fs_count_call_due(&c->count_call, c->count)) {
        fs_count_call_make(&c->base, &c->count_call);
    }
    return true;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    uint64_t hashes[FS_BATCH_MAX];
    uint32_t outputs[FS_BATCH_MAX];
    fs_aggregates_hashes(&mine(e)->table, batch, hashes);
    for (uint32_t i = 0; i < batch->count; i++) {
        outputs[i] = !update(mine(e), batch->packets[i], hashes[i], port == 1);
    }
    if (e->output_count == 1) {
        fs_output_push(e, 0, batch);
    } else {
        fs_output_scatter(e, batch, outputs, NULL, FS_DROP_UNCONNECTED);
    }
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct fs_batch pulled = {.count = 0};
    uint64_t hashes[FS_BATCH_MAX];
    fs_input_pull(e, e->input_count == 1 ? 0 : port, &pulled, max);
    fs_aggregates_hashes(&mine(e)->table, &pulled, hashes);
    for (uint32_t i = 0; i < pulled.count; i++) {
        update(mine(e), pulled.packets[i], hashes[i], port == 1);
        fs_batch_add(batch, pulled.packets[i]);
    }
}

/* One of the three ways to say what happens at a number. */
FS_ONCE static int set_call(struct counter *c, struct fs_count_call *call, unsigned stop, unsigned freeze, unsigned own,
                    const char *kind, struct fs_text *error)
{
    const struct fs_args *a = c->base.args;
    const char *text = fs_args_text(a, own, "");
    bool stops = fs_args_given(a, stop), freezes = fs_args_given(a, freeze);
    if (stops + freezes + (*text != '\0') > 1) {
        fs_text_format(error, "'%s_FREEZE', '%s_STOP', and '%s_CALL' are mutually exclusive", kind, kind, kind);
        return -1;
    }
    if (stops || freezes) {
        *call = (struct fs_count_call){.at = (uint64_t)fs_args_integer(a, stops ? stop : freeze, 0),
                                       .handler = stops ? "stop" : "freeze", .value = stops ? "" : "true"};
    }
    return *text != '\0' ? fs_count_call_set(&c->base, call, own == COUNT_CALL ? "COUNT_CALL" : "AGGREGATE_CALL", text,
                                             __builtin_strlen(text), error)
                         : 0;
}

FS_ONCE static void set_banner(struct counter *c, const char *text, size_t length)
{
    c->banner.length = 0;
    if (length > 0 && !(length == 1 && *text == '\n')) {
        fs_text_bytes(&c->banner, text, length);
        if (text[length - 1] != '\n') {
            fs_text_char(&c->banner, '\n');
        }
    }
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct counter *c = mine(e);
    const struct fs_args *a = e->args;
    const char *banner = fs_args_text(a, BANNER, "");
    c->bytes = fs_args_boolean(a, BYTES, false);
    c->ip_bytes = fs_args_boolean(a, IP_BYTES, false);
    c->multipacket = fs_args_boolean(a, MULTIPACKET, true);
    c->extra_length = fs_args_boolean(a, EXTRA_LENGTH, true);
    c->active = true;
    c->banner = fs_text_growing(e);
    set_banner(c, banner, __builtin_strlen(banner));
    if (set_call(c, &c->aggregate_call, AGGREGATE_STOP, AGGREGATE_FREEZE, AGGREGATE_CALL, "AGGREGATE", error) != 0
        || set_call(c, &c->count_call, COUNT_STOP, COUNT_FREEZE, COUNT_CALL, "COUNT", error) != 0) {
        return -1;
    }
    if (fs_aggregates_init(&c->table, e, sizeof(struct record), (uint32_t)fs_args_integer(a, CAPACITY, FS_AGGREGATES)) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

FS_ONCE static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct counter *c = mine(e);
    const struct counter *o = mine(old);
    for (uint32_t i = 0; i < o->table.count; i++) {
        const struct record *from = fs_aggregates_at(&o->table, i);
        struct record *r = fs_aggregates_add(&c->table, fs_aggregates_hash(&c->table, from->aggregate), from->aggregate);
        if (r == NULL) {
            break;
        }
        r->count = from->count;
    }
    c->count = o->count;
    c->untracked = o->untracked;
    c->frozen = o->frozen;
    c->active = o->active;
    c->count_call.done = c->count >= c->count_call.at;
    c->aggregate_call.done = o->aggregate_call.done && c->table.count >= c->aggregate_call.at;
}

/* Of what were counts, how often each occurs. */
FS_ONCE static void reaggregate(struct counter *c)
{
    struct fs_aggregates *t = &c->table;
    uint32_t kept = 0;
    c->count = t->count;
    for (uint32_t i = 0; i < t->count; i++) {
        struct record *r = fs_aggregates_at(t, i);
        *r = (struct record){.aggregate = (uint32_t)r->count, .count = 1};
    }
    fs_aggregates_sort(t);
    for (uint32_t i = 0; i < t->count; i++) {
        const struct record *r = fs_aggregates_at(t, i);
        struct record *last = kept > 0 ? fs_aggregates_at(t, kept - 1) : NULL;
        if (last != NULL && last->aggregate == r->aggregate) {
            last->count++;
        } else {
            *(struct record *)fs_aggregates_at(t, kept++) = *r;
        }
    }
    t->count = kept;
    fs_aggregates_index(t);
}

/* ---- what was counted, as text and bytes ---- */

enum format { TEXT, BINARY, TEXT_IP };

FS_ONCE static void put_record(struct fs_text *t, enum format format, const struct record *r)
{
    uint8_t address[4];
    if (format == BINARY) {
        uint32_t packed[2] = {r->aggregate, (uint32_t)r->count};
        fs_text_bytes(t, packed, sizeof packed);
        return;
    }
    fs_put32(address, r->aggregate);
    if (format == TEXT_IP) {
        fs_text_ip(t, address);
    } else {
        fs_text_u64(t, r->aggregate);
    }
    fs_text_char(t, ' ');
    fs_text_u64(t, r->count);
    fs_text_char(t, '\n');
}

FS_ONCE static int write_file(struct counter *c, enum format format, const char *value, size_t length, struct fs_text *error)
{
    char name[256], text[4096];
    struct fs_text n = {.at = name, .capacity = sizeof name - 1}, t = {.at = text, .capacity = sizeof text};
    fs_text_unquoted(&n, fs_span_trimmed((struct fs_span){value, length}));
    if (n.length == 0 || n.missing > 0) {
        fs_text_string(error, "argument should be filename");
        return -1;
    }
    name[n.length] = '\0';
    struct fs_file *f = fs_file_open(&c->base, name, FS_FILE_WRITE, error);
    if (f == NULL) {
        return -1;
    }
    fs_aggregates_sort(&c->table);
    fs_text_string(&t, "!IPAggregate 1.0\n");
    fs_file_write(&c->base, f, t.at, t.length);
    fs_file_write(&c->base, f, c->banner.at, c->banner.length);
    t.length = 0;
    fs_text_format(&t, "!num_nonzero %u\n%s", c->table.count,
                   format == BINARY ? "!packed_le\n" : format == TEXT_IP ? "!ip\n" : "");
    for (uint32_t i = 0; i < c->table.count; i++) {
        put_record(&t, format, fs_aggregates_at(&c->table, i));
        if (t.length > sizeof text - 64) {
            fs_file_write(&c->base, f, t.at, t.length);
            t.length = 0;
        }
    }
    fs_file_write(&c->base, f, t.at, t.length);
    if (!fs_file_close(&c->base, f)) {
        fs_text_format(error, "%s: file error", name);
        return -1;
    }
    return 0;
}

#define WRITE_FILE(function, format) \
    static int function(struct fs_element *e, const char *value, size_t length, struct fs_text *error) \
    { \
        return write_file(mine(e), format, value, length, error); \
    }
WRITE_FILE(write_text_file, TEXT)
WRITE_FILE(write_binary_file, BINARY)
WRITE_FILE(write_ip_file, TEXT_IP)

FS_ONCE static void read_counts(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_aggregates_sort(&mine(e)->table);
    for (uint32_t i = 0; i < mine(e)->table.count; i++) {
        put_record(value, TEXT, fs_aggregates_at(&mine(e)->table, i));
    }
}

/* ---- the other handlers ---- */

FS_READ_FLAG(read_freeze, struct counter, frozen)
FS_WRITE_FLAG(write_freeze, struct counter, frozen, "freeze")
FS_READ_FLAG(read_active, struct counter, active)
FS_WRITE_FLAG(write_active, struct counter, active, "active")
FS_READ_NUMBER(read_count, struct counter, count)
FS_READ_NUMBER(read_nagg, struct counter, table.count)
FS_READ_NUMBER(read_untracked, struct counter, untracked)
FS_READ(read_banner, struct counter, fs_text_bytes(value, self->banner.at, self->banner.length))
static int write_banner(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)error;
    set_banner(mine(e), value, length);
    return 0;
}
FS_BUTTON(write_stop, struct counter, self->active = false; fs_stop(e))
FS_BUTTON(write_reaggregate, struct counter, reaggregate(self))
FS_BUTTON(write_clear, struct counter, fs_aggregates_clear(&self->table); self->count = self->untracked = 0)

FS_ONCE static void read_call(struct fs_element *e, const struct fs_count_call *k, struct fs_text *value)
{
    if (k->handler != NULL && !k->done) {
        fs_text_format(value, "%llu ", (unsigned long long)k->at);
        fs_handler_name(e, k->handler, value);
        fs_text_format(value, "%s%s", *k->value != '\0' ? " " : "", k->value);
    }
}
FS_ONCE static int write_call(struct fs_element *e, struct fs_count_call *k, const char *name, const char *value, size_t length,
                      struct fs_text *error)
{
    if (length == 0) {
        *k = (struct fs_count_call){.handler = NULL};
        return 0;
    }
    return fs_count_call_set(e, k, name, value, length, error);
}
#define CALL(field) \
    static void read_##field(struct fs_element *e, const char *parameters, struct fs_text *value) \
    { \
        (void)parameters; \
        read_call(e, &mine(e)->field, value); \
    } \
    static int write_##field(struct fs_element *e, const char *value, size_t length, struct fs_text *error) \
    { \
        return write_call(e, &mine(e)->field, #field, value, length, error); \
    }
CALL(aggregate_call)
CALL(count_call)

static const struct fs_arg args[] = {
    [BYTES] = {"BYTES", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to count bytes in place of packets."},
    [IP_BYTES] = {"IP_BYTES", "boolean", FS_KEYWORD, 0, 0, "false", "Whether bytes count from the network header on."},
    [MULTIPACKET] = {"MULTIPACKET", "boolean", FS_KEYWORD, 0, 0, "true",
                     "Whether a packet counts for as many as its extra-packets annotation says."},
    [EXTRA_LENGTH] = {"EXTRA_LENGTH", "boolean", FS_KEYWORD, 0, 0, "true",
                      "Whether bytes of the extra-length annotation count."},
    [AGGREGATE_STOP] = {"AGGREGATE_STOP", "integer", FS_KEYWORD, 0, UINT32_MAX, "",
                        "So many aggregates are counted; another one stops the router."},
    [AGGREGATE_FREEZE] = {"AGGREGATE_FREEZE", "integer", FS_KEYWORD, 0, UINT32_MAX, "", "The same; another one freezes."},
    [AGGREGATE_CALL] = {"AGGREGATE_CALL", "string", FS_KEYWORD, 0, 0, "",
                        "`N HANDLER [VALUE]`: N aggregates are counted; for another one HANDLER is written."},
    [COUNT_STOP] = {"COUNT_STOP", "integer", FS_KEYWORD, 0, INT64_MAX, "", "At this total count the router stops."},
    [COUNT_FREEZE] = {"COUNT_FREEZE", "integer", FS_KEYWORD, 0, INT64_MAX, "", "At this total count it freezes."},
    [COUNT_CALL] = {"COUNT_CALL", "string", FS_KEYWORD, 0, 0, "",
                    "`N HANDLER [VALUE]`: when the total count reaches N, HANDLER is written."},
    [BANNER] = {"BANNER", "string", FS_KEYWORD, 0, 0, "", "What written files begin with, behind their first line."},
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, 1 << 26, "65536", "Aggregates that it can count; 24 bytes each. Ours."},
};
static const struct fs_handler handlers[] = {
    {"write_text_file", NULL, write_text_file, 0, NULL, "Writes a file: a line `AGGREGATE COUNT` each; `-` is standard output."},
    {"write_ascii_file", NULL, write_text_file, 0, NULL, "The same."},
    {"write_ip_file", NULL, write_ip_file, 0, NULL, "The same with aggregates as IP addresses."},
    {"write_file", NULL, write_binary_file, 0, NULL,
     "The same with a record of 8 bytes each: aggregate and count, 32 bits, little-endian."},
    {"counts", read_counts, NULL, FS_HANDLER_EXPENSIVE, NULL, "The lines of write_text_file. Ours."},
    {"freeze", read_freeze, write_freeze, FS_HANDLER_CHECKBOX, NULL, "Whether new aggregates are left out."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "Whether packets are counted at all."},
    {"stop", NULL, write_stop, FS_HANDLER_BUTTON, NULL, "Makes it inactive and stops the router."},
    {"reaggregate_counts", NULL, write_reaggregate, 0, NULL,
     "Makes each count an aggregate, whose count is how many aggregates had it."},
    {"counts_pdf", NULL, write_reaggregate, 0, NULL, "The same."},
    {"banner", read_banner, write_banner, FS_HANDLER_RAW, NULL, "The BANNER argument."},
    {"clear", NULL, write_clear, 0, NULL, "Forgets all counts."},
    {"aggregate_call", read_aggregate_call, write_aggregate_call, 0, NULL, "The call at a number of aggregates, if it is still to come."},
    {"count_call", read_count_call, write_count_call, 0, NULL, "The call at a count, if it is still to come."},
    {"count", read_count, NULL, 0, NULL, "The total count."},
    {"nagg", read_nagg, NULL, 0, NULL, "Aggregates that have a count."},
    {"untracked", read_untracked, NULL, 0, NULL, "Packets that were not counted because the table was full. Ours."},
};

FS_ELEMENT(AggregateCounter) = {
    .name = "AggregateCounter",
    .ports = "1-2/1-2",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads length annotation.AGGREGATE annotation.EXTRA_PACKETS annotation.EXTRA_LENGTH; keeps-state",
    .summary = "counts packets or bytes by aggregate annotation",
    .doc = "Frozen, it counts what it has an aggregate of, and leaves out what is new; so it does for input 1, always. Packets\n"
           "that were not counted leave by output 1, where there is one (push). A full table acts as a frozen one.\n\n"
           "    FromIPSummaryDump(-, STOP true) -> AggregateIP(ip dst) -> ac :: AggregateCounter -> Discard;\n"
           "    DriverManager(wait_pause, write ac.write_text_file -);\n",
    .size = sizeof(struct counter),
    .configure = configure,
    .take_state = take_state,
    .push = push,
    .pull = pull,
};
