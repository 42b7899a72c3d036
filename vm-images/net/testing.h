/* net/testing.h: frames and match programs for tests, written out by hand. For *_test.c files. */
#ifndef NET_TESTING_H
#define NET_TESTING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/testing.h"
#include "net/bytes.h"
#include "net/match.h"

/* ---- frames ---- */
struct bytes {
    size_t size;
    uint8_t at[2048];
};

/* Appends hexadecimal digits; white space parts them as you like. */
static inline void put_hex(struct bytes *b, const char *digits)
{
    unsigned high = 16;
    for (; *digits != '\0'; digits++) {
        if (*digits == ' ') {
            continue;
        }
        unsigned d = (unsigned)(*digits <= '9' ? *digits - '0' : (*digits | 0x20) - 'a' + 10);
        if (high == 16) {
            high = d;
        } else {
            b->at[b->size++] = (uint8_t)(high << 4 | d);
            high = 16;
        }
    }
}
static inline struct bytes hex(const char *digits)
{
    struct bytes b = {0};
    put_hex(&b, digits);
    return b;
}
static inline void put_number(struct bytes *b, unsigned size, uint64_t value)
{
    while (size-- > 0) {
        b->at[b->size++] = (uint8_t)(value >> 8 * size);
    }
}

/* RFC 1071, word by word, as the RFC's text has it: the reference for what is under test. */
static inline uint16_t plain_checksum(const uint8_t *at, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

/* Ethernet 02:00:00:00:00:0a to 02:00:00:00:00:0b. */
static inline void put_ether(struct bytes *b, uint16_t type)
{
    put_hex(b, "02000000000b 02000000000a");
    put_number(b, 2, type);
}
/* An IPv4 header without options, checksum right; total length says `payload` bytes follow. */
static inline void put_ip(struct bytes *b, uint32_t source, uint32_t destination, uint8_t protocol, size_t payload)
{
    uint8_t *at = b->at + b->size;
    put_hex(b, "45 00");
    put_number(b, 2, 20 + payload);
    put_hex(b, "1234 0000 40");
    put_number(b, 1, protocol);
    put_hex(b, "0000");
    put_number(b, 4, source);
    put_number(b, 4, destination);
    fs_put16(at + 10, plain_checksum(at, 20));
}
static inline void fix_ip_checksum(uint8_t *ip)
{
    fs_put16(ip + 10, 0);
    fs_put16(ip + 10, plain_checksum(ip, (ip[0] & 15u) * 4u));
}
static inline void put_ip6(struct bytes *b, uint64_t source, uint64_t destination, uint8_t next, size_t payload)
{
    put_hex(b, "60000000");
    put_number(b, 2, payload);
    put_number(b, 1, next);
    put_number(b, 1, 64);
    put_number(b, 8, 0x20010db800000000);
    put_number(b, 8, source);
    put_number(b, 8, 0x20010db800000000);
    put_number(b, 8, destination);
}
/* UDP ports and length, checksum 0 (none, as IPv4 allows). */
static inline void put_udp(struct bytes *b, uint16_t source, uint16_t destination, size_t payload)
{
    put_number(b, 2, source);
    put_number(b, 2, destination);
    put_number(b, 2, 8 + payload);
    put_hex(b, "0000");
    for (size_t i = 0; i < payload; i++) {
        put_number(b, 1, i & 255);
    }
}
/* Ethernet, IPv4, UDP from 10.0.0.1 to 10.0.0.2. */
static inline struct bytes udp_frame(uint16_t source, uint16_t destination, size_t payload)
{
    struct bytes b = {0};
    put_ether(&b, 0x0800);
    put_ip(&b, 0x0a000001, 0x0a000002, 17, 8 + payload);
    put_udp(&b, source, destination, payload);
    return b;
}
static inline struct bytes udp6_frame(uint16_t source, uint16_t destination, size_t payload)
{
    struct bytes b = {0};
    put_ether(&b, 0x86dd);
    put_ip6(&b, 1, 2, 17, 8 + payload);
    put_udp(&b, source, destination, payload);
    return b;
}

/* A packet of the test's pool that starts with the network header, which is marked. */
static inline struct fs_packet *marked_packet(struct fs_test *t, const uint8_t *at, size_t size, unsigned header)
{
    struct fs_packet *p = fs_test_packet(t, at, size);
    fs_set_network_header(p, p->data, header);
    return p;
}

/* ---- match programs (docs/contracts.md section 2) ---- */
enum { YES = 0, NO_RULE = -1 };
struct program {
    uint32_t rule_count, node_count, root;
    uint32_t verdicts[32];
    uint8_t nodes[256 * FS_MATCH_NODE_SIZE];
    uint8_t table[8192];
    size_t size;
};
static inline void put_le32(uint8_t *at, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (uint8_t)(v >> 8 * i);
    }
}
static inline uint32_t rule(struct program *p, uint32_t verdict)
{
    p->verdicts[p->rule_count] = verdict;
    return FS_MATCH_LEAF | p->rule_count++;
}
static inline uint32_t node(struct program *p, unsigned source, unsigned offset, unsigned op, uint32_t mask,
                            uint32_t value, uint32_t yes, uint32_t no)
{
    uint8_t *at = p->nodes + p->node_count * FS_MATCH_NODE_SIZE;
    at[0] = (uint8_t)offset;
    at[1] = (uint8_t)(offset >> 8);
    at[2] = (uint8_t)source;
    at[3] = (uint8_t)op;
    put_le32(at + 4, mask);
    put_le32(at + 8, value);
    put_le32(at + 12, yes);
    put_le32(at + 16, no);
    return p->node_count++;
}
static inline void finish(struct program *p, uint32_t root)
{
    p->root = root;
    put_le32(p->table, FS_MATCH_FORMAT);
    put_le32(p->table + 4, p->rule_count);
    put_le32(p->table + 8, p->node_count);
    put_le32(p->table + 12, root);
    for (uint32_t i = 0; i < p->rule_count; i++) {
        put_le32(p->table + 16 + 4 * i, p->verdicts[i]);
    }
    memcpy(p->table + 16 + 4 * p->rule_count, p->nodes, p->node_count * FS_MATCH_NODE_SIZE);
    p->size = 16 + 4 * p->rule_count + p->node_count * FS_MATCH_NODE_SIZE;
}

/* ---- repeatable noise ---- */
static inline uint64_t noise(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

#endif
