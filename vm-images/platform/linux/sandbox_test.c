/* sandbox_test.c: what a process in the sandbox tries in vain, each in a child of its own. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/testing.h"

enum { REFUSED = 40, DONE = 41, UNREADY = 42, SKIPPED = 77, STEPS = 1024 };

static void on_refusal(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    syscall(SYS_exit_group, info->si_syscall >= 0 ? REFUSED : UNREADY);
}

/* Raw system calls: nothing in between may do something else first. */
static void open_file(void) { syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0); }
static void open_old(void) { syscall(SYS_open, "/dev/null", O_RDONLY, 0); }
static void make_socket(void) { syscall(SYS_socket, AF_INET, SOCK_STREAM, 0); }
static void make_pair(void)
{
    int pair[2];
    syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
}
static void trace(void) { syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0); }
static void read_another(void) { syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0); }
static void run_program(void) { syscall(SYS_execve, "/bin/true", NULL, NULL); }
static void divide(void) { syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }
static void signal_parent(void) { syscall(SYS_kill, getppid(), 0); }
static void control_device(void) { syscall(SYS_ioctl, 0, 0, 0); }
static void enter_namespace(void) { syscall(SYS_unshare, CLONE_NEWUSER); }
static void connect_away(void) { syscall(SYS_connect, 0, NULL, 0); }
static void filter_anew(void) { syscall(SYS_seccomp, 0, 0, NULL); }
static void make_code(void)
{
    syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void turn_to_code(void) { syscall(SYS_mprotect, (uintptr_t)open_file & ~(uintptr_t)4095, 4096, PROT_EXEC | PROT_READ); }

static void allowed_ones(void)
{
    char byte;
    long memory = syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == -1 || syscall(SYS_munmap, memory, 4096) != 0 || syscall(SYS_read, 0, &byte, 0) != 0) {
        syscall(SYS_exit_group, UNREADY);
    }
}

static int status_of(void (*child)(void))
{
    int status = -1;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        child();
        syscall(SYS_exit_group, DONE);
    }
    if (!FS_CHECK(waitpid(pid, &status, 0) == pid) || !WIFEXITED(status)) {
        return -1;
    }
    return WEXITSTATUS(status);
}

static void (*deed)(void);

static void try_in_filter(void)
{
    char why[200];
    struct sigaction action = {.sa_sigaction = on_refusal, .sa_flags = SA_SIGINFO};
    if (sigaction(SIGSYS, &action, NULL) != 0 || !fs_sandbox_system_calls(why, sizeof(why))) {
        syscall(SYS_exit_group, UNREADY);
    }
    deed();
}

FS_TEST(sandbox_refuses_every_system_call_that_is_not_needed)
{
    static void (*const deeds[])(void) = {
        open_file, open_old, make_socket, make_pair, trace, read_another, run_program, divide, signal_parent,
        control_device, enter_namespace, connect_away, filter_anew, make_code, turn_to_code,
    };
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        deed = deeds[i];
        if (!FS_EQUAL(status_of(try_in_filter), REFUSED)) {
            printf("    deed %zu\n", i);
        }
    }
    deed = allowed_ones;
    FS_EQUAL(status_of(try_in_filter), DONE);
}

static void files_are_closed(void)
{
    if (!fs_sandbox_no_files()) {
        syscall(SYS_exit_group, SKIPPED);
    }
    bool refused = open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES && open("/tmp", O_RDONLY) < 0 && errno == EACCES;
    syscall(SYS_exit_group, refused ? REFUSED : DONE);
}

FS_TEST(sandbox_closes_files_by_landlock_too)
{
    int status = status_of(files_are_closed);
    if (status == SKIPPED) {
        printf("skipped: this kernel has no Landlock\n");
    } else {
        FS_EQUAL(status, REFUSED);
    }
}
