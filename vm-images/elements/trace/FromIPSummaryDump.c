/* FromIPSummaryDump: makes packets of the lines of an IP summary dump. */
#include "net/decimal.h"
#include "net/ipsum.h"
#include "net/reader.h"
#include "net/timing.h"
#include "net/values.h"

enum { FIELDS_MAX = 64, MINOR_VERSION = 3, SAMPLE_BITS = 28 };

struct from_dump {
    struct fs_element base;
    struct fs_task task;      /* when connected to a push input */
    struct fs_signal nonempty; /* when connected to a pull input */
    struct fs_timing timing;
    struct fs_reader reader;
    struct fs_text line, scratch, record;
    enum fs_ipsum_field fields[FIELDS_MAX];
    uint32_t field_count;
    struct fs_ipsum_flow flow;
    bool has_flow, has_aggregate, binary, complained, ended;
    bool active, stop, checksum, multipacket, timed, allow_nonexistent;
    uint32_t aggregate, sampled; /* sampled: of 2^SAMPLE_BITS */
    unsigned minor;
    uint8_t protocol;
    struct fs_packet *held; /* read, but its time has not come, or it stands for more */
    uint32_t multi_length;  /* of each of several packets of one line */
    uint64_t multi_step, multi_end;
};

enum {
    FILENAME, STOP, ACTIVE, ZERO, TIMING, CHECKSUM, SAMPLE, PROTO, MULTIPACKET, CONTENTS, FIELDS, FLOWID,
    DEFAULT_CONTENTS, DEFAULT_FIELDS, DEFAULT_FLOWID, ALLOW_NONEXISTENT, DATA,
};

static struct from_dump *mine(struct fs_element *e) { return (struct from_dump *)e; }

static void tell(struct from_dump *d, const char *what, struct fs_span about)
{
    char line[300];
    struct fs_text t = {.at = line, .capacity = sizeof line};
    fs_text_format(&t, d->reader.line > 0 ? "%s:%u: " : "%s: ", d->reader.name, d->reader.line);
    fs_text_format(&t, what, (int)about.length, about.at);
    fs_log(&d->base, line, t.length);
}
static const struct fs_span nothing = {"", 0};

/* ---- lines that tell of other lines ---- */

static void take_contents(struct from_dump *d, struct fs_span rest)
{
    d->field_count = 0;
    while (rest.length > 0 && d->field_count < (uint32_t)FIELDS_MAX) {
        struct fs_span word = fs_span_word(&rest);
        d->scratch.length = 0;
        fs_text_unquoted(&d->scratch, word);
        enum fs_ipsum_field f = fs_ipsum_find(fs_span_of(&d->scratch));
        if (f == FS_IPSUM_FIELD_COUNT) {
            tell(d, "warning: unknown content type '%.*s'", fs_span_of(&d->scratch));
            f = FS_IPSUM_NONE;
        } else if (fs_ipsum_order(f) == FS_IPSUM_UNSET && f != FS_IPSUM_NONE) {
            tell(d, "warning: content type '%.*s' ignored on input", fs_span_of(&d->scratch));
            f = FS_IPSUM_NONE;
        }
        d->fields[d->field_count++] = f;
    }
    if (d->field_count == 0) {
        tell(d, "no contents specified%.*s", nothing);
    }
}

static void take_protocol(struct from_dump *d, struct fs_span word, const char *complaint)
{
    int protocol = fs_ipsum_protocol(word);
    if (protocol < 0) {
        tell(d, complaint, nothing);
        return;
    }
    d->protocol = (uint8_t)protocol;
}

static bool address_or_none(struct fs_span word, uint8_t address[4])
{
    return fs_span_is(word, "-") || fs_parse_ip(word.at, word.length, address);
}

static bool port_or_none(struct fs_span word, uint16_t *port)
{
    int64_t n = 0;
    bool good = fs_span_is(word, "-") || (fs_integer_parse(word, &n) && n >= 0 && n <= 65535);
    *port = (uint16_t)n;
    return good;
}

