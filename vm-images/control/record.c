/* record.c: see record.h. */
#include "record.h"

#include <string.h>

#include "loader/crc32c.h"

enum { MARK = 0xc0, ESCAPE = 0xdb, ESCAPED_MARK = 0xdc, ESCAPED_ESCAPE = 0xdd };
enum { CHANNEL, KIND, SEQUENCE, SESSION = 4, PAYLOAD = 8, CRC_BYTES = 4 };

static uint32_t get(const uint8_t *at, unsigned bytes)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < bytes; i++) {
        v |= (uint32_t)at[i] << 8 * i;
    }
    return v;
}

static void put(uint8_t *at, uint32_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(v >> 8 * i);
    }
}

static uint8_t *escape(uint8_t *to, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == MARK || bytes[i] == ESCAPE) {
            *to++ = ESCAPE;
            *to++ = bytes[i] == MARK ? ESCAPED_MARK : ESCAPED_ESCAPE;
        } else {
            *to++ = bytes[i];
        }
    }
    return to;
}

size_t fs_record_write(const struct fs_record *r, uint8_t *to)
{
    uint8_t header[PAYLOAD], crc[CRC_BYTES], *at = to;
    header[CHANNEL] = r->channel;
    header[KIND] = r->kind;
    put(header + SEQUENCE, r->sequence, 2);
    put(header + SESSION, r->session, 4);
    put(crc, fs_crc32c(fs_crc32c(0, header, sizeof header), r->payload, r->length), CRC_BYTES);
    *at++ = MARK;
    at = escape(at, header, sizeof header);
    at = escape(at, r->payload, r->length);
    at = escape(at, crc, sizeof crc);
    *at++ = MARK;
    return (size_t)(at - to);
}

/* Whether what lies between two marks is a record. */
static bool decode(const struct fs_record_reader *reader, struct fs_record *r)
{
    if (reader->damaged || reader->escaped || reader->length < FS_RECORD_EXTRA || reader->length > FS_RECORD_BODY) {
        return false;
    }
    size_t covered = reader->length - CRC_BYTES;
    const uint8_t *body = reader->body;
    *r = (struct fs_record){body[CHANNEL], body[KIND], (uint16_t)get(body + SEQUENCE, 2), get(body + SESSION, 4),
                            body + PAYLOAD, covered - PAYLOAD};
    return r->channel < FS_RECORD_CHANNELS && r->kind < FS_RECORD_KINDS
        && get(body + covered, CRC_BYTES) == fs_crc32c(0, body, covered);
}

static void take(struct fs_record_reader *reader, uint8_t byte)
{
    if (reader->escaped) {
        reader->escaped = false;
        reader->damaged |= byte != ESCAPED_MARK && byte != ESCAPED_ESCAPE;
        byte = byte == ESCAPED_MARK ? MARK : ESCAPE;
    } else if (byte == ESCAPE) {
        reader->escaped = true;
        return;
    }
    if (reader->length < FS_RECORD_BODY) {
        reader->body[reader->length++] = byte;
    } else {
        reader->damaged = true; /* longer than any record */
    }
}

size_t fs_record_read(struct fs_record_reader *reader, const uint8_t *bytes, size_t count, struct fs_record *r,
                      bool *found)
{
    *found = false;
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != MARK) {
            take(reader, bytes[i]);
            continue;
        }
        *found = decode(reader, r);
        reader->length = 0;
        reader->escaped = reader->damaged = false;
        if (*found) {
            return i + 1;
        }
    }
    return count;
}
