/* IPClassifier: sends IPv4 packets to outputs by tcpdump-like patterns. */
#include <flowstream/element.h>

#include "net/match.h"

struct classifier {
    struct fs_element base;
    struct fs_match match;
};

enum { PATTERN };

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    fs_match_push(&((struct classifier *)e)->match, e, batch);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_match_load(&((struct classifier *)e)->match, e, fs_args_bytes(e->args, PATTERN), error);
}

static const struct fs_arg args[] = {
    [PATTERN] = {"PATTERN", "ip-patterns", FS_REST, 0, 0, NULL,
                 "One pattern for each output, the first that matches wins."},
};

FS_ELEMENT(IPClassifier) = {
    .name = "IPClassifier",
    .ports = "1/=arguments",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip tcp udp icmp annotation.PAINT; drops",
    .summary = "classifies IP packets by contents",
    .doc = "The IP header must be marked (CheckIPHeader, MarkIPHeader, MarkInnerHeader). Ports and other fields\n"
           "behind the IP header are those of whole packets and first fragments only. `-` matches everything; a\n"
           "packet that matches no pattern is dropped as `no-match`.\n\n"
           "    c :: IPClassifier(dst host 10.0.0.2 && tcp dst port www, icmp type echo, -);\n",
    .size = sizeof(struct classifier),
    .configure = configure,
    .push = push,
};
