/* IPAddrRewriter: rewrites source addresses, and back the destination addresses of answers. */
#include "net/rewriter.h"

static const struct fs_rewriter_kind kind = {
    .style = FS_REWRITE_ADDRESS,
    .protocol_count = 1,
    .protocols = {{0, 0}},
};

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    fs_rewriter_same_times(&r->times[0], fs_rewriter_time(e, FS_RW_TIMEOUT, 7200000),
                           fs_rewriter_time(e, FS_RW_GUARANTEE, 5000));
    return fs_rewriter_configure(e, &kind, error);
}

static const struct fs_arg args[] = {
    FS_REWRITER_ARGS("7200s", "Of idle mappings."),
};
static const struct fs_handler handlers[] = {
    {"table", fs_rewriter_read_table, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "The mappings, a line each and direction: `OLD => NEW [*FOUT ROUT] iINPUT expSECONDS`."},
    {"mappings", fs_rewriter_read_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "Old name of table."},
    FS_REWRITER_HANDLERS,
};

FS_ELEMENT(IPAddrRewriter) = {
    .name = "IPAddrRewriter",
    .ports = "=arguments/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip; writes ip.src ip.dst ip.checksum tcp udp annotation.DST_IP; drops; keeps-state",
    .summary = "rewrites source addresses, and back the destination addresses of answers",
    .doc = "Basic network address translation, for any IP protocol and for fragments. Packets are looked up by source address,\n"
           "then by destination address; the specification of the input decides about those with no mapping, as in\n"
           "IPRewriter. A pattern is `SADDR -`, where SADDR may be a range `L-H` or a prefix; an address that is free in it is\n"
           "taken at random, or with `#` behind it in order. Destination annotations are set on the way back. TIMEOUT is two\n"
           "hours, as in Click's program (its manual says five minutes).\n\n"
           "    rw :: IPAddrRewriter(pattern 203.0.113.0/28 - 0 1, drop);\n",
    .size = sizeof(struct fs_rewriter),
    .configure = configure,
    .initialize = fs_rewriter_initialize,
    .take_state = fs_rewriter_take_state,
    .push = fs_rewriter_push,
};
