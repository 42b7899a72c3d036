#include "pcap.h"

#include <stdlib.h>

#include "engine/testing.h"

static void put(uint8_t *at, uint32_t v, bool big)
{
    for (unsigned i = 0; i < 4; i++) {
        at[big ? 3 - i : i] = (uint8_t)(v >> 8 * i);
    }
}

/* A file with frames of 3 and 0 bytes at 5.000007 s (classic) or 5.000000007 s. */
static size_t make(uint8_t *at, bool big, bool precise)
{
    memset(at, 0, 24);
    put(at, precise ? 0xa1b23c4d : 0xa1b2c3d4, big);
    put(at + 20, 1, big);
    const uint32_t record[] = {5, 7, 3, 60};
    for (unsigned i = 0; i < 4; i++) {
        put(at + 24 + 4 * i, record[i], big);
        put(at + 43 + 4 * i, i == 2 ? 0 : record[i], big);
    }
    memcpy(at + 40, "abc", 3);
    return 59;
}

FS_TEST(pcap_reads_both_byte_orders_and_precisions)
{
    uint8_t bytes[64];
    char why[100];
    for (unsigned kind = 0; kind < 4; kind++) {
        bool precise = kind & 2;
        struct fs_pcap f = {.bytes = bytes, .length = make(bytes, kind & 1, precise)};
        struct fs_pcap_frame frame;
        FS_REQUIRE(fs_pcap_check(&f, why, sizeof(why)) == 0);
        FS_REQUIRE(fs_pcap_peek(&f, &frame));
        FS_EQUAL(frame.timestamp, 5000000000u + (precise ? 7 : 7000));
        FS_CHECK(frame.length == 3 && memcmp(frame.bytes, "abc", 3) == 0);
        fs_pcap_next(&f);
        FS_CHECK(fs_pcap_peek(&f, &frame) && frame.length == 0);
        fs_pcap_next(&f);
        FS_CHECK(!fs_pcap_peek(&f, &frame));
    }
}

FS_TEST(pcap_refuses_what_is_cut_off)
{
    uint8_t bytes[64];
    char why[100];
    size_t whole = make(bytes, false, false);
    for (size_t n = 0; n < whole; n++) {
        if (n == 24 || n == 43) {
            continue; /* whole files of no frame and of one */
        }
        uint8_t *copy = malloc(n + 1);
        memcpy(copy, bytes, n);
        struct fs_pcap f = {.bytes = copy, .length = n};
        FS_CHECK(fs_pcap_check(&f, why, sizeof(why)) == -1);
        free(copy);
    }
    FS_TEXT(why, "cut off within frame 2 (byte 43)");
    put(bytes + 20, 101, false);
    struct fs_pcap f = {.bytes = bytes, .length = whole};
    FS_CHECK(fs_pcap_check(&f, why, sizeof(why)) == -1);
    FS_TEXT(why, "link type 101, expected 1 (Ethernet)");
}
