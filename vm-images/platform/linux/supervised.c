/* supervised.c: see supervised.h. */
#include "supervised.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/platform.h"

enum { PATH = 4096, LINE = 64, STAT = 1024, SIGNAL_STACK = 32768, LOST = 4 };

static bool failed(const char *path, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s: %s", path, strerror(errno));
    return false;
}

/* The foreground: its status is that of the process, or 0 once that says that all is well. */
_Noreturn static void wait_for(pid_t process, int report)
{
    char word;
    int status = 0;
    ssize_t n;
    while ((n = read(report, &word, 1)) < 0 && errno == EINTR) {
    }
    if (n == 1) {
        _exit(0);
    }
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status)) {
        fprintf(stderr, "ERROR the process was ended by signal %d\n", WTERMSIG(status));
    }
    _exit(WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : LOST);
}

/* Field 22 of /proc/self/stat, behind the program's name, which may hold blanks: when this process began. */
static bool started(char *text, size_t size)
{
    char stat[STAT];
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, stat, sizeof(stat) - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    stat[n > 0 ? n : 0] = '\0';
    char *at = strrchr(stat, ')');
    for (unsigned field = 2; at != NULL && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    if (at == NULL) {
        return false;
    }
    at++;
    at[strcspn(at, " ")] = '\0';
    snprintf(text, size, "%d %s\n", (int)getpid(), at);
    return true;
}

static bool write_process(struct fs_supervised *s, const char *folder, char *why, size_t why_size)
{
    char path[PATH], line[LINE];
    snprintf(path, sizeof(path), "%s/process", folder);
    s->process = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->process < 0) {
        return failed(path, why, why_size);
    }
    if (flock(s->process, LOCK_EX | LOCK_NB) != 0) {
        snprintf(why, why_size, "%s: the process of this folder lives", path);
        return false;
    }
    if (!started(line, sizeof(line)) || ftruncate(s->process, 0) != 0
        || write(s->process, line, strlen(line)) != (ssize_t)strlen(line)) {
        return failed(path, why, why_size);
    }
    return true;
}

static bool open_life(struct fs_supervised *s, const char *folder, char *why, size_t why_size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path, sizeof(address.sun_path), "%s/life.sock", folder);
    if (length >= (int)sizeof(address.sun_path)) {
        snprintf(why, why_size, "%s: the path is too long for a socket", folder);
        return false;
    }
    unlink(address.sun_path); /* `process` is locked: that of one that died */
    s->life = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return (s->life >= 0 && bind(s->life, (const struct sockaddr *)&address, sizeof(address)) == 0
            && listen(s->life, FS_SUPERVISED_LISTENERS) == 0)
           || failed(address.sun_path, why, why_size);
}

bool fs_supervised_begin(struct fs_supervised *s, const char *folder, char *why, size_t why_size)
{
    int report[2];
    *s = (struct fs_supervised){.report = -1, .process = -1, .nothing = -1, .life = -1, .listeners = {-1, -1, -1, -1}};
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0); /* what whoever started it forgot to close */
    if (pipe2(report, O_CLOEXEC) != 0) {
        return failed("pipe", why, why_size);
    }
    pid_t process = fork();
    if (process > 0) {
        close(report[1]);
        wait_for(process, report[0]);
    }
    close(report[0]);
    s->report = report[1];
    if (process < 0 || setsid() < 0) {
        return failed("cannot become a process of its own", why, why_size);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a log that may not grow is no reason to end */
    umask(077);
    s->nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (s->nothing < 0) {
        return failed("/dev/null", why, why_size);
    }
    return write_process(s, folder, why, why_size) && open_life(s, folder, why, why_size);
}

bool fs_supervised_silence(const struct fs_supervised *s)
{
    return dup2(s->nothing, STDIN_FILENO) >= 0 && dup2(s->nothing, STDOUT_FILENO) >= 0
           && dup2(s->nothing, STDERR_FILENO) >= 0;
}

bool fs_supervised_ready(struct fs_supervised *s)
{
    const char word = '.';
    bool told = write(s->report, &word, 1) == 1;
    close(s->report);
    s->report = -1;
    return told;
}

unsigned fs_supervised_poll(const struct fs_supervised *s, struct pollfd *fd)
{
    *fd = (struct pollfd){.fd = s->life, .events = POLLIN};
    return 1;
}

void fs_supervised_serve(struct fs_supervised *s, const struct pollfd *fd)
{
    if (fd->revents == 0) {
        return;
    }
    int *place = &s->listeners[s->next];
    int listener = accept4(s->life, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (listener < 0) {
        return;
    }
    if (*place >= 0) {
        close(*place);
    }
    *place = listener;
    s->next = (s->next + 1) % FS_SUPERVISED_LISTENERS;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    char text[128];
    (void)context;
    if (number == SIGSYS) {
        snprintf(text, sizeof(text), "system call %d refused", info->si_syscall);
    } else {
        snprintf(text, sizeof(text), "signal %d at address %p", number, info->si_addr);
    }
    fs_panic(text);
}

bool fs_supervised_catch(void)
{
    static char stack[SIGNAL_STACK];
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
    const stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
    /* Blocked meanwhile: a fault while one is told ends the process by itself. */
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};
    bool good = sigaltstack(&own, NULL) == 0;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        good &= sigaction(faults[i], &action, NULL) == 0;
    }
    return good;
}
