/* IPRewriter: rewrites addresses and ports of TCP and UDP packets. */
#include "net/ip.h"
#include "net/rewriter.h"

enum {
    TCP_TIMEOUT = FS_RW_MORE,
    TCP_DONE_TIMEOUT,
    TCP_NODATA_TIMEOUT,
    TCP_GUARANTEE,
    UDP_TIMEOUT,
    UDP_STREAMING_TIMEOUT,
    UDP_GUARANTEE,
    FRAGMENTS
};

static const struct fs_rewriter_kind kind = {
    .style = FS_REWRITE_PORTS,
    .follow_tcp = true,
    .fragments = FRAGMENTS,
    .protocol_count = 2,
    .protocols = {{FS_PROTOCOL_TCP, 0}, {FS_PROTOCOL_UDP, 1}},
};

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    uint32_t guarantee = fs_rewriter_time(e, TCP_GUARANTEE, fs_rewriter_time(e, FS_RW_GUARANTEE, 5000));
    uint32_t data = fs_rewriter_time(e, TCP_TIMEOUT, fs_rewriter_time(e, FS_RW_TIMEOUT, 86400000));
    uint32_t udp = fs_rewriter_time(e, UDP_TIMEOUT, 300000);
    fs_rewriter_tcp_times(&r->times[0], fs_rewriter_time(e, TCP_NODATA_TIMEOUT, 300000), data,
                          fs_rewriter_time(e, TCP_DONE_TIMEOUT, 240000), guarantee);
    fs_rewriter_udp_times(&r->times[1], udp, fs_rewriter_time(e, UDP_STREAMING_TIMEOUT, udp),
                          fs_rewriter_time(e, UDP_GUARANTEE, 5000));
    return fs_rewriter_configure(e, &kind, error);
}

static const struct fs_arg args[] = {
    FS_REWRITER_ARGS("86400s", "The same as TCP_TIMEOUT."),
    FS_REWRITER_DST_ANNO,
    [TCP_TIMEOUT] = {"TCP_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "86400s",
                     "Of idle TCP connections that have carried data both ways."},
    [TCP_DONE_TIMEOUT] = {"TCP_DONE_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "240s",
                          "Of TCP connections that are over: FIN both ways, or RST."},
    [TCP_NODATA_TIMEOUT] = {"TCP_NODATA_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "300s",
                            "Of idle TCP connections that have not carried data both ways."},
    [TCP_GUARANTEE] = {"TCP_GUARANTEE", "duration", FS_KEYWORD, 0, 0, "5s", "GUARANTEE of TCP mappings."},
    [UDP_TIMEOUT] = {"UDP_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "300s", "Of idle UDP mappings."},
    [UDP_STREAMING_TIMEOUT] = {"UDP_STREAMING_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "UDP_TIMEOUT",
                               "Of those that had three packets or more, and an answer."},
    [UDP_GUARANTEE] = {"UDP_GUARANTEE", "duration", FS_KEYWORD, 0, 0, "5s", "GUARANTEE of UDP mappings."},
    [FRAGMENTS] = FS_REWRITER_FRAGMENTS,
};
static const struct fs_handler handlers[] = {
    {"tcp_table", fs_rewriter_read_table, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "TCP mappings, a line each and direction: `(SA, SP, DA, DP) => (SA', SP', DA', DP') [*FOUT ROUT] iINPUT expSECONDS`."},
    {"udp_table", fs_rewriter_read_udp_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "UDP mappings alike."},
    {"tcp_mappings", fs_rewriter_read_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "Old name of tcp_table."},
    {"udp_mappings", fs_rewriter_read_udp_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "Old name of udp_table."},
    {"tcp_lookup", fs_rewriter_read_lookup, NULL, FS_HANDLER_PARAMETER, NULL,
     "What the TCP flow `SADDR SPORT DADDR DPORT` becomes; nothing when it has no mapping."},
    {"udp_lookup", fs_rewriter_read_udp_lookup, NULL, FS_HANDLER_PARAMETER, NULL, "The same for UDP. Ours."},
    FS_REWRITER_HANDLERS,
};

FS_ELEMENT(IPRewriter) = {
    .name = "IPRewriter",
    .ports = "=arguments/1-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip tcp.flags; writes ip.src ip.dst ip.checksum tcp.sport tcp.dport udp.sport udp.dport tcp udp"
               " annotation.DST_IP; drops; keeps-state",
    .summary = "rewrites addresses and ports of TCP and UDP packets",
    .doc = "A network address and port translator. A packet whose flow has a mapping is rewritten by it and leaves by\n"
           "its output. Else the specification of the input that it came by decides:\n\n"
           "- `drop`, `discard`: it is dropped as `state`.\n"
           "- `pass [OUTPUT]`: it goes on as it is.\n"
           "- `keep FOUTPUT ROUTPUT`: a mapping is made that changes nothing.\n"
           "- `pattern SADDR SPORT DADDR DPORT FOUTPUT ROUTPUT`: a mapping is made; `-` leaves a field as it is. SPORT may\n"
           "  be a range `L-H`: the packet's own port when it is free there, else one at random; `L-H#` takes them in\n"
           "  order, `L-H?` always at random. Of a range above 4096 ports that many are tried.\n"
           "- `pattern NAME FOUTPUT ROUTPUT`: by a pattern of IPRewriterPatterns.\n"
           "- a mapper's name: it chooses (RoundRobinIPMapper, SourceIPHashMapper).\n\n"
           "Answers to the new flow get the mapping backwards and leave by ROUTPUT. What gets no mapping, for want of a\n"
           "port or because the table is full, is dropped as `table-full`. The IP header must be marked. Packets of other\n"
           "protocols, later fragments, and what is cut off are dropped unless the input is a `pass`. Checksums are\n"
           "updated (RFC 1624); a UDP checksum of 0 stays 0.\n\n"
           "With FRAGMENTS later fragments become what the first one of their datagram became, and leave by its output.\n"
           "Nothing is put together: they keep their length. Up to 64 that come before their first wait for it, each for\n"
           "5 seconds at most, and are dropped as `state` then.\n\n"
           "Memory is fixed: MAPPING_CAPACITY mappings. When they are used up, the one that would time out first among\n"
           "those whose guarantee is over gives way (in tables of more than 64: among the next 64 looked at). A mapping\n"
           "that timed out goes at the next sweep.\n\n"
           "    rw :: IPRewriter(pattern 198.51.100.1 1024-65535 - - 0 1, drop);\n"
           "    from_inside -> [0] rw [0] -> to_outside;  from_outside -> [1] rw [1] -> to_inside;\n",
    .size = sizeof(struct fs_rewriter),
    .configure = configure,
    .initialize = fs_rewriter_initialize,
    .cleanup = fs_rewriter_cleanup,
    .take_state = fs_rewriter_take_state,
    .push = fs_rewriter_push,
};
