/* protocols.h: IP protocol numbers by name, as Click has them. */
#ifndef NET_PROTOCOLS_H
#define NET_PROTOCOLS_H

#include <stdbool.h>
#include <stdint.h>

/* A number up to 255, or a name such as ipip, gre or udp. */
bool fs_parse_protocol(const char *word, uint8_t *protocol);

#endif
