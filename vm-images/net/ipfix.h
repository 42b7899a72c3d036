/* ipfix.h: IPFIX messages (RFC 7011) of flow records, in UDP over IPv4. */
#ifndef NET_IPFIX_H
#define NET_IPFIX_H

#include "net/flow_key.h"
#include "net/udp_encap.h"

enum fs_ipfix_end { /* flowEndReason, RFC 5102 5.11.3 */
    FS_IPFIX_IDLE = 1,
    FS_IPFIX_ACTIVE = 2,
    FS_IPFIX_END = 3,
    FS_IPFIX_FORCED = 4,
    FS_IPFIX_RESOURCES = 5,
};

struct fs_ipfix_record {
    const struct fs_flow_key *key;
    uint64_t packets, octets;
    uint64_t first, last; /* nanoseconds since 1970 */
    uint32_t input;
    uint16_t icmp;
    uint8_t tos, tcp_flags;
    enum fs_ipfix_end end;
};

/* One stream of messages. What the user sets comes first. */
struct fs_ipfix {
    struct fs_encap front;
    uint16_t source_port, destination_port;
    uint16_t limit;      /* bytes of a message at most */
    uint32_t domain;     /* observation domain */
    uint64_t interval;   /* of templates; nanoseconds */
    uint32_t output;     /* where messages leave */

    uint32_t sequence;   /* data records sent in messages before this one */
    uint64_t templates;  /* when they were last sent; 0: never */
    uint64_t messages, records, lost;
    struct fs_packet *message; /* being filled; NULL: none */
    uint32_t used, record_count; /* of it */
    uint32_t set;        /* where its last set begins; 0: none */
    uint16_t set_id;
};

enum { FS_IPFIX_LEAST = 256 }; /* bytes of a datagram that both templates fit into */

/* Adds a record to the message that is being filled; sends that first when it is full. False, and nothing is added, when
 * there is no buffer. */
bool fs_ipfix_add(struct fs_ipfix *x, struct fs_element *e, const struct fs_ipfix_record *r);
/* Sends what is being filled. */
void fs_ipfix_send(struct fs_ipfix *x, struct fs_element *e);
/* Sends the templates where it is time for them. */
void fs_ipfix_refresh(struct fs_ipfix *x, struct fs_element *e);
/* Takes over where another stream stopped, and the message that it was filling. */
void fs_ipfix_take(struct fs_ipfix *x, struct fs_ipfix *old);

#endif
