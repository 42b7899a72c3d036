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

struct fs_translator {
    uint8_t prefix[16]; /* in front of an IPv4 address */
    uint8_t bits;       /* 32, 40, 48, 56, 64 or 96 */
    bool mapped;        /* ::ffff:0:0/96 is as good as the prefix */
    uint16_t id;        /* IPv4's next identification */
    uint32_t mtu;       /* of IPv6: what may be fragmented and is longer needs a fragment header */
};

/* By the prefix of an argument of type ip6-prefix, or Click's ::/96 where it is empty; answers like configure(). */
int fs_translator_init(struct fs_translator *t, struct fs_bytes prefix, struct fs_text *error);

/* The IPv6 address that stands for the IPv4 address, and back; false when it is not one of ours. */
void fs_embed_ip(const struct fs_translator *t, const uint8_t ip[4], uint8_t ip6[16]);
bool fs_extract_ip(const struct fs_translator *t, const uint8_t ip6[16], uint8_t ip[4]);

/* The packet, whose header is marked and whose bytes are its own, becomes one of the other protocol: it then begins with
 * its header, which is marked, and the destination annotation is the new destination. Answers FS_DROP_REASON_COUNT, or why
 * that cannot be; the packet is then as it was. */
enum fs_drop_reason fs_translate_6_to_4(struct fs_translator *t, struct fs_packet *p);
enum fs_drop_reason fs_translate_4_to_6(struct fs_translator *t, struct fs_packet *p);

#endif
