/* quantity.h: bandwidths and durations as handlers take and show them; the compiler's types of these names are alike. */
#ifndef NET_QUANTITY_H
#define NET_QUANTITY_H

#include <flowstream/handler.h>

#include "net/bytes.h"

/* 10Mbps, 1.5kBps, 9600baud, or bytes per second. */
int fs_write_bandwidth(const char *name, const char *text, size_t length, uint64_t *bytes_per_second,
                       struct fs_text *error);
/* Click's form: 8kbps, 1.5Mbps. */
void fs_text_bandwidth(struct fs_text *t, uint64_t bytes_per_second);

/* As fs_parse_duration() (net/values.h) has it. */
int fs_write_duration(const char *name, const char *text, size_t length, uint64_t *ns, struct fs_text *error);
/* 1.5s, 20ms, 5us. */
void fs_text_duration(struct fs_text *t, uint64_t ns);

#endif
