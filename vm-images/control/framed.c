/* framed.c: see framed.h. */
#include "framed.h"

#include <flowstream/handler.h>
#include <string.h>

/* Too short a piece of an answer is not worth a record of its own. */
enum { PIECE_LEAST = 256, NOTE_BYTES = 48 };

static const char lost[] = "lost", closed[] = "closed", ended[] = "ended";

void fs_framed_serve(struct fs_framed *f, struct fs_service *control, struct fs_service *health)
{
    f->sessions[0].service = control;
    f->sessions[1].service = health;
}

/* ---- sessions ---- */

static struct fs_framed_session *session_of(struct fs_framed *f, uint8_t channel)
{
    struct fs_framed_session *s = channel == FS_RECORD_LOG ? NULL : &f->sessions[channel - FS_RECORD_CONTROL];
    return s != NULL && s->service != NULL ? s : NULL;
}

static void end(struct fs_framed *f, struct fs_framed_session *s)
{
    if (s->number != 0) {
        s->number = 0;
        s->service->close(s->service);
        if (f->waiting.length > 0 && session_of(f, f->waiting.channel) == s) {
            f->waiting.length = 0;
        }
    }
}

static void refuse(struct fs_framed_session *s, uint32_t number, const char *why)
{
    s->refused = number;
    s->why = why;
}

static void take_open(struct fs_framed *f, struct fs_framed_session *s, uint32_t number)
{
    end(f, s);
    if (number != 0) {
        s->number = number;
        s->received = s->sent = 0;
        s->refused = 0;
        s->service->open(s->service);
    }
}

/* Hands what waits to its service; true when all of it was taken. */
static bool hand_over(struct fs_framed *f)
{
    struct fs_record *r = &f->waiting;
    if (r->length > 0) {
        struct fs_service *service = session_of(f, r->channel)->service;
        size_t taken = service->input(service, r->payload, r->length);
        r->payload += taken;
        r->length -= taken;
    }
    return r->length == 0;
}

static void take_data(struct fs_framed *f, struct fs_framed_session *s, const struct fs_record *r)
{
    if (r->session != s->number || r->session == 0) {
        refuse(s, r->session, closed);
    } else if (r->sequence != s->received) {
        end(f, s);
        refuse(s, r->session, lost);
    } else {
        s->received++;
        f->waiting = *r;
    }
}

static void take_record(struct fs_framed *f, const struct fs_record *r)
{
    struct fs_framed_session *s = session_of(f, r->channel);
    if (s == NULL) {
        return;
    }
    if (r->kind == FS_RECORD_OPEN) {
        take_open(f, s, r->session);
    } else if (r->kind == FS_RECORD_DATA) {
        take_data(f, s, r);
    } else if (r->session == s->number) {
        end(f, s);
    }
}

size_t fs_framed_input(struct fs_framed *f, const uint8_t *bytes, size_t count)
{
    size_t taken = 0;
    while (hand_over(f) && taken < count) {
        struct fs_record r;
        bool found;
        taken += fs_record_read(&f->reader, bytes + taken, count - taken, &r, &found);
        if (found) {
            take_record(f, &r);
        }
    }
    return taken;
}

/* ---- the log ---- */

static bool keep(struct fs_framed *f, const char *bytes, size_t count)
{
    if (count > FS_FRAMED_LOG - f->log_length) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        f->log[(f->log_start + f->log_length++) % FS_FRAMED_LOG] = (uint8_t)bytes[i];
    }
    return true;
}

void fs_framed_log(struct fs_framed *f, const char *bytes, size_t count)
{
    if (f->log_lost > 0) {
        char room[NOTE_BYTES];
        struct fs_text note = {.at = room, .capacity = sizeof room};
        fs_text_format(&note, "(%u lines not shown)\n", f->log_lost);
        if (note.length + count > FS_FRAMED_LOG - f->log_length) {
            f->log_lost++;
            return;
        }
        keep(f, room, note.length);
        f->log_lost = 0;
    }
    if (!keep(f, bytes, count)) {
        f->log_lost++;
    }
}

/* Bytes of the next line with its newline, or of a piece that is as long as a record may be; 0 while there is none. */
static size_t line_length(const struct fs_framed *f)
{
    for (uint32_t i = 0; i < f->log_length; i++) {
        if (f->log[(f->log_start + i) % FS_FRAMED_LOG] == '\n' || i + 1 == FS_FRAMED_LINE) {
            return i + 1;
        }
    }
    return 0;
}

