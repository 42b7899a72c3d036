/* ARPPrint: writes a line about each ARP packet to the log, as tcpdump does. */
#include <flowstream/element.h>
#include <flowstream/file.h>

#include "net/ether.h"
#include "net/values.h"

struct arp_print {
    struct fs_element base;
    const char *label;
    struct fs_file *file; /* NULL: the log */
    struct fs_text line;
    bool timestamp, ether, active;
};

enum { LABEL, TIMESTAMP, ETHER, ACTIVE, OUTFILE };
enum { TRAILERS = 0x1000, REVERSE_REQUEST = 3, REVERSE_REPLY = 4, INVERSE_REQUEST = 8, INVERSE_REPLY = 9 };

/* RFC 826, 903 and 2390. */
static void text_operation(struct fs_text *t, const struct fs_arp *a)
{
    static const uint8_t nobody[6];
    uint16_t operation = fs_get16(a->operation);
    switch (operation) {
    case FS_ARP_REQUEST:
        fs_text_string(t, "arp who-has ");
        fs_text_ip(t, a->target_ip);
        if (__builtin_memcmp(a->target_mac, nobody, 6) != 0) {
            fs_text_string(t, " (");
            fs_text_mac(t, a->target_mac);
            fs_text_char(t, ')');
        }
        fs_text_string(t, " tell ");
        fs_text_ip(t, a->sender_ip);
        break;
    case FS_ARP_REPLY:
        fs_text_string(t, "arp reply ");
        fs_text_ip(t, a->sender_ip);
        fs_text_string(t, " is-at ");
        fs_text_mac(t, a->sender_mac);
        break;
    case REVERSE_REQUEST:
    case INVERSE_REQUEST:
        fs_text_string(t, operation == REVERSE_REQUEST ? "rarp who-is " : "invarp who-is ");
        fs_text_mac(t, a->target_mac);
        fs_text_string(t, " tell ");
        fs_text_mac(t, a->sender_mac);
        break;
    case REVERSE_REPLY:
    case INVERSE_REPLY:
        fs_text_string(t, operation == REVERSE_REPLY ? "rarp reply " : "invarp reply ");
        fs_text_mac(t, a->target_mac);
        fs_text_string(t, " at ");
        fs_text_ip(t, a->target_ip);
        break;
    default:
        fs_text_format(t, "arp-#%u", operation);
    }
}

static void text_arp(struct fs_text *t, const struct fs_arp *a)
{
    uint16_t hardware = fs_get16(a->hardware), protocol = fs_get16(a->protocol);
    if ((protocol != FS_ETHER_IP && protocol != TRAILERS) || a->protocol_length != 4 || a->hardware_length != 6) {
        fs_text_format(t, "arp-#%u for proto #%u (%u) hardware #%u (%u)", fs_get16(a->operation), protocol,
                       a->protocol_length, hardware, a->hardware_length);
        return;
    }
    if (protocol == TRAILERS) {
        fs_text_string(t, "trailer-");
    }
    text_operation(t, a);
    if (hardware != 1) {
        fs_text_format(t, "hardware #%u", hardware);
    }
}

static void print(struct arp_print *c, struct fs_packet *p)
{
    struct fs_text *t = &c->line;
    const uint8_t *mac = fs_mac_header(p), *network = fs_network_header(p);
    size_t left = fs_bytes_from(p, network);
    t->length = t->missing = 0;
    if (*c->label != '\0') {
        fs_text_format(t, "%s: ", c->label);
    }
    if (c->timestamp) {
        fs_text_time(t, p->timestamp);
        fs_text_string(t, ": ");
    }
    mac = mac != NULL ? mac : p->data;
    if (c->ether && mac + FS_ETHER_SIZE <= network && mac + FS_ETHER_SIZE <= fs_packet_end(p)) {
        fs_text_mac(t, mac + 6);
        fs_text_string(t, " > ");
        fs_text_mac(t, mac);
        fs_text_string(t, ": ");
    }
    if (left < FS_ARP_SIZE) {
        fs_text_format(t, "truncated-arp (%u)", (unsigned)left);
    } else {
        text_arp(t, (const struct fs_arp *)(const void *)network);
    }
    if (c->file != NULL) {
        fs_text_char(t, '\n');
        fs_file_write(&c->base, c->file, t->at, t->length);
    } else {
        fs_log(&c->base, t->at, t->length);
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct arp_print *c = (struct arp_print *)e;
    for (uint32_t i = 0; c->active && i < batch->count; i++) {
        if (batch->packets[i]->network_offset != FS_OFFSET_NONE) {
            print(c, batch->packets[i]);
        }
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct arp_print *c = (struct arp_print *)e;
    (void)error;
    c->label = fs_args_text(e->args, LABEL, "");
    c->timestamp = fs_args_boolean(e->args, TIMESTAMP, true);
    c->ether = fs_args_boolean(e->args, ETHER, false);
    c->active = fs_args_boolean(e->args, ACTIVE, true);
    c->line = fs_text_growing(e);
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct arp_print *c = (struct arp_print *)e;
    if (fs_args_given(e->args, OUTFILE)) {
        c->file = fs_file_open(e, fs_args_text(e->args, OUTFILE, ""), FS_FILE_WRITE, error);
        return c->file != NULL ? 0 : -1;
    }
    return 0;
}

static void cleanup(struct fs_element *e)
{
    struct arp_print *c = (struct arp_print *)e;
    fs_file_close(e, c->file);
    c->file = NULL;
}

static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, ((struct arp_print *)e)->active);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_boolean("active", value, length, &((struct arp_print *)e)->active, error);
}

static const struct fs_arg args[] = {
    [LABEL] = {"LABEL", "string", FS_OPTIONAL, 0, 0, "", "Text that starts the line."},
    [TIMESTAMP] = {"TIMESTAMP", "boolean", FS_KEYWORD, 0, 0, "true", "Whether to show the packet's timestamp."},
    [ETHER] = {"ETHER", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show Ethernet addresses."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true", "Whether it prints at all."},
    [OUTFILE] = {"OUTFILE", "string", FS_KEYWORD, 0, 0, "", "A file in place of the log (process build)."},
};
static const struct fs_handler handlers[] = {
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX | FS_HANDLER_CALM, NULL, "The ACTIVE argument."},
};

FS_ELEMENT(ARPPrint) = {
    .name = "ARPPrint",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any",
    .summary = "prints ARP packets to the log",
    .doc = "The network header is where the ARP packet begins; packets without one pass in silence.\n\n"
           "    arpq[1] -> ARPPrint(query) -> ...    // query: 1000000000.000000: arp who-has 10.0.0.2 tell 10.0.0.1\n",
    .size = sizeof(struct arp_print),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .act = act,
};
