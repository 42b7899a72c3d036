/* translate.h: IPv4 headers into IPv6 headers and back, ICMP included (RFC 7915), with addresses that carry one another
 * (RFC 6052).
 *
 * What is behind the headers stays where it is: the new headers are made apart, and put in front of it when all is known
 * to be sound. Checksums of TCP, UDP, DCCP, UDP-Lite and pings are updated by what has changed, so that a wrong one stays
 * wrong; those of ICMP errors, which quote another packet that is translated too, are verified and made anew.
 */
#ifndef NET_TRANSLATE_H
#define NET_TRANSLATE_H

#include <flowstream/element.h>

#include "net/ip6.h"

/* What stands in front of an IPv4 address that is within an IPv6 address. */
struct fs_ip_prefix {
    uint8_t at[16];
    uint8_t bits; /* 32, 40, 48, 56, 64 or 96 */
};

struct fs_translator {
    struct fs_ip_prefix converted; /* of the IPv4 side's addresses */
    struct fs_ip_prefix hosts;     /* of the IPv6 side's */
    bool mapped;                   /* ::ffff:0:0/96 is as good as these */
    uint16_t id;                   /* IPv4's next identification */
    uint32_t mtu; /* of IPv6: what may be fragmented and is longer needs a fragment header */
};

/* By arguments of type ip6-prefix, PREFIX and HOSTS; Click's ::/96 where PREFIX is empty, and PREFIX where HOSTS is.
 * Answers like configure(). */
int fs_translator_init(struct fs_translator *t, struct fs_bytes prefix, struct fs_bytes hosts, struct fs_text *error);
#define FS_TRANSLATOR_ARGS \
    {"PREFIX", "ip6-prefix", FS_KEYWORD, 0, 0, "::/96", \
     "Ours: what stands in front of the addresses of the IPv4 side (RFC 6052); 32, 40, 48, 56, 64 or 96 bits."}, \
        {"HOSTS", "ip6-prefix", FS_KEYWORD, 0, 0, "PREFIX", "Ours: the same of the IPv6 side, where that is another."}

/* The packet, whose header is marked and whose bytes are its own, becomes one of the other protocol: it then begins with
 * its header, which is marked, and the destination annotation is the new destination. Answers FS_DROP_REASON_COUNT, or why
 * that cannot be; the packet is then as it was. */
enum fs_drop_reason fs_translate_6_to_4(struct fs_translator *t, struct fs_packet *p);
enum fs_drop_reason fs_translate_4_to_6(struct fs_translator *t, struct fs_packet *p);

#endif
