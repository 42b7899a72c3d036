/* ICMPPingRewriter: rewrites ICMP echo requests and their replies. */
#include "net/ip.h"
#include "net/rewriter.h"

static const struct fs_rewriter_kind kind = {
    .style = FS_REWRITE_PING,
    .fragments = FS_RW_MORE,
    .protocol_count = 1,
    .protocols = {{FS_PROTOCOL_ICMP, 0}},
};

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    fs_rewriter_same_times(&r->times[0], fs_rewriter_time(e, FS_RW_TIMEOUT, 300000),
                           fs_rewriter_time(e, FS_RW_GUARANTEE, 5000));
    return fs_rewriter_configure(e, &kind, error);
}

static const struct fs_arg args[] = {
    FS_REWRITER_ARGS("300s", "Of idle mappings."),
    FS_REWRITER_DST_ANNO,
    [FS_RW_MORE] = FS_REWRITER_FRAGMENTS,
};
static const struct fs_handler handlers[] = {
    {"table", fs_rewriter_read_table, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "The mappings, a line each and direction: `(SA, DA, ID) => (SA', DA', ID') [*FOUT ROUT] iINPUT expSECONDS`."},
    {"mappings", fs_rewriter_read_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "Old name of table."},
    FS_REWRITER_HANDLERS,
};

FS_ELEMENT(ICMPPingRewriter) = {
    .name = "ICMPPingRewriter",
    .ports = "=arguments/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip icmp; writes ip.src ip.dst ip.checksum icmp annotation.DST_IP; drops; keeps-state",
    .summary = "rewrites ICMP echo requests and their replies",
    .doc = "Lets pings through a translator. As IPRewriter, with the identifier of an echo request in place of a source port: a\n"
           "pattern is `SADDR DADDR IDENTIFIER` or `SADDR IDENTIFIER DADDR -`. Echo replies that answer to nothing, and what is\n"
           "no echo, are dropped unless the input is a `pass`. FRAGMENTS is for pings that are longer than a frame.\n\n"
           "    ping :: ICMPPingRewriter(pattern 198.51.100.1 - 0-65535 0 1, drop);\n",
    .size = sizeof(struct fs_rewriter),
    .configure = configure,
    .initialize = fs_rewriter_initialize,
    .cleanup = fs_rewriter_cleanup,
    .take_state = fs_rewriter_take_state,
    .push = fs_rewriter_push,
};
