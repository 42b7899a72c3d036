/* IPFilter: lets IPv4 packets pass, or not, by rules. */
#include <flowstream/element.h>

#include "net/match_element.h"

enum { RULE };

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_match_element_configure(e, true, error);
}

static const struct fs_arg args[] = {
    [RULE] = {"RULE", "ip-filter-rules", FS_REST, 0, 0, NULL,
              "`ACTION PATTERN`; the first rule whose pattern matches decides."},
};

static const struct fs_handler handlers[] = {FS_MATCH_HANDLERS("ip-filter-rules")};

FS_ELEMENT(IPFilter) = {
    .name = "IPFilter",
    .ports = "1/-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip tcp udp icmp annotation.PAINT; drops",
    .summary = "filters IP packets by contents",
    .doc = "ACTION is `allow` (output 0), an output's number, or `deny` (also `drop`). Denied packets are dropped\n"
           "as `denied`, counted by rule; a packet that no rule matches is dropped as `no-match`. The IP header\n"
           "must be marked (CheckIPHeader, MarkIPHeader, MarkInnerHeader). Patterns are IPClassifier's. A later\n"
           "fragment has no ports: only rules by address and protocol can match it.\n\n"
           "    IPFilter(allow tcp dst port 80, allow icmp, deny all)\n",
    .size = sizeof(struct fs_match_element),
    .configure = configure,
    .push = fs_match_element_push,
};
