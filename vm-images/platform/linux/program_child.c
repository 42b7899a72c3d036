/* program_child.c: the program itself, in namespaces of its own, with few rights (namespaces(7), capabilities(7)). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

enum { FIRST_DEVICE = 3, HIGH = 64, PIECE = 65536, VARIABLES = 256, ENVIRONMENT = 65536 };

/* What it may do beyond an ordinary user, in its own network alone: devices, raw packets, ports below 1024. */
static const unsigned kept[] = {CAP_NET_BIND_SERVICE, CAP_NET_ADMIN, CAP_NET_RAW};

static volatile sig_atomic_t program;

/* Tells the supervisor why there is no program, and ends. */
_Noreturn static void give_up(int report, const char *what)
{
    char line[300];
    int n = snprintf(line, sizeof(line), "%s: %s", what, strerror(errno));
    ssize_t unused = write(report, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
    (void)unused;
    _exit(127);
}

/* ---- files ---- */

static void copy_file(int from_folder, const char *name, const struct fs_program *p, int report)
{
    static char piece[PIECE];
    char path[300];
    struct stat about;
    snprintf(path, sizeof(path), "/tmp/%s", name);
    int from = openat(from_folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from < 0 || fstat(from, &about) != 0) {
        give_up(report, name);
    }
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, about.st_mode & 0777);
    ssize_t n = 0;
    while (to >= 0 && (n = read(from, piece, sizeof(piece))) > 0 && write(to, piece, (size_t)n) == n) {
    }
    if (to < 0 || n != 0 || fchmod(to, about.st_mode & 0777) != 0 || fchown(to, p->user, p->group) != 0) {
        give_up(report, path);
    }
    close(from);
    close(to);
}

/* Folders that everybody may write to become its own, of a bounded size, and go with it; its files are in /tmp. */
static void make_folders(const struct fs_program *p, int report)
{
    static const char *const open_to_all[] = {"/tmp", "/var/tmp", "/dev/shm"};
    char options[100];
    int folder = open(p->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* it may lie below /tmp itself */
    int files = folder >= 0 ? openat(folder, "files", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (files < 0 || unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        give_up(report, "cannot have files of its own");
    }
    snprintf(options, sizeof(options), "size=%u,mode=0755,uid=%u,gid=%u", FS_PROGRAM_FILES, p->user, p->group);
    for (size_t i = 0; i < sizeof(open_to_all) / sizeof(open_to_all[0]); i++) {
        if (mount("tmpfs", open_to_all[i], "tmpfs", MS_NOSUID | MS_NODEV, options) != 0 && errno != ENOENT) {
            give_up(report, open_to_all[i]);
        }
    }
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) {
        give_up(report, "/proc");
    }
    DIR *list = fdopendir(files);
    for (struct dirent *each; list != NULL && (each = readdir(list)) != NULL;) {
        if (each->d_name[0] != '.') {
            copy_file(dirfd(list), each->d_name, p, report);
        }
    }
    closedir(list);
    close(folder);
}

/* The file `environment` of its folder, each NAME=VALUE ended by a NUL. */
static char **read_environment(const struct fs_program *p, int report)
{
    static char text[ENVIRONMENT + 1], path[4096];
    static char *variables[VARIABLES + 1];
    snprintf(path, sizeof(path), "%s/environment", p->folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, text, ENVIRONMENT) : -1;
    if (length < 0) {
        give_up(report, path);
    }
    close(fd);
    unsigned count = 0;
    for (char *at = text; at < text + length && count < VARIABLES; at += strlen(at) + 1) {
        variables[count++] = at;
    }
    return variables;
}

/* ---- rights ---- */

static bool limit(int resource, rlim_t most)
{
    const struct rlimit both = {most, most};
    return setrlimit(resource, &both) == 0;
}

static bool drop_rights(const struct fs_program *p)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct rights[_LINUX_CAPABILITY_U32S_3] = {{0}};
    uint32_t mask = 0;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        mask |= 1u << kept[i];
    }
    for (unsigned capability = 0; capability <= CAP_LAST_CAP; capability++) {
        if (capability >= 32 || (mask & 1u << capability) == 0) {
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
        }
    }
    rights[0] = (struct __user_cap_data_struct){.effective = mask, .permitted = mask, .inheritable = mask};
    bool good = limit(RLIMIT_CORE, 0) && limit(RLIMIT_DATA, p->memory) && setgroups(0, NULL) == 0
                && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setresgid(p->group, p->group, p->group) == 0
                && setresuid(p->user, p->user, p->user) == 0 && syscall(SYS_capset, &header, rights) == 0;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        good = good && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept[i], 0, 0) == 0;
    }
    return good && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* Puts the taps where the program expects them: over nothing that is still needed. */
