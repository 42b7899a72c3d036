/* pcap.h: capture files as tcpdump writes them (draft-ietf-opsawg-pcap): both byte orders, times in microseconds
 * (magic 0xa1b2c3d4) or nanoseconds (0xa1b23c4d), link type Ethernet.
 */
#ifndef FS_LINUX_PCAP_H
#define FS_LINUX_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fs_pcap {
    uint8_t *bytes; /* the whole file; free() */
    size_t length, at;
    bool swapped, nanoseconds;
};
struct fs_pcap_frame {
    uint64_t timestamp; /* ns since 1970 */
    const uint8_t *bytes;
    uint32_t length; /* as captured */
};

/* Checks the whole file, so that a bad one is told before anything runs. 0, or -1 and a line. */
int fs_pcap_check(struct fs_pcap *f, char *why, size_t why_size);
/* The next frame without going past it; false at the end. */
bool fs_pcap_peek(const struct fs_pcap *f, struct fs_pcap_frame *frame);
void fs_pcap_next(struct fs_pcap *f);

/* Writing, with nanoseconds and this machine's byte order. False: errno tells why. */
bool fs_pcap_write_header(FILE *out);
bool fs_pcap_write_frame(FILE *out, uint64_t timestamp, const uint8_t *bytes, uint32_t length);

#endif