static void take_flow(struct from_dump *d, struct fs_span rest)
{
    struct fs_ipsum_flow f = {{0}, {0}, 0, 0};
    d->has_flow = address_or_none(fs_span_word(&rest), f.source) && port_or_none(fs_span_word(&rest), &f.source_port)
               && address_or_none(fs_span_word(&rest), f.destination)
               && port_or_none(fs_span_word(&rest), &f.destination_port);
    d->flow = f;
    if (!d->has_flow) {
        tell(d, "bad !flowid specification%.*s", nothing);
    } else if (rest.length > 0) {
        take_protocol(d, fs_span_word(&rest), "bad protocol in !flowid%.*s");
    }
}

/* A line that begins with an exclamation mark. */
static void take_direction(struct from_dump *d, struct fs_span rest)
{
    struct fs_span word = fs_span_word(&rest);
    int64_t n;
    if (fs_span_is(word, "!data") || fs_span_is(word, "!contents")) {
        take_contents(d, rest);
    } else if (fs_span_is(word, "!flowid")) {
        take_flow(d, rest);
    } else if (fs_span_is(word, "!proto")) {
        take_protocol(d, rest, "bad protocol in !proto%.*s");
    } else if (fs_span_is(word, "!aggregate")) {
        d->has_aggregate = fs_integer_parse(rest, &n) && n >= 0 && n <= UINT32_MAX;
        d->aggregate = (uint32_t)n;
        if (!d->has_aggregate) {
            tell(d, "bad !aggregate specification%.*s", nothing);
        }
    } else if (fs_span_is(word, "!binary")) {
        d->binary = true;
        d->reader.line = 0;
    } else if (fs_span_is(word, "!IPSummaryDump")) {
        if (rest.length > 2 && rest.at[0] == '1' && rest.at[1] == '.'
            && fs_integer_parse((struct fs_span){rest.at + 2, rest.length - 2}, &n) && n >= 0 && n <= MINOR_VERSION) {
            d->minor = (unsigned)n;
        } else {
            tell(d, "warning: unexpected IPSummaryDump version %.*s", rest);
        }
    }
}

/* ---- lines that are packets ---- */

/* The next line or record of a packet; *binary when it is one. False at the end. */
static bool next_record(struct from_dump *d, bool *binary)
{
    for (;;) {
        struct fs_span line;
        *binary = d->binary;
        if (d->binary) {
            uint8_t head[4];
            if (!fs_reader_get(&d->reader, head, 4)) {
                return false;
            }
            uint32_t length = fs_get32(head) & 0x7fffffff;
            *binary = !(head[0] & 0x80);
            d->line.length = d->line.missing = 0;
            d->reader.line++;
            if (length < 4 || length > 1u << 20) {
                tell(d, "binary record too short%.*s", nothing);
                return false;
            }
            for (length -= 4; length > 0;) {
                uint8_t some[256];
                uint32_t n = length < sizeof some ? length : (uint32_t)sizeof some;
                if (!fs_reader_get(&d->reader, some, n)) {
                    return false;
                }
                fs_text_bytes(&d->line, some, n);
                length -= n;
            }
            if (*binary) {
                return true;
            }
        } else if (!fs_reader_line(&d->reader, &d->line)) {
            return false;
        }
        line = fs_span_of(&d->line);
        if (line.length > 0 && *line.at == '!') {
            take_direction(d, line);
        } else if (line.length > 0 && *line.at != '#') {
            return true;
        }
    }
}

struct piece {
    struct fs_span text;
};

