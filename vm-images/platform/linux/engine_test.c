/* engine_test.c: the process build from outside: files in, files, lines and exit status out. The Makefile says where the
 * program is, in FS_ENGINE. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/testing.h"
#include "loader/testing_blob.h"
#include "pcap.h"

enum { WORDS = 24, TEXT = 16384 };

/* A folder of its own, and what the program said. */
struct trial {
    char folder[64];
    char out[TEXT], error[TEXT];
    int status;
};

static char *path(const struct trial *t, const char *name)
{
    static char paths[8][128];
    static unsigned next;
    char *p = paths[next++ % 8];
    snprintf(p, sizeof(paths[0]), "%s/%s", t->folder, name);
    return p;
}

static void begin(struct trial *t)
{
    memset(t, 0, sizeof(*t));
    snprintf(t->folder, sizeof(t->folder), "/tmp/flowstream-engine-test-XXXXXX");
    FS_CHECK(mkdtemp(t->folder) != NULL);
}

static void end(struct trial *t)
{
    static const char *const names[] = {"blob", "in", "out", "stdout", "stderr", "control", "health"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        unlink(path(t, names[i]));
    }
    FS_EQUAL(rmdir(t->folder), 0); /* nothing else was left there */
}

static void write_file(const char *name, const void *bytes, size_t length)
{
    FILE *f = fopen(name, "wb");
    FS_CHECK(f != NULL && fwrite(bytes, 1, length, f) == length);
    fclose(f);
}

static void read_text(const char *name, char *text)
{
    FILE *f = fopen(name, "rb");
    size_t n = f != NULL ? fread(text, 1, TEXT - 1, f) : 0;
    text[n] = '\0';
    if (f != NULL) {
        fclose(f);
    }
}

static pid_t start(struct trial *t, char *const words[])
{
    posix_spawn_file_actions_t files;
    pid_t pid = -1;
    char *const environment[] = {NULL};
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, path(t, "stdout"), flags, 0600);
    posix_spawn_file_actions_addopen(&files, 2, path(t, "stderr"), flags, 0600);
    const char *program = getenv("FS_ENGINE");
    FS_CHECK(program != NULL && posix_spawn(&pid, program, &files, NULL, words, environment) == 0);
    posix_spawn_file_actions_destroy(&files);
    return pid;
}

