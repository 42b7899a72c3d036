/* IPGWOptions: does what every router on the way has to do with IP options. */
#include "net/ip_options.h"
#include "net/marked.h"
#include "net/values.h"

struct options {
    struct fs_element base;
    struct fs_router_addresses own;
    uint64_t drops;
};

enum { MYADDR, OTHERADDRS };
static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct options *g = (struct options *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        struct fs_ip *h = fs_marked_ip(p);
        if (h == NULL) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        unsigned end = fs_ip_header_length(h);
        if (end > FS_IP_SIZE && fs_ip_options_concern_routers((const uint8_t *)h, end)) {
            p = fs_writable(e, p);
            if (p == NULL) {
                continue;
            }
            h = (struct fs_ip *)fs_network_header(p);
            int wrong = fs_ip_options_process(e, &g->own, (uint8_t *)h, end);
            fs_ip_set_checksum(h);
            if (wrong >= 0) {
                g->drops++;
                fs_set_anno_u8(p, FS_ANNO_ICMP_PARAMPROB, (uint8_t)wrong);
                fs_reject(e, 1, p, FS_DROP_MALFORMED);
                continue;
            }
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct options *g = (struct options *)e;
    (void)error;
    __builtin_memcpy(g->own.address, fs_args_bytes(e->args, MYADDR).at, 4);
    g->own.others = fs_args_bytes(e->args, OTHERADDRS);
    g->own.others.length &= ~(size_t)3;
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct options *)e)->drops = ((struct options *)old)->drops;
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct options *)e)->drops);
}

static const struct fs_arg args[] = {
    [MYADDR] = {"MYADDR", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The address of the interface packets leave by."},
    [OTHERADDRS] = {"OTHERADDRS", "ip-addresses", FS_OPTIONAL, 0, 0, "",
                    "The router's other addresses, for timestamps that are asked of given ones."},
};
static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Packets with options that are wrong."},
};

FS_ELEMENT(IPGWOptions) = {
    .name = "IPGWOptions",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip; writes ip.options ip.checksum annotation.ICMP_PARAMPROB; drops",
    .summary = "processes the IP options of a router",
    .doc = "Record Route and Timestamp (RFC 791); others pass as they are. A packet with wrong options leaves by\n"
           "output 1, with the offset of the wrong byte in its annotation for ICMPError; where it is not connected\n"
           "it is dropped as `malformed`. The checksum is made anew when something changed.\n\n"
           "    ... -> o :: IPGWOptions(10.0.0.1) -> ...;  o[1] -> ICMPError(10.0.0.1, parameterproblem) -> ...\n",
    .size = sizeof(struct options),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