/* Parts the line where there is space outside of double quotes, or the record by the fields' sizes. */
static void split(struct from_dump *d, bool binary, struct piece *pieces)
{
    const char *at = d->line.at, *end = at + d->line.length;
    for (uint32_t i = 0; i < d->field_count; i++) {
        const char *begin = at;
        if (binary) {
            size_t size = fs_ipsum_bytes(d->fields[i]);
            size = size == FS_IPSUM_COUNTED ? (at < end ? 1 + (size_t)(uint8_t)*at : 1) : size;
            bool whole = size <= (size_t)(end - at) && size != FS_IPSUM_TEXT;
            at = whole ? at + size : end;
            pieces[i].text = whole ? (struct fs_span){begin, size} : nothing;
            continue;
        }
        for (bool quoted = false; at < end && (quoted || !(*at == ' ' || (*at >= '\t' && *at <= '\r'))); at++) {
            if (*at == '\\' && quoted && at + 1 < end) {
                at++;
            } else if (*at == '"') {
                quoted = !quoted;
            }
        }
        pieces[i].text = (struct fs_span){begin, (size_t)(at - begin)};
        while (at < end && (*at == ' ' || (*at >= '\t' && *at <= '\r'))) {
            at++;
        }
    }
}

static uint32_t set_fields(struct from_dump *d, bool binary, struct fs_ipsum_maker *m, const struct piece *pieces)
{
    uint32_t set = 0;
    for (unsigned order = 0; order <= FS_IPSUM_ORDER_MAX; order++) {
        for (uint32_t i = 0; i < d->field_count && m->packet != NULL; i++) {
            struct fs_span text = pieces[i].text;
            if (fs_ipsum_order(d->fields[i]) != order || text.length == 0 || (!binary && fs_span_is(text, "-"))) {
                continue;
            }
            set += binary ? fs_ipsum_set_binary(m, d->fields[i], (const uint8_t *)text.at, text.length)
                          : fs_ipsum_set_text(m, d->fields[i], text, &d->scratch);
        }
    }
    return set;
}

/* The packet of the next line; NULL with *more when that line gave none. */
static struct fs_packet *read_packet(struct from_dump *d, bool *more)
{
    struct piece pieces[FIELDS_MAX];
    bool binary;
    *more = next_record(d, &binary);
    if (!*more) {
        return NULL;
    }
    struct fs_ipsum_maker m = {.packet = fs_packet_new(fs_pool(&d->base), FS_HEADROOM, 0),
                               .flow = d->has_flow ? &d->flow : NULL, .protocol = d->protocol, .minor = d->minor};
    if (m.packet == NULL) {
        tell(d, "out of packets%.*s", nothing);
        return NULL;
    }
    split(d, binary, pieces);
    if (d->has_aggregate) {
        fs_set_anno_u32(m.packet, FS_ANNO_AGGREGATE, d->aggregate);
    }
    uint32_t set = set_fields(d, binary, &m, pieces);
    if (m.packet != NULL && set == 0) {
        if (!d->complained && fs_span_trimmed(fs_span_of(&d->line)).length > 0) {
            tell(d, d->field_count == 0 ? "no '!data' provided%.*s" : "packet parse error%.*s", nothing);
            d->complained = true;
        }
        fs_packet_free(m.packet);
        return NULL;
    }
    if (m.packet != NULL) {
        fs_ipsum_finish(&m, d->checksum);
    }
    if (m.packet == NULL) {
        tell(d, "the packet is too long%.*s", nothing);
    }
    return m.packet;
}

/* ---- several packets of one line ---- */

static void set_length(struct fs_packet *p, uint32_t length)
{
    struct fs_ip *h = (struct fs_ip *)(void *)fs_network_header(p);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, length - p->length);
    if (h != NULL) {
        fs_put16(h->length, (uint16_t)length);
        if (h->protocol == FS_PROTOCOL_UDP && fs_bytes_from(p, fs_transport_header(p)) >= 6) {
            fs_put16(fs_transport_header(p) + 4, (uint16_t)(length - fs_ip_header_length(h)));
        }
    }
}

