#include "framed.h"

#include <stdio.h>

#include "engine/testing.h"

enum { STREAM = 1 << 16, SAID = 1 << 15, SESSION = 0xc0db0001u };

/* A service that says back what it hears, after a greeting; it ends at a `!`. */
struct echo {
    struct fs_service service;
    unsigned opened, closed;
    bool held, over;
    size_t waiting, gone;
    char bytes[4096];
};

static struct echo *echo_of(struct fs_service *s) { return (struct echo *)(void *)s; }

static void echo_open(struct fs_service *s)
{
    struct echo *e = echo_of(s);
    e->opened++;
    e->over = false;
    memcpy(e->bytes, "hello ", 6);
    e->waiting = 6;
    e->gone = 0;
}
static void echo_close(struct fs_service *s)
{
    echo_of(s)->closed++;
    echo_of(s)->waiting = echo_of(s)->gone = 0;
}
static size_t echo_input(struct fs_service *s, const uint8_t *bytes, size_t count)
{
    struct echo *e = echo_of(s);
    if (e->waiting > 0 || count == 0) {
        return 0;
    }
    count = count < 700 ? count : 700; /* in pieces: the rest is offered again */
    memcpy(e->bytes, bytes, count);
    e->over = memchr(bytes, '!', count) != NULL;
    e->waiting = count;
    return count;
}
static size_t echo_output(struct fs_service *s, const uint8_t **at)
{
    struct echo *e = echo_of(s);
    *at = (const uint8_t *)e->bytes + e->gone;
    return e->held ? 0 : e->waiting - e->gone;
}
static void echo_sent(struct fs_service *s, size_t count)
{
    struct echo *e = echo_of(s);
    e->gone += count;
    if (e->gone == e->waiting) {
        e->gone = e->waiting = 0;
    }
}
static bool echo_ended(const struct fs_service *s)
{
    return ((const struct echo *)(const void *)s)->over;
}

static struct fs_framed framed;
static struct echo control, health;
static uint8_t stream[STREAM]; /* what the host writes */
static size_t stream_length;
static char said[FS_RECORD_CHANNELS][SAID]; /* what it reads, by channel */
static uint16_t heard[FS_RECORD_CHANNELS];  /* sequence numbers: the next one's */
static char ends[SAID];

static void begin(void)
{
    static const struct fs_service service = {echo_open, echo_close, echo_input, echo_output, echo_sent, echo_ended};
    memset(&framed, 0, sizeof framed);
    control = health = (struct echo){.service = service};
    fs_framed_serve(&framed, &control.service, &health.service);
    stream_length = 0;
    memset(said, 0, sizeof said);
    memset(heard, 0, sizeof heard);
    memset(ends, 0, sizeof ends);
}

static void write_record(uint8_t channel, uint8_t kind, uint16_t sequence, uint32_t session, const char *text)
{
    struct fs_record r = {channel, kind, sequence, session, (const uint8_t *)text, strlen(text)};
    FS_CHECK(stream_length + FS_RECORD_WIRE(r.length) <= sizeof stream);
    stream_length += fs_record_write(&r, stream + stream_length);
}

static void hear(const struct fs_record *r)
{
    size_t length = strlen(said[r->channel]);
    if (r->kind == FS_RECORD_CLOSE) {
        size_t at = strlen(ends);
        snprintf(ends + at, sizeof ends - at, "%u %x %.*s\n", r->channel, r->session, (int)r->length,
                 (const char *)r->payload);
        return;
    }
    heard[r->channel] = r->sequence == 0 && r->channel != FS_RECORD_LOG ? 0 : heard[r->channel];
    FS_EQUAL(r->sequence, heard[r->channel]++);
    FS_EQUAL(r->session, r->channel == FS_RECORD_LOG ? 0 : SESSION);
    FS_CHECK(length + r->length < SAID);
    memcpy(said[r->channel] + length, r->payload, r->length);
}

/* Reads what there is to read through a console of that size; answers how many bytes. */
static size_t listen(size_t room)
{
    static uint8_t bytes[STREAM];
    struct fs_record_reader reader = {0};
    size_t n = fs_framed_output(&framed, bytes, room);
    FS_CHECK(n <= room);
    for (size_t at = 0; at < n;) {
        struct fs_record r;
        bool found;
        at += fs_record_read(&reader, bytes + at, n - at, &r, &found);
        if (found) {
            hear(&r);
        }
    }
    FS_EQUAL(reader.length, 0); /* whole records alone */
    return n;
}

/* Has the machine take all that was written, in pieces of that size. */
static void talk(size_t piece, size_t room)
{
    for (size_t at = 0; at < stream_length;) {
        size_t n = stream_length - at < piece ? stream_length - at : piece;
        size_t taken = fs_framed_input(&framed, stream + at, n);
        at += taken;
        size_t went = listen(room);
        FS_REQUIRE(taken > 0 || went > 0);
    }
    do { /* what waited for an answer to go out */
        fs_framed_input(&framed, stream, 0);
    } while (listen(room) > 0);
    FS_CHECK(!fs_framed_busy(&framed));
    stream_length = 0;
}

