#include "net/checksum.h"

#include "net/testing.h"

/* RFC 1071 section 3: the bytes 00 01 f2 03 f4 f5 f6 f7 sum to ddf2. */
FS_TEST(checksum_of_the_rfc)
{
    struct bytes b = hex("0001 f203 f4f5 f6f7");
    FS_EQUAL(fs_checksum(b.at, b.size), 0xffff - 0xddf2);
}

/* A header that is published with its checksum (UDP, 192.168.0.1 to 192.168.0.199). */
FS_TEST(checksum_of_a_known_header)
{
    struct bytes b = hex("4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7");
    FS_EQUAL(fs_checksum(b.at, 20), 0);
    FS_EQUAL(fs_checksum_ip(b.at, 5), 0);
    fs_put16(b.at + 10, 0);
    FS_EQUAL(fs_checksum(b.at, 20), 0xb861);
    FS_EQUAL(fs_checksum_ip(b.at, 5), 0xb861);
}

FS_TEST(checksum_is_the_plain_one_for_all_lengths_and_places)
{
    static uint8_t buffer[1700];
    uint64_t state = 1;
    for (size_t i = 0; i < sizeof buffer; i++) {
        buffer[i] = (uint8_t)noise(&state);
    }
    for (size_t size = 0; size <= 1600; size++) {
        size_t at = size % 7;
        if (!FS_EQUAL(fs_checksum(buffer + at, size), plain_checksum(buffer + at, size))) {
            return;
        }
    }
}

FS_TEST(checksum_of_ones_and_zeros)
{
    static uint8_t buffer[1500];
    FS_EQUAL(fs_checksum(buffer, sizeof buffer), 0xffff);
    memset(buffer, 0xff, sizeof buffer);
    FS_EQUAL(fs_checksum(buffer, sizeof buffer), 0);
}

FS_TEST(checksum_in_pieces)
{
    static uint8_t buffer[99];
    uint64_t state = 2;
    for (size_t i = 0; i < sizeof buffer; i++) {
        buffer[i] = (uint8_t)noise(&state);
    }
    for (size_t cut = 0; cut < sizeof buffer; cut += 2) {
        uint64_t sum = fs_sum_bytes(fs_sum_bytes(0, buffer, cut), buffer + cut, sizeof buffer - cut);
        FS_EQUAL(fs_sum_fold(sum), plain_checksum(buffer, sizeof buffer));
    }
}

FS_TEST(checksum_with_pseudo_headers)
{
    /* The pseudo headers, written out as RFC 768 and RFC 8200 8.1 draw them. */
    struct bytes four = hex("0a000001 0a000002 00 11 000c"), six = {0};
    struct bytes datagram = hex("0035 04d2 000c 0000 01020304");
    put_hex(&six, "20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002 0000000c 000000 11");
    const uint8_t *a4 = four.at, *a6 = six.at;

    uint64_t sum = fs_sum_pseudo4(fs_sum_bytes(0, datagram.at, datagram.size), a4, a4 + 4, 17, 12);
    memcpy(four.at + four.size, datagram.at, datagram.size);
    FS_EQUAL(fs_sum_fold(sum), plain_checksum(four.at, four.size + datagram.size));

    sum = fs_sum_pseudo6(fs_sum_bytes(0, datagram.at, datagram.size), a6, a6 + 16, 17, 12);
    memcpy(six.at + six.size, datagram.at, datagram.size);
    FS_EQUAL(fs_sum_fold(sum), plain_checksum(six.at, six.size + datagram.size));
}

/* RFC 1624 section 4: the case in which RFC 1141 answers ffff where it must be 0000. */
FS_TEST(checksum_update_of_the_rfc)
{
    FS_EQUAL(fs_checksum_update16(0xdd2f, 0x5555, 0x3285), 0x0000);
}

FS_TEST(checksum_update_is_the_checksum_anew)
{
    uint64_t state = 3;
    for (unsigned round = 0; round < 20000; round++) {
        struct bytes b = hex("4500 0054 0000 4000 4001 0000 0a000001 0a000002");
        fs_put32(b.at + 4, (uint32_t)noise(&state));
        fs_put32(b.at + 12, (uint32_t)noise(&state));
        fix_ip_checksum(b.at);
        uint16_t checksum = fs_get16(b.at + 10), old = fs_get16(b.at + 8), fresh = (uint16_t)noise(&state);
        uint32_t old_address = fs_get32(b.at + 16), address = (uint32_t)noise(&state);
        fs_put16(b.at + 8, fresh);
        fs_put32(b.at + 16, address);
        checksum = fs_checksum_update16(checksum, old, fresh);
        checksum = fs_checksum_update32(checksum, old_address, address);
        fix_ip_checksum(b.at);
        if (!FS_EQUAL(checksum, fs_get16(b.at + 10))) {
            return;
        }
    }
}
