#include "record.h"

#include "engine/testing.h"
#include "loader/crc32c.h"

/* Channel 1, data, sequence 0xdb02, session 0xc0a1b2c3, payload "a C0 b DB c": the CRC by another program. */
static const uint8_t wire[] = {0xc0, 1,    0,    2,    0xdb, 0xdd, 0xc3, 0xb2, 0xa1, 0xdb, 0xdc, 'a',
                               0xdb, 0xdc, 'b',  0xdb, 0xdd, 'c',  0x3a, 0xa9, 0x0b, 0xe4, 0xc0};
static const uint8_t payload[] = {'a', 0xc0, 'b', 0xdb, 'c'};
static const struct fs_record record = {FS_RECORD_CONTROL, FS_RECORD_DATA, 0xdb02, 0xc0a1b2c3, payload, sizeof payload};

static struct fs_record_reader reader;
static struct fs_record latest;
static uint8_t latest_payload[FS_RECORD_PAYLOAD];

/* How many records these bytes hold when they come in such pieces; the latest one is kept. */
static unsigned count_records(const uint8_t *bytes, size_t length, size_t piece)
{
    unsigned n = 0;
    for (size_t at = 0; at < length;) {
        bool found;
        size_t offered = length - at < piece ? length - at : piece;
        size_t taken = fs_record_read(&reader, bytes + at, offered, &latest, &found);
        FS_CHECK(taken > 0 && taken <= offered);
        at += taken;
        if (found) {
            memcpy(latest_payload, latest.payload, latest.length);
            n++;
        }
    }
    return n;
}

static unsigned count_afresh(const uint8_t *bytes, size_t length)
{
    memset(&reader, 0, sizeof reader);
    return count_records(bytes, length, length);
}

FS_TEST(record_is_written_as_the_contract_says)
{
    uint8_t room[FS_RECORD_WIRE(sizeof payload)];
    FS_EQUAL(fs_record_write(&record, room), sizeof wire);
    FS_CHECK(memcmp(room, wire, sizeof wire) == 0);
}

FS_TEST(record_is_read_in_pieces_of_any_size)
{
    for (size_t piece = 1; piece <= sizeof wire; piece++) {
        memset(&reader, 0, sizeof reader);
        FS_EQUAL(count_records(wire, sizeof wire, piece), 1);
        FS_EQUAL(latest.channel, FS_RECORD_CONTROL);
        FS_EQUAL(latest.kind, FS_RECORD_DATA);
        FS_EQUAL(latest.sequence, 0xdb02);
        FS_EQUAL(latest.session, 0xc0a1b2c3);
        FS_EQUAL(latest.length, sizeof payload);
        FS_CHECK(memcmp(latest_payload, payload, sizeof payload) == 0);
    }
}

FS_TEST(record_of_any_length_comes_back)
{
    static uint8_t bytes[FS_RECORD_PAYLOAD], room[FS_RECORD_WIRE(FS_RECORD_PAYLOAD)];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = i % 3 == 0 ? 0xc0 : i % 3 == 1 ? 0xdb : (uint8_t)i;
    }
    for (size_t length = 0; length <= sizeof bytes; length += 31) {
        struct fs_record r = {FS_RECORD_HEALTH, FS_RECORD_CLOSE, 7, 9, bytes, length};
        size_t n = fs_record_write(&r, room);
        FS_CHECK(n <= FS_RECORD_WIRE(length));
        FS_EQUAL(count_afresh(room, n), 1);
        FS_EQUAL(latest.length, length);
        FS_CHECK(memcmp(latest_payload, bytes, length) == 0);
    }
}

/* Whatever byte is changed, left out or put in: the record is not taken for another one, and the next one is whole. */
FS_TEST(record_that_is_damaged_costs_no_other)
{
    uint8_t room[2 * sizeof wire + 1];
    for (size_t at = 1; at < sizeof wire - 1; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(room, wire, sizeof wire);
            memcpy(room + sizeof wire, wire, sizeof wire);
            room[at] ^= (uint8_t)(1u << bit);
            FS_EQUAL(count_afresh(room, 2 * sizeof wire), 1);
        }
        memcpy(room, wire, at);
        memcpy(room + at, wire + at + 1, sizeof wire - at - 1);
        memcpy(room + sizeof wire - 1, wire, sizeof wire);
        FS_EQUAL(count_afresh(room, 2 * sizeof wire - 1), 1);
        memcpy(room, wire, at);
        room[at] = 'x';
        memcpy(room + at + 1, wire + at, sizeof wire - at);
        memcpy(room + sizeof wire + 1, wire, sizeof wire);
        FS_EQUAL(count_afresh(room, 2 * sizeof wire + 1), 1);
    }
}

FS_TEST(record_begins_anywhere)
{
    uint8_t room[2 * sizeof wire];
    memcpy(room, wire, sizeof wire);
    memcpy(room + sizeof wire, wire, sizeof wire);
    for (size_t at = 2; at < sizeof wire; at++) { /* from 1 on it is whole, but for a mark that it need not have */
        FS_EQUAL(count_afresh(room + at, sizeof room - at), 1);
    }
}

FS_TEST(record_without_a_second_mark_between_two)
{
    uint8_t room[2 * sizeof wire];
    memcpy(room, wire, sizeof wire);
    memcpy(room + sizeof wire, wire + 1, sizeof wire - 1);
    FS_EQUAL(count_afresh(room, 2 * sizeof wire - 1), 2);
}

FS_TEST(record_refuses_what_is_none)
{
    static uint8_t room[FS_RECORD_WIRE(FS_RECORD_PAYLOAD) + 64];
    static const uint8_t marks[] = {0xc0, 0xc0, 0xc0, 0xc0};
    FS_EQUAL(count_afresh(marks, sizeof marks), 0);
    struct fs_record strange = record;
    strange.channel = FS_RECORD_CHANNELS;
    FS_EQUAL(count_afresh(room, fs_record_write(&strange, room)), 0);
    strange = record;
    strange.kind = FS_RECORD_KINDS;
    FS_EQUAL(count_afresh(room, fs_record_write(&strange, room)), 0);

    memset(room, 'x', sizeof room); /* longer than any record, and then one */
    FS_EQUAL(count_afresh(room, sizeof room), 0);
    FS_EQUAL(count_records(wire, sizeof wire, sizeof wire), 1);

    /* Well-formed but one byte too long. */
    size_t n = 0;
    room[n++] = 0xc0;
    memset(room + n, 0, FS_RECORD_BODY - 3);
    n += FS_RECORD_BODY - 3;
    uint32_t crc = fs_crc32c(0, room + 1, FS_RECORD_BODY - 3);
    for (unsigned i = 0; i < 4; i++) {
        room[n++] = (uint8_t)(crc >> 8 * i);
    }
    room[n++] = 0xc0;
    FS_EQUAL(count_afresh(room, n), 0);
}
