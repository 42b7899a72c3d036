/* EtherEncap: puts an Ethernet header in front. */
#include <flowstream/element.h>

#include "net/ether.h"
#include "net/values.h"

struct encap {
    struct fs_element base;
    struct fs_ether header;
};

enum { ETHERTYPE, SRC, DST };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct encap *c = (struct encap *)e;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        if (!fs_packet_prepend(p, FS_ETHER_SIZE)) {
            fs_drop(e, p, FS_DROP_NO_ROOM);
            continue;
        }
        __builtin_memcpy(p->data, &c->header, FS_ETHER_SIZE);
        fs_set_mac_header(p, p->data);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct encap *c = (struct encap *)e;
    (void)error;
    fs_put16(c->header.type, (uint16_t)fs_args_integer(e->args, ETHERTYPE, 0));
    __builtin_memcpy(c->header.source, fs_args_bytes(e->args, SRC).at, 6);
    __builtin_memcpy(c->header.destination, fs_args_bytes(e->args, DST).at, 6);
    return 0;
}

static void read_type(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, fs_get16(((struct encap *)e)->header.type));
}
static void read_source(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_mac(value, ((struct encap *)e)->header.source);
}
static void read_destination(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_mac(value, ((struct encap *)e)->header.destination);
}

static int write_type(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t type;
    if (fs_write_integer("ethertype", value, length, 0, 0xffff, &type, error) != 0) {
        return -1;
    }
    fs_put16(((struct encap *)e)->header.type, (uint16_t)type);
    return 0;
}
static int write_source(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_mac("src", value, length, ((struct encap *)e)->header.source, error);
}
static int write_destination(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_mac("dst", value, length, ((struct encap *)e)->header.destination, error);
}

static const struct fs_arg args[] = {
    [ETHERTYPE] = {"ETHERTYPE", "ether-type", FS_POSITIONAL, 0, 0xffff, NULL, "The EtherType."},
    [SRC] = {"SRC", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The source address."},
    [DST] = {"DST", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The destination address."},
};
static const struct fs_handler handlers[] = {
    {"src", read_source, write_source, 0, NULL, "The SRC argument."},
    {"dst", read_destination, write_destination, 0, NULL, "The DST argument."},
    {"ethertype", read_type, write_type, 0, NULL, "The ETHERTYPE argument, read in decimal."},
};

FS_ELEMENT(EtherEncap) = {
    .name = "EtherEncap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes eth.src eth.dst eth.type length; drops",
    .summary = "puts an Ethernet header in front of packets",
    .doc = "Packets without 14 bytes of headroom are dropped as `no-room`.\n\n"
           "    ... -> EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02) -> ToDevice(0);\n",
    .size = sizeof(struct encap),
    .configure = configure,
    .act = act,
};
