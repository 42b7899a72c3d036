/* sandbox.c: see sandbox.h. */
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool failed(const char *what, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s: %s", what, strerror(errno));
    return false;
}

/* ---- limits ---- */

static bool limit(int resource, rlim_t most)
{
    const struct rlimit both = {most, most};
    return setrlimit(resource, &both) == 0;
}

static bool set_limits(const struct fs_sandbox *s)
{
    int next = dup(STDIN_FILENO); /* the lowest that is free: what is open lies below, but for gaps */
    bool good = next >= 0 && close(next) == 0;
    return good && limit(RLIMIT_CORE, 0) && limit(RLIMIT_NPROC, 0) && limit(RLIMIT_MEMLOCK, 0)
           && limit(RLIMIT_FSIZE, s->file_size) && limit(RLIMIT_NOFILE, (rlim_t)next + FS_SANDBOX_FILES)
           && limit(RLIMIT_AS, s->memory + FS_SANDBOX_PROGRAM);
}

/* ---- rights ---- */

static bool drop_rights(const struct fs_sandbox *s, char *why, size_t why_size)
{
    for (int capability = 0; capability <= CAP_LAST_CAP; capability++) {
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); /* one that this kernel does not know cannot be had either */
    }
    if (setgroups(0, NULL) != 0 || setresgid(s->group, s->group, s->group) != 0
        || setresuid(s->user, s->user, s->user) != 0) {
        return failed("cannot become the unprivileged user", why, why_size);
    }
    /* Leaving user 0 took the capabilities along; this holds should that ever be otherwise. */
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capset, &header, none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return failed("cannot give up capabilities", why, why_size);
    }
    return true;
}

/* ---- files, by Landlock (Documentation/userspace-api/landlock.rst) ---- */

/* Of <linux/landlock.h>, which older build hosts lack. */
enum { LANDLOCK_CREATE = 444, LANDLOCK_RESTRICT = 446, LANDLOCK_VERSION = 1, LANDLOCK_FILES = 13 };

bool fs_sandbox_no_files(void)
{
    long version = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION);
    /* Rights that the first version knows, then REFER, TRUNCATE; each handled, none granted. */
    const unsigned rights = LANDLOCK_FILES + (version >= 2) + (version >= 3);
    const uint64_t handled = (UINT64_C(1) << rights) - 1;
    if (version < 1 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return false;
    }
    int rules = (int)syscall(LANDLOCK_CREATE, &handled, sizeof(handled), 0);
    bool good = rules >= 0 && syscall(LANDLOCK_RESTRICT, rules, 0) == 0;
    if (rules >= 0) {
        close(rules);
    }
    return good;
}

/* ---- system calls, by seccomp (seccomp(2)) ---- */

static const uint16_t allowed[] = {
    /* what is open: devices, clients, the log */
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_recvfrom, SYS_sendto, SYS_recvmsg, SYS_sendmsg, SYS_accept4,
    SYS_getsockopt, /* what the kernel has dropped */
    SYS_poll, SYS_ppoll, SYS_close, SYS_dup2, SYS_lseek, SYS_fstat, SYS_pread64, SYS_pwrite64, SYS_ftruncate,
    /* memory; protections are looked at below */
    SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise,
    /* time and chance */
    SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom,
    /* signals that were arranged for, and the end */
    SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_restart_syscall, SYS_futex, SYS_exit, SYS_exit_group,
};

enum { ALLOWED = sizeof(allowed) / sizeof(allowed[0]) };

#define LOAD(field) (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(verdict) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, verdict)
#define WHEN(value, yes, no) (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define WHEN_ANY(bits, yes, no) (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, yes, no)

bool fs_sandbox_system_calls(char *why, size_t why_size)
{
    struct sock_filter code[ALLOWED + 12];
    unsigned n = 0;
    code[n++] = LOAD(arch);
    code[n++] = WHEN(AUDIT_ARCH_X86_64, 1, 0);
    code[n++] = ANSWER(SECCOMP_RET_KILL_PROCESS);
    code[n++] = LOAD(nr); /* x32's numbers have bit 30 set, so they are on no list */
    for (unsigned i = 0; i < ALLOWED; i++) {
        code[n++] = WHEN(allowed[i], (uint8_t)(ALLOWED - i + 3), 0); /* to the last but one */
    }
    /* mmap and mprotect have the protection as their third argument: nothing becomes executable. */
    code[n++] = WHEN(SYS_mmap, 1, 0);
    code[n++] = WHEN(SYS_mprotect, 0, 3);
    code[n++] = LOAD(args[2]);
    code[n++] = WHEN_ANY(PROT_EXEC, 1, 0);
    code[n++] = ANSWER(SECCOMP_RET_ALLOW);
    code[n++] = ANSWER(SECCOMP_RET_TRAP);
    const struct sock_fprog program = {.len = (unsigned short)n, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        return failed("cannot filter system calls", why, why_size);
    }
    return true;
}

bool fs_sandbox_enter(const struct fs_sandbox *s, char *why, size_t why_size)
{
    if (chdir("/") != 0) {
        return failed("/", why, why_size);
    }
    if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
        return failed("cannot leave the host's network", why, why_size);
    }
    if (!set_limits(s)) {
        return failed("cannot set limits", why, why_size);
    }
    if (!drop_rights(s, why, why_size)) {
        return false;
    }
    fs_sandbox_no_files();
    return fs_sandbox_system_calls(why, why_size);
}
