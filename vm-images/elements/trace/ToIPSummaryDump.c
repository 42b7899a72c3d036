/* ToIPSummaryDump: writes a line about each packet to a file. */
#include <flowstream/file.h>

#include "net/bytes.h"
#include "net/ipsum.h"
#include "net/values.h"

enum { FIELDS_MAX = 64 };

struct to_dump {
    struct fs_element base;
    struct fs_task task; /* when connected to a pull input */
    struct fs_file *file;
    struct fs_text line, bad;
    enum fs_ipsum_field fields[FIELDS_MAX];
    uint32_t field_count;
    unsigned signals; /* that wake the task */
    bool multipacket, bad_packets, careful, extra_length, binary;
};

enum { FILENAME, CONTENTS, FIELDS, DATA, VERBOSE, HEADER, BANNER, MULTIPACKET, BAD_PACKETS, CAREFUL_TRUNC, EXTRA_LENGTH, BINARY };

static struct to_dump *mine(struct fs_element *e) { return (struct to_dump *)e; }

/* A line that is not a packet's; in a binary dump it has a head of its own. */
static void write_line(struct to_dump *d, const struct fs_text *line)
{
    uint8_t head[4];
    if (d->binary) {
        fs_put32(head, (uint32_t)line->length | 0x80000000u);
        fs_file_write(&d->base, d->file, head, sizeof head);
    }
    fs_file_write(&d->base, d->file, line->at, line->length);
}

static void write_one(struct to_dump *d, struct fs_packet *p)
{
    struct fs_ipsum_packet s;
    d->line.length = d->bad.length = 0;
    if (d->binary) {
        fs_text_bytes(&d->line, "\0\0\0\0", 4);
    }
    fs_ipsum_open(&s, p, d->careful, d->extra_length, d->bad_packets ? &d->bad : NULL);
    for (uint32_t i = 0; i < d->field_count; i++) {
        if (d->binary) {
            fs_ipsum_binary(&s, d->fields[i], &d->line);
            continue;
        }
        if (i > 0) {
            fs_text_char(&d->line, ' ');
        }
        fs_ipsum_text(&s, d->fields[i], &d->line);
    }
    if (!d->binary) {
        fs_text_char(&d->line, '\n');
    } else if (d->line.length >= 4) {
        fs_put32(d->line.at, (uint32_t)d->line.length);
    }
    if (d->bad.length > 0) {
        write_line(d, &d->bad);
    }
    fs_file_write(&d->base, d->file, d->line.at, d->line.length);
}

/* A packet that stands for several is written as many times, with lengths and times that add up. */
static void write(struct to_dump *d, struct fs_packet *p)
{
    uint32_t count = d->multipacket ? fs_anno_u32(p, FS_ANNO_EXTRA_PACKETS) + 1 : 1;
    if (count <= 1) {
        write_one(d, p);
        return;
    }
    uint64_t whole = p->length + (uint64_t)(d->extra_length ? fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH) : 0);
    uint64_t first = fs_anno_u64(p, FS_ANNO_FIRST_TIMESTAMP), last = p->timestamp;
    uint64_t step = first != 0 && last > first ? (last - first) / (count - 1) : 0;
    whole = whole < (uint64_t)count * p->length ? (uint64_t)count * p->length : whole;
    fs_set_anno_u32(p, FS_ANNO_EXTRA_PACKETS, 0);
    p->timestamp = first != 0 ? first : last;
    for (uint32_t left = count; left > 0; left--) {
        uint64_t length = whole / left;
        fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, (uint32_t)(length - p->length));
        whole -= length;
        write_one(d, p);
        p->timestamp = left == 1 ? last : p->timestamp + step;
    }
}

