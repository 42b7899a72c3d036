/* program.h: a middlebox that is a program of the user's own (docs/contracts.md 7): it is supervised as the engine's own
 * processes are, in namespaces where nothing is but its devices, and ends with its supervisor.
 *
 * With `packet` each device is an interface in a network namespace of the program's own, and the supervisor carries frames
 * between that and the host's tap; with `tap` the program gets the host's taps themselves, opened, as descriptors 3, 4, ...
 * Either way a tap has carrier as long as the program runs.
 */
#ifndef FS_LINUX_PROGRAM_H
#define FS_LINUX_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FS_PROGRAM_DEVICES = 10, FS_PROGRAM_ADDRESSES = 32, FS_PROGRAM_FILES = 64u << 20 };

struct fs_program_device {
    const char *name, *tap; /* within, and the host's */
    uint8_t mac[6];
    int outer, inner; /* descriptors of the host's tap, and of the one within; -1: none */
};

struct fs_program_address {
    const char *device; /* NULL: a gateway, by which everything else is reached */
    int family;         /* AF_INET or AF_INET6 */
    uint8_t bytes[16];
    unsigned length; /* of the prefix, bits */
};

struct fs_program {
    const char *folder, *log;
    bool packet;
    unsigned user, group; /* whom the program runs as */
    uint64_t memory;      /* bytes that each of its processes may have for its data */
    struct fs_program_device devices[FS_PROGRAM_DEVICES];
    unsigned device_count;
    struct fs_program_address addresses[FS_PROGRAM_ADDRESSES];
    unsigned address_count;
    char **argv; /* the program's, argv[0] is its path */
};

/* flowstream-engine --program ...: answers the exit status. */
int fs_program_main(int argc, char **argv);

/* ---- program_options.c: false with one line in `why` ---- */
bool fs_program_parse(struct fs_program *p, int argc, char **argv, char *why, size_t why_size);

/* ---- program_network.c ---- */
/* Opens the host's taps. */
bool fs_program_open_taps(struct fs_program *p, char *why, size_t why_size);
/* Leaves the host's network for one of its own, with the devices and addresses that it is to have. */
bool fs_program_enter_network(struct fs_program *p, char *why, size_t why_size);
/* Carries what waits at one tap to another: frames that do not fit there are lost. False when it is gone. */
bool fs_program_carry(int from, int to);

/* ---- program_child.c ---- */
struct fs_program_child {
    pid_t pid;  /* the first process of its namespace: with it all others end */
    int output; /* what the program prints */
    int ended;  /* tells its wait status, an int, when it has ended */
};
/* Starts the program; true once it runs. */
bool fs_program_start(const struct fs_program *p, struct fs_program_child *child, char *why, size_t why_size);

#endif
