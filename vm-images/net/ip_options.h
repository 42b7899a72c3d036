/* ip_options.h: the options of an IPv4 header (RFC 791 section 3.1), one after the other. */
#ifndef NET_IP_OPTIONS_H
#define NET_IP_OPTIONS_H

#include <flowstream/element.h>

#include "net/ip.h"

enum {
    FS_IPOPT_END = 0,
    FS_IPOPT_NOP = 1,
    FS_IPOPT_RECORD_ROUTE = 7,
    FS_IPOPT_TIMESTAMP = 68,
    FS_IPOPT_LOOSE_ROUTE = 131,
    FS_IPOPT_STRICT_ROUTE = 137,
};

/* Steps from option to option: `at` is where the next one would stand. */
struct fs_ip_option {
    unsigned at;     /* from the header's start; the option found, afterwards */
    unsigned length; /* of the option found */
};
/* The next option with a length; begin with {FS_IP_SIZE, 0}. Answers 1, 0 at the end, or -1 when the option at `at` has
 * an impossible length. */
static inline int fs_next_ip_option(const uint8_t *header, unsigned end, struct fs_ip_option *o)
{
    o->at += o->length;
    while (o->at < end && header[o->at] == FS_IPOPT_NOP) {
        o->at++;
    }
    if (o->at >= end || header[o->at] == FS_IPOPT_END) {
        return 0;
    }
    o->length = o->at + 1 < end ? header[o->at + 1] : 0;
    return o->length < 2 || o->at + o->length > end ? -1 : 1;
}

/* The addresses of a router. */
struct fs_router_addresses {
    uint8_t address[4];     /* of the interface that packets leave by */
    struct fs_bytes others; /* 4 bytes each */
};
/* Whether there is something that fs_ip_options_process() would change or refuse. */
bool fs_ip_options_concern_routers(const uint8_t *header, unsigned end);
/* Does what each router on the way has to do: Record Route and Timestamp (RFC 791). Answers -1, or the offset of the
 * byte that is wrong. The checksum is the caller's. */
int fs_ip_options_process(struct fs_element *e, const struct fs_router_addresses *r, uint8_t *header, unsigned end);

#endif
