/* MarkIPCE: marks ECN-capable packets as having met congestion. */
#include "net/marked.h"
#include "net/values.h"

struct mark {
    struct fs_element base;
    bool force;
    uint64_t drops;
};

enum { FORCE };

static bool change(struct fs_element *e, struct fs_packet *p, struct fs_ip *h)
{
    struct mark *m = (struct mark *)e;
    if ((h->tos & 3) == 0 && !m->force) {
        m->drops++;
        fs_drop(e, p, FS_DROP_RATE);
        return false;
    }
    fs_ip_set8(h, &h->tos, h->tos | 3);
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch) { fs_each_marked_ip(e, batch, change); }

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct mark *)e)->force = fs_args_boolean(e->args, FORCE, false);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct mark *)e)->drops = ((struct mark *)old)->drops;
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct mark *)e)->drops);
}

static const struct fs_arg args[] = {
    [FORCE] = {"FORCE", "boolean", FS_OPTIONAL, 0, 0, "false", "Whether packets that are not ECN-capable are marked, too."},
};
static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Packets dropped because they are not ECN-capable."},
};

FS_ELEMENT(MarkIPCE) = {
    .name = "MarkIPCE",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes ip.tos ip.checksum; drops",
    .summary = "sets the IP ECN field to Congestion Experienced",
    .doc = "RFC 3168. Packets that are not ECN-capable (field 0) are dropped as `rate`, as a queue would, unless\n"
           "FORCE. The checksum is updated. Packets without a marked IP header are dropped as `bad-length`.\n",
    .size = sizeof(struct mark),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