/* A packet that stands for several gives one of them, and is held for the others. */
static struct fs_packet *one_of_several(struct from_dump *d, struct fs_packet *p, bool fresh)
{
    uint32_t count = fs_anno_u32(p, FS_ANNO_EXTRA_PACKETS) + 1;
    uint64_t first = fs_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP);
    if (count <= 1) {
        return p;
    }
    if (fresh) {
        uint32_t whole = p->length + fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH);
        d->multi_length = whole / count > p->length ? whole / count : p->length;
        d->multi_end = p->timestamp;
        d->multi_step = first != 0 && p->timestamp > first ? (p->timestamp - first) / (count - 1) : 0;
        p->timestamp = first != 0 ? first : p->timestamp;
        set_length(p, d->multi_length);
    }
    struct fs_packet *copy = fs_packet_clone(p);
    struct fs_packet *one = copy != NULL ? fs_packet_unshare(copy) : NULL;
    if (one != NULL) {
        fs_set_anno_u32(one, FS_ANNO_EXTRA_PACKETS, 0);
    }
    fs_set_anno_u32(p, FS_ANNO_EXTRA_PACKETS, count - 2);
    p->timestamp = count == 2 ? d->multi_end : p->timestamp + d->multi_step;
    d->held = p;
    return one;
}

static void end(struct from_dump *d)
{
    if (!d->ended) {
        d->ended = true;
        fs_reader_close(&d->reader);
        if (d->stop) {
            fs_stop(&d->base);
        }
    }
}

/* The next packet; NULL: none now. *again: there may be one at once. */
static struct fs_packet *next(struct from_dump *d, bool *again)
{
    bool fresh = d->held == NULL;
    struct fs_packet *p = d->held;
    *again = true;
    d->held = NULL;
    if (fresh) {
        p = d->ended ? NULL : read_packet(d, again);
        if (p == NULL) {
            if (!*again || d->ended) {
                *again = false;
                end(d);
            }
            return NULL;
        }
    }
    if (d->timed && !fs_timing_due(&d->timing, p->timestamp)) {
        d->held = p;
        *again = false;
        return NULL;
    }
    if (d->multipacket) {
        p = one_of_several(d, p, fresh);
    }
    if (p != NULL && d->sampled < 1u << SAMPLE_BITS && (fs_random(&d->base) >> 32 & ((1u << SAMPLE_BITS) - 1)) >= d->sampled) {
        fs_packet_free(p);
        return NULL;
    }
    return p;
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    bool again = true;
    struct fs_packet *p;
    uint32_t left = mine(e)->timed ? FS_BATCH_MAX : 1; /* what is due at the same time comes in one go */
    do {
        p = NULL;
        while (mine(e)->active && p == NULL && again) {
            p = next(mine(e), &again);
        }
        if (p != NULL) {
            fs_output_push_one(e, 0, p);
            fs_task_schedule(t);
        }
    } while (p != NULL && --left > 0);
    return p != NULL || left < (uint32_t)FS_BATCH_MAX;
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    bool again = true;
    (void)port;
    for (unsigned got = 0; mine(e)->active && got < max && again;) {
        struct fs_packet *p = next(mine(e), &again);
        if (p != NULL) {
            fs_batch_add(batch, p);
            got++;
        }
    }
    if (!again) {
        fs_signal_sleep(&mine(e)->nonempty);
    }
}

static void go_on(struct fs_element *e)
{
    if (!e->outputs[0].push) {
        fs_signal_wake(&mine(e)->nonempty);
    } else {
        fs_task_schedule(&mine(e)->task);
    }
}

/* ---- set-up ---- */

/* The one text of an argument of type `texts`; false when it is not given. */
static bool text_of(const struct fs_element *e, unsigned index, struct fs_span *text)
{
    struct fs_bytes b = fs_args_bytes(e->args, index);
    uint32_t length;
    if (b.length < 12) {
        return false;
    }
    __builtin_memcpy(&length, b.at + 8, 4);
    *text = (struct fs_span){(const char *)b.at + 12, length < b.length - 12 ? length : 0};
    return true;
}

