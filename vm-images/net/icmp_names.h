/* icmp_names.h: Click's names of ICMP types and codes. */
#ifndef NET_ICMP_NAMES_H
#define NET_ICMP_NAMES_H

#include "net/config_text.h"

/* By name or number; false when it is neither. */
bool fs_parse_icmp_type(struct fs_span text, uint8_t *type);
bool fs_parse_icmp_code(struct fs_span text, uint8_t type, uint8_t *code);
/* The name, or the number where there is none. */
void fs_text_icmp_type(struct fs_text *t, uint8_t type);
void fs_text_icmp_code(struct fs_text *t, uint8_t type, uint8_t code);

#endif
