/* SetIPDSCP: sets the differentiated services field. */
#include "net/marked.h"
#include "net/values.h"

struct set {
    struct fs_element base;
    uint8_t dscp; /* where it is in the byte */
};

enum { DSCP };

static bool change(struct fs_element *e, struct fs_packet *p, struct fs_ip *h)
{
    (void)p;
    fs_ip_set8(h, &h->tos, (uint8_t)(((struct set *)e)->dscp | (h->tos & 3)));
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch) { fs_each_marked_ip(e, batch, change); }

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct set *)e)->dscp = (uint8_t)(fs_args_integer(e->args, DSCP, 0) << 2);
    return 0;
}

static void read_dscp(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct set *)e)->dscp >> 2);
}
static int write_dscp(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t dscp;
    if (fs_write_integer("dscp", value, length, 0, 63, &dscp, error) != 0) {
        return -1;
    }
    ((struct set *)e)->dscp = (uint8_t)(dscp << 2);
    return 0;
}

static const struct fs_arg args[] = {
    [DSCP] = {"DSCP", "integer", FS_POSITIONAL, 0, 63, NULL, "The code point (RFC 2474)."},
};
static const struct fs_handler handlers[] = {
    {"dscp", read_dscp, write_dscp, FS_HANDLER_CALM, NULL, "The DSCP argument."},
};

FS_ELEMENT(SetIPDSCP) = {
    .name = "SetIPDSCP",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes ip.tos ip.checksum; drops",
    .summary = "sets the IP differentiated services code point",
    .doc = "The ECN bits stay; the checksum is updated. Packets without a marked IP header are dropped as\n"
           "`bad-length`.\n",
    .size = sizeof(struct set),
    .configure = configure,
    .act = act,
};
