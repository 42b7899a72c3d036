/* ipsum.h: the fields of IP summary dumps (Click's FromIPSummaryDump and ToIPSummaryDump): names, texts and bytes, out
 * of packets and into them.
 */
#ifndef NET_IPSUM_H
#define NET_IPSUM_H

#include <flowstream/element.h>

#include "net/config_text.h"
#include "net/ip.h"

/* X(symbol, name, bytes in a binary dump, order): the order in which fields of a line are set; 255: cannot be. Bytes
 * 255: one byte of length, then that many; 254: not in binary dumps. */
#define FS_IPSUM_FIELDS(X) \
    X(NONE, "none", 0, 255) \
    X(TIMESTAMP, "timestamp", 8, 0) X(NTIMESTAMP, "ntimestamp", 8, 0) \
    X(TS_SEC, "ts_sec", 4, 0) X(TS_USEC, "ts_usec", 4, 0) X(TS_USEC1, "ts_usec1", 8, 0) \
    X(FIRST_TIMESTAMP, "first_timestamp", 8, 0) X(FIRST_NTIMESTAMP, "first_ntimestamp", 8, 0) \
    X(COUNT, "count", 4, 0) X(LINK, "link", 1, 0) X(PAINT, "paint", 1, 0) X(DIRECTION, "direction", 1, 0) \
    X(AGGREGATE, "aggregate", 4, 0) X(WIRE_LEN, "wire_len", 4, 0) \
    X(ETH_SRC, "eth_src", 6, 1) X(ETH_DST, "eth_dst", 6, 1) X(ETH_TYPE, "eth_type", 2, 1) \
    X(IP_FRAG, "ip_frag", 1, 2) X(IP_FRAGOFF, "ip_fragoff", 2, 3) X(IP_HL, "ip_hl", 1, 3) \
    X(IP_SRC, "ip_src", 4, 4) X(IP_DST, "ip_dst", 4, 4) X(IP_TOS, "ip_tos", 1, 4) X(IP_DSCP, "ip_dscp", 1, 4) \
    X(IP_ECN, "ip_ecn", 1, 4) X(IP_TTL, "ip_ttl", 1, 4) X(IP_ID, "ip_id", 2, 4) X(IP_PROTO, "ip_proto", 1, 4) \
    X(IP_OPT, "ip_opt", 255, 4) X(IP_LEN, "ip_len", 4, 5) X(IP_SUM, "ip_sum", 2, 6) \
    X(IP_CAPTURE_LEN, "ip_capture_len", 4, 255) \
    X(SPORT, "sport", 2, 7) X(DPORT, "dport", 2, 7) \
    X(TCP_SEQ, "tcp_seq", 4, 7) X(TCP_ACK, "tcp_ack", 4, 7) X(TCP_OFF, "tcp_off", 1, 7) \
    X(TCP_FLAGS, "tcp_flags", 1, 7) X(TCP_WINDOW, "tcp_window", 2, 7) X(TCP_URP, "tcp_urp", 2, 7) \
    X(TCP_OPT, "tcp_opt", 255, 7) X(TCP_NTOPT, "tcp_ntopt", 255, 7) X(TCP_SACK, "tcp_sack", 255, 7) \
    X(UDP_LEN, "udp_len", 2, 7) \
    X(ICMP_TYPE, "icmp_type", 1, 7) X(ICMP_CODE, "icmp_code", 1, 8) \
    X(ICMP_TYPE_NAME, "icmp_type_name", 1, 7) X(ICMP_CODE_NAME, "icmp_code_name", 1, 8) \
    X(ICMP_FLOWID, "icmp_flowid", 2, 9) X(ICMP_SEQ, "icmp_seq", 2, 9) X(ICMP_NEXTMTU, "icmp_nextmtu", 2, 9) \
    X(PAYLOAD, "payload", 254, 10) X(PAYLOAD_LEN, "payload_len", 4, 11) \
    X(PAYLOAD_MD5, "payload_md5", 16, 255) X(PAYLOAD_MD5_HEX, "payload_md5_hex", 16, 255)

