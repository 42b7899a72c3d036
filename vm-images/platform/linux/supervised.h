/* supervised.h: a process that outlives whoever starts it (docs/contracts.md 7). It is started in the foreground; once it
 * is ready it goes on by itself in a session of its own, and the foreground ends with status 0. If it does not get that
 * far, the foreground ends with its status.
 *
 * Its folder tells of it: `process` holds "PID START\n", START as field 22 of /proc/PID/stat, and is locked (flock) while
 * it lives; whoever connects to `life.sock` is told of its end by the end of the stream.
 */
#ifndef FS_LINUX_SUPERVISED_H
#define FS_LINUX_SUPERVISED_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

enum { FS_SUPERVISED_LISTENERS = 4 }; /* that hear of its end; the next one takes the place of the first */

struct fs_supervised {
    int report;  /* to the foreground; -1 once it has been told */
    int process; /* the locked file */
    int nothing; /* /dev/null */
    int life;    /* listens */
    int listeners[FS_SUPERVISED_LISTENERS];
    unsigned next;
};

/* Leaves the foreground behind: only the new process returns, true, or false with one line in `why`. */
bool fs_supervised_begin(struct fs_supervised *s, const char *folder, char *why, size_t why_size);
/* Standard streams lead nowhere from now on. Allowed in the sandbox. */
bool fs_supervised_silence(const struct fs_supervised *s);
/* Tells the foreground that all is well; false when nobody waits for that any more. */
bool fs_supervised_ready(struct fs_supervised *s);
/* Adds what to poll for (one entry), then deals with the answer. */
unsigned fs_supervised_poll(const struct fs_supervised *s, struct pollfd *fd);
void fs_supervised_serve(struct fs_supervised *s, const struct pollfd *fd);
/* Has faults of the program and refused system calls end in fs_panic(). */
bool fs_supervised_catch(void);

#endif
