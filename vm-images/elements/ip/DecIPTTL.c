/* DecIPTTL: takes one off the time to live, as a router does. */
#include "net/marked.h"
#include "net/values.h"

struct decrement {
    struct fs_element base;
    bool active, multicast;
    uint64_t drops;
};

enum { ACTIVE, MULTICAST };

static __attribute__((noinline)) void expired(struct decrement *d, struct fs_packet *p)
{
    d->drops++;
    fs_reject(&d->base, 1, p, FS_DROP_EXPIRED);
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct decrement *d = (struct decrement *)e;
    const bool multicast = d->multicast;
    uint32_t kept = 0, count = d->active ? batch->count : 0;
    if (count == 0) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        struct fs_ip *h = fs_marked_ip(p);
        if (__builtin_expect(h == NULL, 0)) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        if (!multicast && fs_ip_multicast(h->destination)) {
            batch->packets[kept++] = p;
            continue;
        }
        if (__builtin_expect(h->ttl <= 1, 0)) {
            expired(d, p);
            continue;
        }
        if (__builtin_expect(fs_packet_shared(p), 0)) {
            p = fs_writable(e, p);
            if (p == NULL) {
                continue;
            }
            h = (struct fs_ip *)fs_network_header(p);
        }
        h->ttl--;
        /* RFC 1624: the sum without 0x0100 is the sum with its complement. */
        uint32_t sum = (uint32_t)(uint16_t)~fs_get16(h->checksum) + 0xfeff;
        fs_put16(h->checksum, (uint16_t)~(sum + (sum >> 16)));
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct decrement *d = (struct decrement *)e;
    (void)error;
    d->active = fs_args_boolean(e->args, ACTIVE, true);
    d->multicast = fs_args_boolean(e->args, MULTICAST, true);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct decrement *)e)->drops = ((struct decrement *)old)->drops;
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct decrement *)e)->drops);
}
static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, ((struct decrement *)e)->active);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_boolean("active", value, length, &((struct decrement *)e)->active, error);
}

static const struct fs_arg args[] = {
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true", "Whether packets are changed, or pass as they are."},
    [MULTICAST] = {"MULTICAST", "boolean", FS_KEYWORD, 0, 0, "true",
                   "Whether packets to multicast addresses (RFC 1112) are changed, too."},
};
static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Packets whose time to live ran out."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument."},
};

FS_ELEMENT(DecIPTTL) = {
    .name = "DecIPTTL",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip.dst; writes ip.ttl ip.checksum; drops",
    .summary = "decrements the time to live",
    .doc = "A packet with a TTL of 0 or 1 leaves unchanged by output 1; where it is not connected it is dropped as\n"
           "`expired`. The checksum is updated, not made anew. Packets without a marked IP header are dropped as\n"
           "`bad-length`.\n\n"
           "    ... -> ttl :: DecIPTTL -> ...;  ttl[1] -> ICMPError(10.0.0.1, timeexceeded) -> ...\n",
    .size = sizeof(struct decrement),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