static void finish(struct trial *t, pid_t pid)
{
    int status = 0;
    pid_t ended = 0;
    for (unsigned i = 0; i < 1000 && ended == 0; i++) { /* 10 seconds */
        ended = waitpid(pid, &status, WNOHANG);
        if (ended == 0) {
            usleep(10000);
        }
    }
    if (!FS_CHECK(ended == pid) && ended == 0) {
        printf("    the program did not end within 10 s: killed\n");
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
    t->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    read_text(path(t, "stdout"), t->out);
    read_text(path(t, "stderr"), t->error);
}

/* Waits, 5 seconds at most, until standard error holds the text. */
static bool wait_for(struct trial *t, const char *text)
{
    for (unsigned i = 0; i < 500; i++) {
        read_text(path(t, "stderr"), t->error);
        if (strstr(t->error, text) != NULL) {
            return true;
        }
        usleep(10000);
    }
    printf("waited 5 s for '%s', got '%s'\n", text, t->error);
    return false;
}

/* Runs the program with these words behind its name. */
#define RUN(t, ...) \
    do { \
        char *words_[] = {copy("flowstream-engine"), __VA_ARGS__, NULL}; \
        finish((t), start((t), words_)); \
    } while (0)
static char *copy(const char *word)
{
    static char words[WORDS][160];
    static unsigned next;
    char *at = words[next++ % WORDS];
    snprintf(at, sizeof(words[0]), "%s", word);
    return at;
}
static char *joined(const char *a, const char *b) /* "0=pcap:" and a path */
{
    char both[160];
    snprintf(both, sizeof(both), "%s%s", a, b);
    return copy(both);
}

/* FromDevice(0) -> Counter -> Queue -> ToDevice(1) */
static void write_wire(struct trial *t)
{
    static struct fs_test_blob b;
    fs_test_blob_begin(&b);
    fs_test_blob_element(&b, "from", "FromDevice", "0", "wire.click", 1, 0, 1);
    fs_test_blob_argument(&b, 0, 3, 1, "0", 1);
    fs_test_blob_element(&b, "c", "Counter", "", "wire.click", 1, 1, 1);
    fs_test_blob_element(&b, "q", "Queue", "", "wire.click", 1, 1, 1);
    fs_test_blob_element(&b, "to", "ToDevice", "1", "wire.click", 2, 1, 0);
    fs_test_blob_argument(&b, 0, 3, 1, "1", 1);
    for (uint32_t i = 0; i < 3; i++) {
        fs_test_blob_connect(&b, i, 0, i + 1, 0);
    }
    fs_test_blob_end(&b);
    write_file(path(t, "blob"), b.bytes, b.length);
}

/* 100 frames, one a millisecond, of 60 bytes and more. */
static void write_frames(struct trial *t)
{
    FILE *f = fopen(path(t, "in"), "wb");
    uint8_t frame[200];
    fs_pcap_write_header(f);
    for (unsigned i = 0; i < 100; i++) {
        memset(frame, (int)i, sizeof(frame));
        fs_pcap_write_frame(f, 1600000000000000000u + i * 1000000u, frame, 60 + i);
    }
    fclose(f);
}

FS_TEST(engine_replays_a_file_in_virtual_time)
{
    static struct trial t;
    begin(&t);
    write_wire(&t);
    write_frames(&t);
    RUN(&t, path(&t, "blob"), copy("--device"), joined("0=pcap:", path(&t, "in")), copy("--device"),
        joined("1=pcap:,", path(&t, "out")), copy("--simtime"), copy("--read"), copy("c.count"), copy("--read"),
        copy("devices"), copy("--seed=7"));
    FS_EQUAL(t.status, 0);
    FS_TEXT(t.out, "c.count:\n100\n\n"
                   "devices:\n0\t\t02:00:00:00:00:00\t100\t10950\t0\t0\t0\t0\n"
                   "1\t\t02:00:00:00:00:01\t0\t0\t100\t10950\t0\t0\n\n\n");
    FS_CHECK(strncmp(t.error, "READY digest= boot_us=0 devices=2 memory_kib=", 45) == 0);
    FS_CHECK(strstr(t.error, " pool=4096 bfd=0\nSTOP idle\n") != NULL);

    static char in[TEXT * 4], out[TEXT * 4];
    FILE *a = fopen(path(&t, "in"), "rb"), *b = fopen(path(&t, "out"), "rb");
    FS_REQUIRE(a != NULL && b != NULL);
    size_t length = fread(in, 1, sizeof(in), a);
    FS_EQUAL(fread(out, 1, sizeof(out), b), length);
    FS_CHECK(memcmp(in, out, length) == 0); /* the same frames at the same virtual times */
    fclose(a);
    fclose(b);
    end(&t);
}

FS_TEST(engine_names_missing_devices)
{
    static struct trial t;
    begin(&t);
    write_wire(&t);
    RUN(&t, path(&t, "blob"));
    FS_EQUAL(t.status, 1);
    FS_TEXT(t.error, "ERROR FromDevice(0): no such device (wire.click:1)\nERROR ToDevice(1): no such device (wire.click:2)\n");
    RUN(&t, path(&t, "none"), copy("--device=0=pcap:/nowhere/x"));
    FS_EQUAL(t.status, 1);
    char expected[300];
    snprintf(expected, sizeof(expected),
             "ERROR device 0: /nowhere/x: No such file or directory\nERROR %s/none: No such file or directory\n", t.folder);
    FS_TEXT(t.error, expected);
    write_file(path(&t, "blob"), "not a blob", 10);
    RUN(&t, path(&t, "blob"));
    FS_EQUAL(t.status, 1);
    FS_CHECK(strstr(t.error, "/blob: neither an image nor a configuration blob\n") != NULL);
    end(&t);
}

FS_TEST(engine_tells_all_that_is_wrong_with_its_options)
{
    static struct trial t;
    begin(&t);
    RUN(&t, copy("--device"), copy("x"), copy("--frob"), copy("--device=1=disk:a"), copy("--control=tcp:1"),
        copy("--seed"), copy("seven"), copy("--read"));
    FS_EQUAL(t.status, 2);
    FS_TEXT(t.error,
            "flowstream-engine: --device x: expected INDEX=KIND:NAME or INDEX=pcap:IN[,OUT], INDEX "
            "below 64\n"
            "flowstream-engine: --frob: unknown option\n"
            "flowstream-engine: --device 1=disk:a: unknown kind, expected tap:, auto:, xdp:, ring:, packet: or pcap:\n"
            "flowstream-engine: --control tcp:1: expected unix:PATH\n"
            "flowstream-engine: --seed seven: not a number\n"
            "flowstream-engine: --read: a value is missing\n"
            "flowstream-engine: no image: expected IMAGE.elf or a configuration blob\n"
            "flowstream-engine: --device 0=... is missing: devices are numbered from 0 without gaps\n"
            "flowstream-engine: --device 1=... is missing: devices are numbered from 0 without gaps\n"
            "try flowstream-engine --help\n");
    end(&t);
}

static int connect_to(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = 5};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    FS_CHECK(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    return fd;
}

/* Reads until the answer is complete, 5 seconds at most. */
static void expect(int fd, const char *answer)
{
    char text[1000];
    size_t length = strlen(answer), got = 0;
    while (got < length) {
        ssize_t n = recv(fd, text + got, sizeof(text) - 1 - got, 0);
        if (n <= 0) {
            break;
        }
        got += (size_t)n;
    }
    text[got] = '\0';
    FS_TEXT(text, answer);
}

/* Reads one line and compares its beginning. */
static void expect_line(int fd, const char *beginning)
{
    char line[600];
    size_t got = 0;
    while (got < sizeof(line) - 1 && recv(fd, line + got, 1, 0) == 1 && line[got] != '\n') {
        got++;
    }
    line[got < strlen(beginning) ? got : strlen(beginning)] = '\0';
    FS_TEXT(line, beginning);
}

static void say(int fd, const char *text) { FS_CHECK(send(fd, text, strlen(text), 0) == (ssize_t)strlen(text)); }

FS_TEST(engine_serves_control_and_health_and_ends_on_a_signal)
{
    static struct trial t;
    begin(&t);
    write_wire(&t);
    write_frames(&t);
    write_file(path(&t, "control"), "", 0); /* not a socket: bind tells */
    RUN(&t, path(&t, "blob"), copy("--device"), joined("0=pcap:", path(&t, "in")), copy("--device=1=pcap:"),
        joined("--control=unix:", path(&t, "control")));
    FS_EQUAL(t.status, 1);
    FS_CHECK(strstr(t.error, "/control: Address already in use\n") != NULL);
    unlink(path(&t, "control"));

    char *words[] = {copy("flowstream-engine"), path(&t, "blob"), copy("--device"), joined("0=pcap:", path(&t, "in")),
                     copy("--device=1=pcap:"), joined("--control=unix:", path(&t, "control")),
                     joined("--health=unix:", path(&t, "health")), copy("--read=c.count"), NULL};
    pid_t pid = start(&t, words);
    FS_REQUIRE(wait_for(&t, "READY"));
    for (unsigned session = 0; session < 3; session++) {
        int fd = connect_to(path(&t, "control"));
        expect(fd, "Click::ControlSocket/1.3\r\n");
        say(fd, "WRITEDATA c.reset 5\nab"); /* and breaks off */
        close(fd);
    }
    int fd = connect_to(path(&t, "control"));
    expect(fd, "Click::ControlSocket/1.3\r\n");
    say(fd, "READ c.class\nREAD q.name\nQUIT\n");
    expect(fd, "200 Read handler 'c.class' OK\r\nDATA 7\r\nCounter200 Read handler 'q.name' OK\r\nDATA 1\r\nq200 Goodbye!\r\n");
    char byte;
    FS_EQUAL(recv(fd, &byte, 1, 0), 0); /* closed by the other side */
    close(fd);
    fd = connect_to(path(&t, "health"));
    expect_line(fd, "READY digest= boot_us=");
    say(fd, "PING x\n");
    expect_line(fd, "PONG x uptime_us=");
    close(fd);
    fd = connect_to(path(&t, "control"));
    expect(fd, "Click::ControlSocket/1.3\r\n");
    bool all = false;
    for (unsigned i = 0; i < 500 && !all; i++) { /* the file takes 100 ms to replay */
        char text[200];
        say(fd, "READ c.count\n");
        ssize_t n = recv(fd, text, sizeof(text) - 1, 0);
        text[n > 0 ? n : 0] = '\0';
        all = strstr(text, "DATA 3\r\n100") != NULL;
        usleep(10000);
    }
    FS_CHECK(all);
    close(fd);
    kill(pid, SIGTERM);
    finish(&t, pid);
    FS_EQUAL(t.status, 0);
    FS_TEXT(t.out, "c.count:\n100\n\n");
    FS_CHECK(strstr(t.error, "STOP signal\n") != NULL);
    FS_CHECK(access(path(&t, "control"), F_OK) != 0 && access(path(&t, "health"), F_OK) != 0);
    end(&t);
}

FS_TEST(engine_stops_when_idle_in_real_time)
{
    static struct trial t;
    begin(&t);
    write_wire(&t);
    write_frames(&t);
    RUN(&t, path(&t, "blob"), copy("--device"), joined("0=pcap:", path(&t, "in")), copy("--device=1=pcap:"),
        copy("--stop-when-idle"), copy("--read=c.count"));
    FS_EQUAL(t.status, 0);
    FS_TEXT(t.out, "c.count:\n100\n\n");
    end(&t);
}

/* source :: InfiniteSource(LIMIT 7, STOP true) -> c :: Counter -> Discard, as Click's driver. CONTENTS: a bad word. */
static void write_source(struct trial *t, bool bad)
{
    static struct fs_test_blob b;
    const int64_t limit = 7;
    const uint8_t stop = 1;
    fs_test_blob_begin(&b);
    fs_test_blob_element(&b, "s", "InfiniteSource", "LIMIT 7, STOP true", "a.click", 1, 0, 1);
    fs_test_blob_argument(&b, 1, 1, 1, &limit, sizeof(limit));
    fs_test_blob_argument(&b, 6, 2, 1, &stop, sizeof(stop));
    fs_test_blob_element(&b, "c", "Counter", "", "a.click", 2, 1, 1);
    fs_test_blob_element(&b, "p", "Print", "", "a.click", 3, 1, 1);
    fs_test_blob_argument(&b, 0, 3, 1, "p", 1);
    fs_test_blob_argument(&b, 2, 3, 1, bad ? "ODD" : "NONE", bad ? 3 : 4);
    fs_test_blob_element(&b, "d", "Discard", "", "a.click", 4, 1, 0);
    for (uint32_t i = 0; i < 3; i++) {
        fs_test_blob_connect(&b, i, 0, i + 1, 0);
    }
    fs_test_blob_end(&b);
    write_file(path(t, "blob"), b.bytes, b.length);
}

FS_TEST(engine_is_a_click_driver)
{
    static struct trial t;
    begin(&t);
    write_source(&t, false);
    RUN(&t, path(&t, "blob"), copy("--click"), copy("--handler"), copy("c.count"));
    FS_EQUAL(t.status, 0);
    FS_TEXT(t.out, "7\n");
    FS_TEXT(t.error, "p:   69\np:   69\np:   69\np:   69\np:   69\np:   69\np:   69\n");
    RUN(&t, path(&t, "blob"), copy("--click"), copy("--quit"), copy("--simtime=3.5"), copy("--handler=*.count"),
        copy("--handler=Counter.class"), copy("--handler=c.config"), copy("--handler=list"));
    FS_EQUAL(t.status, 0);
    FS_TEXT(t.out, "s.count:\n0\n\nc.count:\n0\n\nd.count:\n0\n\nc.class:\nCounter\n\nc.config:\n\nlist:\n4\ns\nc\np\nd\n\n");
    RUN(&t, path(&t, "blob"), copy("--click"), copy("--quit"), copy("--handler=x.count"), copy("--handler=c.no"),
        copy("--handler=c.reset"), copy("--handler=z*.count"));
    FS_EQUAL(t.status, 1);
    FS_TEXT(t.error, "no element 'x'\nno 'c.no' handler\n'c.reset' is a write handler\nno element matching 'z*'\n");
    RUN(&t, path(&t, "blob"), copy("--click"), copy("--exit-handler=c.count")); /* a number */
    FS_EQUAL(t.status, 7);
    RUN(&t, path(&t, "blob"), copy("--click"), copy("--quit"), copy("--exit-handler=p.active")); /* true */
    FS_EQUAL(t.status, 0);
    RUN(&t, path(&t, "blob"), copy("--click"), copy("--quit"), copy("--exit-handler=c.class"));
    FS_EQUAL(t.status, 255);
    FS_TEXT(t.error, "exit handler value should be integer\n");
    RUN(&t, path(&t, "blob"), copy("--click"), copy("--quit"), copy("--exit-handler=c.no"));
    FS_EQUAL(t.status, 255);
    write_source(&t, true);
    RUN(&t, path(&t, "blob"), copy("--click"));
    FS_EQUAL(t.status, 1);
    FS_TEXT(t.error, "a.click:3: While configuring 'p :: Print':\n"
                     "  bad contents value 'ODD'; should be 'NONE', 'HEX', or 'ASCII'\n"
                     "Router could not be initialized!\n");
    RUN(&t, path(&t, "blob"), copy("--quit"));
    FS_EQUAL(t.status, 2); /* goes with --click alone */
    end(&t);
}
