/* match.h: match programs: how patterns and filter rules are decided (docs/contracts.md section 2, table formats 1 and
 * 2).
 *
 * A program is a directed acyclic graph of tests on 32-bit words of a frame; where there are many rules, with an index
 * in front of it (match_index.h). fs_match_load() checks it once, bounds and cycles included; after that deciding a
 * packet needs no check but the frame's own end, and always ends: each test leads to a later one, to a rule, or to "no
 * rule".
 */
#ifndef NET_MATCH_H
#define NET_MATCH_H

#include <flowstream/element.h>

#include "net/bytes.h"

enum {
    FS_MATCH_FORMAT = 1,
    FS_MATCH_HEADER_SIZE = 16, /* of the table: format, rule count, node count, root */
    FS_MATCH_NODE_SIZE = 20,
};
#define FS_MATCH_LEAF 0x80000000u /* in a target: the rest is a rule */
#define FS_MATCH_NONE 0xffffffffu /* as a target or an answer: no rule; as a verdict: drop */

/* Where a test's word comes from. */
enum fs_match_source { FS_MATCH_FRAME, FS_MATCH_NETWORK, FS_MATCH_TRANSPORT, FS_MATCH_FIELD, FS_MATCH_SOURCES };
/* A word of FS_MATCH_FIELD. */
enum fs_match_field {
    FS_MATCH_IP_LATER_FRAGMENT = 1, /* 1 or 0 */
    FS_MATCH_TRANSPORT_BYTES,       /* from the transport header to the end of the packet */
    FS_MATCH_LENGTH,                /* of the frame */
    FS_MATCH_PAINT,
    FS_MATCH_IP6_PROTOCOL, /* behind the extension headers; FS_PROTOCOL_NONE when they do not end in the packet */
    FS_MATCH_IP6_LATER_FRAGMENT,
    FS_MATCH_IP6_FRAGMENT, /* first or later */
    FS_MATCH_FIELDS, /* one more than the last */
};

/* Holds when (word & mask) - low <= span, in 32-bit arithmetic: one form for equal, at most and at least. When it does
 * not hold, the next node in memory follows: a row of tests that fail runs without a load waiting for another. */
struct fs_match_node {
    uint32_t mask, low, span;
    uint32_t yes; /* when it holds: a node, or FS_MATCH_LEAF | rule, or FS_MATCH_NONE */
    uint16_t offset;
    uint8_t source;
};

struct fs_match_index;

struct fs_match {
    const struct fs_match_node *nodes; /* of format 1 */
    const struct fs_match_index *index; /* of format 2; else NULL */
    const uint32_t *verdicts; /* by rule: an output port, or FS_MATCH_NONE for drop */
    uint32_t root; /* as a node's `yes` */
    uint32_t rule_count, node_count;
    uint32_t fields;  /* bit f: enum fs_match_field f is asked for */
    uint32_t sources; /* bit s: enum fs_match_source s is */
    uint32_t needed[FS_MATCH_SOURCES]; /* bytes that all tests together can look at */
};

/* The bytes of one packet that tests look at. */
struct fs_match_view {
    const uint8_t *at[FS_MATCH_SOURCES];
    uint32_t size[FS_MATCH_SOURCES];
    uint8_t fields[4 * FS_MATCH_FIELDS];
};

/* Takes a program from an argument of a pattern type. Verdicts must be outputs that the element has. 0, or -1 and a
 * line in `error`. The program's memory is the element's. */
int fs_match_load(struct fs_match *m, struct fs_element *e, struct fs_bytes table, struct fs_text *error);

/* Prepares the view of a packet. Network and transport words end where the IP packet ends, Ethernet padding is none of
 * it; without header annotations they are missing. The view holds as long as the packet is not changed. */
void fs_match_look(const struct fs_match *m, struct fs_match_view *v, struct fs_packet *p);
/* The rule that the packet matches, or FS_MATCH_NONE. */
uint32_t fs_match_decide(const struct fs_match *m, const struct fs_match_view *v);

/* Decides a batch: rules[i] for packet i. */
void fs_match_batch(const struct fs_match *m, const struct fs_batch *batch, uint32_t rules[FS_BATCH_MAX]);
/* Decides a batch and sends each packet to its rule's output; FS_MATCH_NONE as a verdict drops as denied, no rule drops
 * as no-match. Empties the batch. */
void fs_match_push(const struct fs_match *m, struct fs_element *e, struct fs_batch *batch);

#endif
