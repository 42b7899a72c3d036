/* hostile.h: good frames with sequence numbers, and frames that are wrong in as many ways as we know. */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

#include "net/testing.h"

enum { GOOD_PORT = 5000, GOOD_KINDS = 6, BAD_KINDS = 16, MARK_SIZE = 8 };

/* The end of each good frame: a mark that no bad frame has, and its number. */
static const uint8_t good_mark[4] = {0x60, 0x0d, 0xf0, 0x0d};

static inline void put_mark(struct bytes *b, uint32_t number)
{
    memcpy(b->at + b->size, good_mark, 4);
    b->size += 4;
    put_number(b, 4, number);
}
static inline bool read_mark(const struct fs_packet *p, uint32_t *number)
{
    if (p->length < MARK_SIZE || memcmp(p->data + p->length - MARK_SIZE, good_mark, 4) != 0) {
        return false;
    }
    *number = fs_get32(p->data + p->length - 4);
    return true;
}

static inline void put_udp_header(struct bytes *b, size_t payload)
{
    put_number(b, 2, 40000);
    put_number(b, 2, GOOD_PORT);
    put_number(b, 2, 8 + payload);
    put_number(b, 2, 0);
}

/* A frame that the firewall of hostile_test.c lets pass. */
static inline struct bytes good_frame(uint32_t number)
{
    struct bytes b = {0};
    switch (number % GOOD_KINDS) {
    case 0: /* IPv4, UDP */
        put_ether(&b, 0x0800);
        put_ip(&b, 0x0a000001, 0x0a000002, 17, 8 + MARK_SIZE);
        put_udp_header(&b, MARK_SIZE);
        break;
    case 1: /* IPv4, TCP, behind a VLAN tag */
        put_ether(&b, 0x8100);
        put_hex(&b, "0064 0800");
        put_ip(&b, 0x0a000001, 0x0a000002, 6, 20 + MARK_SIZE);
        put_hex(&b, "9c40 1388 00000001 00000002 5018 ffff 0000 0000");
        break;
    case 2: /* IPv4 with options, UDP */
        put_ether(&b, 0x0800);
        put_hex(&b, "46 00 0028 0000 0000 40 11 0000 0a000001 0a000002 94040000");
        fix_ip_checksum(b.at + 14);
        put_udp_header(&b, MARK_SIZE);
        break;
    case 3: /* IPv6, UDP */
        put_ether(&b, 0x86dd);
        put_ip6(&b, 1, 2, 17, 8 + MARK_SIZE);
        put_udp_header(&b, MARK_SIZE);
        break;
    case 4: /* IPv6 with destination options, behind two tags */
        put_ether(&b, 0x88a8);
        put_hex(&b, "0064 8100 0065 86dd");
        put_ip6(&b, 1, 2, 60, 16 + MARK_SIZE);
        put_hex(&b, "11 00 0104 00000000");
        put_udp_header(&b, MARK_SIZE);
        break;
    default: /* ARP, padded */
        put_ether(&b, 0x0806);
        put_hex(&b, "0001 0800 06 04 0001 02000000000a 0a000001 000000000000 0a000002");
        put_hex(&b, "00000000000000000000");
        break;
    }
    put_mark(&b, number);
    return b;
}

static inline void put_noise(struct bytes *b, size_t size, uint64_t *state)
{
    for (size_t i = 0; i < size; i++) {
        put_number(b, 1, noise(state) & 0xff);
    }
}

/* Where the network header of a good frame is. */
static inline unsigned network_of(uint32_t number)
{
    static const unsigned places[GOOD_KINDS] = {14, 18, 14, 14, 22, 14};
    return places[number % GOOD_KINDS];
}
static inline bool is_ip4(uint32_t number) { return number % GOOD_KINDS < 3; }

