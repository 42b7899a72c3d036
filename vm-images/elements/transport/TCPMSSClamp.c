/* TCPMSSClamp: makes TCP's two ends agree on segments that fit into a smaller path. */
#include "net/marked_tcp.h"
#include "net/values.h"

enum { HEADERS4 = 40, HEADERS6 = 60 }; /* RFC 9293 3.7.1: MSS is the MTU less fixed headers */

struct clamp {
    struct fs_element base;
    uint16_t mss4, mss6;
    uint64_t clamped;
};

enum { MTU, MSS, MSS6 };

/* The place of a maximum segment size that is larger than it may be; NULL when there is none. */
static uint8_t *too_large(const struct clamp *c, struct fs_packet *p, struct fs_tcp **tcp, uint16_t *limit)
{
    size_t data;
    *tcp = fs_marked_tcp(p, &data);
    if (*tcp == NULL || ((*tcp)->flags & FS_TCP_SYN) == 0) {
        return NULL;
    }
    *limit = fs_ip_version(fs_network_header(p)) == 4 ? c->mss4 : c->mss6;
    uint8_t *header = (uint8_t *)*tcp;
    struct fs_tcp_option o = {FS_TCP_SIZE, 0};
    while (fs_next_tcp_option(header, fs_tcp_header_length(*tcp), &o) > 0) {
        if (header[o.at] == FS_TCPOPT_MSS && o.length == 4 && fs_get16(header + o.at + 2) > *limit) {
            return header + o.at + 2;
        }
    }
    return NULL;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct clamp *c = (struct clamp *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        struct fs_tcp *tcp;
        uint16_t limit;
        if (too_large(c, p, &tcp, &limit) != NULL) {
            p = fs_writable(e, p);
            if (p == NULL) {
                continue;
            }
            uint8_t *at = too_large(c, p, &tcp, &limit); /* in the packet's own bytes */
            fs_tcp_set8(tcp, at, (uint8_t)(limit >> 8));
            fs_tcp_set8(tcp, at + 1, (uint8_t)limit);
            c->clamped++;
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static void set_mtu(struct clamp *c, int64_t mtu)
{
    c->mss4 = (uint16_t)(mtu - HEADERS4);
    c->mss6 = (uint16_t)(mtu - HEADERS6);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct clamp *c = (struct clamp *)e;
    (void)error;
    set_mtu(c, fs_args_integer(e->args, MTU, 1500));
    c->mss4 = (uint16_t)fs_args_integer(e->args, MSS, c->mss4);
    c->mss6 = (uint16_t)fs_args_integer(e->args, MSS6, c->mss6);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct clamp *)e)->clamped = ((struct clamp *)old)->clamped;
}

static void read_clamped(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct clamp *)e)->clamped);
}
static void read_mss(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct clamp *c = (struct clamp *)e;
    (void)parameters;
    fs_text_format(value, "%u %u", (unsigned)c->mss4, (unsigned)c->mss6);
}
static int write_mtu(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t mtu;
    if (fs_write_integer("mtu", value, length, 68, 65535, &mtu, error) != 0) {
        return -1;
    }
    set_mtu((struct clamp *)e, mtu);
    return 0;
}

static const struct fs_arg args[] = {
    [MTU] = {"MTU", "integer", FS_OPTIONAL, 68, 65535, "1500", "The path's MTU: 40 bytes less for IPv4, 60 for IPv6."},
    [MSS] = {"MSS", "integer", FS_KEYWORD, 1, 65535, "", "The largest size for IPv4, in place of MTU's."},
    [MSS6] = {"MSS6", "integer", FS_KEYWORD, 1, 65535, "", "The largest size for IPv6, in place of MTU's."},
};
static const struct fs_handler handlers[] = {
    {"clamped", read_clamped, NULL, 0, NULL, "Segments changed."},
    {"mss", read_mss, NULL, 0, NULL, "The largest sizes, for IPv4 and IPv6."},
    {"mtu", NULL, write_mtu, 0, NULL, "Sets both by a path's MTU."},
};

FS_ELEMENT(TCPMSSClamp) = {
    .name = "TCPMSSClamp",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip ip6 tcp; writes tcp.options tcp; drops",
    .summary = "bounds TCP's maximum segment size",
    .doc = "Of segments with SYN, whose IPv4 or IPv6 header is marked, a maximum segment size option that is larger is\n"
           "set to what fits (RFC 9293 3.7.1), and the checksum updated. All else passes unchanged; so does a SYN\n"
           "without the option, whose receiver sends 536 bytes at most. Nothing is dropped but for want of buffers.\n\n"
           "    mark[0] -> CheckIPHeader(MARKED true) -> TCPMSSClamp(1400) -> ...\n",
    .size = sizeof(struct clamp),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
