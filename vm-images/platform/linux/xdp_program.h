/* xdp_program.h: the program that the kernel runs for each frame of an interface, to hand it to an AF_XDP socket
 * (Documentation/networking/af_xdp.rst, Documentation/bpf/map_xskmap.rst).
 *
 * It goes with the process: it hangs on a descriptor (a BPF link), so that the interface is as before when the process
 * ends, however it ends. Needs CAP_BPF and CAP_NET_ADMIN.
 */
#ifndef FS_LINUX_XDP_PROGRAM_H
#define FS_LINUX_XDP_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

struct fs_xdp_program {
    int map, program, link; /* descriptors; -1: none */
};

/* Loads it and hangs it on the interface, in the driver (not in the generic path behind it, which hides VLAN tags). Until
 * a socket is admitted frames go to the host as before. With `tags`, a VLAN tag that the kernel keeps beside the frame is
 * put back into it (Linux 6.8). False, nothing done, and what failed in `why`, one line without the interface's name. */
bool fs_xdp_attach(struct fs_xdp_program *x, int interface, bool tags, char *why, size_t why_size);
/* From now on the frames of the first receive queue are the socket's. */
bool fs_xdp_admit(const struct fs_xdp_program *x, int socket);
void fs_xdp_detach(struct fs_xdp_program *x);

/* What a process held that was killed a moment ago is free only when the kernel gets to it, and until then EBUSY: tries again
 * for a fifth of a second. Answers the last attempt's result, less than 0 with errno when it failed. */
int fs_xdp_patiently(int (*attempt)(void *), void *argument);

#endif