/* A frame with something wrong; `kind` says what. Some are only unusual (fragments), none carries a good mark. */
static inline struct bytes bad_frame(unsigned kind, uint64_t *state)
{
    uint32_t number = (uint32_t)(noise(state) % 60);
    struct bytes b = good_frame(number);
    uint8_t *network = b.at + network_of(number);
    b.at[b.size - MARK_SIZE] = 0xba; /* the mark is none any more */
    switch (kind % BAD_KINDS) {
    case 0: /* noise of any length */
        b.size = 0;
        put_noise(&b, noise(state) % 1515, state);
        break;
    case 1: /* noise behind a sound Ethernet header */
        b.size = 14;
        put_noise(&b, noise(state) % 100, state);
        break;
    case 2: /* cut off */
        b.size = noise(state) % b.size;
        break;
    case 3: /* longer than a device takes, all headers sound */
        b.size = 0;
        put_ether(&b, 0x0800);
        put_ip(&b, 0x0a000001, 0x0a000002, 17, 8 + 1480 + noise(state) % 200);
        put_udp_header(&b, fs_get16(b.at + 16) - 28u);
        put_noise(&b, fs_get16(b.at + 16) - 28u, state);
        break;
    case 4: /* total or payload length */
        fs_put16(network + (is_ip4(number) ? 2 : 4), (uint16_t)noise(state));
        if (is_ip4(number)) {
            fix_ip_checksum(network);
        }
        break;
    case 5: /* version and header length */
        network[0] = (uint8_t)noise(state);
        break;
    case 6: /* a wrong checksum */
        if (is_ip4(number)) {
            network[10] ^= (uint8_t)(1 + noise(state) % 255);
        } else {
            network[0] ^= 0xf0;
        }
        break;
    case 7: /* IPv4 fragments: first, later, last, beyond 65535, with and without DF */
        b = good_frame(0);
        network = b.at + 14;
        b.at[b.size - MARK_SIZE] = 0xba;
        fs_put16(network + 6, (uint16_t)noise(state));
        fix_ip_checksum(network);
        break;
    case 8: /* IPv6 fragments */
        b.size = 0;
        put_ether(&b, 0x86dd);
        put_ip6(&b, 1, 2, 44, 24);
        put_hex(&b, "11 00");
        put_noise(&b, 6, state);
        put_udp_header(&b, 8);
        put_noise(&b, 8, state);
        break;
    case 9: /* IPv6 extension headers that lie */
        b.size = 0;
        put_ether(&b, 0x86dd);
        put_ip6(&b, 1, 2, 0, 32);
        for (unsigned i = 0; i < 4; i++) {
            static const uint8_t next[] = {0, 43, 44, 60, 51, 17, 59, 255};
            put_number(&b, 1, next[noise(state) % 8]);
            put_number(&b, 1, noise(state) % 3 == 0 ? noise(state) & 0xff : 0);
            put_noise(&b, 6, state);
        }
        break;
    case 10: /* tags without end */
        b.size = 12;
        for (unsigned i = 0; i < noise(state) % 8; i++) {
            put_hex(&b, "8100");
            put_noise(&b, 2, state);
        }
        put_noise(&b, noise(state) % 40, state);
        break;
    case 11: /* nothing, or next to nothing */
        b.size = noise(state) % 14;
        break;
    case 12: /* UDP length lies, ports closed */
        b = good_frame(0);
        b.at[b.size - MARK_SIZE] = 0xba;
        put_le32(b.at + 36, (uint32_t)noise(state));
        break;
    case 13: /* ARP of other hardware, cut off */
        b = good_frame(5);
        b.at[14 + noise(state) % 8] = (uint8_t)noise(state);
        b.size = 14 + noise(state) % 28;
        break;
    case 14: /* IEEE 802.2 and unknown EtherTypes */
        fs_put16(b.at + 12, (uint16_t)noise(state));
        break;
    default: /* a bit or a few flipped anywhere but in the mark */
        for (unsigned i = 0; i <= noise(state) % 8; i++) {
            b.at[noise(state) % (b.size - MARK_SIZE)] ^= (uint8_t)(1u << noise(state) % 8);
        }
        break;
    }
    return b;
}

/* ---- the firewall ---- */

/* allow (udp or tcp) && dst port 5000, deny all; over IPv4 or IPv6 */
static inline struct program firewall_rules(bool six)
{
    struct program p = {0};
    uint32_t allow = rule(&p, 0), deny = rule(&p, FS_MATCH_NONE);
    unsigned source = six ? FS_MATCH_FIELD : FS_MATCH_NETWORK, offset = six ? FS_MATCH_IP6_PROTOCOL : 8;
    uint32_t mask = six ? 0xffffffff : 0x00ff0000;
    node(&p, source, offset, 0, mask, six ? 17 : 17u << 16, 2, 1);
    node(&p, source, offset, 0, mask, six ? 6 : 6u << 16, 2, deny);
    node(&p, FS_MATCH_FIELD, six ? FS_MATCH_IP6_LATER_FRAGMENT : FS_MATCH_IP_LATER_FRAGMENT, 0, 0xffffffff, 0, 3, deny);
    node(&p, FS_MATCH_TRANSPORT, 0, 0, 0x0000ffff, GOOD_PORT, allow, deny);
    finish(&p, 0);
    return p;
}

#endif
