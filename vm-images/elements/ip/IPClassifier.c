/* IPClassifier: sends IPv4 packets to outputs by tcpdump-like patterns. */
#include <flowstream/element.h>

#include "net/match_element.h"

enum { PATTERN };

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_match_element_configure(e, false, error);
}

static const struct fs_arg args[] = {
    [PATTERN] = {"PATTERN", "ip-patterns", FS_REST, 0, 0, NULL,
                 "One pattern for each output, the first that matches wins."},
};

static const struct fs_handler handlers[] = {FS_MATCH_HANDLERS("ip-patterns")};

FS_ELEMENT(IPClassifier) = {
    .name = "IPClassifier",
    .ports = "1/=arguments",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip tcp udp icmp annotation.PAINT; drops",
    .summary = "classifies IP packets by contents",
    .doc = "The IP header must be marked (CheckIPHeader, MarkIPHeader, MarkInnerHeader). Ports and other fields\n"
           "behind the IP header are those of whole packets and first fragments only. `-` matches everything; a\n"
           "packet that matches no pattern is dropped as `no-match`.\n\n"
           "Primitives: `[src|dst|src or dst|src and dst] host ADDR`, `... net ADDR/BITS` or `net ADDR mask MASK`,\n"
           "`... [tcp|udp] port PORT`, `ip proto P`, `ip vers|hl|tos|dscp|ect|len|id|ttl N`, `ip ce`, `ip frag`,\n"
           "`ip unfrag`, `tcp opt FLAG`, `tcp win N`, `icmp type T`, bytes as in `ip[6:2]`, `tcp[13]`, `transp[0:4]`,\n"
           "`true`, `false`. They take `== != < <= > >=` (addresses: the first two), a mask (`& MASK`), numbers also\n"
           "as `LOW-HIGH`. They are joined by `and or not`, `&& || !`, `A ? B : C`, parentheses; what is left out is\n"
           "what the one before said: `src port 80 or 81`. `host`, `net`, `proto`, `port`, `tcp opt` may be left out\n"
           "where the value tells: `10.0.0.0/8 and tcp and not syn`.\n\n"
           "    c :: IPClassifier(dst host 10.0.0.2 && tcp dst port www, icmp type echo, -);\n",
    .size = sizeof(struct fs_match_element),
    .configure = configure,
    .push = fs_match_element_push,
};
