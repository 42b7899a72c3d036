/* net/testing_match.h: what interpreters of match programs need that are written from docs/contracts.md section 2 alone:
 * slow, plain, on the table's bytes. For *_test.c files. */
#ifndef NET_TESTING_MATCH_H
#define NET_TESTING_MATCH_H

#include "net/testing.h"

static inline uint32_t le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

struct seen {
    const uint8_t *at;
    long size;
};

/* What the four sources are of this packet; fields are made into bytes too. */
static inline void sources(struct fs_packet *p, struct seen s[4], uint8_t fields[32])
{
    const uint8_t *end = p->data + p->length;
    memset(s, 0, 4 * sizeof s[0]);
    memset(fields, 0, 32);
    s[0] = (struct seen){p->data, p->length};
    s[3] = (struct seen){fields, 32};
    bool later = false;
    if (p->network_offset != 0xffff) {
        const uint8_t *n = p->head + p->network_offset;
        long left = end - n, said = left;
        if (left >= 20 && n[0] >> 4 == 4) {
            said = n[2] << 8 | n[3];
            later = ((n[6] & 0x1f) | n[7]) != 0;
        } else if (left >= 40 && n[0] >> 4 == 6) {
            said = 40 + (n[4] << 8 | n[5]);
        }
        s[1] = (struct seen){n, said < left ? said : left};
        end = n + s[1].size;
    }
    if (p->transport_offset != 0xffff && p->head + p->transport_offset < end) {
        s[2] = (struct seen){p->head + p->transport_offset, end - (p->head + p->transport_offset)};
    }
    fields[4 + 3] = later;
    fs_put32(fields + 8, (uint32_t)s[2].size);
    fs_put32(fields + 12, p->length);
    fields[16 + 3] = fs_anno_u8(p, FS_ANNO_PAINT);
}

/* A word at an offset, masked; false when a byte is missing that the mask wants. */
static inline bool plain_word(const struct seen *from, long offset, uint32_t mask, uint32_t *word)
{
    bool missing = false;
    *word = 0;
    for (int i = 0; i < 4; i++) {
        bool there = offset + i < from->size;
        *word = *word << 8 | (there ? from->at[offset + i] : 0u);
        missing = missing || (!there && (mask >> (24 - 8 * i) & 0xff) != 0);
    }
    *word &= mask;
    return !missing;
}

/* A router to load programs into: an IPFilter takes any. */
static inline struct fs_test *filter_with(const void *table, size_t size, uint32_t rules, unsigned outputs)
{
    struct fs_test *t = fs_test_new();
    fs_test_pool(t, 128);
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "c", "IPFilter");
    fs_test_table(t, "RULE", table, size, rules);
    fs_test_ports(t, 1, outputs);
    fs_test_chain(t, "in", "c");
    return t;
}

/* A packet of few different bytes, often with an IP header marked at 4. */
static inline struct fs_packet *noise_packet(struct fs_test *t, uint64_t *state)
{
    uint8_t frame[64];
    size_t size = noise(state) % sizeof frame;
    for (size_t k = 0; k < size; k++) {
        frame[k] = (uint8_t)(noise(state) & 3);
    }
    if (size > 8 && noise(state) % 4 != 0) {
        frame[4] = noise(state) % 2 != 0 ? 0x45 : 0x60;
        frame[7] = (uint8_t)(noise(state) % 50);
    }
    struct fs_packet *packet = fs_test_packet(t, frame, size);
    fs_set_anno_u8(packet, FS_ANNO_PAINT, (uint8_t)(noise(state) & 3));
    if (noise(state) % 4 != 0) {
        fs_set_network_header(packet, packet->data + 4, 20);
    }
    return packet;
}

#endif