FS_TEST(framed_session_begins_with_its_greeting)
{
    for (size_t piece = 1; piece < 80; piece += 13) {
        begin();
        write_record(FS_RECORD_CONTROL, FS_RECORD_OPEN, 0, SESSION, "");
        write_record(FS_RECORD_HEALTH, FS_RECORD_OPEN, 0, SESSION, "");
        write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 0, SESSION, "one ");
        write_record(FS_RECORD_HEALTH, FS_RECORD_DATA, 0, SESSION, "ping");
        write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 1, SESSION, "two");
        talk(piece, FS_FRAMED_ROOM);
        FS_TEXT(said[FS_RECORD_CONTROL], "hello one two");
        FS_TEXT(said[FS_RECORD_HEALTH], "hello ping");
        FS_TEXT(ends, "");
    }
}

FS_TEST(framed_open_ends_what_was_open)
{
    begin();
    write_record(FS_RECORD_CONTROL, FS_RECORD_OPEN, 0, 77, "");
    FS_EQUAL(fs_framed_input(&framed, stream, stream_length), stream_length);
    stream_length = 0; /* its greeting never goes out: the client is gone */
    write_record(FS_RECORD_CONTROL, FS_RECORD_OPEN, 0, SESSION, "");
    write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 0, SESSION, "new");
    write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 0, 77, "old");
    write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 1, SESSION, "er");
    talk(STREAM, FS_FRAMED_ROOM);
    FS_TEXT(said[FS_RECORD_CONTROL], "hello newer");
    FS_TEXT(ends, "1 4d closed\n");
    FS_EQUAL(control.opened, 2);
    FS_EQUAL(control.closed, 1);
    FS_EQUAL(health.opened, 0);
}

FS_TEST(framed_gap_ends_the_session)
{
    begin();
    write_record(FS_RECORD_CONTROL, FS_RECORD_OPEN, 0, SESSION, "");
    write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 0, SESSION, "a");
    talk(STREAM, FS_FRAMED_ROOM);
    write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 2, SESSION, "c");
    talk(STREAM, FS_FRAMED_ROOM);
    FS_TEXT(said[FS_RECORD_CONTROL], "hello a");
    FS_TEXT(ends, "1 c0db0001 lost\n");
    FS_EQUAL(control.closed, 1);
    write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 3, SESSION, "d");
    talk(STREAM, FS_FRAMED_ROOM);
    FS_TEXT(said[FS_RECORD_CONTROL], "hello a");
    FS_TEXT(ends, "1 c0db0001 lost\n1 c0db0001 closed\n");
}

FS_TEST(framed_session_is_closed_by_either_side)
{
    begin();
    write_record(FS_RECORD_CONTROL, FS_RECORD_OPEN, 0, SESSION, "");
    write_record(FS_RECORD_CONTROL, FS_RECORD_CLOSE, 0, 5, "");
    write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 0, SESSION, "goodbye!");
    talk(STREAM, FS_FRAMED_ROOM);
    FS_TEXT(said[FS_RECORD_CONTROL], "hello goodbye!"); /* the answer first */
    FS_TEXT(ends, "1 c0db0001 ended\n");
    write_record(FS_RECORD_CONTROL, FS_RECORD_OPEN, 0, SESSION, "");
    write_record(FS_RECORD_CONTROL, FS_RECORD_CLOSE, 0, SESSION, "");
    talk(STREAM, FS_FRAMED_ROOM);
    FS_TEXT(ends, "1 c0db0001 ended\n"); /* the host knows of its own */
    FS_EQUAL(control.opened, control.closed);
}

/* 60 KB through a console of 2 KiB, each way, with services that take little at a time. */
FS_TEST(framed_data_pass_a_small_console)
{
    static char text[1000], expected[SAID];
    begin();
    memset(text, 0xc0, sizeof text - 1);
    write_record(FS_RECORD_CONTROL, FS_RECORD_OPEN, 0, SESSION, "");
    strcpy(expected, "hello ");
    for (uint16_t i = 0; i < 30; i++) {
        snprintf(text, sizeof text, "%300u", i);
        text[300] = (char)0xc0;
        strcat(expected, text);
        write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, i, SESSION, text);
    }
    talk(100, 2048);
    FS_TEXT(said[FS_RECORD_CONTROL], expected);
}

