/* FTPPortMapper: makes mappings for the data connections that FTP's PORT commands announce (RFC 959 4.1.2), and puts the
 * new address and port into the command. */
#include "net/checksum.h"
#include "net/ip.h"
#include "net/nat_shift.h"
#include "net/rewriter.h"
#include "net/transport.h"

struct ftp {
    struct fs_element base;
    struct fs_rewriter *control, *data;
    uint32_t input;
};

enum { CONTROL_REWRITER, DATA_REWRITER, DATA_REWRITER_INPUT };
enum { COMMAND = 5, NUMBERS = 6, CONNECTIONS = 256, TEXT_MOST = 24 };

/* The argument of a PORT command: where it is in the payload, and what it says. */
struct port_argument {
    size_t start, end;
    uint8_t numbers[NUMBERS]; /* address, port */
};

static bool parse(const uint8_t *text, size_t length, struct port_argument *a)
{
    static const char command[] = "PORT ";
    unsigned number = 0, place = 0, digits = 0;
    for (unsigned i = 0; i < COMMAND; i++) {
        if (length <= i || (text[i] | (command[i] == ' ' ? 0 : 0x20)) != (command[i] | (command[i] == ' ' ? 0 : 0x20))) {
            return false;
        }
    }
    size_t at = COMMAND;
    while (at < length && text[at] == ' ') {
        at++;
    }
    a->start = at;
    for (; at < length && ((text[at] >= '0' && text[at] <= '9') || text[at] == ','); at++) {
        if (text[at] != ',') {
            number = number * 10 + text[at] - '0';
            if (++digits > 3 || number > 255) {
                return false;
            }
            continue;
        }
        if (digits == 0 || place == NUMBERS - 1) {
            return false;
        }
        a->numbers[place++] = (uint8_t)number;
        number = digits = 0;
    }
    if (place != NUMBERS - 1 || digits == 0 || at >= length || (text[at] != '\r' && text[at] != '\n')) {
        return false;
    }
    a->numbers[place] = (uint8_t)number;
    a->end = at;
    return true;
}

/* The IP packet of a segment, its TCP header and payload; false when it is no whole segment. */
struct segment {
    struct fs_ip *ip;
    struct fs_tcp *tcp;
    uint8_t *payload;
    size_t length; /* of the payload */
};
static bool look(struct segment *s, const struct fs_packet *p)
{
    uint8_t *at = fs_network_header(p);
    struct fs_cursor c = {at, at + fs_bytes_from(p, at)};
    if (at == NULL || (s->ip = (struct fs_ip *)(uintptr_t)fs_take_ip(&c)) == NULL || s->ip->protocol != FS_PROTOCOL_TCP
        || fs_ip_fragment(s->ip)) {
        return false;
    }
    s->tcp = (struct fs_tcp *)(uintptr_t)fs_take_tcp(&c);
    s->payload = (uint8_t *)(uintptr_t)c.at;
    s->length = fs_left(&c);
    return s->tcp != NULL;
}

static void number_text(struct fs_text *t, const struct fs_nat_key *k)
{
    uint8_t bytes[NUMBERS];
    __builtin_memcpy(bytes, &k->source, 4);
    __builtin_memcpy(bytes + 4, &k->ports, 2);
    for (unsigned i = 0; i < NUMBERS; i++) {
        fs_text_format(t, i == 0 ? "%u" : ",%u", (unsigned)bytes[i]);
    }
}

/* Puts `text` in place of the argument; false when there is no room to grow. */
static bool replace(struct fs_packet *p, struct segment *s, const struct port_argument *a, const struct fs_text *text)
{
    size_t old = a->end - a->start, tail = s->length - a->end;
    size_t beyond = fs_bytes_from(p, s->payload) - s->length; /* padding behind the IP packet goes */
    fs_packet_trim(p, beyond);
    if (text->length > old && !fs_packet_append(p, text->length - old)) {
        return false;
    }
    __builtin_memmove(s->payload + a->start + text->length, s->payload + a->end, tail);
    __builtin_memcpy(s->payload + a->start, text->at, text->length);
    if (text->length < old) {
        fs_packet_trim(p, old - text->length);
    }
    uint16_t before = fs_get16(s->ip->length), after = (uint16_t)(before + text->length - old);
    fs_put16(s->ip->length, after);
    fs_put16(s->ip->checksum, fs_checksum_update16(fs_get16(s->ip->checksum), before, after));
    size_t size = (size_t)(fs_packet_end(p) - (uint8_t *)s->tcp);
    fs_put16(s->tcp->checksum, 0);
    uint64_t sum = fs_sum_pseudo4(0, s->ip->source, s->ip->destination, FS_PROTOCOL_TCP, (uint16_t)size);
    fs_put16(s->tcp->checksum, fs_sum_fold(fs_sum_bytes(sum, s->tcp, size)));
    return true;
}

