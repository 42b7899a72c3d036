#include "net/udp_encap.h"

#include "net/values.h"

enum { SRC, SPORT, DST, DPORT, CHECKSUM, INTERVAL };

void fs_udp_encap_act(struct fs_element *e, struct fs_batch *batch)
{
    struct fs_udp_encap *c = (struct fs_udp_encap *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_udp_encap_put(e, &c->front, batch->packets[i], c->source_port, c->destination_port,
                                               c->checksum, NULL, 0);
        if (p != NULL) {
            batch->packets[kept++] = p;
        }
        if (c->interval != 0 && ++c->count == c->interval) {
            c->count = 0;
            c->source_port++;
            c->destination_port++;
        }
    }
    batch->count = kept;
}

int fs_udp_encap_configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_udp_encap *c = (struct fs_udp_encap *)e;
    (void)error;
    fs_encap_init(&c->front, FS_PROTOCOL_UDP, fs_args_bytes(e->args, SRC).at, fs_args_bytes(e->args, DST).at);
    c->source_port = (uint16_t)fs_args_integer(e->args, SPORT, 0);
    c->destination_port = (uint16_t)fs_args_integer(e->args, DPORT, 0);
    c->checksum = fs_args_boolean(e->args, CHECKSUM, true);
    return 0;
}

void fs_udp_encap_take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct fs_udp_encap *)e)->front.id = ((struct fs_udp_encap *)old)->front.id;
}

static void read_source(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_ip(value, ((struct fs_udp_encap *)e)->front.header.source);
}
static void read_destination(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_ip(value, ((struct fs_udp_encap *)e)->front.header.destination);
}
static void read_source_port(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct fs_udp_encap *)e)->source_port);
}
static void read_destination_port(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct fs_udp_encap *)e)->destination_port);
}
static int write_source(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("src", value, length, ((struct fs_udp_encap *)e)->front.header.source, error);
}
static int write_destination(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("dst", value, length, ((struct fs_udp_encap *)e)->front.header.destination, error);
}
static int write_port(const char *name, const char *value, size_t length, uint16_t *port, struct fs_text *error)
{
    int64_t number;
    if (fs_write_integer(name, value, length, 0, 65535, &number, error) != 0) {
        return -1;
    }
    *port = (uint16_t)number;
    return 0;
}
static int write_source_port(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return write_port("sport", value, length, &((struct fs_udp_encap *)e)->source_port, error);
}
static int write_destination_port(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return write_port("dport", value, length, &((struct fs_udp_encap *)e)->destination_port, error);
}

const struct fs_arg fs_udp_encap_args[FS_UDP_ENCAP_ARGS] = {
    [SRC] = {"SRC", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The source address."},
    [SPORT] = {"SPORT", "integer", FS_POSITIONAL, 0, 65535, NULL, "The source port."},
    [DST] = {"DST", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The destination address."},
    [DPORT] = {"DPORT", "integer", FS_POSITIONAL, 0, 65535, NULL, "The destination port."},
    [CHECKSUM] = {"CHECKSUM", "boolean", FS_OPTIONAL, 0, 0, "true", "Whether to set the UDP checksum; else it is 0."},
    [INTERVAL] = {"INTERVAL", "integer", FS_OPTIONAL, 0, UINT32_MAX, "0",
                  "Packets after which both ports go up by one; 0: never."},
};
const struct fs_handler fs_udp_encap_handlers[FS_UDP_ENCAP_HANDLERS] = {
    {"src", read_source, write_source, FS_HANDLER_CALM, NULL, "The SRC argument."},
    {"sport", read_source_port, write_source_port, FS_HANDLER_CALM, NULL, "The SPORT argument."},
    {"dst", read_destination, write_destination, FS_HANDLER_CALM, NULL, "The DST argument."},
    {"dport", read_destination_port, write_destination_port, FS_HANDLER_CALM, NULL, "The DPORT argument."},
};
