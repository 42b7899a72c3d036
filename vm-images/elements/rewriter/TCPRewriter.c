/* TCPRewriter: rewrites addresses, ports and sequence numbers of TCP packets. */
#include "net/ip.h"
#include "net/rewriter.h"

static const struct fs_rewriter_kind kind = {
    .style = FS_REWRITE_PORTS,
    .follow_tcp = true,
    .protocol_count = 1,
    .protocols = {{FS_PROTOCOL_TCP, 0}},
};

enum { TCP_TIMEOUT = FS_RW_MORE, TCP_DONE_TIMEOUT, TCP_NODATA_TIMEOUT, TCP_GUARANTEE };

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    uint32_t guarantee = fs_rewriter_time(e, TCP_GUARANTEE, fs_rewriter_time(e, FS_RW_GUARANTEE, 5000));
    uint32_t data = fs_rewriter_time(e, TCP_TIMEOUT, fs_rewriter_time(e, FS_RW_TIMEOUT, 86400000));
    fs_rewriter_tcp_times(&r->times[0], fs_rewriter_time(e, TCP_NODATA_TIMEOUT, 300000), data,
                          fs_rewriter_time(e, TCP_DONE_TIMEOUT, 240000), guarantee);
    return fs_rewriter_configure(e, &kind, error);
}

static const struct fs_arg args[] = {
    FS_REWRITER_ARGS("86400s", "The same as TCP_TIMEOUT."),
    FS_REWRITER_DST_ANNO,
    [TCP_TIMEOUT] = {"TCP_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "86400s",
                     "Of idle connections that have carried data both ways."},
    [TCP_DONE_TIMEOUT] = {"TCP_DONE_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "240s",
                          "Of connections that are over: FIN both ways, or RST."},
    [TCP_NODATA_TIMEOUT] = {"TCP_NODATA_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "300s",
                            "Of idle connections that have not carried data both ways."},
    [TCP_GUARANTEE] = {"TCP_GUARANTEE", "duration", FS_KEYWORD, 0, 0, "5s", "The same as GUARANTEE."},
};
static const struct fs_handler handlers[] = {
    {"table", fs_rewriter_read_table, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "The mappings as in IPRewriter's tcp_table, with ` seq +N` where sequence numbers are shifted."},
    {"mappings", fs_rewriter_read_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "Old name of table."},
    {"lookup", fs_rewriter_read_lookup, NULL, FS_HANDLER_PARAMETER, NULL,
     "What the flow `SADDR SPORT DADDR DPORT` becomes; nothing when it has no mapping."},
    FS_REWRITER_HANDLERS,
};

FS_ELEMENT(TCPRewriter) = {
    .name = "TCPRewriter",
    .ports = "=arguments/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip tcp.flags; writes ip.src ip.dst ip.checksum tcp.sport tcp.dport tcp.seq tcp.ack tcp.options tcp"
               " annotation.DST_IP; drops; keeps-state",
    .summary = "rewrites addresses, ports and sequence numbers of TCP packets",
    .doc = "IPRewriter for TCP alone. As in IPRewriter, sequence and acknowledgement numbers, selective ones included,\n"
           "are shifted where FTPPortMapper has changed the length of what a connection carries.\n",
    .size = sizeof(struct fs_rewriter),
    .configure = configure,
    .initialize = fs_rewriter_initialize,
    .take_state = fs_rewriter_take_state,
    .push = fs_rewriter_push,
};