/* Makes the mapping of the data connection; the packet goes on changed, as it was, or (NULL) not at all. */
static struct fs_packet *announce(struct ftp *f, struct fs_packet *p, struct segment *s, const struct port_argument *a)
{
    struct fs_nat_key control, data;
    __builtin_memcpy(&control.source, s->ip->source, 4);
    __builtin_memcpy(&control.destination, s->ip->destination, 4);
    __builtin_memcpy(&control.ports, s->tcp->source_port, 4);
    uint32_t known = fs_rewriter_entry(f->control, FS_PROTOCOL_TCP, &control, FS_ENTRY_KNOWN);
    if (known == FS_FLOW_NONE) {
        return p;
    }
    uint16_t port, from = FS_SWAP16((uint16_t)(fs_get16(s->tcp->destination_port) - 1)); /* ftp-data is one below ftp */
    __builtin_memcpy(&data.source, a->numbers, 4);
    __builtin_memcpy(&port, a->numbers + 4, 2);
    data.destination = control.destination;
    data.ports = fs_nat_ports(port, from);
    uint32_t made = fs_rewriter_entry(f->data, FS_PROTOCOL_TCP, &data, (int)f->input);
    if (made == FS_FLOW_NONE) {
        return p;
    }
    char line[TEXT_MOST];
    struct fs_text text = {.at = line, .capacity = sizeof line};
    struct fs_nat_key becomes = fs_rewriter_becomes(f->data, made);
    number_text(&text, &becomes);
    if (fs_packet_shared(p)) {
        p = fs_writable(&f->base, p);
        if (p == NULL || !look(s, p)) {
            return p;
        }
    }
    int32_t by = (int32_t)text.length - (int32_t)(a->end - a->start);
    uint32_t end = fs_get32(s->tcp->sequence) + (uint32_t)s->length;
    struct fs_nat_flow *flows = f->control->table->flows;
    f->data->table->flows[made >> 1].annotation = flows[known >> 1].annotation;
    if ((by != 0 && !fs_nat_shift_add(f->control->table, known, end, by)) || !replace(p, s, a, &text)) {
        fs_drop(&f->base, p, FS_DROP_NO_ROOM);
        return NULL;
    }
    return p;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        struct segment s;
        struct port_argument a;
        if (look(&s, p) && parse(s.payload, s.length, &a)) {
            p = announce((struct ftp *)e, p, &s, &a);
        }
        if (p != NULL) {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct ftp *)e)->input = (uint32_t)fs_args_integer(e->args, DATA_REWRITER_INPUT, 0);
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct ftp *f = (struct ftp *)e;
    f->control = fs_rewriter_of(fs_find(e, fs_args_text(e->args, CONTROL_REWRITER, "")));
    f->data = fs_rewriter_of(fs_find(e, fs_args_text(e->args, DATA_REWRITER, "")));
    if (f->control == NULL || !f->control->kind->follow_tcp) {
        fs_text_string(error, "CONTROL_REWRITER must be a TCPRewriter or an IPRewriter");
        return -1;
    }
    if (f->data == NULL || f->data->kind->style != FS_REWRITE_PORTS) {
        fs_text_string(error, "DATA_REWRITER must be a rewriter of TCP");
        return -1;
    }
    if (f->input >= f->data->base.input_count) {
        fs_text_string(error, "DATA_REWRITER_INPUT out of range");
        return -1;
    }
    if (fs_rewriter_attach(f->control, error) != 0) {
        return -1;
    }
    if (fs_nat_shift_init(f->control->table, e, CONNECTIONS) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [CONTROL_REWRITER] = {"CONTROL_REWRITER", "element", FS_POSITIONAL, 0, 0, NULL,
                          "The TCPRewriter or IPRewriter that control connections pass behind this element."},
    [DATA_REWRITER] = {"DATA_REWRITER", "element", FS_POSITIONAL, 0, 0, NULL,
                       "The rewriter that data connections pass; it may be the same."},
    [DATA_REWRITER_INPUT] = {"DATA_REWRITER_INPUT", "integer", FS_POSITIONAL, 0, 255, NULL,
                             "Its input whose specification makes their mappings."},
};

FS_ELEMENT(FTPPortMapper) = {
    .name = "FTPPortMapper",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip tcp payload; writes ip.checksum tcp payload length; drops; keeps-state",
    .summary = "lets FTP's active mode pass a translator",
    .doc = "Stands in front of the control rewriter on the way from client to server. A segment that begins with a PORT\n"
           "command of a connection that the rewriter knows makes the mapping of the data connection, and names its new\n"
           "address and port to the server; the control rewriter shifts later sequence numbers by the difference in length.\n"
           "At most 256 control connections can be shifted at a time; a command beyond that, or for which the packet has no\n"
           "room, is dropped as `no-room`. Commands that are cut over segments pass as they are.\n\n"
           "    tcp_to_21 -> FTPPortMapper(rw, rw, 0) -> [0] rw :: TCPRewriter(pattern 198.51.100.1 1024-65535 - - 0 1, drop);\n",
    .size = sizeof(struct ftp),
    .configure = configure,
    .initialize = initialize,
    .act = act,
};
