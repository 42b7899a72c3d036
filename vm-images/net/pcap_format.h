/* pcap_format.h: the classic pcap file format, in either order of bytes. */
#ifndef NET_PCAP_FORMAT_H
#define NET_PCAP_FORMAT_H

#include <flowstream/element.h>

#include "net/config_text.h"

#define FS_PCAP_MICRO 0xa1b2c3d4u
#define FS_PCAP_NANO 0xa1b23c4du
enum { FS_PCAP_ETHER = 1, FS_PCAP_NULL = 0, FS_PCAP_RAW = 101, FS_PCAP_RAW_BSD = 12, FS_PCAP_HEAD = 24, FS_PCAP_RECORD = 16 };

static inline bool fs_pcap_link_parse(const char *name, unsigned *link)
{
    struct fs_span word = fs_span(name);
    *link = fs_span_is(word, "ETHER") ? FS_PCAP_ETHER : fs_span_is(word, "IP") ? FS_PCAP_RAW : FS_PCAP_NULL;
    return *link != FS_PCAP_NULL || fs_span_is(word, "NULL");
}

#endif
