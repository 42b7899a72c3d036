/* supervised_test.c: the process build as a supervised process, from outside: what it tells whoever starts it, what it
 * leaves in its folder, what it may no longer do, and how its end is seen. Needs the superuser and /dev/net/tun; says so
 * when it has not. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/testing.h"
#include "loader/testing_blob.h"

enum { TEXT = 16384, SKIPPED = 77 };

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
    int fd = open(name, O_RDONLY);
    ssize_t n = fd >= 0 ? read(fd, text, TEXT - 1) : -1;
    text[n > 0 ? n : 0] = '\0';
    if (fd >= 0) {
        close(fd);
    }
    return text;
}

/* FromDevice(0) -> Print(p) -> ToDevice(DEVICE) */
static void write_blob(const char *device)
{
    static struct fs_test_blob b;
    fs_test_blob_begin(&b);
    fs_test_blob_element(&b, "from", "FromDevice", "0", "w.click", 1, 0, 1);
    fs_test_blob_argument(&b, 0, 3, 1, "0", 1);
    fs_test_blob_element(&b, "c", "Counter", "", "w.click", 1, 1, 1);
    fs_test_blob_element(&b, "to", "ToDevice", device, "w.click", 2, 1, 0);
    fs_test_blob_argument(&b, 0, 3, 1, device, 1);
    fs_test_blob_connect(&b, 0, 0, 1, 0);
    fs_test_blob_connect(&b, 1, 0, 2, 0);
    fs_test_blob_end(&b);
    FILE *f = fopen(in_folder("blob"), "wb");
    FS_CHECK(f != NULL && fwrite(b.bytes, 1, b.length, f) == b.length);
    fclose(f);
}

/* Runs the foreground to its end; its standard error is in the file `stderr`. */
static int run_engine(void)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        char control[160], health[160];
        snprintf(control, sizeof(control), "unix:%s", in_folder("control.sock"));
        snprintf(health, sizeof(health), "unix:%s", in_folder("health.sock"));
        int error = open(in_folder("stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(error, STDERR_FILENO);
        execl(getenv("FS_ENGINE"), "flowstream-engine", in_folder("blob"), "--device",
              "0=tap:fstest0,mac=02:00:00:00:00:aa", "--supervised", folder, "--log", in_folder("log"), "--user",
              "65534:65534", "--memory", "8", "--control", control, "--health", health, (char *)NULL);
        _exit(100);
    }
    FS_CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int connect_to(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = 5};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    FS_CHECK(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    return fd;
}

static pid_t process(void)
{
    long pid = strtol(contents(in_folder("process")), NULL, 10);
    FS_CHECK(pid > 1);
    return (pid_t)pid;
}

/* Waits, 5 seconds at most, for the end that `life` tells of: a reset when the process had not accepted it yet. */
static void ends(int life)
{
    char byte;
    ssize_t n = recv(life, &byte, 1, 0);
    FS_CHECK(n == 0 || (n < 0 && errno == ECONNRESET));
    close(life);
    int fd = open(in_folder("process"), O_RDONLY); /* which stays locked for some instants longer */
    FS_CHECK(fd >= 0 && flock(fd, LOCK_SH) == 0);
    close(fd);
}

static void is_confined(pid_t pid)
{
    char name[64], mine[64], its[64];
    snprintf(name, sizeof(name), "/proc/%d/status", (int)pid);
    contents(name);
    FS_CHECK(strstr(text, "Uid:\t65534\t65534\t65534\t65534\n") != NULL);
    FS_CHECK(strstr(text, "Gid:\t65534\t65534\t65534\t65534\n") != NULL);
    FS_CHECK(strstr(text, "CapPrm:\t0000000000000000\n") != NULL);
    FS_CHECK(strstr(text, "CapBnd:\t0000000000000000\n") != NULL);
    FS_CHECK(strstr(text, "NoNewPrivs:\t1\n") != NULL);
    FS_CHECK(strstr(text, "Seccomp:\t2\n") != NULL);
    snprintf(name, sizeof(name), "/proc/%d/ns/net", (int)pid);
    ssize_t a = readlink(name, its, sizeof(its)), b = readlink("/proc/self/ns/net", mine, sizeof(mine));
    FS_CHECK(a > 0 && b > 0 && (a != b || memcmp(its, mine, (size_t)a) != 0));
    FS_EQUAL(getsid(pid), pid);
}

static void whole_life(void)
{
    write_blob("0");
    FS_EQUAL(run_engine(), 0);
    FS_TEXT(contents(in_folder("stderr")), "");
    FS_CHECK(strncmp(contents(in_folder("log")), "READY digest= boot_us=", 22) == 0);
    pid_t pid = process();
    is_confined(pid);

    int life = connect_to(in_folder("life.sock"));
    int control = connect_to(in_folder("control.sock"));
    char answer[400] = "";
    size_t got = 0;
    FS_CHECK(send(control, "READ devices\nQUIT\n", 18, 0) == 18);
    for (ssize_t n = 1; n > 0; got += n > 0 ? (size_t)n : 0) {
        n = recv(control, answer + got, sizeof(answer) - 1 - got, 0);
    }
    FS_CHECK(strstr(answer, "\n0\tfstest0\t02:00:00:00:00:AA\t") != NULL
             || strstr(answer, "\n0\tfstest0\t02:00:00:00:00:aa\t") != NULL);
    close(control);

    FS_EQUAL(run_engine(), 4); /* one a folder */
    FS_CHECK(strstr(contents(in_folder("stderr")), "/process: the process of this folder lives\n") != NULL);
    FS_EQUAL(process(), pid);

    kill(pid, SIGTERM);
    ends(life);
    FS_CHECK(strstr(contents(in_folder("log")), "\nSTOP power-button\n") != NULL);

    FS_EQUAL(run_engine(), 0); /* over what the first one left */
    life = connect_to(in_folder("life.sock"));
    kill(process(), SIGKILL);
    ends(life);
}

static void faults(void)
{
    write_blob("5");
    FS_EQUAL(run_engine(), 1);
    const char *log = contents(in_folder("log"));
    FS_CHECK(strstr(log, "ERROR ToDevice(5): no such device (w.click:2)\n") != NULL);
    unlink(in_folder("blob"));
    FS_EQUAL(run_engine(), 4);
    FS_CHECK(strstr(contents(in_folder("stderr")), "No such file or directory") != NULL);

    write_blob("0");
    FS_EQUAL(run_engine(), 0);
    int life = connect_to(in_folder("life.sock"));
    kill(process(), SIGSEGV);
    ends(life);
    FS_CHECK(strstr(contents(in_folder("log")), "PANIC signal 11 at address ") != NULL);
}

static int child(void)
{
    if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0) {
        printf("skipped: a supervised process needs the superuser: %s\n", strerror(errno));
        return SKIPPED;
    }
    if (access("/dev/net/tun", R_OK | W_OK) != 0) {
        printf("skipped: /dev/net/tun: %s\n", strerror(errno));
        return SKIPPED;
    }
    unsigned before = fs_test_failures();
    whole_life();
    faults();
    return fs_test_failures() == before ? 0 : 1;
}

FS_TEST(supervised_process_lives_by_itself_in_its_sandbox)
{
    static const char *const names[] = {"blob", "stderr", "log", "log.0", "process", "life.sock", "control.sock",
                                        "health.sock"};
    int status = 1;
    snprintf(folder, sizeof(folder), "/tmp/flowstream-supervised-test-XXXXXX");
    FS_REQUIRE(mkdtemp(folder) != NULL);
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
    FS_EQUAL(rmdir(folder), 0);
}
