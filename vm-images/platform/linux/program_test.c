/* program_test.c: a program under its supervisor, from outside: what it may do, what becomes of its frames and its output,
 * and that with its supervisor all of it ends. Needs the superuser and /dev/net/tun; says so when it has not. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/testing.h"

enum { TEXT = 65536, SKIPPED = 77, PATIENCE_MS = 10000 };

static char folder[64], text[TEXT];

static const char *in_folder(const char *name)
{
    static char paths[8][128];
    static unsigned next;
    char *p = paths[next++ % 8];
    snprintf(p, sizeof(paths[0]), "%s/%s", folder, name);
    return p;
}

static const char *contents(const char *name)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, TEXT - 1) : -1;
    text[n > 0 ? n : 0] = '\0';
    if (fd >= 0) {
        close(fd);
    }
    return text;
}

static void write_file(const char *name, const char *bytes, size_t length, mode_t mode)
{
    int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FS_CHECK(fd >= 0 && write(fd, bytes, length) == (ssize_t)length && fchmod(fd, mode) == 0);
    close(fd);
}

/* Runs the foreground to its end with a script as the program; its standard error is in the file `stderr`. */
static int run(const char *program, const char *script)
{
    int status = -1;
    write_file("files/script", script, strlen(script), 0555);
    pid_t pid = fork();
    if (pid == 0) {
        int error = open(in_folder("stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(error, STDERR_FILENO);
        execl(getenv("FS_ENGINE"), "flowstream-engine", "--program", "--supervised", folder, "--log", in_folder("log"),
              "--io", "packet", "--memory", "64", "--device", "outside=fsprog0,02:00:00:00:00:aa", "--address", "outside=10.1.2.3/24",
              "--gateway", "10.1.2.1", "--", program, "/tmp/script", (char *)NULL);
        _exit(100);
    }
    FS_CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static pid_t supervisor(void) { return (pid_t)strtol(contents(in_folder("process")), NULL, 10); }

static void pause_ms(long ms)
{
    const struct timespec time = {.tv_nsec = ms * 1000000};
    nanosleep(&time, NULL);
}

/* Waits until the file has the words. */
static bool comes(const char *name, const char *words)
{
    for (long waited = 0; waited < PATIENCE_MS; waited += 5) {
        if (strstr(contents(in_folder(name)), words) != NULL) {
            return true;
        }
        pause_ms(5);
    }
    printf("%s has no '%s': %s\n", name, words, text);
    return false;
}

/* Waits until the supervisor is gone: then nobody holds the lock. */
static bool ends(void)
{
    int fd = open(in_folder("process"), O_RDONLY | O_CLOEXEC);
    bool gone = false;
    for (long waited = 0; fd >= 0 && !gone && waited < PATIENCE_MS; waited += 5) {
        gone = flock(fd, LOCK_EX | LOCK_NB) == 0;
        pause_ms(5);
    }
    close(fd);
    return gone;
}

/* The number, on the host, of the process whose arguments end with the words; 0 when there is none. */
static long host_process(const char *words)
{
    char command[200];
    long pid = 0;
    snprintf(command, sizeof(command), "pgrep -f '%s$'", words);
    FILE *f = popen(command, "r");
    if (f != NULL && fscanf(f, "%ld", &pid) != 1) {
        pid = 0;
    }
    if (f != NULL) {
        pclose(f);
    }
    return pid;
}

static void whole_life(void)
{
    static const char tells[] = "grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs):' /proc/self/status\n"
                                "echo \"me $$ $NAME\"; ls /tmp; ip -br addr show outside; ip route\n"
                                "printf 'without end'; exec sleep 1234567\n";
    FS_EQUAL(run("/bin/sh", tells), 0);
    FS_TEXT(contents(in_folder("stderr")), "");
    FS_CHECK(comes("log", "default via 10.1.2.1 dev outside"));
    FS_CHECK(strstr(text, "STARTED /bin/sh\n") == text);
    FS_CHECK(strstr(text, "Uid: 65534 65534 65534 65534\n") != NULL);
    FS_CHECK(strstr(text, "CapEff: 0000000000003400\n") != NULL);
    FS_CHECK(strstr(text, "CapBnd: 0000000000003400\n") != NULL);
    FS_CHECK(strstr(text, "NoNewPrivs: 1\n") != NULL);
    FS_CHECK(strstr(text, "\nme 2 a value\nscript\n") != NULL);
    FS_CHECK(strstr(text, "10.1.2.3/24") != NULL);
    FS_EQUAL(run("/bin/sh", tells), 4); /* one a folder */
    kill(supervisor(), SIGTERM);
    FS_CHECK(comes("ended", "asked\nsignal 15 (Terminated)\nwithout end\n"));
    FS_CHECK(ends());
}

static void ends_by_itself(void)
{
    FS_EQUAL(run("/bin/sh", "echo why; exit 3\n"), 0);
    FS_CHECK(comes("ended", "failed\nexit status 3\nwhy\n"));
    FS_CHECK(ends());
    FS_EQUAL(run("/bin/no-such-program", ""), 4);
    FS_TEXT(contents(in_folder("stderr")), "ERROR /bin/no-such-program: No such file or directory\n");
    FS_CHECK(ends());
}

/* It answers no signal, and a child of it has left its session: with the supervisor both are gone. */
static void ends_with_its_supervisor(void)
{
    FS_EQUAL(run("/bin/sh", "trap '' TERM\nsetsid sleep 7654321 &\nsleep 7654322\nsleep 7654323\n"), 0);
    for (long waited = 0; host_process("sleep 7654321") == 0 && waited < PATIENCE_MS; waited += 20) {
        pause_ms(20);
    }
    FS_CHECK(host_process("sleep 7654321") != 0);
    kill(supervisor(), SIGTERM);
    kill(supervisor(), SIGKILL);
    FS_CHECK(ends());
    for (long waited = 0; host_process("sleep 765432[123]") != 0 && waited < PATIENCE_MS; waited += 20) {
        pause_ms(20);
    }
    FS_EQUAL(host_process("sleep 765432[123]"), 0);
    FS_TEXT(contents(in_folder("ended")), "");
}

static void keeps_its_log_small(void)
{
    struct stat log;
    unlink(in_folder("log"));
    FS_EQUAL(run("/bin/sh", "for i in $(seq 50000); do echo 0123456789012345678901234567890123456789; done\n"), 0);
    FS_CHECK(comes("ended", "itself\nexit status 0\n"));
    FS_CHECK(ends());
    FS_CHECK(stat(in_folder("log"), &log) == 0 && log.st_size > 8000 && log.st_size < 100000);
}

static int child(void)
{
    if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0) {
        printf("skipped: a program's supervisor needs the superuser: %s\n", strerror(errno));
        return SKIPPED;
    }
    if (access("/dev/net/tun", R_OK | W_OK) != 0) {
        printf("skipped: /dev/net/tun: %s\n", strerror(errno));
        return SKIPPED;
    }
    static const char environment[] = "NAME=a value\0PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    unsigned before = fs_test_failures();
    write_file("environment", environment, sizeof(environment), 0600);
    whole_life();
    unlink(in_folder("ended"));
    ends_by_itself();
    unlink(in_folder("ended"));
    ends_with_its_supervisor();
    keeps_its_log_small();
    return fs_test_failures() == before ? 0 : 1;
}

FS_TEST(program_is_supervised_and_ends_with_its_supervisor)
{
    static const char *const names[] = {"environment", "stderr", "log", "log.0", "process", "life.sock", "ended",
                                        "files/script"};
    int status = 1;
    snprintf(folder, sizeof(folder), "/tmp/flowstream-program-test-XXXXXX");
    FS_REQUIRE(mkdtemp(folder) != NULL && mkdir(in_folder("files"), 0700) == 0);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        status = child();
        fflush(stdout);
        _exit(status);
    }
    FS_CHECK(waitpid(pid, &status, 0) == pid);
    FS_CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == SKIPPED));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        unlink(in_folder(names[i]));
    }
    FS_CHECK(rmdir(in_folder("files")) == 0 && rmdir(folder) == 0);
}