static void finish(struct to_dump *d, struct fs_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        write(d, batch->packets[i]);
    }
    if (d->base.output_count > 0) {
        fs_output_push(&d->base, 0, batch);
    } else {
        fs_drop_batch(&d->base, batch, FS_DROP_DISCARDED);
    }
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    finish(mine(e), batch);
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct fs_batch batch = {.count = 0};
    fs_input_pull(e, 0, &batch, 1);
    bool any = batch.count > 0;
    finish(mine(e), &batch);
    if (any || mine(e)->signals == 0) {
        fs_task_schedule(t);
    }
    return any;
}

/* ---- set-up ---- */

static int take_fields(struct to_dump *d, struct fs_span text, struct fs_text *error)
{
    struct fs_text word = fs_text_growing(&d->base);
    bool good = true;
    while (text.length > 0 && d->field_count < (uint32_t)FIELDS_MAX) {
        word.length = 0;
        fs_text_unquoted(&word, fs_span_word(&text));
        enum fs_ipsum_field f = fs_ipsum_find(fs_span_of(&word));
        if (f == FS_IPSUM_FIELD_COUNT) {
            fs_text_format(error, "%sunknown content type '%.*s'", good ? "" : "\n", (int)word.length, word.at);
            good = false;
            continue;
        }
        if (d->binary && fs_ipsum_bytes(f) == FS_IPSUM_TEXT) {
            fs_text_format(error, "%scannot use field %.*s with BINARY", good ? "" : "\n", (int)word.length, word.at);
            good = false;
        }
        d->fields[d->field_count++] = f;
        d->multipacket &= f != FS_IPSUM_COUNT;
    }
    if (good && d->field_count == 0) {
        fs_text_string(error, "no contents specified");
        good = false;
    }
    return good ? 0 : -1;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct to_dump *d = mine(e);
    const struct fs_args *a = e->args;
    struct fs_bytes given = fs_args_bytes(a, fs_args_given(a, FIELDS) ? FIELDS : fs_args_given(a, DATA) ? DATA : CONTENTS);
    struct fs_span text = fs_span("timestamp ip_src");
    uint32_t length;
    d->line = fs_text_growing(e);
    d->bad = fs_text_growing(e);
    d->multipacket = fs_args_boolean(a, MULTIPACKET, false);
    d->bad_packets = fs_args_boolean(a, BAD_PACKETS, false);
    d->careful = fs_args_boolean(a, CAREFUL_TRUNC, true);
    d->extra_length = fs_args_boolean(a, EXTRA_LENGTH, true);
    d->binary = fs_args_boolean(a, BINARY, false);
    if (given.length >= 12) {
        __builtin_memcpy(&length, given.at + 8, 4);
        text = (struct fs_span){(const char *)given.at + 12, length < given.length - 12 ? length : 0};
    }
    return take_fields(d, text, error);
}

static void write_header(struct to_dump *d)
{
    const struct fs_args *a = d->base.args;
    const char *banner = fs_args_text(a, BANNER, "");
    struct fs_text *t = &d->line;
    t->length = 0;
    fs_text_string(t, "!IPSummaryDump 1.3\n");
    if (*banner != '\0') {
        fs_text_string(t, "!creator ");
        fs_text_quoted(t, fs_span(banner));
        fs_text_char(t, '\n');
    }
    if (fs_args_boolean(a, VERBOSE, false)) {
        fs_text_string(t, "!runtime ");
        fs_text_time(t, fs_now(&d->base));
        fs_text_char(t, '\n');
    }
    fs_text_string(t, "!data");
    for (uint32_t i = 0; i < d->field_count; i++) {
        bool nano = d->fields[i] == FS_IPSUM_NTIMESTAMP && !d->binary;
        fs_text_format(t, " %s", nano ? "timestamp" : fs_ipsum_name(d->fields[i]));
    }
    fs_text_string(t, d->binary ? "\n!binary\n" : "\n");
    fs_file_write(&d->base, d->file, t->at, t->length);
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct to_dump *d = mine(e);
    d->file = fs_file_open(e, fs_args_text(e->args, FILENAME, "-"), FS_FILE_WRITE, error);
    if (d->file == NULL) {
        return -1;
    }
    fs_task_init(e, &d->task, run);
    if (!e->inputs[0].push) {
        d->signals = fs_signal_listen(e, 0, FS_SIGNAL_NONEMPTY, &d->task);
        fs_task_schedule(&d->task);
    }
    if (fs_args_boolean(e->args, HEADER, true)) {
        write_header(d);
    }
    return 0;
}