FS_TEST(framed_waits_while_an_answer_is_held)
{
    begin();
    write_record(FS_RECORD_CONTROL, FS_RECORD_OPEN, 0, SESSION, "");
    write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 0, SESSION, "a");
    write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 1, SESSION, "b");
    control.held = true;
    size_t taken = fs_framed_input(&framed, stream, stream_length);
    FS_CHECK(taken < stream_length);
    FS_EQUAL(fs_framed_input(&framed, stream + taken, stream_length - taken), 0);
    control.held = false;
    listen(FS_FRAMED_ROOM);
    memmove(stream, stream + taken, stream_length -= taken);
    talk(STREAM, FS_FRAMED_ROOM);
    FS_TEXT(said[FS_RECORD_CONTROL], "hello ab");
}

FS_TEST(framed_log_is_lines)
{
    begin();
    fs_framed_log(&framed, "READY ", 6);
    FS_EQUAL(listen(FS_FRAMED_ROOM), 0);
    fs_framed_log(&framed, "now\nnext\n", 9);
    FS_CHECK(listen(FS_RECORD_WIRE(10) + 1) > 0); /* room for one */
    FS_TEXT(said[FS_RECORD_LOG], "READY now\n");
    listen(FS_FRAMED_ROOM);
    FS_TEXT(said[FS_RECORD_LOG], "READY now\nnext\n");
    FS_EQUAL(heard[FS_RECORD_LOG], 2);
}

/* Said from within a handler: no service is called, however long the line. */
FS_TEST(framed_log_goes_out_alone)
{
    static char line[FS_FRAMED_LINE + 100];
    static uint8_t bytes[FS_FRAMED_ROOM];
    begin();
    write_record(FS_RECORD_CONTROL, FS_RECORD_OPEN, 0, SESSION, "");
    FS_EQUAL(fs_framed_input(&framed, stream, stream_length), stream_length);
    stream_length = 0;
    memset(line, 0xc0, sizeof line - 1);
    line[sizeof line - 2] = '\n';
    fs_framed_log(&framed, line, sizeof line - 1);
    while (fs_framed_log_waits(&framed)) {
        FS_REQUIRE(fs_framed_output_log(&framed, bytes, sizeof bytes) > 0);
    }
    FS_EQUAL(control.waiting, 6);
    talk(STREAM, FS_FRAMED_ROOM);
    FS_TEXT(said[FS_RECORD_CONTROL], "hello ");
}

FS_TEST(framed_log_counts_what_finds_no_room)
{
    char line[101];
    begin();
    memset(line, 'x', sizeof line);
    line[100] = '\n';
    unsigned kept = FS_FRAMED_LOG / sizeof line;
    for (unsigned i = 0; i < kept + 3; i++) {
        fs_framed_log(&framed, line, sizeof line);
    }
    while (listen(FS_FRAMED_ROOM) > 0) {
    }
    FS_EQUAL(strlen(said[FS_RECORD_LOG]), kept * sizeof line);
    said[FS_RECORD_LOG][0] = '\0';
    memset(said[FS_RECORD_LOG], 0, SAID);
    fs_framed_log(&framed, "more\n", 5);
    while (listen(FS_FRAMED_ROOM) > 0) {
    }
    FS_TEXT(said[FS_RECORD_LOG], "(3 lines not shown)\nmore\n");
}

FS_TEST(framed_scrub_keeps_what_is_not_done)
{
    begin();
    write_record(FS_RECORD_CONTROL, FS_RECORD_OPEN, 0, SESSION, "");
    write_record(FS_RECORD_CONTROL, FS_RECORD_DATA, 0, SESSION, "secret");
    talk(STREAM, FS_FRAMED_ROOM);
    write_record(FS_RECORD_HEALTH, FS_RECORD_OPEN, 0, SESSION, "");
    size_t half = stream_length / 2;
    FS_EQUAL(fs_framed_input(&framed, stream, half), half);
    fs_framed_log(&framed, "secret\n", 7);
    fs_framed_scrub(&framed);
    for (size_t i = framed.reader.length; i < sizeof framed.reader.body; i++) {
        FS_EQUAL(framed.reader.body[i], 0);
    }
    FS_EQUAL(memchr(framed.log, 's', sizeof framed.log) != NULL, false);
    memmove(stream, stream + half, stream_length -= half);
    talk(STREAM, FS_FRAMED_ROOM);
    FS_TEXT(said[FS_RECORD_HEALTH], "hello ");
    FS_TEXT(said[FS_RECORD_LOG], "");
}

/* Bytes that mean nothing, with records among them: nobody opened anything. */
FS_TEST(framed_heeds_no_garbage)
{
    begin();
    uint32_t random = 1;
    for (unsigned i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        stream[i] = random >> 31 ? (uint8_t)(random >> 20) : (uint8_t)(0xc0 + (random >> 24) % 30);
    }
    stream_length = 20000;
    write_record(FS_RECORD_LOG, FS_RECORD_DATA, 0, 0, "not for the machine");
    talk(50, FS_FRAMED_ROOM);
    FS_EQUAL(control.opened + health.opened, 0);
    FS_TEXT(ends, "");
}