enum fs_ipsum_field {
#define FS_IPSUM_SYMBOL(symbol, name, bytes, order) FS_IPSUM_##symbol,
    FS_IPSUM_FIELDS(FS_IPSUM_SYMBOL)
#undef FS_IPSUM_SYMBOL
    FS_IPSUM_FIELD_COUNT
};
enum { FS_IPSUM_ORDER_MAX = 11, FS_IPSUM_UNSET = 255, FS_IPSUM_COUNTED = 255, FS_IPSUM_TEXT = 254 };

/* The field of that name, with Click's other names for it; FS_IPSUM_FIELD_COUNT: unknown. */
enum fs_ipsum_field fs_ipsum_find(struct fs_span name);
const char *fs_ipsum_name(enum fs_ipsum_field field);
unsigned fs_ipsum_bytes(enum fs_ipsum_field field);
unsigned fs_ipsum_order(enum fs_ipsum_field field);

/* ---- from a packet to texts ---- */
struct fs_ipsum_packet {
    struct fs_packet *packet;
    const struct fs_ip *ip;     /* NULL: none, or not a good one */
    const uint8_t *transport;   /* of a first fragment with something behind its IP header; else NULL */
    uint8_t protocol;           /* of the transport header */
    int64_t network_length, transport_length; /* bytes that are there, without padding */
    uint32_t padding;           /* behind the IP packet */
    bool with_extra;            /* lengths count what the packet's extra-length annotation says */
    struct fs_text *bad;        /* where `!bad` lines go; NULL: nowhere */
};
/* Looks at the headers. careful: a packet that is shorter than its IP header says is bad. */
void fs_ipsum_open(struct fs_ipsum_packet *s, struct fs_packet *p, bool careful, bool with_extra, struct fs_text *bad);
/* Appends the field's text, `-` when the packet has it not. */
void fs_ipsum_text(struct fs_ipsum_packet *s, enum fs_ipsum_field field, struct fs_text *t);
/* Appends the field's bytes; zeros when the packet has it not. */
void fs_ipsum_binary(struct fs_ipsum_packet *s, enum fs_ipsum_field field, struct fs_text *t);

/* ---- from texts to a packet ---- */
struct fs_ipsum_flow {
    uint8_t source[4], destination[4];
    uint16_t source_port, destination_port;
};
struct fs_ipsum_maker {
    struct fs_packet *packet;        /* NULL: it has outgrown its room */
    const struct fs_ipsum_flow *flow; /* fallback addresses and ports; NULL: none */
    uint32_t wanted;                 /* length that the line says, from data; 0: none */
    uint8_t protocol;                /* where the line says none */
    unsigned minor;                  /* version of the dump: 0 counts fragments' offsets in units of 8 bytes */
    bool no_ip, icmp_type, icmp_code;
    bool ip_options, tcp_options; /* their fields were there, be it with none */
};
/* Sets what the text says; false when it says nothing that the field can be. */
bool fs_ipsum_set_text(struct fs_ipsum_maker *m, enum fs_ipsum_field field, struct fs_span text, struct fs_text *scratch);
/* Takes the field's bytes off the front; false when there are too few. */
bool fs_ipsum_set_binary(struct fs_ipsum_maker *m, enum fs_ipsum_field field, const uint8_t *at, size_t length);
/* Lengths, and checksums if asked for. */
void fs_ipsum_finish(struct fs_ipsum_maker *m, bool checksum);
/* Protocol by number, or T U I, or a name; below 0: none. */
int fs_ipsum_protocol(struct fs_span text);

/* ---- options (header_options.c) ---- */
enum fs_option_kinds {
    FS_OPTIONS_PADDING = 1, FS_OPTIONS_MSS = 2, FS_OPTIONS_WSCALE = 4, FS_OPTIONS_SACK = 8, FS_OPTIONS_TIMESTAMP = 16,
    FS_OPTIONS_ROUTE = 32, FS_OPTIONS_UNKNOWN = 64, FS_OPTIONS_ALL = 127,
};
void fs_text_tcp_options(struct fs_text *t, const uint8_t *at, size_t length, unsigned kinds);
void fs_text_ip_options(struct fs_text *t, const uint8_t *at, size_t length, unsigned kinds);
/* At most 40 bytes; how many, or below 0 when the text is none. */
int fs_parse_tcp_options(struct fs_span text, unsigned kinds, uint8_t options[40]);
int fs_parse_ip_options(struct fs_span text, uint8_t options[40]);

#endif
