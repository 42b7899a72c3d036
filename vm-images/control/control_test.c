#include "control.h"

#include <stdio.h>

#include "engine/testing.h"
#include "engine/testing_platform.h"
#include "health.h"

/* An element with handlers of every sort. */
struct shelf {
    struct fs_element base;
    char value[256];
    uint32_t length, large;
};

static struct shelf *mine(struct fs_element *e) { return (struct shelf *)e; }

static void read_value(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    fs_text_bytes(value, mine(e)->value, mine(e)->length);
    fs_text_string(value, parameters);
}

static int write_value(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (length > sizeof(mine(e)->value)) {
        fs_text_format(error, "%lu bytes\nare too many\n", length);
        return -1;
    }
    memcpy(mine(e)->value, value, length);
    mine(e)->length = (uint32_t)length;
    return 0;
}

static int write_never(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)e;
    (void)value;
    (void)length;
    for (unsigned i = 0; i < 3000; i++) {
        fs_text_char(error, '\n' + (char)(i % 2));
    }
    return -1;
}

static void read_large(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)e;
    (void)parameters;
    for (unsigned i = 0; i < 50000; i++) {
        fs_text_char(value, (char)('a' + i % 26));
    }
}

static const struct fs_handler handlers[] = {
    {"value", read_value, write_value, FS_HANDLER_PARAMETER, NULL, "text"},
    {"raw", read_value, write_value, FS_HANDLER_RAW | FS_HANDLER_PARAMETER, NULL, "bytes"},
    {"large", read_large, NULL, FS_HANDLER_CALM, NULL, "50,000 bytes"},
    {"never", NULL, write_never, FS_HANDLER_BUTTON, NULL, "always refuses"},
};

FS_ELEMENT(TestShelf) = {.name = "TestShelf", .ports = "0/0", .processing = "a/a", .flow = "x/y", .handlers = handlers,
                         .handler_count = FS_COUNT(handlers), .size = sizeof(struct shelf), .summary = "handlers"};

static char said[1 << 17];
static size_t said_length;

static void drain(struct fs_service *s, size_t piece)
{
    const uint8_t *at;
    for (size_t n = s->output(s, &at); n > 0; n = s->output(s, &at)) {
        n = n < piece ? n : piece;
        if (said_length + n < sizeof(said)) {
            memcpy(said + said_length, at, n);
            said_length += n;
        }
        s->sent(s, n);
    }
    said[said_length] = '\0';
}

/* What the service answers to these bytes when they come and go in pieces of that size. */
static const char *talk_bytes(struct fs_service *s, const char *bytes, size_t length, size_t piece)
{
    said_length = 0;
    drain(s, piece);
    for (size_t at = 0; at < length;) {
        size_t n = length - at < piece ? length - at : piece;
        at += s->input(s, (const uint8_t *)bytes + at, n);
        drain(s, piece);
    }
    return said;
}

static const char *talk(struct fs_service *s, const char *text, size_t piece)
{
    return talk_bytes(s, text, strlen(text), piece);
}

static struct fs_control control;

static struct fs_test *open_shelf(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "shelf", "TestShelf");
    fs_test_config(t, "x, y");
    fs_test_start(t);
    fs_control_init(&control, fs_test_router(t)->platform, fs_test_router(t));
    control.service.open(&control.service);
    return t;
}

static void close_shelf(struct fs_test *t)
{
    control.service.close(&control.service);
    fs_test_end(t);
}

FS_TEST(control_speaks_clicks_protocol)
{
    struct fs_test *t = open_shelf();
    for (size_t piece = 1; piece < 70; piece += 6) {
        control.service.open(&control.service);
        FS_TEXT(talk(&control.service,
                     "write shelf.value  two words \r\nREAD shelf.value\nREAD shelf.value  + more \r"
                     "WRITEDATA shelf.raw 7\r\na\nb\r\nc\nCHECKREAD shelf.large\nCHECKWRITE shelf.large\n"
                     "READDATA shelf.raw 2\nxyREAD 1.config\n\n  \n",
                     piece),
                "Click::ControlSocket/1.3\r\n"
                "200 Write handler 'shelf.value' OK\r\n"
                "200 Read handler 'shelf.value' OK\r\nDATA 9\r\ntwo words"
                "200 Read handler 'shelf.value' OK\r\nDATA 15\r\ntwo words+ more"
                "200 Write handler 'shelf.raw' OK\r\n"
                "200 Read handler 'shelf.large' OK\r\n"
                "511 Handler 'shelf.large' not writable\r\n"
                "200 Read handler 'shelf.raw' OK\r\nDATA 9\r\na\nb\r\nc\nxy"
                "200 Read handler '1.config' OK\r\nDATA 4\r\nx, y");
    }
    close_shelf(t);
}

