/* dns.h: queries of the Domain Name System (RFC 1035), and names as they stand in messages: labels with their lengths in
 * front, and an empty one at the end. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include "net/bytes.h"

enum {
    FS_DNS_SIZE = 12, /* header */
    FS_DNS_NAME_MAX = 255,
    FS_DNS_LABEL_MAX = 63,
    FS_DNS_LABELS_MAX = 128,

    FS_DNS_RESPONSE = 0x8000, /* of the flags */
    FS_DNS_OPCODE = 0x7800,
    FS_DNS_RECURSION_DESIRED = 0x0100,
    FS_DNS_RECURSION_AVAILABLE = 0x0080,
    FS_DNS_CHECKING_DISABLED = 0x0010,

    FS_DNS_A = 1,
    FS_DNS_AAAA = 28,
    FS_DNS_ANY = 255,
    FS_DNS_INTERNET = 1, /* class */
};

enum fs_dns_kind {
    FS_DNS_NONE,  /* a response, or a query without a question */
    FS_DNS_QUERY,
    FS_DNS_BROKEN,
};

struct fs_dns_query {
    uint8_t name[FS_DNS_NAME_MAX]; /* small letters */
    uint8_t labels[FS_DNS_LABELS_MAX]; /* where each begins */
    uint32_t label_count; /* without the empty one */
    uint32_t length;      /* of the name, with the empty label */
    uint16_t type, class;
    const uint8_t *end;   /* behind the question */
};

/* Reads the header and the question. A query has one question (RFC 9619), and its name cannot be compressed. */
enum fs_dns_kind fs_dns_read(struct fs_dns_query *q, const uint8_t *at, const uint8_t *end);
/* Turns `a.b.c`, with a dot at the end or without, into a name of small letters; "." alone is the root. Answers its length,
 * 0 when it is no name. */
uint32_t fs_dns_name(uint8_t name[FS_DNS_NAME_MAX], const uint8_t *text, size_t length);

static inline uint8_t fs_dns_lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c; }

#endif