static int configure_sample(struct from_dump *d, struct fs_text *error)
{
    struct fs_number n, scale = fs_number_of(1 << SAMPLE_BITS);
    if (!fs_number_parse(fs_span(fs_args_text(d->base.args, SAMPLE, "1")), &n) || n.decimal < 0) {
        fs_text_string(error, "SAMPLE: expected a number from 0 to 1");
        return -1;
    }
    n.kind = FS_NUMBER_DECIMAL;
    n = fs_number_reckon(&n, '*', &scale);
    fs_decimal scaled = n.decimal / 1000000000 / 1000000000;
    d->sampled = scaled > 1 << SAMPLE_BITS ? 1u << SAMPLE_BITS : (uint32_t)scaled;
    return 0;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    static const uint8_t contents[] = {CONTENTS, FIELDS, DEFAULT_CONTENTS, DEFAULT_FIELDS}, flows[] = {FLOWID, DEFAULT_FLOWID};
    struct from_dump *d = mine(e);
    const struct fs_args *a = e->args;
    struct fs_span text;
    d->line = fs_text_growing(e);
    d->scratch = fs_text_growing(e);
    d->reader.name = fs_args_text(a, FILENAME, "");
    d->reader.element = e;
    d->stop = fs_args_boolean(a, STOP, false);
    d->active = fs_args_boolean(a, ACTIVE, true);
    d->timed = fs_args_boolean(a, TIMING, false);
    d->checksum = fs_args_boolean(a, CHECKSUM, false);
    d->multipacket = fs_args_boolean(a, MULTIPACKET, false);
    d->allow_nonexistent = fs_args_boolean(a, ALLOW_NONEXISTENT, false);
    d->minor = MINOR_VERSION;
    int protocol = fs_ipsum_protocol(fs_span(fs_args_text(a, PROTO, "T")));
    if (protocol < 0) {
        fs_text_string(error, "PROTO: expected an IP protocol");
        return -1;
    }
    d->protocol = (uint8_t)protocol;
    if (configure_sample(d, error) != 0) {
        return -1;
    }
    for (unsigned i = 0; i < sizeof contents; i++) {
        if (text_of(e, contents[i], &text)) {
            take_contents(d, text);
        }
    }
    for (unsigned i = 0; i < sizeof flows; i++) {
        if (text_of(e, flows[i], &text)) {
            struct fs_span rest = text, first = fs_span_word(&rest);
            take_flow(d, fs_span_is(first, "!flowid") ? rest : text);
        }
    }
    if (fs_args_given(a, FILENAME) == fs_args_given(a, DATA)) {
        fs_text_string(error, fs_args_given(a, DATA) ? "FILENAME and DATA conflict" : "FILENAME: required argument missing");
        return -1;
    }
    fs_signal_offer(e, &d->nonempty, FS_SIGNAL_NONEMPTY, d->active);
    return 0;
}

static void due(struct fs_element *e) { go_on(e); }

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct from_dump *d = mine(e);
    fs_task_init(e, &d->task, run);
    fs_timing_init(&d->timing, e, due);
    if (fs_args_given(e->args, DATA)) {
        fs_reader_use(&d->reader, e, fs_args_bytes(e->args, DATA));
    } else if (fs_reader_open(&d->reader, e, d->reader.name, error) != 0) {
        d->ended = d->allow_nonexistent;
        error->length = d->allow_nonexistent ? 0 : error->length;
        return d->allow_nonexistent ? 0 : -1;
    }
    if (d->active && e->outputs[0].push) {
        fs_task_schedule(&d->task);
    }
    return 0;
}

static void cleanup(struct fs_element *e)
{
    struct from_dump *d = mine(e);
    fs_reader_close(&d->reader);
    if (d->held != NULL) {
        fs_drop(e, d->held, FS_DROP_SHUTDOWN);
        d->held = NULL;
    }
}

/* ---- handlers ---- */

static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, mine(e)->active);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (fs_write_boolean("active", value, length, &mine(e)->active, error) != 0) {
        return -1;
    }
    if (mine(e)->active) {
        go_on(e);
    }
    return 0;
}
static void read_sampling(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_number n = fs_number_of(mine(e)->sampled), scale = fs_number_of(1 << SAMPLE_BITS);
    (void)parameters;
    n = fs_number_reckon(&n, '/', &scale);
    fs_text_number(value, &n);
}
static void read_encap(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)e, (void)parameters;
    fs_text_string(value, "IP");
}
static void read_filename(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_string(value, fs_args_text(e->args, FILENAME, ""));
}
static void read_filepos(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, fs_reader_position(&mine(e)->reader));
}
static int write_stop(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    mine(e)->active = false;
    fs_stop(e);
    return 0;
}