static void cleanup(struct fs_element *e)
{
    if (!fs_file_close(e, mine(e)->file)) {
        static const char lost[] = "ToIPSummaryDump: the file is not whole";
        fs_log(e, lost, sizeof lost - 1);
    }
    mine(e)->file = NULL;
}

static int write_flush(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    fs_file_flush(e, mine(e)->file);
    return 0;
}

static const struct fs_arg args[] = {
    [FILENAME] = {"FILENAME", "string", FS_POSITIONAL, 0, 0, NULL, "The file; `-` is standard output."},
    [CONTENTS] = {"CONTENTS", "texts", FS_KEYWORD, 0, 0, "timestamp ip_src", "The fields of a line, parted by space."},
    [FIELDS] = {"FIELDS", "texts", FS_KEYWORD, 0, 0, "", "The same as CONTENTS."},
    [DATA] = {"DATA", "texts", FS_KEYWORD, 0, 0, "", "The same as CONTENTS."},
    [VERBOSE] = {"VERBOSE", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to write when it began."},
    [HEADER] = {"HEADER", "boolean", FS_KEYWORD, 0, 0, "true", "Whether to write the lines that tell of the dump."},
    [BANNER] = {"BANNER", "string", FS_KEYWORD, 0, 0, "", "A text for the `!creator` line."},
    [MULTIPACKET] = {"MULTIPACKET", "boolean", FS_KEYWORD, 0, 0, "false", "Whether a packet that stands for several makes as many lines."},
    [BAD_PACKETS] = {"BAD_PACKETS", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to write `!bad` lines about bad headers."},
    [CAREFUL_TRUNC] = {"CAREFUL_TRUNC", "boolean", FS_KEYWORD, 0, 0, "true", "Whether a packet shorter than its IP length is bad."},
    [EXTRA_LENGTH] = {"EXTRA_LENGTH", "boolean", FS_KEYWORD, 0, 0, "true", "Whether lengths count the extra-length annotation."},
    [BINARY] = {"BINARY", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to write records of bytes."},
};
static const struct fs_handler handlers[] = {
    {"flush", NULL, write_flush, FS_HANDLER_BUTTON, NULL, "Writes out what is still in memory."},
};

FS_ELEMENT(ToIPSummaryDump) = {
    .name = "ToIPSummaryDump",
    .ports = "1/0-1",
    .processing = "a/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any; drops",
    .summary = "writes a line about each packet",
    .doc = "Fields: timestamp ntimestamp ts_sec ts_usec ts_usec1 first_timestamp count link paint direction aggregate\n"
           "wire_len; eth_src eth_dst eth_type; ip_src ip_dst ip_tos ip_dscp ip_ecn ip_ttl ip_frag ip_fragoff ip_id ip_sum\n"
           "ip_proto ip_opt ip_hl ip_len ip_capture_len; sport dport; tcp_seq tcp_ack tcp_off tcp_flags tcp_window tcp_urp\n"
           "tcp_opt tcp_ntopt tcp_sack; udp_len; icmp_type icmp_code icmp_type_name icmp_code_name icmp_flowid icmp_seq\n"
           "icmp_nextmtu; payload payload_len payload_md5 payload_md5_hex. The `ip_` may be left out. A field that a\n"
           "packet has not is `-`. Process build only.\n\n"
           "    ... -> ToIPSummaryDump(-, CONTENTS ip_src ip_dst sport dport ip_len)\n",
    .size = sizeof(struct to_dump),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .push = push,
};
