/* turn_back.h: sends a packet back to where it came from, with something else in it: an answer made of a question. */
#ifndef NET_TURN_BACK_H
#define NET_TURN_BACK_H

#include "net/look.h"

/* Whether the packet is one of TCP or UDP that can be turned: whole, and without IP options or extension headers, which
 * are not for the way back. */
bool fs_can_turn_back(const struct fs_look *l);
/* Swaps addresses and ports of a packet with `size` bytes behind its IP header at `upper`, sets lengths, TTL and the IP
 * checksum. The rest of `upper` is as it shall be, its checksum 0: the answer is what that has to be. */
uint16_t fs_turn_back(uint8_t *ip, unsigned version, uint8_t *upper, size_t size, uint8_t protocol);

#endif
