/* UDPRewriter: rewrites addresses and ports of UDP packets, and of TCP and DCCP as if they were UDP. */
#include "net/ip.h"
#include "net/rewriter.h"

enum { PROTOCOL_DCCP = 33 };

static const struct fs_rewriter_kind kind = {
    .style = FS_REWRITE_PORTS,
    .protocol_count = 3,
    .protocols = {{FS_PROTOCOL_UDP, 0}, {FS_PROTOCOL_TCP, 0}, {PROTOCOL_DCCP, 0}},
};

enum { UDP_TIMEOUT = FS_RW_MORE, UDP_STREAMING_TIMEOUT, STREAMING_TIMEOUT, UDP_GUARANTEE };

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    uint32_t timeout = fs_rewriter_time(e, FS_RW_TIMEOUT, fs_rewriter_time(e, UDP_TIMEOUT, 300000));
    uint32_t streaming = fs_rewriter_time(e, STREAMING_TIMEOUT, fs_rewriter_time(e, UDP_STREAMING_TIMEOUT, timeout));
    fs_rewriter_udp_times(&r->times[0], timeout, streaming,
                          fs_rewriter_time(e, FS_RW_GUARANTEE, fs_rewriter_time(e, UDP_GUARANTEE, 5000)));
    return fs_rewriter_configure(e, &kind, error);
}

static const struct fs_arg args[] = {
    FS_REWRITER_ARGS("300s", "Of idle mappings."),
    FS_REWRITER_DST_ANNO,
    [UDP_TIMEOUT] = {"UDP_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "300s", "The same as TIMEOUT."},
    [UDP_STREAMING_TIMEOUT] = {"UDP_STREAMING_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "TIMEOUT",
                               "The same as STREAMING_TIMEOUT."},
    [STREAMING_TIMEOUT] = {"STREAMING_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "TIMEOUT",
                           "Of mappings that had three packets or more, and an answer."},
    [UDP_GUARANTEE] = {"UDP_GUARANTEE", "duration", FS_KEYWORD, 0, 0, "5s", "The same as GUARANTEE."},
};
static const struct fs_handler handlers[] = {
    {"table", fs_rewriter_read_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "The mappings, as in IPRewriter's udp_table."},
    {"mappings", fs_rewriter_read_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "Old name of table."},
    {"lookup", fs_rewriter_read_lookup, NULL, FS_HANDLER_PARAMETER, NULL,
     "What the flow `SADDR SPORT DADDR DPORT` becomes; nothing when it has no mapping. Ours."},
    FS_REWRITER_HANDLERS,
};

FS_ELEMENT(UDPRewriter) = {
    .name = "UDPRewriter",
    .ports = "=arguments/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip; writes ip.src ip.dst ip.checksum tcp.sport tcp.dport udp.sport udp.dport tcp udp"
               " annotation.DST_IP; drops; keeps-state",
    .summary = "rewrites addresses and ports of UDP packets",
    .doc = "IPRewriter without regard to protocols: UDP, TCP and DCCP packets with the same addresses and ports have one\n"
           "mapping, and the timeouts are those of UDP.\n",
    .size = sizeof(struct fs_rewriter),
    .configure = configure,
    .initialize = fs_rewriter_initialize,
    .take_state = fs_rewriter_take_state,
    .push = fs_rewriter_push,
};