FS_TEST(control_refuses_with_clicks_codes)
{
    struct fs_test *t = open_shelf();
    FS_TEXT(talk(&control.service,
                 "READ nobody.x\nREAD shelf.x\nREAD x\nREAD shelf.never\nWRITE shelf.large 1\nREAD\nFROB a\nLLRPC a#1\n"
                 "WRITEDATA shelf.value\nWRITEDATA shelf.value x1\nWRITE stop\nCHECKREAD nobody.x\nREAD version\n",
                 1000),
            "Click::ControlSocket/1.3\r\n"
            "510 No element named 'nobody'\r\n"
            "511 No handler named 'shelf.x'\r\n"
            "511 No handler named 'x'\r\n"
            "530 Handler 'shelf.never' write-only\r\n"
            "530 Handler 'shelf.large' read-only\r\n"
            "500 Wrong number of arguments\r\n"
            "501 Command 'FROB' unimplemented\r\n"
            "501 LLRPCs cannot be called remotely\r\n"
            "500 Wrong number of arguments\r\n"
            "500 Syntax error in 'x1': not a number of bytes\r\n"
            "200 Write handler 'stop' OK\r\n"
            "510 No element named 'nobody'\r\n"
            "200 Read handler 'version' OK\r\nDATA 5\r\n0.1.0");
    close_shelf(t);
}

FS_TEST(control_tells_what_a_handler_says)
{
    struct fs_test *t = open_shelf();
    char long_value[400];
    memset(long_value, 'v', sizeof(long_value));
    talk(&control.service, "WRITEDATA shelf.value 300\n", 100);
    FS_TEXT(talk_bytes(&control.service, long_value, 300, 7),
            "520-Write handler 'shelf.value' error:\r\n520-300 bytes\r\n520 are too many\r\n");
    FS_TEXT(talk(&control.service, "WRITE shelf.never\n", 100), "520 Write handler 'shelf.never' error\r\n");
    close_shelf(t);
}

FS_TEST(control_hands_long_values_out_in_pieces)
{
    struct fs_test *t = open_shelf();
    const char *answer = talk(&control.service, "READ shelf.large\nREAD shelf.value\n", 999);
    const char *data = strstr(answer, "DATA 50000\r\n");
    FS_REQUIRE(data != NULL);
    data += strlen("DATA 50000\r\n");
    for (unsigned i = 0; i < 50000; i++) {
        FS_REQUIRE(data[i] == 'a' + (char)(i % 26));
    }
    FS_TEXT(data + 50000, "200 Read handler 'shelf.value' OK\r\nDATA 0\r\n");
    close_shelf(t);
}

FS_TEST(control_takes_no_input_while_an_answer_waits)
{
    struct fs_test *t = open_shelf();
    const uint8_t *at;
    drain(&control.service, 100);
    FS_EQUAL(control.service.input(&control.service, (const uint8_t *)"READ name\nREAD x\n", 17), 10);
    FS_EQUAL(control.service.input(&control.service, (const uint8_t *)"READ x\n", 7), 0);
    FS_CHECK(control.service.output(&control.service, &at) > 0);
    close_shelf(t);
}

FS_TEST(control_skips_data_that_is_too_large)
{
    struct fs_test *t = open_shelf();
    char zeros[4096] = {0};
    memset(zeros, '\n', sizeof(zeros));
    talk(&control.service, "WRITEDATA shelf.value 1048577\n", 100);
    for (unsigned i = 0; i < 256; i++) {
        FS_TEXT(talk_bytes(&control.service, zeros, sizeof(zeros), 4096), "");
    }
    FS_TEXT(talk(&control.service, "xREAD shelf.name\n", 100),
            "521 Data too large for handler 'shelf.value'\r\n200 Read handler 'shelf.name' OK\r\nDATA 5\r\nshelf");
    close_shelf(t);
}

