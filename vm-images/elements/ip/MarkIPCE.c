/* MarkIPCE: marks ECN-capable packets as having met congestion. */
#include "net/rewrite.h"
#include "net/values.h"

struct mark {
    struct fs_element base;
    bool force;
    uint64_t drops;
};

enum { FORCE };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct mark *m = (struct mark *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        unsigned version = fs_marked_version(p);
        uint8_t class = version != 0 ? fs_marked_class(p, version) : 0;
        if (version == 0) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        if ((class & 3) == 0 && !m->force) {
            m->drops++;
            fs_drop(e, p, FS_DROP_RATE);
            continue;
        }
        p = fs_writable(e, p);
        if (p != NULL) {
            fs_marked_set_class(p, version, class | 3);
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

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
    .effects = "writes ip.tos ip.checksum ip6; drops",
    .summary = "sets the IP ECN field to Congestion Experienced",
    .doc = "RFC 3168. Packets that are not ECN-capable (field 0) are dropped as `rate`, as a queue would, unless\n"
           "FORCE. The checksum is updated. IPv6 headers are marked, too, where one is annotated. Packets without a marked\n"
           "header are dropped as `bad-length`.\n",
    .size = sizeof(struct mark),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
