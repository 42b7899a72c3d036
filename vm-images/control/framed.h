/* framed.h: log, control and health over one byte stream of records (record.h, docs/contracts.md 6), the machine's side.
 * The platform moves bytes between it and the console; nothing here waits or allocates.
 *
 *     readable:  n = fs_framed_input(f, bytes, count)   takes n of them; called again after output, with the rest or none
 *     writable:  n = fs_framed_output(f, to, room)      whole records, as many as fit
 */
#ifndef FS_CONTROL_FRAMED_H
#define FS_CONTROL_FRAMED_H

#include "record.h"
#include "service.h"

enum {
    FS_FRAMED_SESSIONS = 2,   /* control and health */
    FS_FRAMED_LOG = 16384,    /* bytes of log lines that wait */
    FS_FRAMED_LINE = 1001,    /* bytes of one with its newline; a longer one goes out in pieces */
    FS_FRAMED_ROOM = FS_RECORD_WIRE(FS_FRAMED_LINE), /* for any line, and for answers, which come in pieces */
};

/* One channel's session. */
struct fs_framed_session {
    struct fs_service *service;
    uint32_t number;             /* the host's; 0 while none is open */
    uint16_t received, sent;     /* sequence numbers: the next one's */
    uint32_t refused;            /* a session that is to be told its end; 0 none */
    const char *why;             /* that end */
};

struct fs_framed {
    struct fs_framed_session sessions[FS_FRAMED_SESSIONS];
    struct fs_record_reader reader;
    struct fs_record waiting; /* data that its service has not taken all of; length 0 none */
    uint16_t log_sent;        /* sequence number of the next line */
    uint32_t log_start, log_length, log_lost; /* of the ring; lines that found no room */
    uint8_t log[FS_FRAMED_LOG];
};

/* `f` is zeroed. Lines may be logged before there are services. */
void fs_framed_serve(struct fs_framed *f, struct fs_service *control, struct fs_service *health);
/* Bytes of lines; a line goes out once its newline is there. What does not fit is counted as a line. */
void fs_framed_log(struct fs_framed *f, const char *bytes, size_t count);

size_t fs_framed_input(struct fs_framed *f, const uint8_t *bytes, size_t count);
/* `room` of FS_FRAMED_ROOM is enough for some progress. */
size_t fs_framed_output(struct fs_framed *f, uint8_t *to, size_t room);
/* Of the log alone: for who is called from within a service, which must not be called again then. */
size_t fs_framed_output_log(struct fs_framed *f, uint8_t *to, size_t room);
/* A line waits to go out; or something does. */
bool fs_framed_log_waits(const struct fs_framed *f);
bool fs_framed_busy(const struct fs_framed *f);
/* Zeroes what was read and logged, but for data that a service has not taken yet. */
void fs_framed_scrub(struct fs_framed *f);

#endif
