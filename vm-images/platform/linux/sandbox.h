/* sandbox.h: what a supervised process gives up once it has all it needs: a user's rights, the host's network, files,
 * new sockets, other processes. What is left is reading and writing what it has open, memory, clocks, and its end. */
#ifndef FS_LINUX_SANDBOX_H
#define FS_LINUX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    FS_SANDBOX_FILES = 16,        /* descriptors more than are open: clients of its sockets */
    FS_SANDBOX_PROGRAM = 32 << 20, /* bytes of address space besides the machine's memory: program, libraries, stack */
};

struct fs_sandbox {
    uid_t user;
    gid_t group;
    uint64_t memory;    /* bytes that the machine has */
    uint64_t file_size; /* bytes that a file may grow to */
};

/* Gives up everything, for good; needs the superuser. False with one line in `why`: then the process is half-way and must
 * end. */
bool fs_sandbox_enter(const struct fs_sandbox *s, char *why, size_t why_size);

/* Parts of it, which need no rights. */
bool fs_sandbox_no_files(void); /* by Landlock; false where the kernel has none: the system calls are refused anyhow */
/* A system call that is not on the list raises SIGSYS, which ends the process unless it is handled. */
bool fs_sandbox_system_calls(char *why, size_t why_size);

#endif