/* ---- output ---- */

static size_t put_log(struct fs_framed *f, uint8_t *to, size_t room)
{
    uint8_t line[FS_FRAMED_LINE];
    size_t length = line_length(f);
    if (length == 0 || FS_RECORD_WIRE(length) > room) {
        return 0;
    }
    for (size_t i = 0; i < length; i++) {
        line[i] = f->log[(f->log_start + i) % FS_FRAMED_LOG];
    }
    f->log_start = (uint32_t)((f->log_start + length) % FS_FRAMED_LOG);
    f->log_length -= (uint32_t)length;
    return fs_record_write(&(struct fs_record){FS_RECORD_LOG, FS_RECORD_DATA, f->log_sent++, 0, line, length}, to);
}

static size_t put_end(struct fs_framed_session *s, uint8_t channel, uint8_t *to, size_t room)
{
    if (s->refused == 0 || FS_RECORD_WIRE(sizeof closed) > room) {
        return 0;
    }
    const struct fs_record r = {channel, FS_RECORD_CLOSE, 0, s->refused, (const uint8_t *)s->why, strlen(s->why)};
    s->refused = 0;
    return fs_record_write(&r, to);
}

static size_t put_data(struct fs_framed *f, struct fs_framed_session *s, uint8_t channel, uint8_t *to, size_t room)
{
    const uint8_t *at;
    size_t length = s->number == 0 ? 0 : s->service->output(s->service, &at);
    if (length == 0) {
        if (s->number != 0 && s->service->ended(s->service)) {
            refuse(s, s->number, ended);
            end(f, s);
        }
        return 0;
    }
    size_t most = room < FS_RECORD_WIRE(0) ? 0 : (room - FS_RECORD_WIRE(0)) / 2;
    most = most < FS_RECORD_PAYLOAD ? most : FS_RECORD_PAYLOAD;
    if (most < length && most < PIECE_LEAST) {
        return 0;
    }
    length = length < most ? length : most;
    size_t n = fs_record_write(&(struct fs_record){channel, FS_RECORD_DATA, s->sent++, s->number, at, length}, to);
    s->service->sent(s->service, length);
    return n;
}

size_t fs_framed_output_log(struct fs_framed *f, uint8_t *to, size_t room)
{
    size_t used = 0, n;
    while ((n = put_log(f, to + used, room - used)) > 0) {
        used += n;
    }
    return used;
}

/* Health before the log, and control last: it may have much to say. */
size_t fs_framed_output(struct fs_framed *f, uint8_t *to, size_t room)
{
    size_t used = 0, before;
    do {
        before = used;
        for (uint8_t i = FS_FRAMED_SESSIONS; i-- > 0;) {
            struct fs_framed_session *s = &f->sessions[i];
            uint8_t channel = (uint8_t)(FS_RECORD_CONTROL + i);
            used += put_data(f, s, channel, to + used, room - used);
            used += put_end(s, channel, to + used, room - used);
            used += i == 0 ? 0 : fs_framed_output_log(f, to + used, room - used);
        }
    } while (used != before);
    return used;
}

bool fs_framed_log_waits(const struct fs_framed *f)
{
    return line_length(f) > 0;
}

bool fs_framed_busy(const struct fs_framed *f)
{
    bool busy = fs_framed_log_waits(f);
    for (unsigned i = 0; i < FS_FRAMED_SESSIONS; i++) {
        const struct fs_framed_session *s = &f->sessions[i];
        const uint8_t *at;
        busy |= s->refused != 0 || (s->number != 0 && s->service->output(s->service, &at) > 0);
    }
    return busy;
}

__attribute__((cold)) void fs_framed_scrub(struct fs_framed *f)
{
    /* In use: what its service has not taken, or what was read of the next record. */
    size_t from = f->waiting.length > 0 ? (size_t)(f->waiting.payload - f->reader.body) : 0;
    size_t to = f->waiting.length > 0 ? from + f->waiting.length : f->reader.length;
    memset(f->reader.body, 0, from);
    memset(f->reader.body + to, 0, sizeof f->reader.body - to);
    memset(f->log, 0, sizeof f->log);
    f->log_start = f->log_length = 0;
}
