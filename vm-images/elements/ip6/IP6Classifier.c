/* IP6Classifier: sends IPv6 packets to outputs by tcpdump-like patterns. */
#include <flowstream/element.h>

#include "net/match_element.h"

enum { PATTERN };

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_match_element_configure(e, false, error);
}

static const struct fs_arg args[] = {
    [PATTERN] = {"PATTERN", "ip6-patterns", FS_REST, 0, 0, NULL,
                 "One pattern for each output, the first that matches wins."},
};
static const struct fs_handler handlers[] = {FS_MATCH_HANDLERS("ip6-patterns")};

FS_ELEMENT(IP6Classifier) = {
    .name = "IP6Classifier",
    .ports = "1/=arguments",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip6 tcp udp icmp6 annotation.PAINT; drops",
    .summary = "classifies IPv6 packets by contents",
    .doc = "IPClassifier over IPv6: the same patterns, with IPv6 addresses, `icmp6`, and `ip6` for `ip`. The IPv6\n"
           "header must be marked (CheckIP6Header, MarkIP6Header, MarkInnerHeader). A protocol is the one behind the\n"
           "extension headers, as for IP6Filter. A packet that matches no pattern is dropped as `no-match`.\n\n"
           "    c :: IP6Classifier(dst host 2001:db8::1 && tcp dst port www, icmp6 type 128, -);\n",
    .size = sizeof(struct fs_match_element),
    .configure = configure,
    .push = fs_match_element_push,
};