static const struct fs_arg args[] = {
    [FILENAME] = {"FILENAME", "string", FS_OPTIONAL, 0, 0, "", "The file; `-` is standard input."},
    [STOP] = {"STOP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to ask the driver to stop behind the last line."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true", "Whether it begins at once."},
    [ZERO] = {"ZERO", "boolean", FS_KEYWORD, 0, 0, "true", "What no field says is zero, whatever this says."},
    [TIMING] = {"TIMING", "boolean", FS_KEYWORD, 0, 0, "false", "Whether packets keep the distances of their timestamps."},
    [CHECKSUM] = {"CHECKSUM", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to make packets whole and set checksums."},
    [SAMPLE] = {"SAMPLE", "string", FS_KEYWORD, 0, 0, "1", "Which part of the packets, by chance, comes out."},
    [PROTO] = {"PROTO", "string", FS_KEYWORD, 0, 0, "6", "The IP protocol where the dump does not say one."},
    [MULTIPACKET] = {"MULTIPACKET", "boolean", FS_KEYWORD, 0, 0, "false", "Whether a line makes as many packets as its count says."},
    [CONTENTS] = {"CONTENTS", "texts", FS_KEYWORD, 0, 0, "", "The fields of a line, where the dump does not say them."},
    [FIELDS] = {"FIELDS", "texts", FS_KEYWORD, 0, 0, "", "The same as CONTENTS."},
    [FLOWID] = {"FLOWID", "texts", FS_KEYWORD, 0, 0, "", "`SRC SPORT DST DPORT [PROTO]` where the dump does not say them."},
    [DEFAULT_CONTENTS] = {"DEFAULT_CONTENTS", "texts", FS_KEYWORD, 0, 0, "", "The same as CONTENTS."},
    [DEFAULT_FIELDS] = {"DEFAULT_FIELDS", "texts", FS_KEYWORD, 0, 0, "", "The same as CONTENTS."},
    [DEFAULT_FLOWID] = {"DEFAULT_FLOWID", "texts", FS_KEYWORD, 0, 0, "", "The same as FLOWID."},
    [ALLOW_NONEXISTENT] = {"ALLOW_NONEXISTENT", "boolean", FS_KEYWORD, 0, 0, "false", "Whether the file may be missing."},
    [DATA] = {"DATA", "data", FS_KEYWORD, 0, 0, "", "The dump itself, in place of a file."},
};
static const struct fs_handler handlers[] = {
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "Whether it makes packets."},
    {"sampling_prob", read_sampling, NULL, FS_HANDLER_CALM, NULL, "The SAMPLE argument."},
    {"encap", read_encap, NULL, FS_HANDLER_CALM, NULL, "IP."},
    {"filename", read_filename, NULL, FS_HANDLER_CALM, NULL, "The file."},
    {"filepos", read_filepos, NULL, 0, NULL, "How far it has been read, bytes."},
    {"stop", NULL, write_stop, FS_HANDLER_BUTTON, NULL, "Ends it, and asks the driver to stop."},
};

FS_ELEMENT(FromIPSummaryDump) = {
    .name = "FromIPSummaryDump",
    .ports = "0/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "originates",
    .summary = "makes packets of an IP summary dump",
    .doc = "Each line of the dump is a packet; `!data FIELD...` says what its words are, as ToIPSummaryDump writes it.\n"
           "Other lines with a `!`: `!flowid`, `!proto`, `!aggregate`, `!binary`. Lengths beyond the bytes that fields\n"
           "say go into the extra-length annotation, unless CHECKSUM is true. Process build only.\n\n"
           "    FromIPSummaryDump(in.dump, STOP true, CHECKSUM true) -> ...\n",
    .size = sizeof(struct from_dump),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .pull = pull,
};
