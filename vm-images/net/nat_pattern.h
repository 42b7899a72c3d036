/* nat_pattern.h: the patterns by which rewriters choose new addresses and ports: Click's `SADDR SPORT DADDR DPORT`.
 *
 * A `-` leaves a field as it is. SPORT (in address patterns, `SADDR DADDR`, SADDR) may be a range. From a range the
 * port that the flow has is taken when it is free, else one at random; `#` behind the range takes them in order, `?`
 * always at random. A choice is free when no mapping has the flow that would answer.
 */
#ifndef NET_NAT_PATTERN_H
#define NET_NAT_PATTERN_H

#include "net/nat_table.h"

struct fs_nat_pattern {
    uint32_t source, destination; /* as in a packet; 0: left as it is */
    uint16_t source_port, destination_port; /* numbers; 0: left as it is */
    uint32_t span; /* size of the range, less one */
    uint32_t next; /* place in the range */
    bool ports;      /* of addresses and ports; else of addresses alone */
    bool sequential, same_first;
};

/* `SADDR SPORT DADDR DPORT`, `SADDR DADDR SPORT` (for pings) or `SADDR DADDR`. False, and a word of Click's in `wrong`,
 * when it is none. */
bool fs_nat_pattern_parse(struct fs_nat_pattern *p, const char *text, size_t length, const char **wrong);
/* Click's text of it; with `whole` also the mark behind its range, so that it parses to the same pattern. */
void fs_nat_pattern_text(struct fs_text *t, const struct fs_nat_pattern *p, bool whole);

/* What the pattern makes of a flow, by the answers that the table's `map` has already. With `ping` the destination port
 * is the source port plus one (ICMPPingRewriter). False when no choice is free. */
bool fs_nat_pattern_apply(struct fs_nat_pattern *p, struct fs_element *e, const struct fs_nat_table *t, uint16_t map,
                          bool ping, const struct fs_nat_key *key, struct fs_nat_key *rewritten);

/* Patterns by name: IPRewriterPatterns. Names hold for the whole configuration. */
struct fs_nat_named {
    const char *name;
    struct fs_nat_pattern pattern;
};
struct fs_nat_patterns {
    struct fs_element base;
    struct fs_nat_named *named;
    uint32_t count;
};
int fs_nat_patterns_initialize(struct fs_element *e, struct fs_text *error); /* marks the class */
struct fs_nat_pattern *fs_nat_pattern_named(struct fs_element *e, const char *name, size_t length);
const char *fs_nat_pattern_name(const struct fs_nat_pattern *named); /* of one that fs_nat_pattern_named() found */

/* The items of a table of the types `rewriter-input`, `rewriter-pattern` and `mapper-pattern` (docs/contracts.md). */
struct fs_nat_items {
    const uint8_t *at, *end;
    uint32_t count;
};
bool fs_nat_items(struct fs_nat_items *items, struct fs_bytes table, struct fs_text *error);
bool fs_nat_next_item(struct fs_nat_items *items, const char **text, size_t *length);

#endif
