/* IPFilter: lets IPv4 packets pass, or not, by rules. */
#include <flowstream/element.h>

#include "net/match.h"

struct filter {
    struct fs_element base;
    struct fs_match match;
};

enum { RULE };

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    fs_match_push(&((struct filter *)e)->match, e, batch);
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct filter *f = (struct filter *)e;
    if (fs_match_load(&f->match, e, fs_args_bytes(e->args, RULE), error) != 0) {
        return -1;
    }
    fs_drops_rules(e, f->match.rule_count);
    return 0;
}

static const struct fs_arg args[] = {
    [RULE] = {"RULE", "ip-filter-rules", FS_REST, 0, 0, NULL,
              "`ACTION PATTERN`; the first rule whose pattern matches decides."},
};

FS_ELEMENT(IPFilter) = {
    .name = "IPFilter",
    .ports = "1/-",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip tcp udp icmp annotation.PAINT; drops",
    .summary = "filters IP packets by contents",
    .doc = "ACTION is `allow` (output 0), an output's number, or `deny` (also `drop`). Denied packets are dropped\n"
           "as `denied`, counted by rule; a packet that no rule matches is dropped as `no-match`. The IP header\n"
           "must be marked (CheckIPHeader, MarkIPHeader, MarkInnerHeader). Patterns are IPClassifier's. A later\n"
           "fragment has no ports: only rules by address and protocol can match it.\n\n"
           "    IPFilter(allow tcp dst port 80, allow icmp, deny all)\n",
    .size = sizeof(struct filter),
    .configure = configure,
    .push = push,
};
