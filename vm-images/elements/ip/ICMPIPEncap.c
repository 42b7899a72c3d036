/* ICMPIPEncap: puts an IP and an ICMP header in front. */
#include "net/encap.h"
#include "net/icmp_names.h"
#include "net/values.h"

struct encap {
    struct fs_element base;
    struct fs_encap front;
    uint16_t identifier;
    uint8_t type, code;
};

enum { SRC, DST, TYPE, CODE, IDENTIFIER };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct encap *c = (struct encap *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        uint16_t sequence = c->front.id;
        struct fs_packet *p = fs_encap_put(e, &c->front, batch->packets[i], FS_ICMP_SIZE);
        if (p == NULL) {
            continue;
        }
        struct fs_icmp *icmp = (struct fs_icmp *)fs_transport_header(p);
        *icmp = (struct fs_icmp){.type = c->type, .code = c->code};
        fs_put16(icmp->rest, c->identifier);
        fs_put16(icmp->rest + 2, sequence);
        fs_put16(icmp->checksum, fs_checksum(icmp, p->length - FS_IP_SIZE));
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct encap *c = (struct encap *)e;
    fs_encap_init(&c->front, FS_PROTOCOL_ICMP, fs_args_bytes(e->args, SRC).at, fs_args_bytes(e->args, DST).at);
    c->front.header.ttl = 255;
    c->front.id = 1;
    c->identifier = (uint16_t)fs_args_integer(e->args, IDENTIFIER, 0);
    if (!fs_parse_icmp_type(fs_span(fs_args_text(e->args, TYPE, "")), &c->type)) {
        fs_text_string(error, "TYPE: expected an ICMP type, by name or number");
        return -1;
    }
    if (!fs_parse_icmp_code(fs_span(fs_args_text(e->args, CODE, "0")), c->type, &c->code)) {
        fs_text_string(error, "CODE: expected an ICMP code of that type, by name or number");
        return -1;
    }
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct encap *)e)->front.id = ((struct encap *)old)->front.id;
}

static void read_source(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_ip(value, ((struct encap *)e)->front.header.source);
}
static void read_destination(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_ip(value, ((struct encap *)e)->front.header.destination);
}
static int write_source(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("src", value, length, ((struct encap *)e)->front.header.source, error);
}
static int write_destination(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("dst", value, length, ((struct encap *)e)->front.header.destination, error);
}

static const struct fs_arg args[] = {
    [SRC] = {"SRC", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The source address."},
    [DST] = {"DST", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The destination address."},
    [TYPE] = {"TYPE", "word", FS_POSITIONAL, 0, 0, NULL, "The ICMP type, by name or number."},
    [CODE] = {"CODE", "word", FS_OPTIONAL, 0, 0, "0", "The ICMP code, by name or number."},
    [IDENTIFIER] = {"IDENTIFIER", "integer", FS_KEYWORD, 0, 65535, "0", "The ICMP identifier."},
};
static const struct fs_handler handlers[] = {
    {"src", read_source, write_source, FS_HANDLER_CALM, NULL, "The SRC argument."},
    {"dst", read_destination, write_destination, FS_HANDLER_CALM, NULL, "The DST argument."},
};

FS_ELEMENT(ICMPIPEncap) = {
    .name = "ICMPIPEncap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes ip icmp length annotation.DST_IP; drops",
    .summary = "makes packets the data of ICMP messages",
    .doc = "Behind type, code and checksum come the identifier and a sequence number that counts up from 1. Packets without\n"
           "28 bytes of headroom are dropped as `no-room`.\n\n"
           "    ... -> ICMPIPEncap(10.0.0.1, 10.0.0.2, unreachable, host) -> ...\n",
    .size = sizeof(struct encap),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
