/* icmp_translate.h: ICMP messages into ICMPv6 messages and back: types, codes, and what stands behind the checksum
 * (RFC 7915 sections 4.2 and 5.2). */
#ifndef NET_ICMP_TRANSLATE_H
#define NET_ICMP_TRANSLATE_H

#include <stdbool.h>
#include <stdint.h>

/* `from` and `to` are the 8 bytes of a message, of which the checksum is left alone. `quoted` is the total length that
 * the packet in an error says. False for what has no counterpart. */
bool fs_icmp_4_to_6(const uint8_t from[8], uint16_t quoted, uint8_t to[8]);
bool fs_icmp_6_to_4(const uint8_t from[8], uint8_t to[8]);

#endif