static bool place_taps(const struct fs_program *p)
{
    int high[FS_PROGRAM_DEVICES];
    bool good = true;
    for (unsigned i = 0; !p->packet && i < p->device_count; i++) {
        high[i] = fcntl(p->devices[i].outer, F_DUPFD_CLOEXEC, HIGH);
        good = good && high[i] >= 0;
    }
    for (unsigned i = 0; !p->packet && good && i < p->device_count; i++) {
        good = dup2(high[i], FIRST_DEVICE + (int)i) >= 0;
    }
    return good;
}

_Noreturn static void become(const struct fs_program *p, int output, int report, char **environment)
{
    sigset_t none;
    sigemptyset(&none);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    report = fcntl(report, F_DUPFD_CLOEXEC, HIGH);
    if (nothing < 0 || report < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0
        || dup2(output, STDERR_FILENO) < 0 || !place_taps(p) || chdir("/tmp") != 0) {
        give_up(report, "cannot arrange its descriptors");
    }
    umask(022);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    if (setsid() < 0 || !drop_rights(p)) {
        give_up(report, "cannot give up rights");
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(p->argv[0], p->argv, environment);
    give_up(report, p->argv[0]);
}

/* ---- the first process of the namespace ---- */

static void pass_on(int number)
{
    if (program > 0) {
        kill((pid_t)program, number);
    }
}

/* Waits for the program's end and for those of what it leaves; then the kernel ends whatever else is there. */
_Noreturn static void be_first(const struct fs_program *p, int go, int output, int report, int ended)
{
    char word;
    int status = 0;
    sigset_t none;
    /* A supervisor that ended before this was asked has closed the pipe. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || read(go, &word, 1) != 1) {
        _exit(127);
    }
    char **environment = read_environment(p, report); /* before its folder may be hidden */
    make_folders(p, report);
    const struct sigaction action = {.sa_handler = pass_on};
    sigaction(SIGTERM, &action, NULL);
    pid_t pid = fork();
    if (pid == 0) {
        become(p, output, report, environment);
    }
    program = pid;
    syscall(SYS_close_range, FIRST_DEVICE, ended - 1, 0);
    syscall(SYS_close_range, ended + 1, ~0U, 0);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC); /* whoever started all this waits for the end of its streams */
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (pid_t one = 0; pid > 0 && one != pid;) {
        one = waitpid(-1, &status, 0);
        if (one < 0 && errno != EINTR) {
            break;
        }
    }
    ssize_t unused = write(ended, &status, sizeof(status));
    (void)unused;
    _exit(0);
}

bool fs_program_start(const struct fs_program *p, struct fs_program_child *child, char *why, size_t why_size)
{
    int go[2], output[2], report[2], ended[2];
    if (pipe2(go, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0
        || pipe2(ended, O_CLOEXEC) != 0 || fchown(output[1], p->user, p->group) != 0
        || fcntl(output[0], F_SETFL, O_NONBLOCK) != 0) {
        snprintf(why, why_size, "pipe: %s", strerror(errno));
        return false;
    }
    if (unshare(CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
        snprintf(why, why_size, "cannot have namespaces of its own: %s", strerror(errno));
        return false;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(go[1]);
        be_first(p, go[0], output[1], report[1], ended[1]);
    }
    close(go[0]);
    close(output[1]);
    close(report[1]);
    close(ended[1]);
    for (unsigned i = 0; !p->packet && i < p->device_count; i++) {
        close(p->devices[i].outer); /* the program's alone: its end is that of their carrier */
    }
    *child = (struct fs_program_child){.pid = pid, .output = output[0], .ended = ended[0]};
    ssize_t n = pid > 0 && write(go[1], "", 1) == 1 ? read(report[0], why, why_size - 1) : -1;
    why[n > 0 ? n : 0] = '\0';
    close(go[1]);
    close(report[0]);
    if (n == 0) {
        return true; /* all that could have told a fault became the program */
    }
    if (pid > 0) {
        kill(pid, SIGKILL);
    }
    if (n < 0) {
        snprintf(why, why_size, "cannot start a process: %s", strerror(errno));
    }
    return false;
}
