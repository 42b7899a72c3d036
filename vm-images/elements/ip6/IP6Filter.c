/* IP6Filter: lets IPv6 packets pass, or not, by rules. */
#include <flowstream/element.h>

#include "net/match_element.h"

enum { RULE };

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_match_element_configure(e, true, error);
}

static const struct fs_arg args[] = {
    [RULE] = {"RULE", "ip6-filter-rules", FS_REST, 0, 0, NULL,
              "`ACTION PATTERN`; the first rule whose pattern matches decides."},
};

static const struct fs_handler handlers[] = {FS_MATCH_HANDLERS("ip6-filter-rules")};

FS_ELEMENT(IP6Filter) = {
    .name = "IP6Filter",
    .ports = "1/-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip6 tcp udp icmp6 annotation.PAINT; drops",
    .summary = "filters IPv6 packets by contents",
    .doc = "IPFilter over IPv6: the same rules, actions and drops. The IPv6 header must be marked (CheckIP6Header,\n"
           "MarkInnerHeader). A protocol is the one behind the extension headers (RFC 8200); a packet whose\n"
           "headers do not end within it has none, and a later fragment has no ports, so only rules by address can\n"
           "match them.\n\n"
           "    IP6Filter(allow icmp6, allow src net 2001:db8::/32 && tcp dst port 80, deny all)\n",
    .size = sizeof(struct fs_match_element),
    .configure = configure,
    .push = fs_match_element_push,
};
