/* program.c: see program.h. The supervisor: it carries frames, keeps what the program prints, hands on the power button,
 * and tells of the end. */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log_file.h"
#include "supervised.h"

enum { EXIT_USAGE = 2, EXIT_HOST = 4, PIECE = 16384, FIXED = 4 };

/* What the program prints, cut into lines. */
struct output {
    struct fs_log_file log;
    char line[FS_LOG_LINE], last[FS_LOG_LINE];
    size_t length, last_length;
};

static uint64_t steady(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void end_line(struct output *o, uint64_t now)
{
    if (o->length > 0) {
        fs_log_element(&o->log, o->line, o->length, now);
        memcpy(o->last, o->line, o->length);
        o->last_length = o->length;
        o->length = 0;
    }
}

/* One piece: a program that prints without end does not hold up the frames. False at the end. */
static bool take_output(struct output *o, int fd)
{
    char piece[PIECE];
    ssize_t n = read(fd, piece, sizeof(piece));
    uint64_t now = steady();
    for (ssize_t i = 0; i < n; i++) {
        if (piece[i] == '\n' || o->length == sizeof(o->line)) {
            end_line(o, now);
        }
        if (piece[i] != '\n') {
            o->line[o->length++] = (char)((unsigned char)piece[i] < ' ' ? ' ' : piece[i]);
        }
    }
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* ENDED, in the log, and how in the file `ended`: whoever supervises reads it when it hears of the end. */
static void tell_end(const struct fs_program *p, struct output *o, bool known, int status, bool asked)
{
    char how[64], path[4096];
    if (!known) {
        snprintf(how, sizeof(how), "killed with all of its processes");
    } else if (WIFSIGNALED(status)) {
        snprintf(how, sizeof(how), "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else {
        snprintf(how, sizeof(how), "exit status %d", WEXITSTATUS(status));
    }
    end_line(o, steady());
    fs_log_say(&o->log, "ENDED", how, strlen(how));
    snprintf(path, sizeof(path), "%s/ended", p->folder);
    FILE *file = fopen(path, "we");
    if (file != NULL) {
        fprintf(file, "%s\n%s\n%.*s\n", asked ? "asked" : known && status == 0 ? "itself" : "failed", how,
                (int)o->last_length, o->last);
        fclose(file);
    }
}

static int watch_signals(void)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    return signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Until the program has ended. */
static void serve(const struct fs_program *p, struct fs_supervised *s, const struct fs_program_child *child, int signals,
                  struct output *o)
{
    struct pollfd fds[FIXED + 2 * FS_PROGRAM_DEVICES];
    bool asked = false;
    int status = 0;
    unsigned taps = p->packet ? p->device_count : 0;
    fds[0] = (struct pollfd){.fd = child->ended, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = child->output, .events = POLLIN};
    fds[2] = (struct pollfd){.fd = signals, .events = POLLIN};
    fs_supervised_poll(s, &fds[3]);
    for (unsigned i = 0; i < taps; i++) {
        fds[FIXED + 2 * i] = (struct pollfd){.fd = p->devices[i].outer, .events = POLLIN};
        fds[FIXED + 2 * i + 1] = (struct pollfd){.fd = p->devices[i].inner, .events = POLLIN};
    }
    while (fds[0].revents == 0) {
        if (poll(fds, FIXED + 2 * taps, -1) < 0) {
            continue;
        }
        for (unsigned i = FIXED; i < FIXED + 2 * taps; i++) {
            if (fds[i].revents != 0 && !fs_program_carry(fds[i].fd, fds[i ^ 1].fd)) {
                fds[i].fd = -1; /* the interface was deleted: nothing comes by it any more */
            }
        }
        if (fds[1].revents != 0 && !take_output(o, child->output)) {
            fds[1].fd = -1;
        }
        struct signalfd_siginfo news;
        if (fds[2].revents != 0 && read(signals, &news, sizeof(news)) == sizeof(news)) {
            asked = true;
            kill(child->pid, SIGTERM);
        }
        fs_supervised_serve(s, &fds[3]);
    }
    bool known = read(child->ended, &status, sizeof(status)) == sizeof(status);
    waitpid(child->pid, NULL, 0); /* and with it all that was in its namespace */
    for (unsigned i = 0; fds[1].fd >= 0 && i < FS_LOG_BURST; i++) { /* what it said last */
        if (poll(&fds[1], 1, 0) != 1 || !take_output(o, child->output)) {
            break;
        }
    }
    tell_end(p, o, known, status, asked);
}

int fs_program_main(int argc, char **argv)
{
    static struct fs_program program;
    static struct fs_supervised supervised;
    static struct output output;
    struct fs_program_child child;
    char why[400];
    if (!fs_program_parse(&program, argc, argv, why, sizeof(why))) {
        fprintf(stderr, "%s\n", why);
        return EXIT_USAGE;
    }
    int signals = -1;
    bool good = fs_supervised_begin(&supervised, program.folder, why, sizeof(why))
                && fs_log_open(&output.log, program.log, FS_LOG_LIMIT, why, sizeof(why))
                && fs_program_open_taps(&program, why, sizeof(why))
                && fs_program_enter_network(&program, why, sizeof(why));
    if (good) {
        signals = watch_signals();
        good = fs_program_start(&program, &child, why, sizeof(why));
    }
    if (!good) {
        fprintf(stderr, "ERROR %s\n", why);
        return EXIT_HOST;
    }
    fs_log_say(&output.log, "STARTED", program.argv[0], strlen(program.argv[0]));
    if (fs_supervised_silence(&supervised) && fs_supervised_ready(&supervised)) {
        serve(&program, &supervised, &child, signals, &output);
    }
    return 0;
}