FS_TEST(control_takes_data_until_a_line)
{
    struct fs_test *t = open_shelf();
    FS_TEXT(talk(&control.service, "WRITEUNTIL shelf.raw EOF\r\nEOF1\r\n E\nEOF  \r\nREADUNTIL shelf.raw\n\nREAD x\n", 3),
            "Click::ControlSocket/1.3\r\n200 Write handler 'shelf.raw' OK\r\n"
            "200 Read handler 'shelf.raw' OK\r\nDATA 9\r\nEOF1\r\n E\n511 No handler named 'x'\r\n");
    char line[1001];
    memset(line, 'l', sizeof(line) - 1);
    line[1000] = '\n';
    talk(&control.service, "WRITEUNTIL shelf.raw EOF\n", 100);
    for (unsigned i = 0; i < 100; i++) {
        FS_TEXT(talk_bytes(&control.service, line, sizeof(line), 333), "");
    }
    FS_TEXT(talk(&control.service, "EOF\nREAD name\n", 2),
            "521 Data too large for handler 'shelf.raw'\r\n511 No handler named 'name'\r\n");
    close_shelf(t);
}

FS_TEST(control_forgets_a_session_that_breaks_off)
{
    struct fs_test *t = open_shelf();
    talk(&control.service, "WRITEDATA shelf.value 100\nhalf of it", 100);
    control.service.close(&control.service);
    control.service.open(&control.service);
    FS_TEXT(talk(&control.service, "READ shelf.value\n", 5),
            "Click::ControlSocket/1.3\r\n200 Read handler 'shelf.value' OK\r\nDATA 0\r\n");
    talk(&control.service, "READ shelf.na", 5);
    control.service.open(&control.service);
    FS_TEXT(talk(&control.service, "READ shelf.class\n", 5),
            "Click::ControlSocket/1.3\r\n200 Read handler 'shelf.class' OK\r\nDATA 9\r\nTestShelf");
    close_shelf(t);
}

FS_TEST(control_ends_lines_and_sessions)
{
    struct fs_test *t = open_shelf();
    char line[FS_CONTROL_LINE + 10];
    memset(line, 'x', sizeof(line));
    drain(&control.service, 100);
    talk_bytes(&control.service, line, sizeof(line), 1000);
    FS_TEXT(talk(&control.service, "\nREAD version\n", 100),
            "500 Line too long, at most 8192 bytes\r\n200 Read handler 'version' OK\r\nDATA 5\r\n0.1.0");
    line[sizeof(line) - 20] = '\n';
    memcpy(line, "READ ", 5);
    talk_bytes(&control.service, line, sizeof(line) - 19, 1000);
    FS_CHECK(strncmp(said, "511 No handler named 'xxxx", 26) == 0);
    FS_CHECK(strcmp(said + said_length - 4, "x'\r\n") == 0);
    FS_TEXT(talk(&control.service, "QUIT\nREAD version\n", 100), "200 Goodbye!\r\n");
    FS_CHECK(control.service.ended(&control.service));
    control.service.open(&control.service);
    FS_CHECK(!control.service.ended(&control.service));
    control.router = NULL;
    FS_TEXT(talk(&control.service, "READ version\n", 100), "Click::ControlSocket/1.3\r\n540 No router installed\r\n");
    close_shelf(t);
}

FS_TEST(health_answers_pings_only)
{
    struct fs_test *t = open_shelf();
    static struct fs_health health;
    fs_health_init(&health, fs_test_router(t), "READY digest= boot_us=7");
    struct fs_service *s = &health.service;
    s->open(s);
    FS_TEXT(talk(s, "PING abc 1\nPONG\n\nping x\nPING \n", 4),
            "READY digest= boot_us=7\n"
            "PONG abc 1 uptime_us=0 received=0 sent=0 dropped=0 pool_free=512\n"
            "PONG  uptime_us=0 received=0 sent=0 dropped=0 pool_free=512\n");
    char line[2000];
    memset(line, 'P', sizeof(line));
    line[1999] = '\n';
    FS_TEXT(talk_bytes(s, line, sizeof(line), 100), "");
    talk(s, "PING ha", 3);
    s->close(s);
    s->open(s);
    FS_TEXT(talk(s, "PING b\n", 100),
            "READY digest= boot_us=7\nPONG b uptime_us=0 received=0 sent=0 dropped=0 pool_free=512\n");
    close_shelf(t);
}
