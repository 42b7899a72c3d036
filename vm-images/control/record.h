/* record.h: records on a byte stream that log, control and health share: a framed console (docs/contracts.md 6).
 *
 * A record lies between two marks (0xc0), which its escapes keep out of it (RFC 1055): whoever reads falls in step at the
 * next mark, whatever was lost, damaged or put in. Nothing here keeps more than one record, and nothing allocates.
 */
#ifndef FS_CONTROL_RECORD_H
#define FS_CONTROL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fs_record_channel { FS_RECORD_LOG, FS_RECORD_CONTROL, FS_RECORD_HEALTH, FS_RECORD_CHANNELS };
enum fs_record_kind { FS_RECORD_DATA, FS_RECORD_OPEN, FS_RECORD_CLOSE, FS_RECORD_KINDS };
enum {
    FS_RECORD_PAYLOAD = 1024, /* bytes at most */
    FS_RECORD_EXTRA = 12,     /* header and CRC */
    FS_RECORD_BODY = FS_RECORD_PAYLOAD + FS_RECORD_EXTRA,
};

struct fs_record {
    uint8_t channel, kind;
    uint16_t sequence;
    uint32_t session;
    const uint8_t *payload;
    size_t length; /* of the payload */
};

/* The most that a record with such a payload can take on the stream: every byte escaped, and two marks. */
#define FS_RECORD_WIRE(payload) (2 * ((payload) + (size_t)FS_RECORD_EXTRA) + 2)

/* Writes the record to `to`, which has FS_RECORD_WIRE(r->length) bytes; answers how many it took. */
size_t fs_record_write(const struct fs_record *r, uint8_t *to);

/* What has been read of a record; zero at first. */
struct fs_record_reader {
    size_t length;         /* bytes of the body so far, also those that there was no room for */
    bool escaped, damaged; /* the latest byte was an escape; what lies here is no record */
    uint8_t body[FS_RECORD_BODY];
};

/* Takes bytes up to the end of the next record or of the bytes, and answers how many. `found`: there was a record; its
 * payload lies in the reader until the next call. */
size_t fs_record_read(struct fs_record_reader *reader, const uint8_t *bytes, size_t count, struct fs_record *r,
                      bool *found);

#endif
